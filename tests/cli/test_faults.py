"""The faults that software alone can see are found first, and a healthy phone gets no part."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import jsonschema
import pytest

from probes import components

if TYPE_CHECKING:
    from tests.cli.conftest import Cli

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


@pytest.mark.parametrize("seed", [1, 2, 5])
def test_the_true_part_of_every_fault_ranks_first(cli: Cli, faults: list[dict[str, Any]], seed: int) -> None:
    broken = [fault for fault in faults if fault["id"] in COVERED]
    assert len(broken) == len(COVERED)
    assert {fault["seen_from"] for fault in broken} == {"software"}
    code, diagnoses = diagnose(cli, [fault["id"] for fault in broken], "--seed", str(seed))
    assert code == 1
    wrong = {
        fault["id"]: (fault["truth"], diagnosis["conclusion"], diagnosis["suspects"][:2])
        for fault, diagnosis in zip(broken, diagnoses, strict=True)
        if not diagnosis["suspects"] or diagnosis["suspects"][0]["component"] != fault["truth"]
    }
    assert wrong == {}
    for fault, diagnosis in zip(broken, diagnoses, strict=True):
        assert set(diagnosis["plan"]["parts"]) <= {fault["truth"]}, fault["id"]


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


def test_sixteen_phones_at_once_are_all_diagnosed_and_valid_against_the_schema(cli: Cli) -> None:
    names = ["healthy", *COVERED, "battery.worn:0.4+touch.off_bus"]
    code, diagnoses = diagnose(cli, names)
    assert code == 1
    assert len(diagnoses) == 16
    assert len({diagnosis["run_id"] for diagnosis in diagnoses}) == 16
    schema = cli.run("schema", "diagnosis").json
    for diagnosis in diagnoses:
        jsonschema.validate(diagnosis, schema, cls=jsonschema.Draft202012Validator)
        assert all(result["verdict"] != "error" for result in diagnosis["results"])
    listed = cli.run("runs", "--json").json
    assert {row["state"] for row in listed} == {"done"}
    assert len(listed) == 16


def test_no_link_carries_the_truth(cli: Cli) -> None:
    """What the phone said is kept; the name of its fault is in none of it."""
    diagnose(cli, ["camera_rear.off_bus"])
    for path in (cli.home / "state" / "runs").rglob("*"):
        if path.is_file() and len(path.name) == 64:
            assert b"off_bus" not in path.read_bytes()


def test_the_same_seed_is_the_same_phone_and_the_same_verdicts(cli: Cli) -> None:
    first, second = (diagnose(cli, ["battery.worn"], "--seed", "3")[1][0] for _ in range(2))
    for diagnosis in (first, second):
        assert diagnosis["phone"] == first["phone"]
        assert diagnosis["conclusion"] == first["conclusion"]
        assert [suspect["component"] for suspect in diagnosis["suspects"]][:1] == ["BAT"]
    assert json.dumps(first["plan"]) == json.dumps(second["plan"])
