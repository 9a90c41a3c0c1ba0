"""The shapes of our dumps beside those of real phones; numbers and names are not compared."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

import pytest

from tests.hwsim.rig import ask, one_phone

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.corpora


def corpus(shared_dir: Path, pattern: str) -> str:
    found = sorted((shared_dir / "corpora").glob(pattern))
    assert found, pattern
    return found[0].read_text(encoding="utf-8", errors="replace")


def line_heads(dump: str) -> list[str]:
    return [line.split(":", 1)[0] for line in dump.splitlines() if line.strip()]


def test_the_battery_dump_of_a_samsung_starts_as_the_real_one(shared_dir: Path) -> None:
    real = line_heads(corpus(shared_dir, "battery/*samsung_2026*.txt"))
    ours = line_heads(ask(one_phone("samsung_14"), "dumpsys battery").out)
    assert ours[:27] == real[:27]


def test_the_battery_dump_of_android_9_has_the_lines_of_the_real_vivo(shared_dir: Path) -> None:
    real = line_heads(corpus(shared_dir, "battery/*vivo*.txt"))
    assert line_heads(ask(one_phone("vivo_9"), "dumpsys battery").out) == real


def test_every_property_of_a_gauge_is_one_that_a_real_pixel_has(shared_dir: Path) -> None:
    (path,) = (shared_dir / "corpora").glob("power_supply/*uevents.txt.expected.json")
    real = json.loads(path.read_text(encoding="utf-8"))["supplies"]
    for gauge in ("battery", "maxfg", "usb"):
        uevent = ask(one_phone("google_16"), f"cat /sys/class/power_supply/{gauge}/uevent").out
        ours = set(re.findall(r"POWER_SUPPLY_(\w+)=", uevent)) - {"HEALTH", "RESISTANCE", "TYPE"}
        assert ours <= set(real[gauge]), gauge


def test_the_health_descriptor_has_the_names_of_a_real_pixel(shared_dir: Path) -> None:
    real = corpus(shared_dir, "storage/*ufs_health*.txt")
    names = ask(one_phone("google_16"), "ls /dev/sys/block/bootdevice/health_descriptor").out.split()
    assert names
    assert all(f"health_descriptor/{name})" in real for name in names)


@pytest.mark.parametrize(
    ("pattern", "line"),
    [
        ("thermal/*aosp10__dumpsys_thermalservice.txt", "dumpsys thermalservice"),
        ("camera/*aosp10__*.txt", "dumpsys media.camera"),
        ("input/*aosp10__*.txt", "dumpsys input"),
    ],
)
def test_the_first_lines_are_those_of_android_10(shared_dir: Path, pattern: str, line: str) -> None:
    real = corpus(shared_dir, pattern).splitlines()
    ours = ask(one_phone("motorola_11"), line).out.splitlines()
    assert ours[0].split() == real[0].split()
    assert len(set(line_heads("\n".join(real))) & set(line_heads("\n".join(ours)))) >= min(6, len(ours) // 3)


def test_df_has_the_columns_of_android_10(shared_dir: Path) -> None:
    real = corpus(shared_dir, "storage/*aosp10__df.txt").splitlines()
    ours = ask(one_phone("motorola_11"), "df").out.splitlines()
    assert ours[0].split() == real[0].split()
    assert {row.split()[-1] for row in real if "/data" in row} & {row.split()[-1] for row in ours}


def test_a_parcel_is_laid_out_as_by_a_real_phone(shared_dir: Path) -> None:
    real = corpus(shared_dir, "telephony/find_string__service_call_iphonesubinfo_1.txt")

    def shape(dump: str) -> str:
        return re.sub(r"'[^']*'", "''", re.sub(r"\b00[0-9a-f]{6}\b", "w", dump)).strip()

    assert shape(ask(one_phone("vivo_9"), "service call iphonesubinfo 1").out) == shape(real)
