"""A photographed panel is found, brought to its own pixels, and its faults are counted as they were made."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import cv2
import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hwsim.physics.display import PANEL, photograph
from hwsim.physics.noise import generator
from probes.signals._validity import Float, Reason
from probes.signals.lines import Axis, find_lines
from probes.signals.panel import burn_in, mura, panel_pixels, uniformity
from probes.signals.registration import find_panel, mapped, rectify, register, register_panel

PANEL_SIZE = (400, 220)
TRUTH = np.array([[1.6, 0.08, 90.0], [-0.05, 1.55, 70.0], [3e-5, 6e-5, 1.0]])
"""From panel to photograph."""


@cache
def _inside(fine: int, size: tuple[int, int]) -> tuple[Float, npt.NDArray[np.intp]]:
    """Where each fine sample of a photograph lies on the panel."""
    down, across = np.mgrid[: size[0] * fine, : size[1] * fine]
    places = np.stack([(across.ravel() + 0.5) / fine - 0.5, (down.ravel() + 0.5) / fine - 0.5], axis=1)
    return places, np.floor(mapped(np.linalg.inv(TRUTH), places) + 0.5).astype(np.intp).T


def photo(field: Float, *, seed: int = 0, noise: float = 2.0, rounded_px: int = 0) -> Float:
    """A photograph of the panel, each pixel of it the mean of 3 x 3 samples, blurred by the camera."""
    fine, size = 3, (760, 520)
    if rounded_px:
        field = field * rounded(field.shape, rounded_px)
    places, (column, row) = _inside(fine, size)
    inside = (row >= 0) & (row < field.shape[0]) & (column >= 0) & (column < field.shape[1])
    light = np.full(len(places), 4.0)
    light[inside] = field[row[inside], column[inside]]
    seen = light.reshape(size[0], fine, size[1], fine).mean(axis=(1, 3))
    return np.asarray(cv2.GaussianBlur(seen, (0, 0), 0.8) + np.random.default_rng(seed).normal(0.0, noise, size))


def rounded(size: tuple[int, ...], radius: int) -> Float:
    mask = np.zeros(size, np.uint8)
    cv2.rectangle(mask, (radius, 0), (size[1] - 1 - radius, size[0] - 1), 1, -1)
    cv2.rectangle(mask, (0, radius), (size[1] - 1, size[0] - 1 - radius), 1, -1)
    for row in (radius, size[0] - 1 - radius):
        for column in (radius, size[1] - 1 - radius):
            cv2.circle(mask, (column, row), radius, 1, -1)
    return mask.astype(np.float64)


def corners() -> Float:
    rows, columns = PANEL_SIZE
    edges = [(-0.5, -0.5), (columns - 0.5, -0.5), (columns - 0.5, rows - 0.5), (-0.5, rows - 0.5)]
    return mapped(TRUTH, edges)


@pytest.mark.parametrize("rounded_px", [0, 20])
def test_corners_are_found_to_a_tenth_of_a_pixel_also_when_they_are_round(rounded_px: int) -> None:
    found = find_panel(photo(np.full(PANEL_SIZE, 180.0), rounded_px=rounded_px))
    assert found.valid
    assert found.remarks == ()
    assert np.abs(found.corners_px - corners()).max() < 0.1
    assert found.bow_px < 0.2


def test_the_uncertainty_of_the_corners_covers_what_noise_does() -> None:
    clean = photo(np.full(PANEL_SIZE, 180.0), noise=0.0)
    found = [find_panel(clean + np.random.default_rng(s).normal(0.0, 6.0, clean.shape)) for s in range(25)]
    spread = np.std([one.corners_px for one in found], axis=0, ddof=1).max()
    assert 0.5 < np.mean([one.corner_std_px for one in found]) / spread < 4.0


def test_a_panel_bent_by_the_lens_is_remarked_and_half_a_panel_is_none() -> None:
    white = photo(np.full(PANEL_SIZE, 180.0))
    down, across = (np.asarray(one, np.float32) for one in np.mgrid[:760, :520])
    far = ((down - 380) ** 2 + (across - 260) ** 2) / 500.0**2
    bent = cv2.remap(white, across + 0.06 * far * (across - 260), down + 0.06 * far * (down - 380), cv2.INTER_LINEAR)
    assert Reason.COARSE in find_panel(bent).remarks
    assert not find_panel(white[:300]).valid


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 1000), noise=st.floats(0.0, 0.5), points=st.integers(6, 40))
def test_registration_leaves_what_the_points_were_off_by(seed: int, noise: float, points: int) -> None:
    rng = np.random.default_rng(seed)
    panel = rng.uniform(0.0, 400.0, (points, 2))
    seen = mapped(TRUTH, panel + rng.normal(0.0, noise, panel.shape))
    found = register(seen, panel)
    if found.valid:
        assert found.residual_px <= 2.0 * noise + 1e-3
        assert found.point_std_px >= found.residual_px


def test_a_rectified_photograph_shows_each_pixel_in_its_place() -> None:
    field = np.full(PANEL_SIZE, 180.0)
    field[100, 50] = field[300, 170] = 0.0
    place = register_panel(find_panel(photo(np.full(PANEL_SIZE, 180.0))), rows=400, columns=220)
    flat = rectify(photo(field, seed=5), place, rows=400, columns=220)
    assert flat.shape == PANEL_SIZE
    inner = flat[2:-2, 2:-2]
    assert np.isfinite(inner).all()
    assert np.median(inner) == pytest.approx(180.0, rel=0.01)
    darkest = np.argsort(inner.ravel())[:2]
    assert {(int(k) // 216 + 2, int(k) % 216 + 2) for k in darkest} == {(100, 50), (300, 170)}
    colours = rectify(np.dstack([photo(field)] * 3), place, rows=400, columns=220)
    assert colours.shape == (*PANEL_SIZE, 3)


def seen(*, seed: int = 1, **health: int) -> tuple[Float, Float]:
    """Photographs of an emulated panel, one pixel each: its three fields in one, and its black."""
    panel = replace(PANEL, height=360, width=200, **health)
    rng = generator(seed, "bench camera")
    pictures = []
    for level in (255, 0):
        light = photograph(panel.emit(np.full((360, 200, 3), level, np.uint8), slider=200), rng=rng)
        pictures.append(light.reshape(360, 2, 200, 2, 3).mean(axis=(1, 3)).astype(np.float64))
    return pictures[0], pictures[1]


@pytest.mark.parametrize(("dead", "stuck"), [(0, 0), (6, 0), (0, 5), (9, 4)])
def test_subpixels_of_an_emulated_panel_are_counted(dead: int, stuck: int) -> None:
    lit, black = seen(dead_subpixels=dead, stuck_subpixels=stuck)
    found = panel_pixels(lit, black)
    assert found.valid
    assert (found.always_lit, found.always_dark, found.subpixels) == (0, 0, dead + stuck)
    assert len(found.places_px) == dead + stuck
    assert (found.pixel_class == 1) == (dead + stuck == 0)


def test_whole_pixels_are_told_from_subpixels_and_lit_ones_need_a_black_field() -> None:
    lit, black = seen()
    level = float(np.median(lit))
    lit[50, 60] -= lit[50, 60]
    black[200, 100] += level
    black[210, 30, 1] += level
    found = panel_pixels(lit, black)
    assert (found.always_lit, found.always_dark, found.subpixels) == (1, 1, 1)
    assert panel_pixels(lit).remarks == (Reason.NOT_COVERED,)
    assert panel_pixels(lit).always_lit == 0


@settings(max_examples=5, deadline=None)
@given(order=st.permutations([0, 1, 2]), scale=st.floats(0.01, 100.0))
def test_order_of_colours_and_brightness_change_no_count(order: list[int], scale: float) -> None:
    lit, black = seen(dead_subpixels=3, stuck_subpixels=3)
    first, other = panel_pixels(lit, black), panel_pixels(scale * lit[..., order], scale * black[..., order])
    assert (other.subpixels, other.always_dark, other.pixel_class) == (6, 0, first.pixel_class)


def test_dead_lines_are_lines_and_no_pixels() -> None:
    lit, _ = seen(columns=1, rows=1)
    found = find_lines(lit[2:-2, 2:-2, 0], mosaic=False)
    assert sorted(line.axis for line in found.lines) == [Axis.COLUMN, Axis.ROW]
    assert all(line.deviation_dn < 0.0 for line in found.lines)
    counted = panel_pixels(lit)
    assert (counted.always_dark, counted.areas) == (0, 1)


def test_burn_in_is_found_with_its_depth_and_not_where_it_is_not() -> None:
    for burnt in (0.0, 0.01, 0.05):
        panel = replace(PANEL, height=360, width=200, burn_ratio=burnt, mura_ratio=0.001)
        light = panel.emit(np.full((360, 200, 3), 128, np.uint8), slider=200).mean(axis=2).astype(np.float64)
        light += np.random.default_rng(3).normal(0.0, 0.004 * light.mean(), light.shape)
        found = burn_in(light, panel.burnt_area(360, 200))
        assert found.loss_ratio == pytest.approx(burnt, abs=max(4.0 * found.loss_std_ratio, 0.002))
        if burnt > 0.0:
            assert found.correlation < -0.2


def test_the_uncertainty_of_burn_in_covers_what_noise_does() -> None:
    pattern = (np.random.default_rng(0).random((120, 90)) > 0.7).astype(np.float64)
    fields = [np.random.default_rng(s).normal(100.0, 2.0, pattern.shape) * (1.0 - 0.01 * pattern) for s in range(80)]
    found = [burn_in(field, pattern) for field in fields]
    spread = np.std([one.loss_ratio for one in found], ddof=1)
    assert np.mean([one.loss_std_ratio for one in found]) / spread == pytest.approx(1.0, abs=0.3)
    assert np.mean([one.loss_ratio for one in found]) == pytest.approx(0.01, rel=0.1)


def test_mura_grows_with_its_contrast() -> None:
    down, across = np.mgrid[:600, :400]
    cloud = np.exp(-((down - 300.0) ** 2 + (across - 150.0) ** 2) / (2.0 * 30.0**2))
    noise = np.random.default_rng(0).normal(0.0, 0.5, cloud.shape)
    found = [mura(100.0 * (1.0 - depth * cloud) + noise, pixel_pitch_mm=0.06).index for depth in (0.0, 0.01, 0.03, 0.1)]
    assert found[0] < 0.3
    assert found == sorted(found)
    assert found[3] > 3.0


def test_uniformity_is_that_of_the_nine_places() -> None:
    field = np.fromfunction(lambda down, across: 100.0 - 20.0 * across / 239.0 + 0.0 * down, (240, 240))
    found = uniformity(field)
    assert found.nine_places_ratio == pytest.approx((100.0 - 50.0 / 3.0) / (100.0 - 10.0 / 3.0), rel=1e-3)
    assert found.places_ratio[1, 1] == 1.0
    assert found.all_tiles_ratio < found.nine_places_ratio
    assert uniformity(7.0 * field).nine_places_ratio == pytest.approx(found.nine_places_ratio, rel=1e-12)
