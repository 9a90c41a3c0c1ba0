from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from hwsim.physics.camera.flash import FLASH, flickering
from hwsim.physics.camera.focus import FOCUS_DRIVE
from hwsim.physics.camera.lens import REAR_LENS, Dust, Lens, decentred, dusty, fogged, lens_tilted
from hwsim.physics.camera.scene import Chart, Patch, picture_of_chart, picture_of_field
from hwsim.physics.camera.sensor import REAR_SENSOR, Sensor, dead_pixels, hot_pixels, lines
from hwsim.physics.noise import generator
from tests.hwsim_physics.reference import Array, slanted_edge_mtf

SMALL = replace(REAR_SENSOR, height=600, width=800, hot_pixels=0, dead_pixels=0)
QUIET = replace(SMALL, read_noise_e=0.0, prnu_ratio=0.0, dsnu_e=0.0, bits=16, gain_dn_per_e=6.0, full_well_e=1e4)
EVEN = Lens(half_field_deg=0.0, veil_ratio=0.0)


def frames(sensor: Sensor, light_e: float, count: int = 2, exposure_s: float = 0.01, seed: int = 1) -> Array:
    rng = generator(seed, "frames")
    return np.stack(
        [picture_of_field(EVEN, sensor, white_e=light_e, exposure_s=exposure_s, rng=rng) for _ in range(count)]
    ).astype(np.float64)


@pytest.mark.parametrize(("gain", "bits"), [(0.12, 10), (0.28077, 12), (1.5, 14)])
def test_photon_transfer_gives_back_gain_and_read_noise(gain: float, bits: int) -> None:
    sensor = replace(SMALL, gain_dn_per_e=gain, bits=bits)
    means, variances = [], []
    for light_e in (0.0, 300.0, 900.0, 2000.0, 4000.0, 6000.0):
        pair = frames(sensor, light_e)
        means.append(pair.mean() - sensor.black_dn)
        variances.append(np.mean((pair[0] - pair[1]) ** 2) / 2.0 - 1.0 / 12.0)
    slope, _ = np.polyfit(means, variances, 1)
    assert slope == pytest.approx(gain, rel=0.01)
    if gain > 0.5:  # below, the read noise is lost in the rounding to whole DN
        assert np.sqrt(variances[0]) / gain == pytest.approx(sensor.read_noise_e, rel=0.02)


def test_a_stack_of_frames_shows_the_fixed_pattern_of_its_chip() -> None:
    stack = frames(replace(SMALL, prnu_ratio=0.02), 4000.0, 24)
    mean = stack.mean(axis=0)
    temporal = stack.var(axis=0, ddof=1).mean() / 24.0
    spatial = np.sqrt(mean.var() - temporal) / SMALL.gain_dn_per_e / 4000.0
    assert spatial == pytest.approx(0.02, rel=0.02)
    again = frames(replace(SMALL, prnu_ratio=0.02, chip=2), 4000.0, 24, seed=2).mean(axis=0)
    assert abs(np.corrcoef(mean.ravel(), again.ravel())[0, 1]) < 0.01


def test_dark_current_grows_with_exposure() -> None:
    sensor = replace(SMALL, dark_e_per_s=400.0)
    levels = [frames(sensor, 0.0, 2, exposure_s).mean() for exposure_s in (0.01, 0.5, 1.0)]
    assert np.diff(levels) / sensor.gain_dn_per_e == pytest.approx([196.0, 200.0], rel=0.01)


def test_light_beyond_the_full_well_does_not_count() -> None:
    sensor = replace(SMALL, full_well_e=2000.0)
    assert frames(sensor, 50_000.0).mean() == pytest.approx(64.0 + 2000.0 * 0.12, abs=0.5)


@pytest.mark.parametrize("spread_px", [0.6, 1.0, 2.0, 4.0])
def test_the_modulation_of_a_slanted_edge_is_that_of_its_gaussian(spread_px: float) -> None:
    lens = replace(EVEN, blur_px=spread_px, field_px=0.0)
    chart = Chart(patches=(Patch(0.0, 0.0, 0.5),))
    picture = picture_of_chart(lens, QUIET, white_e=8000.0, exposure_s=0.0, rng=generator(1, "edge"), chart=chart)
    slant, half = np.radians(5.0), 0.25 * 500.0
    y_px, x_px = np.mgrid[0:600, 0:800] + 0.5
    across = (x_px - 400.0) * np.cos(slant) + (y_px - 300.0) * np.sin(slant)
    along = (y_px - 300.0) * np.cos(slant) - (x_px - 400.0) * np.sin(slant)
    rows = np.abs(along[:, 400]) < half - 40.0
    frequency, found = slanted_edge_mtf(picture[rows].astype(float), (across - half)[rows], reach_px=32.0)
    # Spread, a pixel one pixel wide, and nothing else; the window of the estimate widens by a little.
    expected = np.exp(-2.0 * (np.pi * spread_px * frequency) ** 2) * np.sinc(frequency)
    seen = (frequency < 0.6) & (frequency > 0.03)
    assert found[seen] == pytest.approx(expected[seen], abs=0.03)


def test_brightness_falls_with_the_fourth_power_of_the_cosine() -> None:
    lens = replace(REAR_LENS, half_field_deg=39.0, veil_ratio=0.0)
    light = lens.shading(600, 800)
    corner = light[0, 0] / light[299:301, 399:401].mean()
    assert corner == pytest.approx(np.cos(np.radians(39.0)) ** 4, rel=0.01)


def test_a_decentred_lens_darkens_opposite_corners_differently() -> None:
    light = decentred(REAR_LENS, 0.4).shading(600, 800)
    assert light[0, 0] / light[-1, -1] < 0.8 or light[-1, -1] / light[0, 0] < 0.8 or light[-1, 0] / light[0, -1] < 0.8


def test_a_tilted_lens_blurs_one_side() -> None:
    tilted = lens_tilted(REAR_LENS, 0.5)
    assert tilted.spread_px(0.6, 0.0) > 2.0 * tilted.spread_px(-0.6, 0.0)
    assert tilted.spread_px(-0.6, 0.0) == pytest.approx(REAR_LENS.spread_px(-0.6, 0.0))


def test_fog_lifts_the_black_of_the_chart() -> None:
    blacks = []
    for severity in (0.0, 0.3, 1.0):
        lens = replace(fogged(REAR_LENS, severity), half_field_deg=0.0)
        picture = picture_of_chart(lens, SMALL, white_e=5000.0, exposure_s=0.01, rng=generator(1, "fog"))
        blacks.append(picture[295:305, 395:405].mean())
    assert blacks == sorted(blacks)
    assert blacks[2] > 1.5 * blacks[0]


def test_dust_darkens_its_place_by_its_depth() -> None:
    lens = replace(EVEN, dust=(Dust(0.3, -0.2, 0.02, 0.1),))
    light = lens.shading(600, 800)
    assert light[round(300 - 0.2 * 500), round(400 + 0.3 * 500)] == pytest.approx(0.9, abs=0.01)
    assert np.median(light) == 1.0
    assert dusty(REAR_LENS, 0.2).dust[0].depth_ratio > 0.015


def test_hot_pixels_grow_with_exposure_and_stay_in_their_places() -> None:
    sensor = replace(hot_pixels(SMALL, 0.5), hot_pixels=300)
    short, long = frames(sensor, 0.0, 1, 0.02)[0], frames(sensor, 0.0, 1, 0.25)[0]
    hot = long > 200.0
    assert 100 < hot.sum() <= 300
    assert short[hot].mean() > short[~hot].mean() + 5.0
    assert np.array_equal(hot, frames(sensor, 0.0, 1, 0.25)[0] > 200.0)


def test_dead_pixels_clusters_and_lines_are_dark_in_the_light() -> None:
    sensor = replace(dead_pixels(SMALL, 0.3), columns=2)
    lit = frames(sensor, 5000.0)[0]
    dark = lit < 200.0
    assert dark.all(axis=0).sum() == 2
    assert dark.sum() == pytest.approx(2 * 600 + 9 * sensor.clusters + sensor.dead_pixels, abs=20)


def test_a_line_fault_is_a_whole_column_at_any_severity() -> None:
    assert (frames(lines(SMALL, 0.01), 5000.0)[0] < 200.0).all(axis=0).sum() == 1


def test_a_picture_is_the_same_for_the_same_seed() -> None:
    one, two = (
        picture_of_chart(REAR_LENS, SMALL, white_e=3000.0, exposure_s=0.01, rng=generator(4, "c")) for _ in range(2)
    )
    assert np.array_equal(one, two)


def test_a_flash_falls_with_the_square_of_the_distance_and_droops() -> None:
    times_s = np.array([-0.1, 0.01, 300.0])
    near, far = (FLASH.lux(times_s, distance_m=away, rng=generator(1, "f")) for away in (0.5, 1.0))
    assert near == pytest.approx(4.0 * far)
    assert far[0] == 0.0
    assert far[2] == pytest.approx(60.0 * 0.92, rel=1e-3)


def test_a_flickering_flash_goes_out_as_often_as_its_contact_breaks() -> None:
    part = flickering(FLASH, 0.5)
    seen = part.lux(np.arange(0.0, 200.0, 0.005), distance_m=1.0, rng=generator(1, "f"))
    breaks = np.count_nonzero((seen[1:] == 0.0) & (seen[:-1] > 0.0))
    # Breaks that fall into one another are seen as one.
    assert breaks == pytest.approx(200.0 * 1.5 * np.exp(-1.5 * 0.04), rel=0.15)


def test_a_drive_that_reaches_a_distance_leaves_the_lens_as_sharp_as_it_is() -> None:
    assert {FOCUS_DRIVE.focused(REAR_LENS, distance_m=far).defocus_px for far in (0.1, 0.4, 5.0)} == {0.0}
    assert FOCUS_DRIVE.focused(REAR_LENS, distance_m=0.05).defocus_px == 20.0  # ten dioptres too near
