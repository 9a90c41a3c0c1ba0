from __future__ import annotations

import numpy as np
import pytest

from hwsim.physics.noise import fast_length, flicker, generator, random_walk, white
from tests.hwsim_physics.reference import oadev, psd, white_fm_interval


def test_the_allan_deviation_used_here_gives_the_published_values_of_nbs14() -> None:
    # NIST SP 1065, section 12.4: 1000 points of a congruential generator.
    numbers = [1234567890]
    while len(numbers) < 1000:
        numbers.append(16807 * numbers[-1] % 2147483647)
    found = oadev(np.array(numbers) / 2147483647.0, 1.0, [1.0, 10.0, 100.0])
    assert found == pytest.approx([0.2922319, 0.09159953, 0.03241343], rel=1e-6)


def test_white_noise_has_its_density_at_every_frequency() -> None:
    _, density = psd(white(generator(1, "w"), 400_000, 2e-3, 400.0), 400.0)
    inner = density[2:-2]
    assert np.sqrt(inner.mean()) == pytest.approx(2e-3, rel=0.01)
    # About 194 half-overlapping segments leave 8 % of spread to each bin; no bin is far off.
    assert np.abs(inner / inner.mean() - 1.0).max() < 0.45


def test_white_noise_has_the_allan_deviation_of_its_random_walk_coefficient() -> None:
    rate_hz, count = 200.0, 400_000
    values = white(generator(2, "w"), count, 1e-3, rate_hz)
    taus_s = [0.05, 0.5, 5.0, 20.0]
    expected = 1e-3 / np.sqrt(2.0) / np.sqrt(taus_s)
    for found, true, tau_s in zip(oadev(values, rate_hz, taus_s), expected, taus_s, strict=True):
        low, high = white_fm_interval(count, round(tau_s * rate_hz), 0.9999)
        assert low < found / true < high


def test_flicker_noise_has_a_flat_allan_deviation_at_its_bias_instability() -> None:
    found = np.mean(
        [oadev(flicker(generator(seed, "f"), 1 << 17, 1.0, 50.0), 50.0, [2.0, 10.0, 50.0]) for seed in range(12)],
        axis=0,
    )
    assert found == pytest.approx(0.664, rel=0.08)


def test_flicker_noise_falls_by_ten_decibels_a_decade() -> None:
    frequency_hz, density = psd(flicker(generator(3, "f"), 1 << 19, 1.0, 100.0), 100.0, 1 << 14)
    band = (frequency_hz > 0.05) & (frequency_hz < 40.0)
    assert (density[band] * np.pi * frequency_hz[band]).mean() == pytest.approx(1.0, rel=0.05)


def test_a_random_walk_has_the_rising_allan_deviation_of_its_coefficient() -> None:
    taus_s = [1.0, 4.0, 16.0]
    found = np.mean(
        [oadev(random_walk(generator(seed, "r"), 100_000, 0.01, 50.0), 50.0, taus_s) for seed in range(8)], axis=0
    )
    assert found == pytest.approx(0.01 * np.sqrt(np.array(taus_s) / 3.0), rel=0.1)


def test_a_seed_and_a_name_decide_the_stream() -> None:
    first = generator(7, "gyro").standard_normal(8)
    assert np.array_equal(first, generator(7, "gyro").standard_normal(8))
    assert not np.array_equal(first, generator(7, "mag").standard_normal(8))
    assert not np.array_equal(first, generator(8, "gyro").standard_normal(8))


@pytest.mark.parametrize("count", [1, 2, 3, 7, 97, 480_001, 504_000])
def test_a_fast_length_is_even_long_enough_and_smooth(count: int) -> None:
    size = fast_length(count)
    assert size >= count
    assert size % 2 == 0
    assert size <= max(2, 1.2 * count + 1)
    for prime in (2, 3, 5):
        while size % prime == 0:
            size //= prime
    assert size == 1
