"""Sensors that a model declares, covers that are not there, clocks and supplies that fail at each start."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

from probes import Strength, Verdict
from probes.formats import parse_features, parse_input
from probes.software import PROBES
from probes.software._boot_ends import End, clock_resets, end_of
from tests.probes.dumps import battery, codes, getprop, thermal, uevent, value_of, verdict_of

if TYPE_CHECKING:
    from probes import Evaluation
    from tests.probes.conftest import ScriptedBench

    Run = Callable[..., tuple[Evaluation, object]]

BY_ID = {probe.meta.id: probe for probe in PROBES}
PARTS, BOOT, BATTERY = BY_ID["inventory.parts"], BY_ID["boot.history"], BY_ID["battery.gauge"]
KINDS = ("accelerometer", "gyroscope", "magnetic_field", "light", "proximity", "pressure")
FEATURES = "".join(
    f"feature:android.hardware.sensor.{name}\n"
    for name in ("accelerometer", "gyroscope", "compass", "light", "proximity", "barometer")
)


def sensors(*kinds: str) -> str:
    rows = [
        f"0x0000000{n}) One | Maker | ver: 1 | type: android.sensor.{kind}({n}) | perm: n/a\n"
        for n, kind in enumerate(kinds, 1)
    ]
    return "Sensor List:\n" + "".join(rows) if rows else "No Sensors on the device\n"


def inputs(switches: str) -> str:
    return (
        "INPUT MANAGER (dumpsys input)\n\nEvent Hub State:\n  Devices:\n    5: hall\n      Classes: 0x00000080\n"
        f"\nInput Reader State:\n  Device 5: hall\n    Switch Input Mapper:\n      SwitchValues: {switches}\n"
    )


@pytest.mark.parametrize(
    ("gone", "component"),
    [("accelerometer", "SNS-IMU"), ("magnetic_field", "SNS-MAG"), ("proximity", "SNS-PLS"), ("pressure", "PCB")],
)
def test_a_sensor_that_is_declared_and_not_listed_is_lost(
    scripted: type[ScriptedBench], run_probe: Run, gone: str, component: str
) -> None:
    listed = sensors(*(kind for kind in KINDS if kind != gone))
    outcome, _ = run_probe(PARTS, scripted({"dumpsys sensorservice": listed, "pm list features": FEATURES}))
    assert [finding.components for finding in outcome.findings] == [(component,)]


def test_a_sensor_that_the_model_never_had_is_not_missed(scripted: type[ScriptedBench], run_probe: Run) -> None:
    answers = {"dumpsys sensorservice": sensors("accelerometer"), "pm list features": "feature:android.hardware.wifi\n"}
    outcome, _ = run_probe(PARTS, scripted(answers))
    assert outcome.findings == ()
    assert verdict_of(outcome, "barometers") is Verdict.NOT_SUPPORTED


def test_an_empty_list_blames_the_hub_and_no_chip(scripted: type[ScriptedBench], run_probe: Run) -> None:
    outcome, _ = run_probe(PARTS, scripted({"dumpsys sensorservice": sensors(), "pm list features": FEATURES}))
    assert codes(outcome) == {"sensors.none"}
    assert verdict_of(outcome, "compasses") is Verdict.INCONCLUSIVE


def test_a_report_tells_the_features_in_its_long_dump(scripted: type[ScriptedBench], run_probe: Run) -> None:
    dump = "Features:\n  android.hardware.sensor.barometer\n\nPackages:\n"
    answers = {"dumpsys sensorservice": sensors("light"), "pm list features": "not found", "dumpsys package": dump}
    outcome, _ = run_probe(PARTS, scripted(answers))
    assert codes(outcome) == {"sensors.barometer_unlisted"}


def test_features_are_read_without_their_versions() -> None:
    text = "feature:reqGlEsVersion=0x30002\nfeature:android.hardware.nfc\nfeature:android.software.x=3\n"
    assert parse_features(text) == {"reqGlEsVersion", "android.hardware.nfc", "android.software.x"}


@pytest.mark.parametrize(("switches", "closed"), [("0", False), ("1", True), ("14", False), ("15", True)])
def test_the_first_bit_of_the_switches_is_the_cover(
    scripted: type[ScriptedBench], run_probe: Run, switches: str, closed: bool
) -> None:
    assert parse_input(inputs(switches)).devices[0].switches == int(switches, 16)
    outcome, _ = run_probe(PARTS, scripted({"dumpsys input": inputs(switches)}))
    assert ("hall.closed_at_rest" in codes(outcome)) is closed


def test_a_clock_that_begins_anew_is_told_from_one_that_nobody_can_set() -> None:
    lines = ["reboot,11", "cold,powerkey,1262304013", "shutdown,userrequested,8039328", "reboot,1624940786", "torn,"]
    assert clock_resets(lines) == ["reboot,11", "cold,powerkey,1262304013"]


@pytest.mark.parametrize(("stamps", "strength"), [((9, 12, 14), Strength.STRONG), ((9, 1_624_940_786), Strength.WEAK)])
def test_a_clock_that_is_lost_at_each_start_is_the_boards(
    scripted: type[ScriptedBench], run_probe: Run, stamps: tuple[int, ...], strength: Strength
) -> None:
    props = getprop(persist__sys__boot__reason__history="\n".join(f"reboot,{stamp}" for stamp in stamps))
    outcome, _ = run_probe(BOOT, scripted({"getprop": props}))
    (found,) = outcome.findings
    assert (found.code, found.components, found.strength) == ("clock.lost", ("PCB",), strength)


def test_a_fault_of_the_power_chip_is_told_from_a_reset_that_nobody_explains(
    scripted: type[ScriptedBench], run_probe: Run
) -> None:
    fault, bare = "reboot,pmic_off_fault,gp_fault0,pm0,smps5", "reboot,hardware_reset"
    assert (end_of(fault), end_of(bare)) == (End.SUPPLY, End.SUDDEN)
    for reason, expected in ((fault, "boot.supply_faults"), (bare, "boot.sudden_resets")):
        history = "\n".join(f"{reason},17000{n}0000" for n in range(3))
        outcome, _ = run_probe(BOOT, scripted({"getprop": getprop(persist__sys__boot__reason__history=history)}))
        assert codes(outcome) == {expected}
    assert verdict_of(outcome, "supply_faults") is Verdict.NOT_SUPPORTED


@pytest.mark.parametrize(("dc", "skin", "warm"), [(270, 30.0, False), (330, 30.0, False), (380, 30.0, True)])
def test_a_battery_warmer_than_the_case_at_rest_has_a_thermistor_that_lies(
    scripted: type[ScriptedBench], run_probe: Run, dc: int, skin: float, warm: bool
) -> None:
    answers = {"dumpsys battery": battery(dc=dc), "dumpsys thermalservice": thermal(skin=skin)}
    outcome, _ = run_probe(BATTERY, scripted(answers))
    assert ("battery.warmer_than_skin" in codes(outcome)) is warm


@pytest.mark.parametrize(("told", "value"), [("1", 1), ("0", 0)])
def test_a_pack_that_fails_the_makers_question_is_named(
    scripted: type[ScriptedBench], run_probe: Run, told: str, value: int
) -> None:
    gauge = uevent(full=3_900_000, design=4_000_000) + f"POWER_SUPPLY_AUTHENTIC={told}\n"
    outcome, _ = run_probe(BATTERY, scripted({"dumpsys battery": battery(), "cat /sys/class/power_supply/": gauge}))
    assert value_of(outcome, "authentic") == value
    assert ("battery.not_authentic" in codes(outcome)) is (value == 0)
