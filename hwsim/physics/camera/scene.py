"""Scenes before a camera: the slanted-edge chart, an even field, and darkness."""

from __future__ import annotations

import math
from dataclasses import dataclass

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
    half_px = math.hypot(sensor.height, sensor.width) / 2.0
    for patch in chart.patches:
        sharp_px = lens.spread_px(patch.x_ratio, patch.y_ratio)
        for share, spread_px in ((1.0 - lens.veil_ratio, sharp_px), (lens.veil_ratio, lens.veil_px)):
            _subtract(light, patch, half_px=half_px, spread_px=spread_px, depth=depth * share)
    return sensor.expose(light, exposure_s=exposure_s, rng=rng)
