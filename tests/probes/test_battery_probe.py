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
