"""Sensors at rest, turned, shaken and stepped: truths that were put in come out, as surely as the results say."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hwsim.physics.imu import ACCELEROMETER, GYROSCOPE, MAGNETOMETER, record
from hwsim.physics.motion import Line, Motion
from hwsim.physics.noise import generator
from hwsim.physics.sampling import SAMPLING, bus_gaps
from probes.signals import (
    _rotation,
    barometer,
    calibration,
    cross,
    ellipsoid,
    gates,
    gyro,
    motor_line,
    positions,
    stamps,
    steps,
    still,
)
from probes.signals._validity import SignalError


def rng(seed: int) -> np.random.Generator:
    return np.random.default_rng(seed)


def test_stamps_in_nanoseconds_keep_their_jitter_after_weeks_of_uptime() -> None:
    start = 3_000_000_000_000_000  # 35 days
    times = start + np.arange(2000, dtype=np.int64) * 2_500_000 + rng(1).integers(-30_000, 30_000, 2000)
    found = stamps.judge_stamps(times, unit_s=1e-9)
    assert found.rate_hz == pytest.approx(400.0, rel=1e-4)
    assert found.jitter_ratio == pytest.approx(0.0098, rel=0.05)
    assert found.remarks == ()


def test_gaps_duplicates_and_backward_stamps_are_counted() -> None:
    times = np.arange(1000) / 200.0
    times = np.delete(times, slice(300, 310))
    times[50] = times[49]
    times[700] = times[699] - 1e-4
    found = stamps.judge_stamps(times, expected_hz=200.0)
    assert (found.gaps, found.lost, found.duplicated, found.backward) == (1, 10.0, 1, 1)
    assert found.longest_gap_s == pytest.approx(11 / 200.0)
    assert found.rate_hz == pytest.approx(200.0, rel=1e-3)
    assert found.delivered_hz == pytest.approx(198.0, rel=1e-3)


def test_stamps_of_whole_milliseconds_are_called_coarse_and_lose_nothing_by_it() -> None:
    times = np.round(np.arange(5000) / 203.4 + rng(2).exponential(0.002, 5000), 3)
    found = stamps.judge_stamps(np.sort(times))
    assert found.remarks == ("coarse",)
    assert found.step_s == pytest.approx(1e-3)
    assert found.rate_hz == pytest.approx(203.4, rel=1e-3)


def test_a_bus_with_gaps_loses_what_the_emulated_phone_lost() -> None:
    taken = record(
        ACCELEROMETER,
        Motion().specific_force,
        requested_hz=400.0,
        duration_s=30.0,
        rng=generator(1, "gaps"),
        sampling=bus_gaps(SAMPLING, 0.8),
    )
    found = stamps.judge_stamps(taken.t_ns, unit_s=1e-9)
    assert found.lost == pytest.approx(taken.lost, abs=max(0.02 * taken.lost, found.gaps))
    assert found.rate_hz == pytest.approx(400.0, rel=0.01)


@settings(max_examples=20, deadline=None)
@given(st.floats(1e-4, 1.0), st.integers(0, 99))
def test_the_step_of_a_quantised_sensor_is_found(step: float, seed: int) -> None:
    values = np.round(rng(seed).standard_normal(2000) * 20.0) * step
    found = gates.gates(values.astype(np.float32), rate_hz=100.0)
    assert found.step[0] == pytest.approx(step, rel=1e-3)
    assert found.steps_per_sigma[0] == pytest.approx(20.0, rel=0.1)


def test_stuck_saturated_and_coarse_axes_are_told_apart() -> None:
    noise = rng(3).standard_normal((4, 1000))
    noise[0] = 9.8
    noise[1] = np.clip(noise[1], -0.8, 0.8)
    noise[2] = np.round(noise[2] * 0.3)
    found = gates.gates(noise, rate_hz=100.0)
    assert found.stuck == (True, False, False, False)
    assert found.saturated[1] > 300
    assert found.saturated[3] == 0
    assert found.steps_per_sigma[2] < 1.0
    assert set(found.remarks) == {"coarse", "clipped"}
    known = gates.gates(noise[1], rate_hz=100.0, full_scale=0.8)
    assert known.saturated[0] == found.saturated[1]


def test_sigmas_at_rest_are_as_large_as_the_scatter() -> None:
    pulls: list[Any] = []
    for seed in range(12):
        found = still.still(rng(seed).standard_normal((20, 3000)) * 0.1 + 2.0, rate_hz=100.0)
        truth = 0.1 * math.sqrt(2.0 / 100.0)
        pulls.append(
            [
                (found.noise_density - truth) / found.noise_density_std,
                (found.mean - 2.0) / found.mean_std,
                (found.std - 0.1) / found.std_std,
                found.drift_per_s / found.drift_std_per_s,
                found.slope / found.slope_std,
            ]
        )
    spread = np.array(pulls).transpose(1, 0, 2).reshape(5, -1).std(axis=1)
    assert spread.min() > 0.75
    assert spread.max() < 1.3


@pytest.mark.parametrize("rate_hz", [10.0, 52.0, 400.0, 8000.0])
def test_the_density_of_an_emulated_sensor_is_that_of_its_part(rate_hz: float) -> None:
    samples = rng(4).standard_normal((3, 20_000)) * 1.5e-3 * math.sqrt(rate_hz / 2.0)
    found = still.still(samples, rate_hz=rate_hz)
    assert found.noise_density == pytest.approx(np.full(3, 1.5e-3), rel=0.03)
    walking = still.still(np.cumsum(samples, axis=1), rate_hz=rate_hz)
    assert walking.slope == pytest.approx(np.full(3, -2.0), abs=0.2)


def test_an_emulated_accelerometer_turned_by_hand_is_calibrated() -> None:
    matrix, bias = np.array([[1.02, 0.01, -0.02], [0.0, 0.98, 0.015], [0.0, 0.0, 1.01]]), np.array([0.1, -0.2, 0.3])
    arrows = rng(5).standard_normal((40, 3))
    truth = arrows / np.linalg.norm(arrows, axis=1, keepdims=True) * 9.81
    pulls = []
    for seed in range(60):
        said = np.linalg.solve(matrix, truth.T).T + bias + rng(100 + seed).standard_normal((40, 3)) * 1e-3
        found = calibration.by_hand(said, magnitude=9.81)
        pulls.append((found.bias - bias) / found.bias_std)
    assert np.abs(found.matrix - matrix).max() < 5e-4
    assert 0.8 < np.std(pulls) < 1.2
    assert np.linalg.norm(found.correct(said.T), axis=0) == pytest.approx(np.full(40, 9.81), abs=5e-3)


def test_positions_in_one_plane_calibrate_nothing() -> None:
    angles = np.linspace(0.0, 6.0, 30)
    flat = np.column_stack((np.cos(angles), np.sin(angles), np.full(30, 1e-3)))
    assert calibration.by_hand(flat, magnitude=1.0).reasons == ("not_covered",)
    assert calibration.six_positions(flat, flat).reasons == ("not_enough_positions",)


def test_six_positions_know_how_sure_they_are() -> None:
    truth = calibration.nearest_axes([[1, 0, 0], [-1, 0, 0], [0, 1, 0], [0, -1, 0], [0, 0, 1], [0, 0, -1]])
    pulls = []
    for seed in range(300):
        found = calibration.six_positions(truth + rng(seed).standard_normal((6, 3)) * 0.01 + 0.5, truth)
        pulls.append((found.bias - 0.5) / found.bias_std)
    assert 0.62 < (np.abs(pulls) < 1.0).mean() * 1.0 + 0.1 < 0.82  # two degrees of freedom: 58 %, not 68 %
    assert found.correct([1.5, 0.5, 0.5]) == pytest.approx([1.0, 0.0, 0.0], abs=0.05)


@settings(max_examples=15, deadline=None)
@given(st.permutations(range(3)), st.floats(0.01, 100.0), st.floats(-300.0, 300.0))
def test_the_ellipsoid_turns_scales_and_shifts_with_its_readings(order: list[int], scale: float, shift: float) -> None:
    arrows = rng(6).standard_normal((3, 300))
    sphere = arrows / np.linalg.norm(arrows, axis=0) * 45.0
    soft = np.array([[1.05, 0.02, 0.01], [0.02, 0.95, -0.03], [0.01, -0.03, 1.0]])
    said = np.linalg.solve(soft, sphere) + np.array([[20.0], [-30.0], [10.0]]) + rng(7).standard_normal((3, 300)) * 0.3
    base = ellipsoid.ellipsoid(said)
    moved = ellipsoid.ellipsoid(said[order] * scale + shift)
    assert moved.centre == pytest.approx(base.centre[order] * scale + shift, rel=1e-6, abs=1e-5 * scale)
    assert moved.matrix == pytest.approx(base.matrix[np.ix_(order, order)], abs=1e-6)
    assert np.abs(base.centre - [20.0, -30.0, 10.0]).max() < 5.0 * base.centre_std.max()


def test_sigmas_of_an_ellipsoid_are_as_large_as_the_scatter() -> None:
    pulls = []
    for seed in range(60):
        arrows = rng(seed).standard_normal((3, 300))
        sphere = arrows / np.linalg.norm(arrows, axis=0) * 45.0
        said = sphere + np.array([[20.0], [-30.0], [10.0]]) + rng(500 + seed).standard_normal((3, 300)) * 0.3
        found = ellipsoid.ellipsoid(said, field=45.0)
        pulls.append((found.centre - [20.0, -30.0, 10.0]) / found.centre_std)
    assert np.std(pulls) == pytest.approx(1.0, abs=0.2)
    assert np.abs(np.mean(pulls, axis=0)).max() < 0.5


def test_an_emulated_magnetometer_shows_its_own_hard_iron() -> None:
    arrows = rng(8).standard_normal((400, 3))
    truth = arrows / np.linalg.norm(arrows, axis=1, keepdims=True) * 48.0
    said = MAGNETOMETER.read(truth, rate_hz=50.0, rng=generator(1, "mag"))
    found = ellipsoid.ellipsoid(said.T, field=48.0)
    assert found.centre == pytest.approx(MAGNETOMETER.bias, abs=0.3)
    assert np.linalg.norm(found.correct(said.T), axis=0).std() < 0.6


@pytest.mark.parametrize("readings", [np.zeros((3, 99)), np.ones((3, 10))])
def test_readings_of_one_direction_are_no_ellipsoid(readings: Any) -> None:
    assert not ellipsoid.ellipsoid(readings).valid
    turned = np.array([np.cos(np.arange(99) * 0.1), np.sin(np.arange(99) * 0.1), np.zeros(99)]) * 45.0
    assert ellipsoid.ellipsoid(turned).reasons == ("not_covered",)


def test_rotations_compose_as_their_formula_says() -> None:
    axis = np.array([1.0, 2.0, -2.0]) / 3.0
    rates = np.repeat(axis[:, None] * 2.0, 501, axis=1)
    total = _rotation.total_rotation(rates, 0.01)
    assert total == pytest.approx(_rotation.rotations(axis[None, :] * 10.0)[0], abs=1e-9)
    assert total @ total.T == pytest.approx(np.eye(3), abs=1e-12)


def turn(scale: float, seed: int = 1) -> tuple[Any, Any]:
    rest, moving, rate_hz = 400, 600, 200.0
    rates = np.zeros((3, 2 * rest + moving))
    rates[0, rest : rest + moving] = 1.4 * np.sin(np.arange(moving) / moving * math.pi)
    rates[1, rest : rest + moving] = 0.6
    force, attitude = [np.array([0.5, 1.0, 9.7])], np.eye(3)
    for step in _rotation.rotations(0.5 * (rates[:, 1:] + rates[:, :-1]).T / rate_hz):
        attitude = attitude @ step
        force.append(attitude.T @ force[0])
    noise = rng(seed)
    said = rates * scale + np.array([[3e-3], [-2e-3], [1e-3]]) + noise.standard_normal(rates.shape) * 2e-3
    return said, np.array(force).T + noise.standard_normal(rates.shape) * 0.03


@pytest.mark.parametrize("scale", [0.9, 1.0, 1.04])
def test_gravity_tells_the_scale_of_a_gyroscope(scale: float) -> None:
    said, force = turn(scale)
    found = gyro.gyro_turn(said, force, rate_hz=200.0, before=(0, 390), after=(1010, 1400))
    assert found.scale == pytest.approx(scale, abs=6.0 * found.scale_std)
    assert found.scale_std < 1e-3
    assert (found.error_deg < 6.0 * found.error_std_deg) == (scale == 1.0)
    assert found.bias == pytest.approx([3e-3, -2e-3, 1e-3], abs=4e-4)


def test_sigmas_of_a_turn_and_of_a_delay_are_as_large_as_the_scatter() -> None:
    scales, lags = [], []
    for seed in range(60):
        found = gyro.gyro_turn(*turn(1.0, seed), rate_hz=200.0, before=(0, 390), after=(1010, 1400))
        scales.append((found.scale - 1.0) / found.scale_std)
        noise = rng(seed)
        whole = np.convolve(noise.standard_normal(1100), np.hanning(15), mode="same")
        second = whole[47:1047] * 2.0 + noise.standard_normal(1000) * 1.5
        agreed = cross.agreement(whole[50:1050], second, rate_hz=100.0)
        lags.append([(agreed.lag_s - 0.03) / agreed.lag_std_s, (agreed.ratio - 2.0) / agreed.ratio_std])
    assert 0.5 < np.std(scales) < 1.2
    assert np.std(lags, axis=0) == pytest.approx([1.0, 1.0], abs=0.35)


def test_a_turn_about_the_vertical_tells_no_scale() -> None:
    rates = np.zeros((3, 600))
    rates[2, 200:400] = 1.5
    force = np.tile([[0.0], [0.0], [9.81]], (1, 600)) + rng(9).standard_normal((3, 600)) * 0.01
    found = gyro.gyro_turn(rates, force, rate_hz=100.0, before=(0, 190), after=(410, 600))
    assert math.isnan(found.scale)
    assert found.remarks == ("ambiguous",)
    assert found.turned_deg[2] == pytest.approx(math.degrees(3.0), rel=0.01)
    with pytest.raises(SignalError):
        gyro.gyro_turn(rates, force, rate_hz=100.0, before=(0, 500), after=(410, 600))


def test_accelerometer_and_gyroscope_agree_on_a_turn_but_not_on_another_one() -> None:
    said, force = turn(1.0)
    seen, across = cross.gravity_rates(force, rate_hz=200.0), cross.across_gravity(said, force, rate_hz=200.0)
    found = cross.agreement(across[0, 20:-20], seen[0, 20:-20], rate_hz=200.0)
    assert found.correlation > 0.95
    assert abs(found.lag_s) < 5e-3
    assert found.ratio == pytest.approx(1.0, abs=0.05)
    other = cross.agreement(across[0], rng(10).standard_normal(across.shape[1]), rate_hz=200.0)
    assert other.reasons == ("too_noisy",)


@settings(max_examples=20, deadline=None)
@given(st.integers(-30, 30), st.floats(0.1, 10.0))
def test_a_delay_between_two_sensors_is_found(lag: int, ratio: float) -> None:
    whole = np.convolve(rng(11).standard_normal(1100), np.hanning(9), mode="same")
    first, second = whole[50:1050], whole[50 - lag : 1050 - lag] * ratio
    found = cross.agreement(first, second, rate_hz=100.0)
    assert found.lag_s == pytest.approx(lag / 100.0, abs=2e-3)
    assert found.ratio == pytest.approx(ratio, rel=0.05)


@pytest.mark.parametrize(("rate_hz", "true_hz"), [(1000.0, 175.3), (400.0, 233.0), (285.7, 188.0), (104.0, 159.0)])
def test_the_line_of_a_motor_is_found_where_sampling_folds_it(rate_hz: float, true_hz: float) -> None:
    shaken = Motion(vibrations=(Line(true_hz, (1.0, 0.2, 2.0)),)).specific_force
    quiet = rng(12).standard_normal((2, 3, round(8 * rate_hz))) * 0.05
    times = np.arange(quiet.shape[2]) / rate_hz
    found = motor_line.motor_line(shaken(times).T + quiet[0], rate_hz=rate_hz, rest=quiet[1])
    assert found.seen_hz == pytest.approx(motor_line.folded(true_hz, rate_hz), abs=5.0 * found.seen_std_hz)
    assert min(abs(value - true_hz) for value in found.candidates_hz) < 0.01
    assert found.level_rms == pytest.approx(np.array([1.0, 0.2, 2.0]) / math.sqrt(2.0), abs=0.02)
    assert found.broadband_ratio == pytest.approx(1.0, abs=0.1)


def test_two_rates_unfold_the_line() -> None:
    found = []
    for rate_hz in (285.7, 400.0):
        times = np.arange(round(5 * rate_hz)) / rate_hz
        found.append(motor_line.motor_line(np.sin(2 * math.pi * 188.0 * times), rate_hz=rate_hz))
    assert found[0].remarks == ("ambiguous",)
    assert motor_line.unfold(found[0], found[1], tolerance_hz=0.5) == pytest.approx(188.0, abs=0.01)


def test_sigmas_of_a_line_are_as_large_as_the_scatter() -> None:
    times, pulls = np.arange(2000) / 400.0, []
    for seed in range(150):
        noise = rng(seed)
        true_hz = float(noise.uniform(100.0, 190.0))
        samples = np.sin(2 * math.pi * true_hz * times + seed) + noise.standard_normal(2000) * 0.5
        line = motor_line.motor_line(samples, rate_hz=400.0)
        pulls.append(((line.seen_hz - true_hz) / line.seen_std_hz, (line.total_rms - math.sqrt(0.5)) / line.level_std))
    assert np.std(pulls, axis=0) == pytest.approx([1.0, 1.0], abs=0.25)


def test_noise_alone_has_no_line() -> None:
    missed = [motor_line.motor_line(rng(seed).standard_normal((3, 1200)), rate_hz=400.0).valid for seed in range(40)]
    assert sum(missed) <= 2


def test_harmonics_of_a_motor_are_found_through_the_fold() -> None:
    times = np.arange(4000) / 500.0
    samples = np.sin(2 * math.pi * 173.0 * times) + 0.1 * np.sin(2 * math.pi * 346.0 * times)
    found = motor_line.motor_line(samples + rng(13).standard_normal(4000) * 1e-3, rate_hz=500.0)
    assert found.harmonic_ratio[0] == pytest.approx(0.1, rel=0.02)
    assert np.nanmax(found.harmonic_ratio[1:]) < 0.01


def test_covering_a_light_sensor_is_timed_and_a_missed_change_is_counted() -> None:
    times = np.arange(0.0, 10.0, 0.05)
    lux = np.where((times % 4.0) < 2.0, 300.0, 2.0) + rng(14).standard_normal(times.size)
    found = steps.step_answers(times, lux, changes_s=[1.97, 3.97, 5.0, 5.97])
    assert found.missed == 1
    assert found.remarks == ("no_step",)
    assert found.latency_s[[0, 1, 3]] == pytest.approx([0.015] * 3, abs=0.016)
    assert found.before[0] == pytest.approx(300.0, abs=2.0)
    assert math.isnan(found.latency_s[2])


def test_a_proximity_sensor_that_speaks_only_of_changes_is_timed() -> None:
    found = steps.step_answers([0.0, 2.05, 4.07], [5.0, 0.0, 5.0], changes_s=[2.0, 4.0])
    assert found.valid
    assert (found.latency_s + found.latency_std_s * math.sqrt(12.0) >= 0.05).all()
    assert found.latency_s.max() < 0.07


def test_a_plugged_vent_shows_its_time_constant() -> None:
    times, pulls = np.arange(0.0, 60.0, 0.1), []
    for seed in range(40):
        rise = np.where(times > 10.0, -0.3 * (1.0 - np.exp(-(times - 10.0) / 5.0)), 0.0)
        found = barometer.pressure_answer(times, 1013.0 + rise + rng(seed).standard_normal(600) * 0.01, change_s=10.0)
        pulls.append(
            ((found.size_pa + 30.0) / found.size_std_pa, (found.time_constant_s - 5.0) / found.time_constant_std_s)
        )
    assert np.std(pulls, axis=0) == pytest.approx([1.0, 1.0], abs=0.35)
    quiet = 1013.0 + rng(99).standard_normal(600) * 0.01
    assert barometer.pressure_answer(times, quiet, change_s=10.0).reasons == ("no_step",)


def test_a_barometer_is_compared_with_its_reference() -> None:
    pressure = 1013.0 + rng(15).standard_normal(2000) * 0.02
    found = barometer.barometer(pressure, rate_hz=25.0, reference_hpa=1012.8, reference_std_hpa=0.05)
    assert found.offset_hpa == pytest.approx(0.2, abs=3.0 * found.offset_std_hpa)
    assert found.noise_pa == pytest.approx(2.0, abs=4.0 * found.noise_std_pa)
    assert found.density_pa == pytest.approx(2.0 * math.sqrt(2.0 / 25.0), rel=0.05)


def test_still_positions_of_an_emulated_gyroscope_and_accelerometer_are_found() -> None:
    parts = [np.tile(arrow, (300, 1)) for arrow in np.eye(3) * 9.81]
    moves = [rng(16).standard_normal((150, 3)) * 3.0 for _ in parts]
    truth = np.concatenate([row for pair in zip(parts, moves, strict=True) for row in pair])
    said = ACCELEROMETER.read(truth, rate_hz=100.0, rng=generator(1, "still")).T
    found = positions.still_positions(said, rate_hz=100.0, window_s=0.5)
    assert len(found.starts) == 3
    assert found.means - np.array(ACCELEROMETER.bias) == pytest.approx(np.eye(3) * 9.81, abs=0.02)
    rest = GYROSCOPE.read(np.zeros((4000, 3)), rate_hz=400.0, rng=generator(1, "gyro")).T
    assert still.still(rest, rate_hz=400.0).mean == pytest.approx(GYROSCOPE.bias, abs=1e-3)
