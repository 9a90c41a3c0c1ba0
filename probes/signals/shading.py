"""Shading of a camera: how brightness and colour fall off from the centre of a flat field, tile by tile.

A tile is the plain mean of its pixels (the same number as OpenCV's area resize of a float picture, to 1e-6), summed
exactly in integers where the picture holds integers. A raw mosaic gives four maps, one for each place in its 2 x 2
pattern, so that colour shading is seen before any demosaicing.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from probes.signals._pictures import as_picture, full_scale, noise_std, picture_flaws
from probes.signals._validity import Float, Judged, Reason, WrongValue, nan_like

_MOSAIC: Final = 2
_CENTRE_SHARE: Final = 0.1
_MIN_SIGNAL_TO_NOISE: Final = 3.0
_UINT16_MAX: Final = 65535
_WORTH_A_CALL: Final = 4
_SUMS_OF: Final = {"uint8": np.uint32, "uint16": np.uint32, "float32": np.float32}
"""Type in which the rows of a tile are added; a float32 sum of some hundred rows is good to 1e-6."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shading(Judged):
    """Tile means of a flat field and what they say; every map has the shape (channels, tile rows, tile columns).

    ``level_dn`` are means less black, ``level_std_dn`` their standard deviation from the noise of the pixels,
    ``ratio`` the level over the one at the centre of the same channel. ``corner_ratio`` (channels, 4) is the ratio in
    the corners (top left, top right, bottom left, bottom right), ``uniformity_ratio`` the darkest tile over the
    brightest, and ``colour_deviation_ratio`` (channels,) how far the quotient to the reference channel strays from its
    value at the centre, at most, as a ratio (0 is no colour shading).
    """

    level_dn: Float
    level_std_dn: Float
    ratio: Float
    corner_ratio: Float
    uniformity_ratio: Float
    colour_deviation_ratio: Float


def shading(
    picture: npt.ArrayLike,
    *,
    rows: int = 60,
    columns: int = 80,
    mosaic: bool = False,
    black_dn: float = 0.0,
    white_dn: float | None = None,
    reference_channel: int = 1,
) -> Shading:
    """Shading of a photographed flat field.

    Args:
        picture: (rows, columns) or (rows, columns, channels), linear light; with ``mosaic`` a raw (rows, columns).
        rows: tiles from top to bottom; ``columns`` from left to right.
        mosaic: whether the plane is a raw 2 x 2 mosaic.
        black_dn: level of the sensor without light.
        white_dn: level at which it saturates; by default that of the integer type, none for floats.
        reference_channel: green, to which colours are compared (0 where there is one channel).

    Invalid when a tile is clipped (its mean within its noise of white) or the centre is not three times its noise
    above black.

    Raises:
        WrongValue: more tiles than pixels, no such channel. WrongShape, WrongType: not a picture.
    """
    array = as_picture(picture)
    channels = _MOSAIC * _MOSAIC if mosaic else array.shape[2]
    reference = min(reference_channel, channels - 1)
    if reference < 0:
        raise WrongValue(f"reference_channel must be 0 or more, not {reference_channel}")
    if reasons := picture_flaws(array, constant_is_bad=False):
        return _invalid(channels, rows, columns, reasons)
    level = tile_means(array, rows=rows, columns=columns, mosaic=mosaic)
    white = full_scale(array) if white_dn is None else white_dn
    noise = np.array([noise_std(plane) for plane in _planes(array, mosaic=mosaic)])
    if np.any(level + 2.0 * np.nan_to_num(noise)[:, np.newaxis, np.newaxis] >= white):
        return _invalid(channels, rows, columns, (Reason.CLIPPED,))
    level -= black_dn
    centre = np.median(_centre(level), axis=(1, 2))
    if not np.any(level):
        return _invalid(channels, rows, columns, (Reason.ALL_ZERO,))
    if not np.all(centre > _MIN_SIGNAL_TO_NOISE * np.nan_to_num(noise)):
        return _invalid(channels, rows, columns, (Reason.TOO_NOISY,))
    return _judged(level, centre, noise, array.size / (channels * rows * columns), reference)


def tile_means(picture: npt.ArrayLike, *, rows: int, columns: int, mosaic: bool = False) -> Float:
    """Mean of every tile, (channels, rows, columns) in DN; tiles that do not come out even differ by a pixel (pattern).

    Raises:
        WrongValue: more tiles than pixels (than patterns, for a mosaic). WrongShape, WrongType: not a picture.
    """
    array = as_picture(picture)
    step = _MOSAIC if mosaic else 1
    if mosaic and array.shape[2] != 1:
        raise WrongValue(f"a mosaic is one plane, not {array.shape[2]}")
    height, width = array.shape[0] // step, array.shape[1] // step
    if not (1 <= rows <= height and 1 <= columns <= width):
        raise WrongValue(f"{rows} x {columns} tiles do not fit into {array.shape[:2]} pixels")
    lines = np.ascontiguousarray(array).reshape(array.shape[0], -1)
    lanes = array.shape[2] * step
    down, across = _cuts(height, rows), _cuts(width, columns)
    at_a_time = _rows_without_overflow(lines)
    out = np.empty((step, rows, columns, lanes))
    for tile in range(rows):
        for phase in range(step):
            band = lines[step * down[tile] + phase : step * down[tile + 1] : step]
            out[phase, tile] = _sum_columns(_sum_rows(band, at_a_time)[: width * lanes], across, lanes)
    out /= np.diff(down)[:, np.newaxis, np.newaxis] * np.diff(across)[:, np.newaxis]
    return np.ascontiguousarray(np.moveaxis(out, 3, 1)).reshape(step * lanes, rows, columns)


def _cuts(size: int, parts: int) -> npt.NDArray[np.intp]:
    return np.round(np.linspace(0, size, parts + 1)).astype(np.intp)


def _rows_without_overflow(lines: npt.NDArray[Any]) -> int:
    """How many rows of 16-bit pixels can be added in 16 bits; 0 for other types."""
    return _UINT16_MAX // max(1, int(lines.max())) if lines.dtype == np.uint16 else 0


def _sum_rows(band: npt.NDArray[Any], at_a_time: int) -> npt.NDArray[Any]:
    """Sum of the rows of a band: in 16 bits as long as that is exact, which reads memory at its own pace."""
    if at_a_time >= len(band):
        return np.asarray(np.add.reduce(band, axis=0, dtype=np.uint16))
    if at_a_time < _WORTH_A_CALL:
        return np.asarray(np.add.reduce(band, axis=0, dtype=_SUMS_OF.get(band.dtype.name, np.float64)))
    total = np.zeros(band.shape[1], np.uint32)
    for row in range(0, len(band), at_a_time):
        total += np.add.reduce(band[row : row + at_a_time], axis=0, dtype=np.uint16)
    return total


def _sum_columns(total: npt.NDArray[Any], across: npt.NDArray[np.intp], lanes: int) -> Float:
    """Sums of a line by tile and lane, (columns, lanes)."""
    columns, width = len(across) - 1, int(across[-1])
    out = np.empty((columns, lanes))
    for lane in range(lanes):
        line = total[lane::lanes]
        if width % columns:
            out[:, lane] = np.add.reduceat(line, across[:-1], dtype=np.float64)
        else:
            line.reshape(columns, width // columns).sum(axis=1, dtype=np.float64, out=out[:, lane])
    return out


def _planes(array: npt.NDArray[Any], *, mosaic: bool) -> list[npt.NDArray[Any]]:
    if mosaic:
        return [array[row::_MOSAIC, column::_MOSAIC, 0] for row in range(_MOSAIC) for column in range(_MOSAIC)]
    return [array[..., channel] for channel in range(array.shape[2])]


def _centre(level: Float) -> Float:
    """The middle tiles, about a tenth of each side."""
    slices = []
    for size in level.shape[1:]:
        half = max(1, round(0.5 * _CENTRE_SHARE * size))
        slices.append(slice(max(0, size // 2 - half), size // 2 + half))
    return level[:, slices[0], slices[1]]


def _judged(level: Float, centre: Float, noise: Float, pixels_in_tile: float, reference: int) -> Shading:
    ratio = level / centre[:, np.newaxis, np.newaxis]
    tall, wide = (max(1, size // 20) for size in level.shape[1:])
    ends = [(slice(None, tall), slice(-tall, None)), (slice(None, wide), slice(-wide, None))]
    corners = np.stack([ratio[:, down, across].mean(axis=(1, 2)) for down in ends[0] for across in ends[1]], axis=1)
    with np.errstate(divide="ignore", invalid="ignore"):
        strays = np.abs(ratio / ratio[reference] - 1.0)
        uniformity = level.min(axis=(1, 2)) / level.max(axis=(1, 2))
    return Shading(
        level_dn=level,
        level_std_dn=np.broadcast_to(
            (noise / math.sqrt(pixels_in_tile))[:, np.newaxis, np.newaxis], level.shape
        ).copy(),
        ratio=ratio,
        corner_ratio=corners,
        uniformity_ratio=uniformity,
        colour_deviation_ratio=strays.max(axis=(1, 2)),
    )


def _invalid(channels: int, rows: int, columns: int, reasons: tuple[Reason, ...]) -> Shading:
    return Shading(
        reasons=reasons,
        level_dn=nan_like(channels, rows, columns),
        level_std_dn=nan_like(channels, rows, columns),
        ratio=nan_like(channels, rows, columns),
        corner_ratio=nan_like(channels, 4),
        uniformity_ratio=nan_like(channels),
        colour_deviation_ratio=nan_like(channels),
    )
