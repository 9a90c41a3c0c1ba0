"""Rows and columns that differ from their neighbours as a whole: a line fault of a sensor or of a display panel.

Each line is cut into eight pieces. The mean of a piece is held against the median of the eight nearest lines of its
colour; a line is reported when at least half of its pieces stand out the same way, or when their median does: a blemish
or a few hot pixels make no line, half a line (a broken column driver) is one, and so is a faint one that runs through.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from probes.signals._pictures import as_plane, picture_flaws
from probes.signals._validity import Float, Judged, Reason, checked_number

_PIECES: Final = 8
_STRIP_PX: Final = 32
_BESIDE: Final = (-4, -3, -2, -1, 1, 2, 3, 4)
_MIN_SIZE: Final = 64
_MAD_TO_STD: Final = 1.0 / 0.6744897501960817
_MAX_LINES_RATIO: Final = 0.1
_TINY: Final = 1e-12
_ECHO_RATIO: Final = 2.0
_REACH: Final = 4
_BORDER_NOISE: Final = 1.6
"""How much noisier a line at the border is against an extrapolation than one inside against a median."""


class Axis(StrEnum):
    """Which way a line runs."""

    ROW = "row"
    COLUMN = "column"


@dataclass(frozen=True, slots=True)
class Line:
    """A line that differs: its number, by how much (median of its pieces that stand out), and which share of it."""

    axis: Axis
    number_px: int
    deviation_dn: float
    deviation_std_dn: float
    share_ratio: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Lines(Judged):
    """Lines that differ, rows first; ``row_noise_dn`` and ``column_noise_dn`` say how much all the others vary."""

    lines: tuple[Line, ...]
    row_noise_dn: float
    column_noise_dn: float


def find_lines(picture: npt.ArrayLike, *, mosaic: bool, floor_dn: float = 0.0, sigmas: float = 6.0) -> Lines:
    """Rows and columns that stand out of a dark frame, a flat field or a rectified photograph of a panel.

    The outermost lines of a rectified panel are dimmed by blur: leave them out. Of lines within four of each other
    (of one colour) those under half the strongest are taken for its blur and not reported.

    Args:
        picture: (rows, columns), any real type.
        mosaic: whether neighbours of the same colour are two lines away.
        floor_dn: least deviation that counts.
        sigmas: and least multiple of the robust variation of the line means.

    Invalid (`TOO_NOISY`) when more than a tenth of the lines stand out: that is a pattern, no fault.

    Raises:
        WrongShape: not one plane. WrongType: no real numbers. WrongValue: a negative floor, sigmas under 1.
    """
    plane = as_plane(picture)
    checked_number(floor_dn, name="floor_dn", above=0.0)
    checked_number(sigmas, name="sigmas", above=1.0)
    if reasons := picture_flaws(plane, at_least=(_MIN_SIZE, _MIN_SIZE)):
        return Lines(reasons=reasons, lines=(), row_noise_dn=math.nan, column_noise_dn=math.nan)
    step = 2 if mosaic else 1
    found: list[Line] = []
    noise = []
    for axis, across in ((Axis.ROW, plane.T), (Axis.COLUMN, plane)):
        residual = _residual(_pieces(across, step), step)
        spread = np.median(np.abs(residual), axis=1) * _MAD_TO_STD
        noise.append(float(np.median(spread)))
        found += _without_echoes(
            _stand_out(axis, residual, spread, step=step, sigmas=sigmas, floor_dn=floor_dn), _REACH * step
        )
    if len(found) > _MAX_LINES_RATIO * min(plane.shape):
        return Lines(reasons=(Reason.TOO_NOISY,), lines=(), row_noise_dn=math.nan, column_noise_dn=math.nan)
    return Lines(lines=tuple(found), row_noise_dn=noise[0], column_noise_dn=noise[1])


def _pieces(plane: npt.NDArray[Any], step: int) -> Float:
    """Means (pieces, lines) of strips across the lines, which run down the plane."""
    height = plane.shape[0]
    deep = min(_STRIP_PX, height // _PIECES) // step * step
    tops = (np.arange(_PIECES) * (height - deep) // (_PIECES - 1)) // step * step
    return np.stack([plane[top : top + deep].mean(axis=0, dtype=np.float64) for top in tops])


def _residual(means: Float, step: int) -> Float:
    """Each mean less the median of the nearest lines of its colour: four on each side, and so free of a slope.

    Next to the border, where one side lacks, less the median of four straight lines through the other side.
    """
    lines, reach = means.shape[1], _REACH * step
    number = np.arange(lines)
    residual = means - _middle([means[:, np.clip(number + step * away, 0, lines - 1)] for away in _BESIDE])
    for border, inward in ((number[:reach], step), (number[-reach:], -step)):
        through = [
            2.0 * means[:, border + k * inward] - means[:, border + 2 * k * inward] for k in range(1, _REACH + 1)
        ]
        residual[:, border] = means[:, border] - _middle(through)
    return residual


def _middle(values: list[Float]) -> Float:
    """Median of an even number of arrays, element by element: the larger ones are moved to the end, array by array."""
    values, middle = list(values), len(values) // 2
    for end in range(len(values) - 1, middle - 2, -1):
        for at in range(end):
            low, high = values[at], values[at + 1]
            values[at], values[at + 1] = np.minimum(low, high), np.maximum(low, high)
    return np.asarray(0.5 * (values[middle - 1] + values[middle]))


def _stand_out(axis: Axis, residual: Float, spread: Float, *, step: int, sigmas: float, floor_dn: float) -> list[Line]:
    reach = _REACH * step
    excess = np.ones(residual.shape[1])
    excess[:reach] = excess[-reach:] = _BORDER_NOISE
    least = np.maximum(np.maximum(sigmas * spread[:, np.newaxis] * excess, floor_dn), _TINY)
    out = np.sign(residual) * (np.abs(residual) > least)
    half = np.abs(out.sum(axis=0)) >= _PIECES // 2  # pieces that stand out both ways speak against a line
    std = float(np.median(spread)) * math.sqrt(math.pi / 2.0 / _PIECES)
    whole = np.median(residual, axis=0)  # a faint line that runs through shows in all pieces together
    found = []
    for line in np.flatnonzero(half | (np.abs(whole) > np.maximum(sigmas * std * excess, max(floor_dn, _TINY)))):
        pieces = out[:, line] != 0 if half[line] else np.ones(_PIECES, bool)
        count = int(np.count_nonzero(pieces))
        deviation_std = std * math.sqrt(_PIECES / count) * float(excess[line])
        found.append(Line(axis, int(line), float(np.median(residual[pieces, line])), deviation_std, count / _PIECES))
    return found


def _without_echoes(lines: list[Line], reach_px: int) -> list[Line]:
    """Without lines that a stronger one nearby explains: blur shows it beside itself, the median turns it around."""
    return [
        line
        for line in lines
        if not any(
            abs(other.number_px - line.number_px) <= reach_px
            and abs(other.deviation_dn) > _ECHO_RATIO * abs(line.deviation_dn)
            for other in lines
        )
    ]
