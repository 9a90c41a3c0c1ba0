"""Scenes before a camera: the slanted-edge chart, an even field, and darkness."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from hwsim.physics.arrays import Floats, Singles
from hwsim.physics.camera.lens import Lens
from hwsim.physics.camera.sensor import Sensor

TABLE_STEPS = 8192
TABLE_END = 6.0


@dataclass(frozen=True)
class Patch:
    """A dark square, turned by ``slant_deg``, at a place of the field (shares of the half diagonal)."""

    x_ratio: float
    y_ratio: float
    side_ratio: float = 0.16
    slant_deg: float = 5.0


@dataclass(frozen=True)
class Chart:
    """Dark squares on a light ground, as reflectances; the default has one in the centre and four in the corners."""

    light_ratio: float = 0.8
    dark_ratio: float = 0.16
    patches: tuple[Patch, ...] = (
        Patch(0.0, 0.0),
        Patch(-0.6, -0.42),
        Patch(0.6, -0.42),
        Patch(-0.6, 0.42),
        Patch(0.6, 0.42),
    )

    def scaled(self, ratio: float) -> Chart:
        """Return the chart as it looks from where it is so many times as large; the ground around it is as light."""
        grown = (
            replace(one, x_ratio=one.x_ratio * ratio, y_ratio=one.y_ratio * ratio, side_ratio=one.side_ratio * ratio)
            for one in self.patches
        )
        return replace(self, patches=tuple(grown))


CHART = Chart()


def picture_of_chart(
    lens: Lens,
    sensor: Sensor,
    *,
    white_e: float,
    exposure_s: float,
    rng: np.random.Generator,
    chart: Chart = CHART,
) -> NDArray[np.uint16]:
    """Return the raw picture of a chart; ``white_e`` electrons would come from a white surface in the centre.

    No blur is computed: a Gaussian spread is separable along the sides of a turned square too, so each patch is the
    product of two blurred strips in closed form, with the spread that the lens has there.
    """
    light = lens.shading(sensor.height, sensor.width)
    light *= np.float32(white_e * chart.light_ratio)
    depth = 1.0 - chart.dark_ratio / chart.light_ratio
    for patch in chart.patches:
        _lay(light, patch, lens, depth)
    return sensor.expose(light, exposure_s=exposure_s, rng=rng)


def picture_of_field(
    lens: Lens, sensor: Sensor, *, white_e: float, exposure_s: float, rng: np.random.Generator
) -> NDArray[np.uint16]:
    """Return the raw picture of an evenly lit surface; with ``white_e`` 0 the dark frame of a covered lens."""
    light = lens.shading(sensor.height, sensor.width)
    light *= np.float32(white_e)
    return sensor.expose(light, exposure_s=exposure_s, rng=rng)


def edge_profile(away_px: Floats, spread_px: float) -> Floats:
    """Return the share of light 0..1 across an edge at 0, after a Gaussian spread and a pixel one pixel wide."""
    reach = TABLE_END * spread_px + 1.0
    grid = np.linspace(-reach, reach, TABLE_STEPS)
    inner, outer = (grid - 0.5) / spread_px, (grid + 0.5) / spread_px
    table = spread_px * (_ramp(outer) - _ramp(inner))
    return np.asarray(np.interp(away_px, grid, table, 0.0, 1.0), dtype=np.float64)


def _ramp(units: Floats) -> Floats:
    """Return the integral of the normal distribution function, ``z * cdf(z) + pdf(z)``."""
    cdf = np.interp(units, *_normal_cdf(), 0.0, 1.0)
    return np.asarray(units * cdf + np.exp(-0.5 * units**2) / math.sqrt(2.0 * math.pi), dtype=np.float64)


@lru_cache(maxsize=1)
def _normal_cdf() -> tuple[Floats, Floats]:
    units = np.linspace(-8.0, 8.0, 4 * TABLE_STEPS)
    return units, np.array([0.5 * math.erfc(-unit / math.sqrt(2.0)) for unit in units])


def _lay(light: Singles, patch: Patch, lens: Lens, depth: float) -> None:
    """Darken the ground where a patch and its halo lie."""
    height, width = light.shape
    half_px = math.hypot(height, width) / 2.0
    side = patch.side_ratio * half_px / 2.0
    slant = math.radians(patch.slant_deg)
    far = 1.2 * side + 4.0 * lens.veil_px
    rows, y_px = _window(height / 2 + patch.y_ratio * half_px, far, height)
    columns, x_px = _window(width / 2 + patch.x_ratio * half_px, far, width)
    # The halo is so wide that the slant of the square does not show in it.
    shadow = np.outer(_strip(y_px, side, lens.veil_px), _strip(x_px, side, lens.veil_px) * lens.veil_ratio)
    spread_px = lens.spread_px(patch.x_ratio, patch.y_ratio)
    reach = side * (math.cos(slant) + abs(math.sin(slant))) + TABLE_END * spread_px + 2.0
    near_y, near_x = np.abs(y_px) < reach, np.abs(x_px) < reach
    down, across = y_px[near_y][:, None], x_px[near_x][None, :]
    sharp = _strip(across * math.cos(slant) + down * math.sin(slant), side, spread_px)
    sharp *= _strip(down * math.cos(slant) - across * math.sin(slant), side, spread_px)
    shadow[np.ix_(near_y, near_x)] += (1.0 - lens.veil_ratio) * sharp
    light[rows, columns] *= (1.0 - depth * shadow).astype(np.float32)


def _window(middle: float, reach: float, size: int) -> tuple[slice, Floats]:
    """Return the pixels within reach, and how far their centres lie from the middle."""
    first, last = max(math.floor(middle - reach), 0), min(math.ceil(middle + reach), size)
    return slice(first, last), np.arange(first, last, dtype=np.float64) + (0.5 - middle)


def _strip(away_px: Floats, half_px: float, spread_px: float) -> Floats:
    """Return the share of a blurred strip of twice ``half_px``; its sides see each other where the blur is wide."""
    if spread_px < half_px / TABLE_END:
        return edge_profile(half_px - np.abs(away_px), spread_px)
    return edge_profile(away_px + half_px, spread_px) - edge_profile(away_px - half_px, spread_px)
