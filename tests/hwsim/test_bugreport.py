from __future__ import annotations

import io
import zipfile
from typing import TYPE_CHECKING

import pytest

from hwsim.render.bugreport import bugreport_text, bugreport_zip
from tests.hwsim.rig import PROFILES, AdbBench, RackProcess, ask, one_phone

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize("name", PROFILES)
def test_the_text_has_the_sections_that_dumpstate_writes(name: str) -> None:
    unit = one_phone(name)
    text = bugreport_text(unit.phone)
    assert "\n== dumpstate: 2026-05-" in text
    for head in ("SYSTEM LOG (logcat -v threadtime", "KERNEL LOG (dmesg)", "SYSTEM PROPERTIES (getprop)"):
        assert text.count(f"------ {head}") == 1
    assert f"\nDUMP OF SERVICE battery:\n{ask(unit, 'dumpsys battery').out}--------- " in text
    assert f"[ro.serialno]: [{unit.phone.identity.serial}]" in text


def test_the_zip_names_its_main_entry() -> None:
    with zipfile.ZipFile(io.BytesIO(bugreport_zip(one_phone().phone))) as archive:
        main = archive.read("main_entry.txt").decode()
        assert archive.read(main).startswith(b"=====")


def test_adb_fetches_a_bug_report(rack_on_adb: tuple[AdbBench, RackProcess, str], tmp_path: Path) -> None:
    bench, rack, address = rack_on_adb
    assert bench.run("-s", address, "bugreport", str(tmp_path / "report.zip")).code == 0
    assert zipfile.is_zipfile(tmp_path / "report.zip")
    assert rack.control("bugreport", phone=0, path=str(tmp_path / "other.zip"))["bytes"] > 10_000
    assert rack.control.raw(b'{"cmd": "bugreport", "path": "/not/there.zip"}')["ok"] is False
