"""Dust and blemishes of a camera, seen as spots in a flat field that are darker (or brighter) than the field around.

The picture is brought to means of small tiles, divided by a smooth surface (a polynomial that spots do not pull), and
spots of touching tiles beyond the limit are measured. Default limits are engineering priors without a standard: 1.5 %
and 20 px across. A spot that moves with focus sits on the lens, one that stays sits on the sensor's glass.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
import numpy.typing as npt

from probes.signals._pictures import as_plane, is_clipped, noise_std, picture_flaws
from probes.signals._surface import smooth_surface
from probes.signals._validity import Float, Judged, Reason, checked_number
from probes.signals.shading import tile_means

DEGREE: Final = 6
"""Degree of the surface: lens falloff (cosine to the fourth) needs it; a quartic leaves 1 % of it in the corners."""
_MIN_TILES: Final = 12
_NOISE_SIGMAS: Final = 5.0
_MAX_SURFACE_RESIDUAL: Final = 0.05


@dataclass(frozen=True, slots=True)
class Spot:
    """A spot: centre and size in pixels of the picture, its mean and peak contrast (negative is darker) as ratios."""

    row_px: float
    column_px: float
    area_px2: float
    diameter_px: float
    contrast_ratio: float
    peak_ratio: float
    contrast_std_ratio: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Blemishes(Judged):
    """Spots, the strongest (contrast times area) first, and the smallest contrast that could be seen."""

    spots: tuple[Spot, ...]
    limit_ratio: float
    noise_ratio: float


def find_blemishes(
    picture: npt.ArrayLike,
    *,
    contrast_ratio: float = 0.015,
    diameter_px: float = 20.0,
    mosaic: bool = False,
    black_dn: float = 0.0,
    white_dn: float | None = None,
) -> Blemishes:
    """Spots in a flat field.

    Args:
        picture: (rows, columns), linear light; with ``mosaic`` a raw 2 x 2 mosaic, whose colours are averaged.
        contrast_ratio: least mean contrast of a spot.
        diameter_px: least diameter of the circle of the same area; tiles are a third of it.
        mosaic: whether the plane is a raw mosaic.
        black_dn: level without light.
        white_dn: level of saturation; by default that of the integer type, none for floats.

    Where noise hides the contrast asked for, the limit rises to five times the noise of a tile and is said
    (``limit_ratio``). Invalid: no light (`TOO_NOISY`), clipped over a tenth, no smooth field (`NO_FIT`: structures over
    5 %).

    Raises:
        WrongShape, WrongType: not one plane of numbers. WrongValue: limits that are not above zero.
    """
    plane = as_plane(picture)
    checked_number(contrast_ratio, name="contrast_ratio", above=1e-6)
    tile_px = max(2 if mosaic else 1, round(checked_number(diameter_px, name="diameter_px", above=1.0) / 3.0))
    least = _MIN_TILES * tile_px
    if reasons := picture_flaws(plane, at_least=(least, least)):
        return _invalid(reasons[0])
    if is_clipped(plane, white_dn):
        return _invalid(Reason.CLIPPED)
    level = tile_means(plane, rows=plane.shape[0] // tile_px, columns=plane.shape[1] // tile_px)[0]
    surface = smooth_surface(level - black_dn, degree=DEGREE)
    noise_dn = noise_std(plane, step=2 if mosaic else 1) / tile_px
    if not surface.min() > _NOISE_SIGMAS * noise_dn:
        return _invalid(Reason.TOO_NOISY)
    contrast = (level - black_dn) / surface - 1.0
    if not float(np.median(np.abs(contrast))) < _MAX_SURFACE_RESIDUAL:
        return _invalid(Reason.NO_FIT)
    noise = noise_dn / float(np.median(surface))
    limit = max(contrast_ratio, _NOISE_SIGMAS * noise)
    size_px = (plane.shape[0] / level.shape[0], plane.shape[1] / level.shape[1])
    least_area_px2 = math.pi / 4.0 * diameter_px**2
    spots = [spot for spot in spots_of(contrast, limit, size_px, noise) if spot.area_px2 >= least_area_px2]
    return Blemishes(spots=tuple(spots), limit_ratio=limit, noise_ratio=noise)


def spots_of(contrast: Float, limit: float, tile_px: tuple[float, float], noise_ratio: float) -> list[Spot]:
    """Groups of touching tiles that pass ``limit`` either way, measured above half their peak, strongest first."""
    found: list[Spot] = []
    for sign in (-1.0, 1.0):
        # grouped from half the limit on, so that noise does not break a spot at its limit
        mask = (sign * contrast > 0.5 * limit).astype(np.uint8)
        groups, label = cv2.connectedComponents(mask, connectivity=4)
        group, value = label.ravel().astype(np.intp), sign * contrast.ravel()
        peak = np.zeros(groups)
        np.maximum.at(peak, group, value)
        core = (group > 0) & (value > 0.5 * peak[group])
        tiles, total = (np.bincount(group[core], weights=w, minlength=groups) for w in (None, value[core]))
        row, column = (np.bincount(group[core], weights=at[core], minlength=groups) for at in _places(contrast.shape))
        for one in np.flatnonzero((peak > limit) & (tiles > 0)):
            area = float(tiles[one]) * tile_px[0] * tile_px[1]
            found.append(
                Spot(
                    row_px=(float(row[one] / tiles[one]) + 0.5) * tile_px[0] - 0.5,
                    column_px=(float(column[one] / tiles[one]) + 0.5) * tile_px[1] - 0.5,
                    area_px2=area,
                    diameter_px=math.sqrt(4.0 * area / math.pi),
                    contrast_ratio=sign * float(total[one] / tiles[one]),
                    peak_ratio=sign * float(peak[one]),
                    contrast_std_ratio=noise_ratio / math.sqrt(tiles[one]),
                )
            )
    return sorted(found, key=lambda spot: -abs(spot.contrast_ratio) * spot.area_px2)


def _places(shape: tuple[int, ...]) -> Float:
    """Row and column of every tile, (2, tiles)."""
    return np.indices(shape).reshape(2, -1).astype(np.float64)


def _invalid(reason: Reason) -> Blemishes:
    return Blemishes(reasons=(reason,), spots=(), limit_ratio=math.nan, noise_ratio=math.nan)
