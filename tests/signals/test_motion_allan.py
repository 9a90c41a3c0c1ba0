"""Allan deviations: invariances, the pyramid's error, and intervals that hold as often as they say."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hwsim.physics.noise import flicker
from probes.signals.allan import allan, pyramid_error_sigma
from probes.signals.allan_curve import read_curve
from probes.signals.deviations import deviation

FORMS = ("allan", "modified", "time", "hadamard", "overlapping_hadamard", "total")


def white(seed: int, *shape: int) -> Any:
    return np.random.default_rng(seed).standard_normal(shape)


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 99), st.floats(1e-6, 1e6), st.floats(-1e3, 1e3), st.floats(1.0, 8000.0))
def test_the_deviation_scales_with_the_samples_and_ignores_their_offset(
    seed: int, scale: float, shift: float, rate_hz: float
) -> None:
    samples = white(seed, 200)
    base = allan(samples, rate_hz=rate_hz).deviation
    assert allan(samples * scale, rate_hz=rate_hz).deviation == pytest.approx(base * scale, rel=1e-9)
    assert allan(samples + shift, rate_hz=rate_hz).deviation == pytest.approx(base, rel=1e-6)
    assert allan(samples[::-1], rate_hz=rate_hz).deviation == pytest.approx(base, rel=1e-9)


@settings(max_examples=6, deadline=None)
@given(st.permutations(range(4)), st.sampled_from([None, 8, 32]))
def test_channels_do_not_see_each_other(order: list[int], pyramid: int | None) -> None:
    samples = white(3, 4, 3000)
    base = allan(samples, rate_hz=100.0, pyramid=pyramid)
    turned = allan(samples[order], rate_hz=100.0, pyramid=pyramid)
    assert turned.deviation == pytest.approx(base.deviation[order], rel=1e-12)


@pytest.mark.parametrize("form", FORMS)
def test_a_constant_rate_has_no_part_in_any_deviation(form: Any) -> None:
    samples = white(5, 400)
    base = deviation(samples, form=form, rate_hz=10.0, taus_s=[0.1, 0.5, 2.0])
    moved = deviation(samples + 7.0, form=form, rate_hz=10.0, taus_s=[0.1, 0.5, 2.0])
    assert moved.deviation == pytest.approx(base.deviation, rel=1e-6)


def test_the_hadamard_deviation_does_not_see_a_drift() -> None:
    samples = white(6, 400)
    drifting = samples + np.linspace(0.0, 100.0, 400)
    base = deviation(samples, form="overlapping_hadamard", rate_hz=1.0, taus_s=[1.0, 10.0])
    moved = deviation(drifting, form="overlapping_hadamard", rate_hz=1.0, taus_s=[1.0, 10.0])
    assert moved.deviation == pytest.approx(base.deviation, rel=1e-6)


def test_rate_and_phase_data_of_one_record_agree() -> None:
    samples = white(7, 1000)
    phase = np.concatenate(([0.0], np.cumsum(samples))) / 50.0
    by_rate, by_phase = allan(samples, rate_hz=50.0), allan(phase, rate_hz=50.0, kind="phase")
    assert by_phase.deviation == pytest.approx(by_rate.deviation, rel=1e-9)


def test_blocks_do_not_show_in_a_long_record() -> None:
    samples = white(8, 150_000)
    phase = np.concatenate(([0.0], np.cumsum(samples - samples.mean())))
    found = allan(samples, rate_hz=1.0, taus_s=[1, 7, 16384, 16385, 32768, 50_000])
    for factor, ours in zip((1, 7, 16384, 16385, 32768, 50_000), found.deviation[0], strict=True):
        second = phase[2 * factor :] - 2 * phase[factor:-factor] + phase[: -2 * factor]
        assert ours == pytest.approx(np.sqrt(np.mean(second**2) / 2.0) / factor, rel=1e-10)


def kinds(count: int) -> Any:
    rng = np.random.default_rng(11)
    walk = np.cumsum(rng.standard_normal(count))
    drift = np.linspace(0.0, 50.0, count)
    return np.array(
        [
            rng.standard_normal(count),
            flicker(rng, count, 1.0, 100.0),
            walk,
            rng.standard_normal(count) + 1e-3 * walk,
            rng.standard_normal(count) + drift,
            np.diff(rng.standard_normal(count + 1)),
        ]
    )


@pytest.mark.parametrize(("count", "pyramid"), [(5000, 8), (40_000, 8), (40_000, 32), (40_000, 64), (150_000, 32)])
def test_the_pyramid_is_off_by_no_more_than_it_says(count: int, pyramid: int) -> None:
    samples = kinds(count)
    fast = allan(samples, rate_hz=100.0, taus_s=np.geomspace(0.01, count / 300.0, 30), pyramid=pyramid)
    exact = allan(samples, rate_hz=100.0, taus_s=fast.taus_s)
    assert exact.taus_s == pytest.approx(fast.taus_s)
    off = np.abs(fast.deviation - exact.deviation) / (exact.high - exact.deviation)
    if pyramid == 8:
        off = off[:4]  # so few places mistake a little phase noise for white
    assert off.max() <= pyramid_error_sigma(pyramid)
    assert fast.approximation_sigma == pyramid_error_sigma(pyramid)


@pytest.mark.parametrize("factor", [1, 10, 100])
def test_two_of_three_intervals_hold_the_truth_of_white_noise(factor: int) -> None:
    found = allan(white(12, 300, 3000), rate_hz=1.0, taus_s=[factor])
    truth = 1.0 / np.sqrt(factor)
    inside = ((found.low <= truth) & (truth <= found.high)).mean()
    assert 0.60 < inside < 0.76


def test_the_coefficients_of_a_known_sensor_come_out() -> None:
    rng = np.random.default_rng(13)
    rate_hz, density = 100.0, 0.02
    samples = rng.standard_normal((12, 40_000)) * density * np.sqrt(rate_hz / 2.0)
    found = read_curve(allan(samples, rate_hz=rate_hz, pyramid=32))
    assert found.noise_density == pytest.approx(np.full(12, density), rel=0.04)
    pulls = (found.random_walk - density / np.sqrt(2.0)) / found.random_walk_std
    assert pulls.std() < 1.5
    assert found.still_falling.count(True) >= 5  # white noise has no floor
    wandering = read_curve(allan(np.cumsum(samples, axis=1), rate_hz=rate_hz, pyramid=32))
    step = density * np.sqrt(rate_hz / 2.0) * np.sqrt(rate_hz)  # of the walk, per root second
    assert np.median(wandering.rate_random_walk) == pytest.approx(step, rel=0.1)


def test_one_stuck_axis_is_named_and_leaves_the_others_alone() -> None:
    samples = white(14, 3, 500)
    samples[1] = 9.81
    found = allan(samples, rate_hz=100.0)
    assert found.valid
    assert found.remarks == ("constant",)
    assert np.isnan(found.deviation[1]).all()
    assert np.isfinite(found.deviation[[0, 2]]).all()
    assert np.isnan(read_curve(found).noise_density[1])


def test_counts_and_single_floats_are_taken() -> None:
    samples = (white(15, 500) * 1000).astype(np.int16)
    whole = allan(samples, rate_hz=1.0).deviation
    assert allan(samples.astype(np.float32), rate_hz=1.0).deviation == pytest.approx(whole, rel=1e-12)
