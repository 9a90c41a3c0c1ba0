"""``diagnose --order`` on emulated phones: identity first, the order's complaint, its intake run; nobody is named."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from agent.cli.order_run import keep_with_order
from agent.home import open_home
from agent.links import AdbLink
from reports import Conclusion, Diagnosis
from tests.cli.order_desk import FILES, ORDER, Desk, journal_text

if TYPE_CHECKING:
    from tests.cli.conftest import BenchOf, Cli, Done

pytestmark = pytest.mark.slow
PROFILE = "samsung_14"
_ADDRESS = re.compile(r"(?<![0-9a-f:])02(?::[0-9a-f]{2}){5}(?![0-9a-f:])")


@pytest.fixture(name="two")
def _two(bench: Callable[..., BenchOf]) -> BenchOf:
    """The phone of the order, and another one."""
    return bench(faults=("battery.worn", "battery.worn"), phones=2, seed=5, profile=PROFILE, speed=20.0)


def write(cli: Cli, name: str, data: object) -> str:
    path = cli.home / name
    path.write_text(json.dumps(data), encoding="utf-8")
    return str(path)


def numbers_of(two: BenchOf, index: int) -> dict[str, str]:
    """What names a phone, asked of itself."""
    with AdbLink(two.server, two.serials[index]) as link:
        serial = link.shell(("getprop", "ro.serialno"), deadline_s=20, cap_bytes=1 << 16).stdout.strip().decode()
        wifi = link.shell(("dumpsys", "wifi"), deadline_s=20, cap_bytes=1 << 22).stdout.decode()
    (mac, *_) = _ADDRESS.findall(wifi)
    return {"serial": serial, "mac": mac}


def order_for(two: BenchOf, numbers: dict[str, str]) -> None:
    ids = [{"kind": "serial", "raw": numbers["serial"]}]
    taken = two.cli.run("order", "take", write(two.cli, "order.json", ORDER | {"ids": ids, "proofs": []}))
    assert taken.code == 3
    inspection = write(two.cli, "inspection.json", FILES["inspection.json"])
    assert two.cli.run("order", "inspect", "T-1001", inspection).code == 0


class Watched:
    """Runs commands; none of their outputs may hold what names a phone."""

    def __init__(self, two: BenchOf, secrets: list[str]) -> None:
        self._two, self.secrets = two, secrets

    def run(self, *arguments: str, code: int) -> Done:
        done = self._two.cli.run(*arguments, timeout_s=240)
        assert done.code == code, (arguments, done.out[-400:], done.err)
        assert [one for one in self.secrets if one in done.out + done.err] == [], arguments
        done.no_traceback()
        return done


@pytest.fixture(name="watched")
def _watched(two: BenchOf) -> Watched:
    numbers, other = numbers_of(two, 0), numbers_of(two, 1)
    order_for(two, numbers)
    return Watched(two, [*numbers.values(), *other.values()])


def shown(watched: Watched) -> dict[str, Any]:
    data: dict[str, Any] = watched.run("order", "show", "T-1001", "--json", code=0).json
    return data


def test_a_run_knows_its_order_and_no_output_names_the_phone(two: BenchOf, watched: Watched) -> None:
    ours, other = two.serials
    wrong = watched.run("diagnose", other, "--order", "T-1001", code=64)
    assert "the phone on the bench is not the phone of order T-1001: fetch the right one" in wrong.line()
    assert shown(watched)["identity"] == "mismatch"
    assert "another phone" in watched.run("order", "handover", "T-1001", "--by", "Li", code=64).line()

    done = watched.run("diagnose", ours, "--order", "T-1001", "--json", code=1)
    assert done.json["order"] == "T-1001"
    assert done.json["complaints"] == ["BAT-01"], "the complaint of the order is that of the run"
    assert set(done.json["coverage"]) >= {"mainboard", "display", "battery", "camera", "sensors"}
    order = shown(watched)
    assert (order["identity"], order["intake_run"]) == ("match", done.json["run_id"])
    assert [one["use"] for one in order["runs"]] == ["other_phone", "intake"]
    assert done.json["run_id"] in watched.run("order", "show", "T-1001", code=0).out

    sealed = two.cli.run("report", "last", "--ids", "clear", "--json").json
    assert sealed["phone"]["imei"], "this kind of phone says its IMEI"
    watched.secrets += [sealed["phone"]["imei"]]
    assert sealed["phone"]["serial"] in watched.secrets
    assert "T-1001" in watched.run("report", "last", code=1).out
    page = watched.run("report", "last", "--html", "--out", "-", code=1).out
    assert "T-1001" in page, "the page finds its order by itself"
    for kind in ("--csv", "--junit", "--openhtf"):
        watched.run("report", "last", kind, "--out", "-", code=1)

    watched.run("order", "plan", "T-1001", write(two.cli, "plan.json", FILES["plan.json"]), code=3)
    watched.run("approve", "T-1001", "--by", "C-77", "--method", "message", code=0)
    watched.run("order", "repair", "T-1001", write(two.cli, "repair.json", FILES["repair.json"]), code=0)
    kept = shown(watched)
    swapped = watched.run("qc", other, "--order", "T-1001", "--unattended", code=64)
    assert "not the phone of order T-1001: fetch the right one; nothing was recorded" in swapped.line()
    assert "qc --order T-1001" in watched.run("diagnose", ours, "--order", "T-1001", code=64).line()
    assert shown(watched) == kept


def test_what_asks_a_live_phone_does_not_say_which_one(two: BenchOf, watched: Watched, tmp_path: Path) -> None:
    ours = two.serials[0]
    watched.run("diagnose", ours, "--order", "T-0", code=64)
    assert "give a serial" in watched.run("diagnose", "--order", "T-1001", code=64).line()
    assert "belongs to one phone" in watched.run("diagnose", "--all", "--order", "T-1001", code=64).line()
    watched.run("diagnose", "--all", code=1)
    watched.run("runs", "--json", code=0)
    watched.run("restore", ours, code=0)
    watched.run("logs", "--serial", ours, code=0)
    tape = tmp_path / "phone.cassette"
    watched.run("record", str(tape), "--serial", ours, code=1)


def test_a_run_that_ends_after_the_order_went_on_is_kept_and_not_put_to_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PHONEBENCH_HOME", str(tmp_path / "state"))
    desk = Desk(tmp_path, capsys)
    desk.to_repaired()
    late = Diagnosis.model_validate_json(journal_text(desk.case().intake_run))
    late = late.model_copy(update={"order": "T-1001", "run_id": "late"})
    broken = late.model_copy(update={"conclusion": Conclusion.BENCH_TROUBLE})
    before = desk.case()
    for diagnosis, says in ((late, "the phone is repaired"), (broken, "phonebench resume late")):
        keep_with_order(open_home(), diagnosis)
        assert says in capsys.readouterr().err
    assert desk.case() == before
