"""The faults that software alone can see are found first, and a healthy phone gets no part."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, NamedTuple

import jsonschema
import pytest

from probes import components

if TYPE_CHECKING:
    from tests.cli.conftest import Cli
    from tests.warm_commands import WarmCommands

pytestmark = pytest.mark.slow

PROFILES = ("samsung_14", "xiaomi_12", "vivo_9")
COVERED = (
    "battery.worn",
    "battery.thermistor_open",
    "battery.gauge_stuck",
    "storage.worn",
    "storage.full",
    "app.crash_loop",
    "app.battery_drain",
    "system.crash_loop",
    "camera_rear.off_bus",
    "camera_front.off_bus",
    "touch.off_bus",
    "nfc.off_bus",
    "sensors.hub_dead",
    "modem.crash_loop",
)
"""What the knowledge of the software stage covers."""
BATCH = ("healthy", *COVERED, "battery.worn:0.4+touch.off_bus")
HARDWARE = {code for code in components() if code not in {"SW", "NONE"}}


def diagnose(cli: Cli, faults: list[str], *options: str) -> tuple[int, list[dict[str, Any]]]:
    arguments = [word for fault in faults for word in ("--sim", fault)]
    done = cli.run("diagnose", *arguments, "--json", *options, timeout_s=120)
    done.no_traceback()
    found = done.json if len(faults) > 1 else [done.json]
    assert all("error" not in diagnosis for diagnosis in found), found
    return done.code, found


def strong_parts(diagnosis: dict[str, Any]) -> list[str]:
    return [
        finding["code"]
        for result in diagnosis["results"]
        for finding in result["findings"]
        if finding["strength"] == "strong" and set(finding["components"]) & HARDWARE
    ]


class Batch(NamedTuple):
    """Sixteen phones that one command diagnosed at the same time, and the home that holds the runs."""

    cli: Cli
    code: int
    diagnoses: list[dict[str, Any]]


@pytest.fixture(scope="module")
def batch(tmp_path_factory: pytest.TempPathFactory, warm_commands: WarmCommands) -> Batch:
    from tests.cli.conftest import Cli  # noqa: PLC0415  the fixture of a module cannot ask for that of a test

    cli = Cli(tmp_path_factory.mktemp("home"), warm_commands)
    return Batch(cli, *diagnose(cli, list(BATCH), "--seed", "1"))


def expect_true_parts(faults: list[dict[str, Any]], code: int, diagnoses: list[dict[str, Any]]) -> None:
    """Diagnoses of phones with the faults of ``COVERED``, in that order."""
    known = {fault["id"]: fault for fault in faults}
    broken = [known[name] for name in COVERED]
    assert {fault["seen_from"] for fault in broken} == {"software"}
    assert code == 1
    wrong = {
        fault["id"]: (fault["truth"], diagnosis["conclusion"], diagnosis["suspects"][:2])
        for fault, diagnosis in zip(broken, diagnoses, strict=True)
        if not diagnosis["suspects"] or diagnosis["suspects"][0]["component"] != fault["truth"]
    }
    assert wrong == {}
    for fault, diagnosis in zip(broken, diagnoses, strict=True):
        assert set(diagnosis["plan"]["parts"]) <= {fault["truth"]}, fault["id"]


def test_the_true_part_of_every_fault_ranks_first(batch: Batch, faults: list[dict[str, Any]]) -> None:
    expect_true_parts(faults, batch.code, batch.diagnoses[1:-1])


@pytest.mark.parametrize("seed", [2, 5])
def test_the_true_part_ranks_first_on_other_phones_too(cli: Cli, faults: list[dict[str, Any]], seed: int) -> None:
    expect_true_parts(faults, *diagnose(cli, list(COVERED), "--seed", str(seed)))


@pytest.mark.parametrize("profile", ["", *PROFILES])
def test_healthy_phones_get_no_part_and_the_untested_listed(cli: Cli, profile: str) -> None:
    code, diagnoses = diagnose(cli, ["healthy"] * (2 if profile else 12), "--profile", profile, "--seed", "7")
    assert code == 0
    for diagnosis in diagnoses:
        assert_healthy(diagnosis)


def assert_healthy(diagnosis: dict[str, Any]) -> None:
    assert diagnosis["conclusion"] == "nothing_found"
    assert diagnosis["plan"]["parts"] == []
    assert {"SPK", "MIC1", "SIM", "VIB"} <= {item["what"] for item in diagnosis["not_tested"]}
    assert strong_parts(diagnosis) == []
    assert {result["verdict"] for result in diagnosis["results"]} <= {"pass", "marginal", "not_supported"}


def test_sixteen_phones_at_once_are_all_diagnosed_and_valid_against_the_schema(batch: Batch) -> None:
    assert batch.code == 1
    assert len(batch.diagnoses) == 16
    assert len({diagnosis["run_id"] for diagnosis in batch.diagnoses}) == 16
    schema = batch.cli.run("schema", "diagnosis").json
    jsonschema.Draft202012Validator.check_schema(schema)
    validator = jsonschema.Draft202012Validator(schema)
    for diagnosis in batch.diagnoses:
        validator.validate(diagnosis)
        assert all(result["verdict"] != "error" for result in diagnosis["results"])
    listed = batch.cli.run("runs", "--json").json
    assert {row["state"] for row in listed} == {"done"}
    assert len(listed) == 16


def test_no_link_carries_the_truth(batch: Batch) -> None:
    """What the phones said is kept; the names of their faults are in none of it."""
    names = [name.encode() for name in (*COVERED, "off_bus", "crash_loop", "battery_drain")]
    kept = [path for path in (batch.cli.home / "state" / "runs").rglob("*") if path.is_file() and len(path.name) == 64]
    assert len(kept) > len(BATCH)
    for path in kept:
        text = path.read_bytes()
        assert [name for name in names if name in text] == []


def test_the_same_seed_is_the_same_phone_and_the_same_verdicts(cli: Cli) -> None:
    first, second = (diagnose(cli, ["battery.worn"], "--seed", "3")[1][0] for _ in range(2))
    for diagnosis in (first, second):
        assert diagnosis["phone"] == first["phone"]
        assert diagnosis["conclusion"] == first["conclusion"]
        assert [suspect["component"] for suspect in diagnosis["suspects"]][:1] == ["BAT"]
    assert json.dumps(first["plan"]) == json.dumps(second["plan"])
