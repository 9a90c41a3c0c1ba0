"""Batteries, chargers, paths and contacts: truths that were put in come out, as surely as the results say."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hwsim.physics.cell import CELL, capacity_lost, resistance_high
from hwsim.physics.charge import CHARGER, charge
from probes.signals import capacity, charge_curve, health, incremental, intermittency, path, relaxation, resistance
from probes.signals._validity import Reason, SignalError
from probes.signals.capacity import OpenCircuit
from probes.signals.charge_curve import ChargePhase
from probes.signals.health import HealthSource

CURVE = OpenCircuit(np.array(CELL.shares), np.array(CELL.ocv_v))


def rng(seed: int) -> np.random.Generator:
    return np.random.default_rng(seed)


def loaded(ohm: float, seed: int, *, noise_v: float = 1e-3, offset_a: float = 0.0) -> tuple[Any, Any, Any]:
    times = np.arange(0.0, 200.0, 1.0)
    amperes = -np.repeat(rng(seed).uniform(0.2, 2.5, 10), 20)
    volts = 3.9 + amperes * ohm + rng(seed + 1).standard_normal(200) * noise_v
    return times, volts, amperes + offset_a


def test_the_resistance_of_a_loaded_battery_comes_out_with_its_sigma() -> None:
    pulls = []
    for seed in range(150):
        found = resistance.step_resistance(*loaded(0.15, seed))
        pulls.append((found.resistance_ohm - 0.15) / found.resistance_std_ohm)
    assert np.median(pulls) == pytest.approx(0.0, abs=0.3)
    assert 0.6 < (np.abs(pulls) < 1.0).mean() < 0.95


@settings(max_examples=20, deadline=None)
@given(st.floats(0.01, 1.0), st.floats(-1.0, 1.0), st.floats(0.1, 10.0))
def test_an_offset_of_either_meter_does_not_move_the_resistance(ohm: float, offset: float, scale: float) -> None:
    times, volts, amperes = loaded(ohm, 3, noise_v=0.0)
    base = resistance.step_resistance(times, volts, amperes).resistance_ohm
    assert base == pytest.approx(ohm, rel=1e-6)
    assert resistance.step_resistance(times, volts + offset, amperes).resistance_ohm == pytest.approx(base, rel=1e-6)
    assert resistance.step_resistance(times, volts, amperes + offset).resistance_ohm == pytest.approx(base, rel=1e-6)
    grown = resistance.step_resistance(times * scale, volts, amperes)
    assert grown.r0_ohm == pytest.approx(resistance.step_resistance(times, volts, amperes).r0_ohm)


def test_a_gauge_with_the_other_sign_is_named_and_no_step_is_no_resistance() -> None:
    times, volts, amperes = loaded(0.15, 4)
    assert resistance.step_resistance(times, volts, -amperes).remarks == ("out_of_range",)
    assert resistance.step_resistance(times, volts, amperes * 1e-3).reasons == ("no_step",)


def test_polarisation_shows_where_the_load_was_held() -> None:
    times = np.arange(0.0, 60.0, 1.0)
    amperes = np.where(times >= 20.0, -2.0, 0.0)
    volts = 4.0 - np.where(times >= 20.0, 2.0 * (0.1 + 0.05 * (1.0 - np.exp(-(times - 20.0) / 4.0))), 0.0)
    found = resistance.step_resistance(times, volts, amperes, settle_s=10.0)
    assert found.r0_ohm == pytest.approx([0.1])
    assert found.polarised_ohm == pytest.approx(0.1 + 0.05 * (1.0 - math.exp(-2.5)), rel=1e-6)
    brief = resistance.step_resistance(times[:25], volts[:25], amperes[:25])
    assert math.isnan(brief.polarised_ohm)


def test_sigmas_of_a_relaxation_are_as_large_as_the_scatter() -> None:
    times, pulls = np.arange(0.0, 300.0, 1.0), []
    for seed in range(80):
        volts = 3.9 - 0.03 * np.exp(-times / 40.0) + rng(seed).standard_normal(300) * 1e-3
        found = relaxation.relaxation(times, volts)
        pulls.append(
            [
                (found.rest_v - 3.9) / found.rest_std_v,
                (found.amplitude_v[0] - 0.03) / found.amplitude_std_v[0],
                (found.tau_s[0] - 40.0) / found.tau_std_s[0],
            ]
        )
    assert np.std(pulls, axis=0) == pytest.approx([1.0] * 3, abs=0.3)


def test_a_short_rest_is_too_short_for_the_branches_that_are_asked_for() -> None:
    times = np.arange(0.0, 120.0, 1.0)
    volts = 3.9 - 0.03 * np.exp(-times / 40.0)
    assert relaxation.relaxation(times[:50], volts[:50]).reasons == ("too_short",)
    assert relaxation.relaxation(times, volts, branches=2).reasons == ("too_short",)
    slow = relaxation.relaxation(times, 3.9 - 0.03 * np.exp(-times / 400.0))
    assert slow.remarks == ("ambiguous",)
    with pytest.raises(SignalError):
        relaxation.relaxation(times, volts, branches=3)


@pytest.mark.parametrize("severity", [0.0, 0.5, 1.0])
def test_the_capacity_of_an_emulated_cell_is_counted_within_its_sigma(severity: float) -> None:
    cell = capacity_lost(CELL, severity)
    run = charge(cell, start_share=0.1, duration_s=2400.0)
    found = capacity.counted_capacity(
        run.t_s,
        run.wires.battery_a,
        rest_before_v=float(cell.open_circuit_v(0.1)),
        rest_after_v=float(cell.open_circuit_v(float(run.share[-1]))),
        curve=CURVE,
    )
    assert found.valid
    assert found.capacity_mah == pytest.approx(cell.capacity_ah * 1000.0, rel=0.02)
    assert abs(found.capacity_mah - cell.capacity_ah * 1000.0) < 2.0 * found.capacity_std_mah


def test_a_capacity_is_not_concluded_from_what_does_not_carry_it() -> None:
    times = np.arange(0.0, 3600.0, 10.0)
    amperes = np.full(times.shape, 1.0)

    def counted(amperes: Any, before: float, after: float, times: Any = times) -> capacity.Capacity:
        return capacity.counted_capacity(times, amperes, rest_before_v=before, rest_after_v=after, curve=CURVE)

    assert counted(amperes, 3.72, 3.76).reasons == ("not_covered",)
    assert counted(amperes, 3.72, 4.9).reasons == ("out_of_range",)
    assert counted(-amperes, 3.72, 4.14).reasons == ("ambiguous",)
    holed = np.delete(np.arange(times.size), slice(100, 200))
    assert counted(amperes[holed], 3.72, 4.14, times[holed]).reasons == ("lost_samples",)
    with pytest.raises(SignalError):
        OpenCircuit(np.array([0.0, 1.0]), np.array([4.0, 3.0]))


def test_sources_of_health_that_contradict_each_other_are_named() -> None:
    found = health.compare_health(
        [
            HealthSource(name="full", ratio=0.973),
            HealthSource(name="fcc", ratio=0.59),
            HealthSource(name="soh", ratio=823.0),
        ]
    )
    assert found.contradictory
    assert set(found.pair) == {"full", "fcc"}
    assert found.impossible == ("soh",)
    assert found.ratio_std > 0.15


def test_a_gauge_that_never_learned_is_not_believed() -> None:
    gauge = HealthSource(name="gauge", ratio=1.0, cycles=2553)
    alone = health.compare_health([gauge])
    assert not alone.valid
    assert alone.unlearned == ("gauge",)
    counted = HealthSource(name="counted", ratio=0.78, std=0.02, counted=True)
    found = health.compare_health([gauge, counted])
    assert found.ratio == pytest.approx(0.78)
    assert found.remarks == (Reason.AMBIGUOUS,)
    assert health.compare_health([]).reasons == ("empty",)


def test_sources_that_agree_are_averaged() -> None:
    names = {"a": 0.90, "b": 0.92}
    found = health.compare_health([HealthSource(name=name, ratio=ratio, std=0.02) for name, ratio in names.items()])
    assert not found.contradictory
    assert found.ratio == pytest.approx(0.91)
    assert found.ratio_std == pytest.approx(0.02 / math.sqrt(2.0))


def test_an_emulated_charge_falls_into_its_phases() -> None:
    run = charge(start_share=0.0, duration_s=3.2 * 3600.0, charger=replace(CHARGER, hot_c=90.0))
    noise = rng(5)
    volts = run.wires.battery_v + noise.standard_normal(run.t_s.size) * 1e-3
    found = charge_curve.charge_curve(run.t_s, volts, run.wires.battery_a)
    phases = [segment.phase for segment in found.segments if segment.stop_s - segment.start_s > 60.0]
    assert phases[:2] == [ChargePhase.CONSTANT_CURRENT, ChargePhase.CONSTANT_VOLTAGE]
    assert found.float_v == pytest.approx(4.4, abs=0.005)
    assert found.step_times_s.size == 0
    assert found.moved_mah == pytest.approx(CELL.capacity_ah * 1000.0 * float(run.share[-1] - run.share[0]), rel=0.01)
    assert 0.2 < found.end_a < 0.4


def test_stepping_down_when_hot_is_found_and_timed() -> None:
    cool = charge(start_share=0.1, duration_s=3600.0, charger=replace(CHARGER, hot_c=90.0))
    run = charge(start_share=0.1, duration_s=3600.0, charger=replace(CHARGER, hot_c=38.0))
    if np.ptp(run.wires.battery_a[5:]) <= np.ptp(cool.wires.battery_a[5:]):
        pytest.skip("the emulated phone did not get that hot")
    found = charge_curve.charge_curve(
        run.t_s, run.wires.battery_v, run.wires.battery_a, temperature_c=run.board_c, float_v=4.4
    )
    truth = run.t_s[np.flatnonzero(np.diff(run.wires.battery_a) < -0.3) + 1]
    assert found.step_times_s == pytest.approx(truth, abs=10.0)
    assert (found.step_warming_c > 5.0).all()


def test_a_charge_that_was_cut_off_has_no_taper() -> None:
    run = charge(start_share=0.1, duration_s=1200.0)
    found = charge_curve.charge_curve(run.t_s, run.wires.battery_v, run.wires.battery_a)
    assert found.remarks == ("not_covered",)
    assert math.isnan(found.taper_s)
    idle = charge_curve.charge_curve(run.t_s, run.wires.battery_v, np.zeros(run.t_s.size))
    assert idle.reasons == ("not_found",)


def test_a_worn_tab_shows_in_the_resistance_but_not_in_the_capacity() -> None:
    cell = resistance_high(CELL, 0.8)
    amperes = -np.repeat([0.3, 2.0, 0.5, 1.5, 0.2], 10)
    times = np.arange(50.0)
    found = resistance.step_resistance(times, cell.terminal_v(0.6, amperes), amperes)
    assert found.resistance_ohm == pytest.approx(cell.resistance_ohm, rel=1e-6)


@settings(max_examples=30, deadline=None)
@given(st.floats(0.01, 1.0), st.floats(-0.2, 0.2), st.integers(0, 99))
def test_the_slope_of_a_path_ignores_the_offsets_of_the_meters(ohm: float, offset: float, seed: int) -> None:
    amperes = rng(seed).uniform(0.1, 2.0, 12)
    found = path.path_resistance(np.full(12, 5.1), 5.1 - ohm * amperes + offset, amperes)
    if found.valid:
        assert found.resistance_ohm == pytest.approx(ohm, rel=1e-6)
        assert found.offset_v == pytest.approx(-offset, abs=1e-6)


def test_sigmas_of_a_path_are_as_large_as_the_scatter_and_few_loads_are_too_few() -> None:
    amperes, pulls = np.tile([0.1, 0.5, 1.0, 2.0], 5), []
    for seed in range(300):
        found = path.path_resistance(
            np.full(20, 5.1), 5.1 - 0.2 * amperes + rng(seed).standard_normal(20) * 0.01, amperes
        )
        pulls.append((found.resistance_ohm - 0.2) / found.resistance_std_ohm)
    assert np.std(pulls) == pytest.approx(1.0, abs=0.15)
    assert path.path_resistance(np.full(9, 5.1), np.full(9, 5.0), np.full(9, 1.0)).reasons == ("no_step",)
    two = np.tile([0.1, 2.0], 5)
    assert path.path_resistance(np.full(10, 5.1), 5.1 - 0.2 * two, two).reasons == ("no_step",)
    assert path.path_resistance(5.1 - 0.2 * amperes, np.full(20, 5.1), amperes).remarks == ("out_of_range",)


def test_dips_are_counted_by_their_length() -> None:
    volts = np.full(10_000, 5.0) + rng(6).standard_normal(10_000) * 0.01
    for start, stop in ((1000, 1020), (5000, 5050), (7000, 7500)):
        volts[start:stop] -= 0.6
    found = intermittency.dips(volts, rate_hz=1000.0)
    assert (found.short, found.long) == (2, 1)
    assert found.lasted_s == pytest.approx([0.02, 0.05, 0.5])
    assert found.depth_v == pytest.approx([0.6] * 3, abs=0.05)
    assert found.per_minute == pytest.approx(12.0)
    assert found.per_minute_low < 12.0 < found.per_minute_high
    assert intermittency.dips(volts, rate_hz=5.0).remarks == ("coarse",)


def test_the_interval_of_a_rate_of_events_holds_the_truth() -> None:
    inside = 0
    for seed in range(300):
        noise = rng(seed)
        times = noise.uniform(0.0, 600.0, noise.poisson(20))
        found = intermittency.event_rate(times, watched_s=600.0)
        inside += found.per_minute_low <= 2.0 <= found.per_minute_high
    assert inside / 300 > 0.93
    burst = intermittency.event_rate(np.linspace(100.0, 101.0, 20), watched_s=600.0)
    assert burst.bunching > 10.0
    assert intermittency.event_rate([700.0], watched_s=600.0).reasons == ("out_of_range",)


def test_the_peaks_of_an_incremental_capacity_curve_lie_where_they_were_put() -> None:
    volts = np.linspace(3.4, 4.3, 6000)
    charge_ah = 1.5 / (1.0 + np.exp(-(volts - 3.75) / 0.02)) + 1.0 / (1.0 + np.exp(-(volts - 3.95) / 0.03))
    found = incremental.incremental_capacity(volts + rng(7).standard_normal(6000) * 2e-4, charge_ah)
    assert found.peaks_v == pytest.approx([3.75, 3.95], abs=0.01)
    assert found.peaks_ah_v[0] == pytest.approx(1.5 / 0.08, rel=0.1)
    assert incremental.incremental_capacity(volts[:60] * 0.01 + 3.7, charge_ah[:60]).reasons == ("not_covered",)
