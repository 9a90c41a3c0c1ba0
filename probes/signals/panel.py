"""Flat fields of a display panel, photographed and rectified: dead and lit subpixels, mura, burn-in, uniformity.

All functions take pictures of the panel's own pixels (`probes.signals.registration.rectify`), already divided by the
bench camera's flat field. Whole rows and columns are for `probes.signals.lines`. A pixel's light spreads over its
neighbours in a photograph, so pixels are counted by the light that is missing (or too much) in a spot, which blur does
not change. Classes are those of ISO 13406-2 (withdrawn; ISO 9241-307 followed it), as tables that others quote.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, Final

import cv2
import numpy as np
import numpy.typing as npt

from probes.signals._pictures import as_picture, as_plane, picture_flaws
from probes.signals._surface import smooth_surface, without_surface
from probes.signals._validity import Float, Judged, Reason, WrongShape, WrongValue, checked_number
from probes.signals.blemish import DEGREE, Spot, spots_of
from probes.signals.shading import tile_means

_MIN_SIZE: Final = 32
_COLOURS: Final = 3
_SPOT_EDGE: Final = 0.15
_MAX_SPOT_PX: Final = 24
_MAX_NOISE_RATIO: Final = 0.05
_CLASS_LIMITS: Final = ((0.0, 0.0, 0.0), (2.0, 2.0, 5.0), (5.0, 15.0, 50.0), (50.0, 150.0, 500.0))
"""Most defects of type 1, 2 and 3 on a million pixels, for class I to IV."""
_BLOCKS: Final = 6
_MURA_TILES: Final = (200, 100, 50)
"""Tiles along the longer side on which mura is looked for: small spots to broad clouds."""
_NOISE_SIGMAS: Final = 4.0


@dataclass(frozen=True, slots=True, kw_only=True)
class PanelPixels(Judged):
    """Defective pixels of a panel, in the types of ISO 13406-2, and where they are, as (spots, 2) of row and column.

    ``always_lit`` type 1 (all three colours lit on black), ``always_dark`` type 2 (all three dark), ``subpixels``
    type 3 (single colours, lit or dark). ``pixel_class`` 1 to 4, 5 when worse than class IV; on panels under a
    million pixels the limits are scaled. ``areas`` are dark or lit places too large to be pixels (left to mura and
    lines).
    """

    always_lit: int
    always_dark: int
    subpixels: int
    pixel_class: int
    places_px: Float
    areas: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Mura(Judged):
    """Spots by contrast, and the worst contrast over the just noticeable one (an index for comparing, no more)."""

    index: float
    index_std: float
    spots: tuple[Spot, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class BurnIn(Judged):
    """Likeness of the panel to what was shown on it: correlation, and luminance lost where the template is 1."""

    correlation: float
    correlation_std: float
    loss_ratio: float
    loss_std_ratio: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Uniformity(Judged):
    """Darkest over brightest of nine places and of all tiles, and the ratio (3, 3) of the places to the middle."""

    nine_places_ratio: float
    all_tiles_ratio: float
    places_ratio: Float


def panel_pixels(lit: npt.ArrayLike, black: npt.ArrayLike | None = None) -> PanelPixels:
    """Dead and lit pixels and subpixels.

    Args:
        lit: (rows, columns, 3): red, green and blue field, each in the light of its own colour, black taken off.
        black: (rows, columns, 3): the black field in the same units, so that 1.0 of a colour is its lit level; without
            it nothing is known of lit pixels (`NOT_COVERED` is remarked).

    A spot counts from half a pixel's light on. Invalid when noise is above 5 % of a field (`TOO_NOISY`).

    Raises:
        WrongShape: not three colours, fields of different sizes. WrongType: no real numbers.
    """
    fields = as_picture(lit, name="lit")
    dark = None if black is None else as_picture(black, name="black")
    if fields.shape[2] != _COLOURS or (dark is not None and dark.shape != fields.shape):
        raise WrongShape("fields must be (rows, columns, 3), and of one size")
    for one in (fields, dark):
        if one is not None and (reasons := picture_flaws(one, at_least=(_MIN_SIZE, _MIN_SIZE), constant_is_bad=False)):
            return _no_pixels(reasons[0])
    around = [cv2.medianBlur(np.ascontiguousarray(fields[..., k], np.float32), 5) for k in range(_COLOURS)]
    level = np.array([float(np.median(plane)) for plane in around])
    if not np.all(level > 0.0):
        return _no_pixels(Reason.ALL_ZERO)
    missing = np.empty(fields.shape, np.float32)
    for k, plane in enumerate(around):
        missing[..., k] = 1.0 - fields[..., k] / np.maximum(plane, 0.1 * float(level[k]))
    del around  # three planes of a large picture
    if float(np.median(np.abs(missing), overwrite_input=True)) > _MAX_NOISE_RATIO:
        return _no_pixels(Reason.TOO_NOISY)
    whole_dark, single_dark, places, areas = _count(missing)
    whole_lit = single_lit = 0
    if dark is not None:
        del missing
        over = np.empty(dark.shape, np.float32)
        for k in range(_COLOURS):
            over[..., k] = (dark[..., k] - float(np.median(dark[..., k]))) / float(level[k])
        whole_lit, single_lit, lit_places, lit_areas = _count(over)
        places, areas = np.concatenate([places, lit_places]), areas + lit_areas
    singles = single_dark + single_lit
    return PanelPixels(
        remarks=(Reason.NOT_COVERED,) if dark is None else (),
        always_lit=whole_lit,
        always_dark=whole_dark,
        subpixels=singles,
        pixel_class=_class_of((whole_lit, whole_dark, singles), fields.shape[0] * fields.shape[1]),
        places_px=places,
        areas=areas,
    )


def mura(field: npt.ArrayLike, *, pixel_pitch_mm: float) -> Mura:
    """Clouds and spots of a photographed grey or white field.

    Contrast is against a smooth surface, on three scales; the just noticeable contrast of an area of S mm^2 is
    1.97 / S^0.33 + 0.72 percent (the relation of SEMI D31, whose own scope is larger panels). ``index_std`` is from
    the noise of the field. Invalid without light (`ALL_ZERO`).

    Raises:
        WrongShape, WrongType: not one plane of numbers. WrongValue: a pitch that is not above zero.
    """
    plane = as_plane(field, name="field")
    pitch = checked_number(pixel_pitch_mm, name="pixel_pitch_mm", above=1e-6)
    if reasons := picture_flaws(plane, at_least=(_MIN_SIZE, _MIN_SIZE), constant_is_bad=False):
        return Mura(reasons=reasons, index=math.nan, index_std=math.nan, spots=())
    worst, worst_std, best = 0.0, math.nan, list[Spot]()
    for tiles in _MURA_TILES:
        found = _contrast(plane, max(2, round(max(plane.shape) / tiles)))
        if found is None:
            return Mura(reasons=(Reason.ALL_ZERO,), index=math.nan, index_std=math.nan, spots=())
        contrast, tile_px, noise = found
        for spot in spots_of(contrast, max(_NOISE_SIGMAS * noise, 0.002), tile_px, noise):
            noticeable = 0.01 * (1.97 / (spot.area_px2 * pitch**2) ** 0.33 + 0.72)
            index = abs(spot.contrast_ratio) / noticeable
            best.append(spot)
            if index > worst:
                worst, worst_std = index, spot.contrast_std_ratio / noticeable
    best.sort(key=lambda spot: -abs(spot.contrast_ratio) * math.sqrt(spot.area_px2))
    return Mura(index=worst, index_std=worst_std if best else 0.0, spots=tuple(best))


def burn_in(field: npt.ArrayLike, template: npt.ArrayLike) -> BurnIn:
    """Whether a panel has kept what was shown on it for long, e.g. a status bar, seen in a grey field.

    Args:
        field: (rows, columns), photographed grey.
        template: (rows, columns), how long each place was lit, 0 to 1 (bars and icons of the user interface).

    Both are freed of a smooth surface first. ``loss_ratio`` is the luminance lost at 1 of the template, as a ratio.
    Standard deviations are by a jackknife over 6 x 6 blocks, which allows for noise that neighbours share. Invalid for
    a template without structure or a field without light (`CONSTANT`, `ALL_ZERO`).

    Raises:
        WrongShape: different sizes, not one plane each. WrongType: no real numbers.
    """
    plane, shown = as_plane(field, name="field"), as_plane(template, name="template")
    if plane.shape != shown.shape:
        raise WrongShape(f"field and template must be of one size, not {plane.shape} and {shown.shape}")
    for one in (plane, shown):
        if reasons := picture_flaws(one, at_least=(_MIN_SIZE, _MIN_SIZE)):
            return _no_burn_in(reasons[0])
    surface = smooth_surface(plane.astype(np.float64), degree=2)
    if not surface.min() > 0.0:
        return _no_burn_in(Reason.ALL_ZERO)
    residual = without_surface(plane / surface, degree=2)
    pattern = without_surface(shown.astype(np.float64), degree=2)
    sums = np.array([_block_sums(one) for one in (pattern**2, pattern * residual, residual**2)])
    total = sums.sum(axis=1)
    if not (total[0] > 0.0 and total[2] > 0.0):
        return _no_burn_in(Reason.CONSTANT)
    without = total[:, np.newaxis] - sums
    with np.errstate(divide="ignore", invalid="ignore"):
        kept_r = np.nan_to_num(without[1] / np.sqrt(without[0] * without[2]))
        kept_slope = np.nan_to_num(without[1] / without[0])
    shrink = math.sqrt(sums.shape[1] - 1.0)
    return BurnIn(
        correlation=float(total[1] / math.sqrt(total[0] * total[2])),
        correlation_std=shrink * float(kept_r.std()),
        loss_ratio=-float(total[1] / total[0]),
        loss_std_ratio=shrink * float(kept_slope.std()),
    )


def uniformity(field: npt.ArrayLike) -> Uniformity:
    """Uniformity of brightness of a photographed white field: nine places (at 1/6, 1/2, 5/6) and all of 24 x 24 tiles.

    Invalid without light (`ALL_ZERO`).

    Raises:
        WrongShape, WrongType: not one plane of numbers.
    """
    plane = as_plane(field, name="field")
    nothing = np.full((3, 3), math.nan)
    reasons = picture_flaws(plane, at_least=(_MIN_SIZE, _MIN_SIZE), constant_is_bad=False)
    if reasons:
        return Uniformity(reasons=reasons, nine_places_ratio=math.nan, all_tiles_ratio=math.nan, places_ratio=nothing)
    tiles = tile_means(plane, rows=24, columns=24)[0]
    if not tiles.max() > 0.0:
        return Uniformity(
            reasons=(Reason.ALL_ZERO,), nine_places_ratio=math.nan, all_tiles_ratio=math.nan, places_ratio=nothing
        )
    places = tiles.reshape(3, 8, 3, 8)[:, 3:5, :, 3:5].mean(axis=(1, 3))
    return Uniformity(
        nine_places_ratio=float(places.min() / places.max()),
        all_tiles_ratio=float(tiles.min() / tiles.max()),
        places_ratio=places / places[1, 1] if places[1, 1] > 0.0 else nothing,
    )


def _count(light: npt.NDArray[Any]) -> tuple[int, int, Float, int]:
    """Whole pixels, single subpixels, their places and the number of larger areas in (rows, columns, 3) of light."""
    mask = (light.max(axis=2) > _SPOT_EDGE).astype(np.uint8)
    mask = cv2.dilate(mask, np.ones((3, 3), np.uint8))
    groups, label, stats, centres = cv2.connectedComponentsWithStats(mask, connectivity=8)
    flat = label.ravel().astype(np.intp)
    sums = np.stack([np.bincount(flat, weights=light[..., k].ravel(), minlength=groups) for k in range(_COLOURS)])
    small = np.maximum(stats[:, cv2.CC_STAT_WIDTH], stats[:, cv2.CC_STAT_HEIGHT]) <= _MAX_SPOT_PX
    small[0] = False  # the background
    counts = np.floor(np.maximum(sums, 0.0) + 0.5).astype(np.intp)
    real = small & (counts.max(axis=0) > 0)
    whole = counts.min(axis=0)
    single = counts.sum(axis=0) - _COLOURS * whole
    areas = int(np.count_nonzero(~small)) - 1
    return int(whole[real].sum()), int(single[real].sum()), np.asarray(centres[real][:, ::-1]), areas


def _class_of(counts: tuple[int, int, int], pixels: int) -> int:
    """Class of ISO 13406-2: the first whose limits on a million pixels hold for all three types."""
    if pixels < 1:
        raise WrongValue("a panel has pixels")
    for number, limits in enumerate(_CLASS_LIMITS, start=1):
        if all(count * 1e6 <= limit * pixels for count, limit in zip(counts, limits, strict=True)):
            return number
    return len(_CLASS_LIMITS) + 1


def _contrast(plane: npt.NDArray[Any], tile_px: int) -> tuple[Float, tuple[float, float], float] | None:
    """Contrast of tiles to a smooth surface, the size of a tile and the noise of its contrast; None without light."""
    rows, columns = max(8, plane.shape[0] // tile_px), max(8, plane.shape[1] // tile_px)
    level = tile_means(plane, rows=rows, columns=columns)[0]
    surface = smooth_surface(level, degree=DEGREE)
    if not surface.min() > 0.0:
        return None
    contrast = level / surface - 1.0
    noise = float(np.median(np.abs(np.diff(contrast, axis=1)))) / (0.6745 * math.sqrt(2.0))
    return contrast, (plane.shape[0] / rows, plane.shape[1] / columns), noise


def _block_sums(plane: Float) -> Float:
    """Sums over 6 x 6 blocks, flattened."""
    cuts = [np.round(np.linspace(0, size, _BLOCKS + 1)).astype(np.intp)[:-1] for size in plane.shape]
    return np.asarray(np.add.reduceat(np.add.reduceat(plane, cuts[0], axis=0), cuts[1], axis=1).ravel())


def _no_pixels(reason: Reason) -> PanelPixels:
    return PanelPixels(
        reasons=(reason,),
        always_lit=0,
        always_dark=0,
        subpixels=0,
        pixel_class=0,
        places_px=np.zeros((0, 2)),
        areas=0,
    )


def _no_burn_in(reason: Reason) -> BurnIn:
    nan = math.nan
    return BurnIn(reasons=(reason,), correlation=nan, correlation_std=nan, loss_ratio=nan, loss_std_ratio=nan)
