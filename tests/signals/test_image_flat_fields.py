"""Shading, blemishes and photon transfer give back what flat fields were made with, and how sure they are."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hwsim.physics.camera.lens import Lens
from hwsim.physics.camera.scene import picture_of_field
from hwsim.physics.camera.sensor import REAR_SENSOR
from hwsim.physics.noise import generator
from probes.signals._validity import Float, Reason
from probes.signals.blemish import find_blemishes
from probes.signals.photon_transfer import nonuniformity, pair_statistics, photon_transfer, stack_of
from probes.signals.shading import shading, tile_means

SMALL = replace(REAR_SENSOR, height=480, width=640, hot_pixels=0, dead_pixels=0)
EVEN = Lens(half_field_deg=0.0, veil_ratio=0.0)


@settings(max_examples=40, deadline=None)
@given(
    size=st.tuples(st.integers(9, 70), st.integers(9, 70)),
    tiles=st.tuples(st.integers(1, 4), st.integers(1, 4)),
    mosaic=st.booleans(),
    dtype=st.sampled_from([np.uint8, np.uint16, np.int16, np.float32, np.float64]),
)
def test_tiles_are_the_means_of_their_pixels(
    size: tuple[int, int], tiles: tuple[int, int], mosaic: bool, dtype: type[Any]
) -> None:
    picture = np.random.default_rng(size[0] * size[1]).integers(0, 250, size).astype(dtype)
    if dtype is np.uint16:
        picture[: size[0] // 2] *= 200
    found = tile_means(picture, rows=tiles[0], columns=tiles[1], mosaic=mosaic)
    step = 2 if mosaic else 1
    down, across = (
        np.round(np.linspace(0, along // step, n + 1)).astype(int) for along, n in zip(size, tiles, strict=True)
    )
    for number, means in enumerate(found):
        plane = picture[number // 2 :: step, number % 2 :: step]
        for r, c in np.ndindex(*tiles):
            wanted = plane[down[r] : down[r + 1], across[c] : across[c + 1]].mean(dtype=np.float64)
            assert means[r, c] == pytest.approx(wanted, rel=1e-6)


def test_falloff_corners_and_colour_shading_are_what_the_lens_does() -> None:
    down, across = np.mgrid[:600, :800]
    radius2 = ((down - 299.5) ** 2 + (across - 399.5) ** 2) / 500.0**2
    green, red = 200.0 * (1 - 0.4 * radius2), 150.0 * (1 - 0.4 * radius2) * (1 + 0.1 * (across - 399.5) / 399.5)
    found = shading(np.dstack([red, green, 0.5 * green]))
    assert found.valid
    assert found.corner_ratio[1] == pytest.approx([0.62] * 4, abs=0.02)
    assert found.colour_deviation_ratio == pytest.approx([0.1, 0.0, 0.0], abs=0.003)
    assert found.uniformity_ratio[1] == pytest.approx(0.605, abs=0.01)
    mosaic = np.where((down % 2 == 0) & (across % 2 == 0), red, green)
    raw = shading(mosaic + 64.0, mosaic=True, black_dn=64.0)
    assert raw.colour_deviation_ratio[0] == pytest.approx(0.1, abs=0.005)
    assert raw.ratio.shape == (4, 60, 80)


@settings(max_examples=15, deadline=None)
@given(scale=st.floats(0.1, 50.0), order=st.permutations([0, 1, 2]))
def test_shading_follows_scale_and_order_of_the_channels(scale: float, order: list[int]) -> None:
    picture = np.random.default_rng(1).normal([100.0, 200.0, 150.0], 2.0, (96, 120, 3))
    first = shading(picture, rows=6, columns=8, reference_channel=1)
    other = shading(scale * picture[..., order], rows=6, columns=8, reference_channel=order.index(1))
    assert other.ratio == pytest.approx(first.ratio[order], rel=1e-9)
    assert other.colour_deviation_ratio == pytest.approx(first.colour_deviation_ratio[order], abs=1e-9)


def test_the_uncertainty_of_a_tile_covers_its_noise() -> None:
    errors = []
    for seed in range(5):
        found = shading(np.random.default_rng(seed).normal(300.0, 9.0, (600, 800)))
        errors.append((found.level_dn - 300.0) / found.level_std_dn)
    assert np.std(errors) == pytest.approx(1.0, abs=0.05)


def test_too_little_light_is_no_shading() -> None:
    dark = np.random.default_rng(0).normal(64.0, 2.0, (200, 200))
    assert shading(dark, black_dn=64.0).reasons == (Reason.TOO_NOISY,)


def spotted(diameter_px: float, contrast: float, *, seed: int = 0, noise: float = 3.0) -> Float:
    down, across = np.mgrid[:600, :800]
    falloff = 1.0 / (1.0 + ((down - 300) ** 2 + (across - 400) ** 2) / 800.0**2) ** 2
    spot = ((down - 210) ** 2 + (across - 555) ** 2) < (0.5 * diameter_px) ** 2
    return np.asarray(np.random.default_rng(seed).normal(500.0 * falloff * (1.0 + contrast * spot), noise))


@pytest.mark.parametrize("diameter_px", [30.0, 60.0, 120.0])
@pytest.mark.parametrize("contrast", [-0.05, -0.2, 0.04])
def test_a_spot_is_measured(diameter_px: float, contrast: float) -> None:
    found = find_blemishes(spotted(diameter_px, contrast))
    (spot,) = found.spots
    assert spot.row_px == pytest.approx(210.0, abs=3.0)
    assert spot.column_px == pytest.approx(555.0, abs=3.0)
    assert spot.diameter_px == pytest.approx(diameter_px, rel=0.25)
    assert spot.contrast_ratio == pytest.approx(contrast, rel=0.3)


@pytest.mark.parametrize(("diameter_px", "contrast"), [(60.0, -0.005), (8.0, -0.1), (0.0, 0.0)])
def test_what_is_small_or_faint_is_no_blemish(diameter_px: float, contrast: float) -> None:
    for seed in range(4):
        found = find_blemishes(spotted(diameter_px, contrast, seed=seed))
        assert found.valid
        assert found.spots == ()


def test_noise_raises_the_limit_and_says_so() -> None:
    found = find_blemishes(spotted(60.0, -0.02, noise=40.0))
    assert found.limit_ratio > 0.03
    assert found.spots == ()


def test_photon_transfer_gives_back_an_emulated_sensor() -> None:
    sensor = replace(SMALL, bits=12, gain_dn_per_e=0.28, read_noise_e=6.0, full_well_e=12_000.0, prnu_ratio=0.0)
    rng, levels = generator(1, "frames"), []
    for light_e in (300.0, 900.0, 2000.0, 4000.0, 6000.0, 8000.0, 11_000.0, 16_000.0):
        frames = [
            picture_of_field(EVEN, sensor, white_e=e, exposure_s=0.01, rng=rng) for e in (light_e, light_e, 0.0, 0.0)
        ]
        levels.append((light_e, *pair_statistics(*frames[:2]), *pair_statistics(*frames[2:])))
    light, mean, variance, dark_mean, dark_variance = np.array(levels).T
    found = photon_transfer(mean, variance, dark_mean, dark_variance, photons=2.0 * light)
    assert found.gain_dn_e == pytest.approx(0.28, rel=0.005)
    assert abs(found.gain_dn_e - 0.28) < 4.0 * found.gain_std_dn_e + 0.0005
    assert found.dark_noise_e == pytest.approx(6.0, rel=0.02)
    assert found.quantum_efficiency_ratio == pytest.approx(0.5, rel=0.01)


def test_stacks_give_back_dsnu_and_prnu_of_an_emulated_sensor() -> None:
    sensor = replace(SMALL, bits=14, gain_dn_per_e=1.5, prnu_ratio=0.012, dsnu_e=2.0)
    rng = generator(2, "frames")
    bright, dark = (
        stack_of(picture_of_field(EVEN, sensor, white_e=e, exposure_s=0.01, rng=rng) for _ in range(16))
        for e in (4000.0, 0.0)
    )
    found = nonuniformity(bright, dark, gain_dn_e=1.5)
    assert found.valid
    assert found.prnu_ratio == pytest.approx(0.012, rel=0.03)
    assert found.dsnu_e == pytest.approx(2.0, rel=0.03)


def test_the_uncertainty_of_the_gain_covers_what_chance_does() -> None:
    gains, stated = [], []
    light = np.linspace(200.0, 7000.0, 16)
    for seed in range(80):
        # the variance of n pairs of pixels scatters as sqrt(2 / n)
        chance = np.random.default_rng(seed).normal(0.0, np.sqrt(2.0 / 20_000), 16)
        found = photon_transfer(light, (0.25 * light + 9.0) * (1.0 + chance), np.zeros(16), np.full(16, 9.0))
        gains.append(found.gain_dn_e)
        stated.append(found.gain_std_dn_e)
    assert np.mean(stated) / np.std(gains, ddof=1) == pytest.approx(1.0, abs=0.3)


@pytest.mark.slow
def test_the_uncertainty_of_dsnu_and_prnu_covers_what_chance_does() -> None:
    found = []
    for seed in range(80):
        rng = np.random.default_rng(seed)
        offset, response = rng.normal(0.0, 4.0, (60, 80)), 1000.0 * (1.0 + rng.normal(0.0, 0.02, (60, 80)))
        stacks = [
            stack_of(level + rng.normal(0.0, 3.0, (60, 80)) for _ in range(4)) for level in (offset + response, offset)
        ]
        found.append(nonuniformity(*stacks, gain_dn_e=1.0))
    for values, stated in (("dsnu_e", "dsnu_std_e"), ("prnu_ratio", "prnu_std_ratio")):
        spread = np.std([getattr(one, values) for one in found], ddof=1)
        assert np.mean([getattr(one, stated) for one in found]) / spread == pytest.approx(1.0, abs=0.3)


def test_few_frames_of_a_quiet_pattern_are_too_noisy_to_tell() -> None:
    rng = np.random.default_rng(3)
    dark, bright = (stack_of(rng.normal(level, 20.0, (40, 40)) for _ in range(2)) for level in (10.0, 500.0))
    found = nonuniformity(bright, dark, gain_dn_e=1.0)
    if not found.valid:
        assert found.reasons == (Reason.TOO_NOISY,)
    assert nonuniformity(dark, bright, gain_dn_e=1.0).reasons == (Reason.TOO_SHORT,)


def test_a_series_that_never_saturates_says_so() -> None:
    light = np.linspace(100.0, 1000.0, 10)
    found = photon_transfer(light, 0.5 * light + 4.0, np.zeros(10), np.full(10, 4.0))
    assert found.remarks == (Reason.NOT_COVERED,)
    assert found.gain_dn_e == pytest.approx(0.5, rel=1e-9)
