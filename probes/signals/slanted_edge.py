"""Sharpness of a camera from photographed slanted edges: spatial frequency response and MTF50 after ISO 12233.

The method is the one of P. Burns's sfrmat3 (edge found by windowed centroids of each line, pixels projected along the
edge into bins a quarter of a pixel wide, differentiated, windowed, transformed, corrected for the differentiator), with
all lines worked on at once. The author's own table of a real edge (126 frequencies, four channels) comes out in every
digit that it prints, 5e-5. Frequencies are in cycles per pixel, across the edge.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from probes.signals._pictures import as_picture, full_scale, picture_flaws
from probes.signals._validity import Float, Judged, Reason, WrongShape, WrongValue, nan_like

BINS_PER_PX: Final = 4
LUMINANCE: Final = (0.213, 0.715, 0.072)
"""Weights of red, green and blue in the luminance that ISO 12233 and sfrmat3 use (ITU-R BT.709)."""
_MIN_LINES: Final = 20
_MIN_PX: Final = 20
_MIN_CONTRAST_TO_NOISE: Final = 5.0
_MAX_SLOPE: Final = 1.0
_MAX_CLIPPED_RATIO: Final = 0.01
_MAX_FIT_ERROR_PX: Final = 0.25
_MAX_BOW_PX: Final = 0.5
_BOW_SIGMAS: Final = 8.0
_FIR_LIMIT: Final = 10.0

Box = tuple[int, int, int, int]
"""Part of a picture: first row, first column, rows, columns."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EdgeResponse(Judged):
    """Spatial frequency response of one edge.

    ``sfr_ratio`` has the shape (channels, frequencies); ``mtf50_cycles_px`` and ``mtf10_cycles_px`` are the first
    frequencies at which it falls under 0.5 and 0.1, one for each channel (NaN where it never does), and
    ``mtf50_std_cycles_px`` their standard deviation from the noise of the pixels. ``angle_deg`` is the tilt of the edge
    against the nearest axis, ``contrast_ratio`` is Michelson's, ``fit_residual_px`` the rms distance of the lines'
    edges from the straight line.
    """

    frequency_cycles_px: Float
    sfr_ratio: Float
    mtf50_cycles_px: Float
    mtf50_std_cycles_px: Float
    mtf10_cycles_px: Float
    angle_deg: float
    contrast_ratio: float
    noise_dn: float
    fit_residual_px: float


@dataclass(frozen=True, slots=True)
class _Edge:
    """The straight line through the edge: column at line 0, columns per line, rms residual, and how far it bows."""

    offset_px: float
    slope: float
    residual_px: float
    bow_px: float


_NO_EDGE: Final = _Edge(math.nan, math.nan, math.inf, math.nan)


def slanted_edge(picture: npt.ArrayLike, *, white_dn: float | None = None) -> EdgeResponse:
    """Spatial frequency response of the one edge in a part of a picture.

    Args:
        picture: (rows, columns) or (rows, columns, channels), linear light; any real type; the edge nearly upright or
            nearly level (it is turned by itself), 2 to 40 degrees off the axis.
        white_dn: value at which the sensor saturates; by default that of the integer type, none for floats.

    Invalid when the edge is clipped, lost in noise (contrast under 5 times the noise), not straight (a bow above
    0.5 px), or so upright that the lines do not cross one whole pixel (`AMBIGUOUS`: bins would stay empty).

    Raises:
        WrongShape: not a picture. WrongType: no real numbers.
    """
    whole = as_picture(picture)
    channels = whole.shape[2]
    if reasons := picture_flaws(whole, at_least=(_MIN_LINES, _MIN_PX)):
        return _invalid(channels, reasons)
    lines = np.ascontiguousarray(np.moveaxis(_upright(whole), 2, 0))
    noise_dn, left_dn, right_dn = _noise_and_sides(lines[0])
    contrast = abs(right_dn - left_dn) / (right_dn + left_dn) if right_dn + left_dn > 0.0 else math.nan
    if not abs(right_dn - left_dn) > _MIN_CONTRAST_TO_NOISE * noise_dn:
        return _invalid(channels, (Reason.TOO_NOISY,))
    if _clipped(whole, white_dn):
        return _invalid(channels, (Reason.CLIPPED,))
    edges = [_find_edge(channel) for channel in lines]
    if trouble := _edge_trouble(edges, lines.shape):
        return _invalid(channels, (trouble,))
    return _response(lines, edges, contrast, noise_dn)


def slanted_edges(
    picture: npt.ArrayLike, boxes: Iterable[Box], *, white_dn: float | None = None
) -> tuple[EdgeResponse, ...]:
    """Responses of the edges in the ``boxes`` of one picture, in their order; see `slanted_edge`.

    Raises:
        WrongValue: a box that does not lie inside the picture.
    """
    whole = as_picture(picture)
    found = []
    for row, column, rows, columns in boxes:
        if (
            min(row, column) < 0
            or min(rows, columns) < 1
            or row + rows > whole.shape[0]
            or column + columns > whole.shape[1]
        ):
            raise WrongValue(f"box {(row, column, rows, columns)} does not lie inside {whole.shape[:2]}")
        found.append(slanted_edge(whole[row : row + rows, column : column + columns], white_dn=white_dn))
    return tuple(found)


def with_luminance(picture: npt.ArrayLike) -> Float:
    """A (rows, columns, 3) picture in red, green, blue order with its luminance as fourth channel.

    Raises:
        WrongShape: not three channels.
    """
    colours = as_picture(picture)
    if colours.shape[2] != len(LUMINANCE):
        raise WrongShape(f"red, green and blue are needed, not {colours.shape[2]} channels")
    values = colours.astype(np.float64)
    return np.concatenate([values, values @ np.array(LUMINANCE)[:, np.newaxis]], axis=2)


def _upright(picture: npt.NDArray[Any]) -> npt.NDArray[np.floating[Any]]:
    """The picture as floats, turned so that the edge runs from line to line."""
    values = picture.astype(np.float64)
    first = values[..., 0]
    across = abs(first[:, -3:].mean() - first[:, :3].mean())
    along = abs(first[-3:].mean() - first[:3].mean())
    return values if across >= along else np.rot90(values)


def _noise_and_sides(lines: Float) -> tuple[float, float, float]:
    """Noise of a pixel and the levels of the first and the last tenth of the columns, in DN."""
    width = max(3, lines.shape[1] // 10)
    left, right = lines[:, :width], lines[:, -width:]
    spread = [np.diff(side, axis=1).std() / math.sqrt(2.0) for side in (left, right)]
    return float(math.hypot(*spread) / math.sqrt(2.0)), float(left.mean()), float(right.mean())


def _clipped(picture: npt.NDArray[Any], white_dn: float | None) -> bool:
    white = full_scale(picture) if white_dn is None else white_dn
    if not math.isfinite(white):
        return False
    return float(np.count_nonzero(picture >= white)) > _MAX_CLIPPED_RATIO * picture.size


def _find_edge(lines: Float) -> _Edge:
    """Fit a straight line to the centroids of the derivative of each line, windowed around a first fit.

    The derivative stands at the right one of its two pixels, its first value is held, and the second window is one
    line ahead, all as in sfrmat3: at high frequencies even these show in the last digits.
    """
    height, width = lines.shape
    column, line = np.arange(width, dtype=np.float64), np.arange(height, dtype=np.float64)
    steps = np.empty_like(lines)
    np.subtract(lines[:, 1:], lines[:, :-1], out=steps[:, 1:])
    steps[:, 0] = steps[:, 1]
    moments = np.stack([column, np.ones(width)], axis=1)
    first = _line_through(line, steps @ (_hamming(width, 0.5 * (width - 1))[:, np.newaxis] * moments))
    if not math.isfinite(first.slope):
        return _NO_EDGE
    middle = np.clip(first.offset_px + first.slope * (line + 1.0), 0.0, width - 1.0)
    # the cosine in single precision (ten times as fast, and 1e-7 of a weight moves no centroid), all in one array
    window = column.astype(np.float32) - middle.astype(np.float32)[:, np.newaxis]
    window *= (math.pi / np.maximum(middle, width - 1 - middle)).astype(np.float32)[:, np.newaxis]
    np.cos(window, out=window)
    window *= np.float32(0.46)
    window += np.float32(0.54)
    steps *= window
    return _line_through(line, steps @ moments)


def _hamming(width: int, middle: float) -> Float:
    """Hamming window around ``middle``, as wide as its farther end needs."""
    reach = max(middle, width - 1 - middle)
    return np.asarray(0.54 + 0.46 * np.cos((math.pi / reach) * (np.arange(width) - middle)))


def _line_through(line: Float, found: Float) -> _Edge:
    """The straight line through centroids given as (first moment, sum) of each line."""
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        centroid = found[:, 0] / found[:, 1] - 0.5
    if not np.isfinite(centroid).all():
        return _NO_EDGE
    half = 0.5 * (len(line) - 1)
    away = line - half
    slope = float(away @ centroid / (away @ away))
    mean = float(centroid.sum() / len(line))
    residual = centroid - mean - slope * away
    parabola = (away / half) ** 2 - (len(line) + 1) / (3.0 * (len(line) - 1))  # has no part in mean and slope
    bow = float(parabola @ residual / (parabola @ parabola))
    return _Edge(mean - slope * half, slope, math.sqrt(float(residual @ residual) / len(line)), bow)


def _edge_trouble(edges: list[_Edge], shape: tuple[int, ...]) -> Reason | None:
    """Why the fitted edges cannot be used."""
    _, height, width = shape
    for edge in edges:
        error_px = edge.residual_px / math.sqrt(height)
        if not error_px <= _MAX_FIT_ERROR_PX:
            return Reason.TOO_NOISY if math.isfinite(error_px) else Reason.NO_FIT
        if abs(edge.bow_px) > max(_MAX_BOW_PX, _BOW_SIGMAS * error_px):
            return Reason.NO_FIT
        ends = (edge.offset_px, edge.offset_px + edge.slope * (height - 1))
        if min(ends) < 0 or max(ends) > width - 1 or abs(edge.slope) > _MAX_SLOPE:
            return Reason.OUT_OF_RANGE
        if abs(edge.slope) * height < 1.0:
            return Reason.AMBIGUOUS
    return None


def _response(lines: Float, edges: list[_Edge], contrast: float, noise_dn: float) -> EdgeResponse:
    """Transform every channel; number of lines and frequencies follow the first channel's edge, as in sfrmat3."""
    slope = abs(edges[0].slope)
    height = round(math.floor(lines.shape[1] * slope) / slope)  # whole cycles of the edge through the pixels
    size = lines.shape[2] * BINS_PER_PX
    keep = round((size // 2 + 1) / 2)
    pitch_px = math.cos(math.atan(slope))
    frequency = BINS_PER_PX * np.arange(keep) / (size * pitch_px)
    window = _hamming(size, 0.5 * (size - 1))
    gain = _differentiator_correction(size // 2 + 1)[:keep]
    sfr, mtf50, mtf50_std, mtf10 = nan_like(len(lines), keep), [], [], []
    for number, (channel, edge) in enumerate(zip(lines, edges, strict=True)):
        profile, counts = _project(channel[:height], edge)
        spread = _line_spread(profile)
        spectrum = np.abs(np.fft.rfft(spread * window))[:keep]
        sfr[number] = gain * spectrum / spectrum[0]
        noise = noise_dn if number == 0 else _noise_and_sides(channel)[0]
        std = _noise_of_response(noise, counts, window, gain, keep) / spectrum[0]
        mtf50.append(_crossing(frequency, sfr[number], 0.5))
        mtf10.append(_crossing(frequency, sfr[number], 0.1))
        mtf50_std.append(_crossing_std(frequency, sfr[number], 0.5, std))
    return EdgeResponse(
        frequency_cycles_px=frequency,
        sfr_ratio=sfr,
        mtf50_cycles_px=np.array(mtf50),
        mtf50_std_cycles_px=np.array(mtf50_std),
        mtf10_cycles_px=np.array(mtf10),
        angle_deg=math.degrees(math.atan(edges[0].slope)),
        contrast_ratio=contrast,
        noise_dn=noise_dn,
        fit_residual_px=max(edge.residual_px for edge in edges),
    )


def _project(lines: Float, edge: _Edge) -> tuple[Float, Float]:
    """Mean of the pixels in each bin of a quarter pixel along the edge, and how many fell into it."""
    height, width = lines.shape
    bins = width * BINS_PER_PX
    drift = -BINS_PER_PX * edge.slope * np.arange(height)
    half_reach = round(0.5 * round(BINS_PER_PX * abs(edge.slope) * (height - 1)))
    first = half_reach - max(0, round(BINS_PER_PX * edge.slope * (height - 1)))
    place = BINS_PER_PX * np.arange(width) + (drift - first)[:, np.newaxis]
    np.ceil(place, out=place)
    np.clip(place, -1.0, bins, out=place)
    place += 1.0  # what falls beside the profile gets a bin of its own at either end
    inside = place.astype(np.intp).ravel()
    sums = np.bincount(inside, weights=lines.ravel(), minlength=bins + 2)[1:-1]
    counts = np.bincount(inside, minlength=bins + 2)[1:-1].astype(np.float64)
    empty = counts == 0
    if empty.any():
        filled = np.flatnonzero(~empty)
        sums[empty] = np.interp(np.flatnonzero(empty), filled, sums[filled] / counts[filled])
        counts[empty] = 1.0
    return sums / counts, counts


def _line_spread(profile: Float) -> Float:
    """Central difference of the edge profile, moved so that its centroid is in the middle.

    It is found where the profile allows it and held or zero beyond: a difference against nothing at the ends would be
    a step that costs a tenth of the MTF50.
    """
    spread = np.zeros_like(profile)
    spread[2:] = 0.5 * (profile[2:] - profile[:-2])
    spread[1] = spread[2]
    size = len(spread)
    shift = size // 2 + 1 - round(float(spread @ np.arange(1, size + 1) / spread.sum()))
    moved = np.zeros_like(spread)
    if shift >= 0:
        moved[shift:] = spread[: size - shift]
    else:
        moved[:shift] = spread[-shift:]
    return moved


def _differentiator_correction(count: int) -> Float:
    """Inverse of the response of the central difference at ``count`` frequencies, limited to 10."""
    phase = math.pi * np.arange(1, count + 1) / (count + 1)
    gain = np.minimum(phase / np.sin(phase), _FIR_LIMIT)
    gain[0] = 1.0
    return gain


def _noise_of_response(noise_dn: float, counts: Float, window: Float, gain: Float, keep: int) -> Float:
    """Standard deviation of the spectrum from white noise of the pixels, before it is divided by its first value."""
    power = noise_dn**2 * float(np.sum(window**2 / counts)) / 2.0  # half of it falls along the spectrum's own phase
    half = len(window) // 2
    response = np.abs(np.sin(math.pi * np.arange(keep) / half))
    return np.asarray(math.sqrt(power) * response * gain)


def _crossing_index(sfr: Float, level: float) -> int:
    """Index of the first value under ``level``; 0 when there is none."""
    return int(np.argmax(sfr < level))


def _crossing(frequency: Float, sfr: Float, level: float) -> float:
    """First frequency at which the response falls under ``level``, interpolated; NaN where it never does."""
    at = _crossing_index(sfr, level)
    if at == 0:
        return math.nan
    part = (sfr[at - 1] - level) / (sfr[at - 1] - sfr[at])
    return float(frequency[at - 1] + part * (frequency[at] - frequency[at - 1]))


def _crossing_std(frequency: Float, sfr: Float, level: float, sfr_std: Float) -> float:
    """Standard deviation of `_crossing`: that of the response over its slope, fitted from 0.7 to 1.3 of it."""
    at = _crossing_index(sfr, level)
    if at == 0:
        return math.nan
    low, high = min(int(0.7 * at), at - 1), max(math.ceil(1.3 * at), at + 1)
    slope = float(np.polyfit(frequency[low : high + 1], sfr[low : high + 1], 1)[0])
    return float(sfr_std[at]) / -slope if slope < 0 else math.nan


def _invalid(channels: int, reasons: tuple[Reason, ...]) -> EdgeResponse:
    return EdgeResponse(
        reasons=reasons,
        frequency_cycles_px=nan_like(0),
        sfr_ratio=nan_like(channels, 0),
        mtf50_cycles_px=nan_like(channels),
        mtf50_std_cycles_px=nan_like(channels),
        mtf10_cycles_px=nan_like(channels),
        angle_deg=math.nan,
        contrast_ratio=math.nan,
        noise_dn=math.nan,
        fit_residual_px=math.nan,
    )
