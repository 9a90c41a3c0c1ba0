"""The battery probe on phones that answer from a table: worn, cold, stuck, contradictory and frozen."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest

from probes import Bench, Evaluation, Probe, Samples, Strength, Verdict
from probes.software.battery import BatteryGauge, fell_percent
from tests.probes.dumps import battery, codes, stats, thermal, uevent, value_of, verdict_of

if TYPE_CHECKING:
    from tests.probes.conftest import ScriptedBench

    Run = Callable[[Probe, Bench], tuple[Evaluation, list[Any]]]

UEVENT = "cat /sys/class/power_supply/"
BATTERY = BatteryGauge()


def test_a_worn_battery_is_seen_by_its_own_gauge(scripted: type[ScriptedBench], run_probe: Run) -> None:
    bench = scripted({"dumpsys battery": battery(), UEVENT: uevent(full=2_400_000, design=4_000_000, cycles=900)})
    bench.answers = {"dumpsys batterystats": stats(), **bench.answers}
    outcome, _ = run_probe(BATTERY, bench)
    assert value_of(outcome, "soh_percent") == 60.0
    assert value_of(outcome, "full_charge_mah") == 2400
    assert verdict_of(outcome, "cycle_count") is Verdict.MARGINAL
    assert outcome.verdict is Verdict.FAIL
    loud = [finding for finding in outcome.findings if finding.strength is Strength.STRONG]
    assert [(finding.code, finding.components) for finding in loud] == [("battery.capacity_low", ("BAT",))]


def test_a_worn_battery_is_seen_where_sysfs_is_denied(scripted: type[ScriptedBench], run_probe: Run) -> None:
    """Android 9 and later hide sysfs from a stock shell; counter, level and learned capacity are left."""
    answers = {
        "dumpsys batterystats": stats(capacity=4000, learned=2480),
        "dumpsys battery": battery(level=50, counter=1_200_000),
        UEVENT: "cat: /sys/class/power_supply/battery/uevent: Permission denied\n",
    }
    outcome, said = run_probe(BATTERY, scripted(answers))
    assert value_of(outcome, "soh_percent") == 61.0
    assert value_of(outcome, "soh_spread_percent") == 2.0
    assert verdict_of(outcome, "current_ma") is Verdict.NOT_SUPPORTED
    assert "battery.capacity_low" in codes(outcome)
    assert not any(isinstance(item, Samples) for item in said)


def test_a_healthy_battery_passes_and_its_samples_are_kept(scripted: type[ScriptedBench], run_probe: Run) -> None:
    gauge = uevent(full=3_900_000, design=4_000_000, cycles=90, ua=-200_000, uv=3_870_000)
    answers = {"dumpsys batterystats": stats(), "dumpsys battery": battery(level=56, mv=3870), UEVENT: gauge}
    outcome, said = run_probe(BATTERY, scripted(answers | {"dumpsys thermalservice": thermal(skin=30.0, ap=33.0)}))
    assert outcome.verdict is Verdict.PASS
    assert outcome.findings == ()
    samples = [item for item in said if isinstance(item, Samples)]
    assert len(samples) == 1
    assert len(samples[0].t_ns) == len(samples[0].channels["current_ma"]) == 5
    assert abs(value_of(outcome, "current_ma")) == 200


@pytest.mark.parametrize(("dc", "gap_c"), [(-400, 70.0), (-300, 60.0), (780, 46.0)])
def test_a_broken_thermistor_is_told_by_a_second_sensor(
    scripted: type[ScriptedBench], run_probe: Run, dc: int, gap_c: float
) -> None:
    answers = {
        "dumpsys battery": battery(dc=dc),
        "dumpsys thermalservice": thermal(skin=31.0, ap=32.0, battery=dc / 10),
    }
    outcome, _ = run_probe(BATTERY, scripted(answers | {"dumpsys thermalservice": thermal(skin=30.0, ap=32.0)}))
    assert value_of(outcome, "temperature_gap_c") == gap_c
    found = {finding.code: finding.components for finding in outcome.findings}
    assert found["battery.thermistor_implausible"] == ("BAT",)
    assert found["battery.temperature_out_of_range"] == ()


def test_gauges_that_contradict_each_other_name_no_part_by_themselves(
    scripted: type[ScriptedBench], run_probe: Run
) -> None:
    answers = {
        "dumpsys batterystats": stats(capacity=4000, learned=3900),
        "dumpsys battery": battery(level=50, counter=1_000_000),
        UEVENT: uevent(full=3_900_000, design=4_000_000),
    }
    outcome, _ = run_probe(BATTERY, scripted(answers))
    assert value_of(outcome, "soh_spread_percent") == pytest.approx(47.5)
    assert [f.components for f in outcome.findings if f.code == "battery.gauges_disagree"] == [()]
    assert "battery.capacity_low" not in codes(outcome)


def test_a_level_far_from_the_cells_voltage_is_noticed(scripted: type[ScriptedBench], run_probe: Run) -> None:
    gauge = uevent(full=3_900_000, design=4_000_000, ua=-200_000, uv=3_600_000)
    outcome, _ = run_probe(BATTERY, scripted({"dumpsys battery": battery(level=90, mv=3600), UEVENT: gauge}))
    assert value_of(outcome, "level_gap_percent") > 40
    assert "battery.level_implausible" in codes(outcome)


def test_a_frozen_battery_service_is_inconclusive_and_never_a_reading(
    scripted: type[ScriptedBench], run_probe: Run
) -> None:
    outcome, _ = run_probe(BATTERY, scripted({"dumpsys battery": battery(level=1, dc=9000, frozen=True)}))
    assert outcome.verdict is Verdict.INCONCLUSIVE
    assert outcome.reason == "battery_service_overridden"
    assert all(taken.value is None for taken in outcome.measurements)
    assert outcome.findings == ()


@pytest.mark.parametrize(
    ("levels", "percent"),
    [
        ((80, 79, 78, 77, 76), 4),
        ((80, 79, 78, 79, 80, 81, 80, 79), 4),  # charged a little meanwhile, as on a bench
        ((80, 50, 80, 79), 1),  # a leap of a gauge that fell silent is no use of the battery
        ((50, 50, 50), 0),
        ((), 0),
    ],
)
def test_what_was_charged_meanwhile_hides_no_fall_of_the_level(levels: tuple[int, ...], percent: int) -> None:
    assert fell_percent(levels) == percent


def drained(*, levels: tuple[int, ...], counted_mah: str | None, modelled_mah: float) -> str:
    """Battery statistics as Android 8.1 prints them; with no count where an older one has no such line."""
    lines = ["Battery History (2% used, 84KB used of 4096KB, 212 strings using 19KB):"]
    lines += [f"  +{hour}h00m00s000ms (2) {level:03d} 00200040 volt=3900" for hour, level in enumerate(levels, start=1)]
    lines += ["", "Statistics since last charge:", "  Estimated battery capacity: 2517 mAh"]
    lines += ["  Time on battery: 9h 35m 17s 110ms (55.7%) realtime, 19m 13s 428ms (3.3%) uptime"]
    lines += [f"  Discharge: {counted_mah} mAh", "  Screen off discharge: 0 mAh"] if counted_mah is not None else []
    lines += ["", "  Estimated power use (mAh):"]
    return "\n".join([*lines, f"    Capacity: 2770, Computed drain: {modelled_mah:g}, actual drain: 83.1-111", ""])


@pytest.mark.parametrize(
    ("levels", "counted_mah", "modelled_mah"),
    [
        ((100, 99, 98, 97, 96), "117", 891),  # a real phone: the model says eight times what was counted
        ((64, 64, 64, 64, 64), None, 500),  # the model alone, and not much of it
        ((64, 64, 64, 64, 64), "0", 500),  # a phone without a counter
        ((100, 100, 99, 99, 98), None, 1500),  # the level stands at first, as drivers let it
        ((100, 100, 100, 100, 100), "200", 200),
    ],
)
def test_a_level_is_not_held_against_a_model_that_may_say_too_much(
    scripted: type[ScriptedBench], run_probe: Run, levels: tuple[int, ...], counted_mah: str | None, modelled_mah: float
) -> None:
    text = drained(levels=levels, counted_mah=counted_mah, modelled_mah=modelled_mah)
    answers = {"dumpsys batterystats": text, "dumpsys battery": battery(level=levels[-1])}
    outcome, _ = run_probe(BATTERY, scripted(answers))
    assert verdict_of(outcome, "level_follow_percent") is Verdict.NOT_SUPPORTED
    assert outcome.findings == ()


@pytest.mark.parametrize(
    ("level", "counted_mah", "modelled_mah"), [(64, "500", 30), (64, None, 900), (64, "0", 900), (99, "900", 900)]
)
def test_a_level_that_stands_still_while_much_is_drawn_is_stuck(
    scripted: type[ScriptedBench], run_probe: Run, level: int, counted_mah: str | None, modelled_mah: float
) -> None:
    text = drained(levels=(level,) * 5, counted_mah=counted_mah, modelled_mah=modelled_mah)
    outcome, _ = run_probe(BATTERY, scripted({"dumpsys batterystats": text, "dumpsys battery": battery(level=level)}))
    assert value_of(outcome, "level_follow_percent") == 0
    assert "battery.level_stuck" in codes(outcome)
