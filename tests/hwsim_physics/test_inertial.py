from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from hwsim.physics.imu import ACCELEROMETER, GYROSCOPE, MAGNETOMETER, Triad, accelerometer_axis_stuck, record
from hwsim.physics.motion import GRAVITY_M_S2, Line, Motion
from hwsim.physics.noise import generator
from hwsim.physics.sampling import SAMPLING, Sampling, bus_gaps, stamp_jitter
from tests.hwsim_physics.reference import oadev, psd, white_fm_interval

EXACT = Sampling(clock_error_ppm=0.0, jitter_ratio=0.0)
IDEAL = Triad(noise_density=0.0, full_scale=1e3, lsb=1e-9)


def test_a_still_gyroscope_has_the_allan_deviation_of_its_parameters() -> None:
    gyro = replace(GYROSCOPE, bias_instability=0.0, random_walk=0.0)
    got = record(gyro, Motion().angular_rate, requested_hz=200, duration_s=1200, rng=generator(1, "g"), sampling=EXACT)
    # Rounding to the step adds lsb**2/12, white over the band.
    step_density = gyro.lsb / np.sqrt(12.0) / np.sqrt(100.0)
    density = np.hypot(gyro.noise_density, step_density)
    for axis in range(3):
        rates = got.values[:, axis].astype(np.float64)
        for tau_s in (0.1, 1.0, 10.0):
            low, high = white_fm_interval(len(rates), round(tau_s * 200), 0.9999)
            found = float(oadev(rates - rates.mean(), 200.0, [tau_s])[0])
            assert low * 0.99 < found / (density / np.sqrt(2.0 * tau_s)) < high * 1.01


def test_a_still_gyroscope_settles_at_its_bias_instability() -> None:
    gyro = replace(GYROSCOPE, lsb=1e-9, noise_density=1e-5, bias_instability=1e-4, random_walk=0.0)
    runs = [
        record(gyro, Motion().angular_rate, requested_hz=100, duration_s=1500, rng=generator(seed, "g"), sampling=EXACT)
        for seed in range(3)
    ]
    found = np.mean([oadev(run.values[:, i].astype(float), 100.0, [30.0]) for run in runs for i in range(3)])
    assert found == pytest.approx(0.664e-4, rel=0.12)


def test_the_default_gyroscope_is_of_the_class_of_a_phone_part() -> None:
    # The published minimum of a BMI160's curve is 8.5 degrees an hour near 37 s.
    got = record(GYROSCOPE, Motion().angular_rate, requested_hz=200, duration_s=900, rng=generator(5, "g"))
    floor = oadev(got.values[:, 0].astype(float), 200.0, [37.0])[0]
    assert 3.0 < np.degrees(floor) * 3600.0 < 20.0


def test_an_accelerometer_at_rest_feels_gravity_in_every_attitude() -> None:
    ideal = replace(ACCELEROMETER, bias=(0, 0, 0), noise_density=0.0, bias_instability=0.0, random_walk=0.0)
    for axis in range(3):
        for sign in (-1.0, 1.0):
            up = [0.0, 0.0, 0.0]
            up[axis] = sign
            motion = Motion(up=(up[0], up[1], up[2]))
            got = record(ideal, motion.specific_force, requested_hz=50, duration_s=1, rng=generator(1, "a"))
            assert got.values.mean(axis=0) == pytest.approx(np.array(up) * GRAVITY_M_S2, abs=ideal.lsb)


def test_turning_once_around_brings_gravity_and_field_back_and_integrates_to_a_turn() -> None:
    motion = Motion(up=(0.0, 1.0, 0.0), north=(1.0, 0.0, 0.0), rate_rad_s=(0.0, 0.0, np.pi / 2))
    times_s = np.array([0.0, 1.0, 4.0])
    force, field = motion.specific_force(times_s), motion.magnetic_field(times_s)
    assert force[2] == pytest.approx(force[0])
    assert field[2] == pytest.approx(field[0])
    # A quarter turn about z brings what was along y to x: the phone turns, the world stays.
    assert force[1] == pytest.approx([GRAVITY_M_S2, 0.0, 0.0], abs=1e-9)
    got = record(IDEAL, motion.angular_rate, requested_hz=100, duration_s=4, rng=generator(1, "g"), sampling=EXACT)
    assert got.values[:, 2].sum() / 100.0 == pytest.approx(2.0 * np.pi, rel=1e-6)


def test_the_world_turns_against_the_gyroscope() -> None:
    motion = Motion(rate_rad_s=(0.3, -0.2, 0.5))
    step_s = 1e-5
    force = motion.specific_force(np.array([1.0, 1.0 + step_s]))
    change = (force[1] - force[0]) / step_s
    assert change == pytest.approx(-np.cross(motion.rate_rad_s, force[0]), abs=1e-3)


def test_values_come_in_steps_and_stop_at_full_scale() -> None:
    motion = Motion(vibrations=(Line(11.0, (200.0, 0.0, 0.0)),))
    got = record(ACCELEROMETER, motion.specific_force, requested_hz=400, duration_s=2, rng=generator(1, "a"))
    x = got.values[:, 0].astype(np.float64)
    assert np.abs(x).max() == pytest.approx(ACCELEROMETER.full_scale, rel=1e-3)
    assert np.count_nonzero(np.abs(x) == np.abs(x).max()) > 3
    assert np.abs(x / ACCELEROMETER.lsb - np.round(x / ACCELEROMETER.lsb)).max() < 1e-2


def test_vibration_above_half_the_rate_folds_down() -> None:
    motion = Motion(vibrations=(Line(188.0, (0.0, 0.0, 3.0)),))
    sampling = replace(EXACT, max_rate_hz=285.7)
    got = record(
        ACCELEROMETER, motion.specific_force, requested_hz=400, duration_s=30, rng=generator(1, "a"), sampling=sampling
    )
    frequency_hz, density = psd(got.values[:, 2].astype(float) - GRAVITY_M_S2, 285.7, 2048)
    assert frequency_hz[density.argmax()] == pytest.approx(97.7, abs=0.2)


def test_scale_cross_axis_bias_and_temperature_enter_linearly() -> None:
    part = replace(
        IDEAL,
        matrix=(1.1, 0.02, 0.0, 0.0, 0.9, 0.0, 0.0, 0.03, 1.0),
        bias=(0.1, 0.2, 0.3),
        bias_per_c=(0.01, 0.0, -0.01),
    )
    seen = part.read(np.array([[1.0, 2.0, 3.0]]), rate_hz=100, rng=generator(1, "x"), temperature_c=45.0)
    assert seen[0] == pytest.approx([1.1 + 0.04 + 0.1 + 0.2, 1.8 + 0.2, 3.0 + 0.06 + 0.3 - 0.2], abs=1e-6)


def test_the_zero_moves_with_the_temperature_of_each_sample() -> None:
    part = replace(IDEAL, bias_per_c=(0.01, 0.0, -0.02))
    seen = part.read(np.zeros((3, 3)), rate_hz=100, rng=generator(1, "x"), temperature_c=np.array([25.0, 35.0, 5.0]))
    assert seen == pytest.approx(np.array([[0.0, 0.0, 0.0], [0.1, 0.0, -0.2], [-0.2, 0.0, 0.4]]), abs=1e-6)


def test_an_unprivileged_listener_gets_two_hundred_hertz() -> None:
    clamped = replace(EXACT, clamp_hz=200.0)
    got = record(
        ACCELEROMETER, Motion().specific_force, requested_hz=400, duration_s=2, rng=generator(1, "a"), sampling=clamped
    )
    assert len(got.t_ns) == 400
    assert np.diff(got.t_ns).mean() == pytest.approx(5e6)


def test_stamps_jitter_by_their_ratio_of_the_period() -> None:
    sampling = replace(SAMPLING, jitter_ratio=0.02)
    got = record(
        ACCELEROMETER,
        Motion().specific_force,
        requested_hz=400,
        duration_s=30,
        rng=generator(1, "a"),
        sampling=sampling,
    )
    # Two independent errors make each difference.
    assert np.diff(got.t_ns).std() / 2.5e6 == pytest.approx(0.02 * np.sqrt(2.0), rel=0.03)


def test_gaps_lose_the_expected_share_of_samples_and_leave_holes_in_the_stamps() -> None:
    sampling = bus_gaps(SAMPLING, 0.5)
    got = record(
        ACCELEROMETER,
        Motion().specific_force,
        requested_hz=400,
        duration_s=600,
        rng=generator(1, "a"),
        sampling=sampling,
    )
    # Gaps that begin at random and last at random overlap as the busy servers of an M/G/infinity queue do.
    expected = 1.0 - np.exp(-sampling.gaps_per_s * sampling.gap_s)
    assert got.lost / 240_000 == pytest.approx(expected, rel=0.15)
    assert np.diff(got.t_ns).max() > 10 * 2.5e6


def test_a_sticking_axis_repeats_one_value_for_its_share_of_samples() -> None:
    part = accelerometer_axis_stuck(ACCELEROMETER, 0.3)
    got = record(part, Motion().specific_force, requested_hz=400, duration_s=60, rng=generator(1, "a"))
    assert (got.values[:, 2] > 70.0).mean() == pytest.approx(0.3, abs=0.02)
    whole = record(
        accelerometer_axis_stuck(ACCELEROMETER, 1.0),
        Motion().specific_force,
        requested_hz=400,
        duration_s=2,
        rng=generator(1, "a"),
    )
    assert len(np.unique(whole.values[:, 2])) == 1


def test_hard_iron_moves_the_sphere_of_the_field_by_its_vector() -> None:
    part = replace(MAGNETOMETER, matrix=IDEAL.matrix)
    # One axis alone would draw one circle, which leaves the sphere open.
    turns = [Motion(rate_rad_s=rate) for rate in ((1.1, 0.7, 0.9), (-0.6, 1.2, 0.1), (0.0, -0.3, 1.3))]
    runs = [record(part, one.magnetic_field, requested_hz=50, duration_s=60, rng=generator(1, "m")) for one in turns]
    points = np.concatenate([run.values for run in runs]).astype(np.float64)
    # |p - b|^2 = r^2 is linear in b and r^2 - |b|^2.
    answer, *_ = np.linalg.lstsq(np.c_[2.0 * points, np.ones(len(points))], (points**2).sum(axis=1), rcond=None)
    assert answer[:3] == pytest.approx(part.bias, abs=0.3)
    assert np.sqrt(answer[3] + (answer[:3] ** 2).sum()) == pytest.approx(np.hypot(20.0, 44.0), abs=0.3)


def test_the_same_seed_gives_the_same_recording() -> None:
    one, two = (
        record(
            GYROSCOPE,
            Motion().angular_rate,
            requested_hz=400,
            duration_s=3,
            rng=generator(9, "g"),
            sampling=stamp_jitter(SAMPLING, 0.5),
        )
        for _ in range(2)
    )
    assert np.array_equal(one.t_ns, two.t_ns)
    assert np.array_equal(one.values, two.values)
