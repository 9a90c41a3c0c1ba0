"""A chart of five dark squares on white, photographed: sharpness in the middle and at the corners, and veiling light.

The squares are looked for, not expected at a place: the chart may be held a little askew. Of each the four sides are
measured (``probes.signals.slanted_edge``); a side that is not valid is left out.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Box = tuple[int, int, int, int]

_SQUARES: Final = 5
_SMALL: Final = 8
_GROUND_RATIO: Final = 0.12
_DARK_RATIO: Final = 0.6
_SIDE_RATIOS: Final = (0.02, 0.25)
_FILL_RATIO: Final = 0.75
_ALONG_RATIO: Final = 0.6
_ACROSS_RATIO: Final = 0.13
_GLARE_FROM_PX: Final = 26
_GLARE_TO_PX: Final = 42


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """What a chart shows.

    Attributes:
        centre_cycles_px: MTF50 of the middle square, mean of its sides.
        sides_ratio: MTF50 of the softest half of the picture over that of the half across from it.
        glare_ratio: light that spills into the dark just inside the edge, over the step.
        span_ratio: how far the outer squares are from the middle one, over half the picture's diagonal.
    """

    centre_cycles_px: float
    sides_ratio: float
    glare_ratio: float
    span_ratio: float


@dataclass(frozen=True, slots=True)
class _Square:
    """A dark square: middle (row, column) and side, in pixels."""

    row_px: float
    column_px: float
    side_px: float


def look_at_chart(light: NDArray[np.float32]) -> Chart | None:
    """Measure a chart; None where there is none in the picture."""
    import numpy as np  # noqa: PLC0415  most runs of the command line need no arrays

    squares = _squares(light)
    if len(squares) != _SQUARES:
        return None
    rows, columns = light.shape
    middle = min(squares, key=lambda s: float(np.hypot(s.row_px - rows / 2, s.column_px - columns / 2)))
    sharp = {square: _sharpness(light, square) for square in squares}
    outer = [square for square in squares if square is not middle]
    halves = [
        [sharp[s] for s in outer if s.column_px < middle.column_px],
        [sharp[s] for s in outer if s.column_px > middle.column_px],
        [sharp[s] for s in outer if s.row_px < middle.row_px],
        [sharp[s] for s in outer if s.row_px > middle.row_px],
    ]
    means = [float(np.mean(half)) if half else float("nan") for half in halves]
    if not np.isfinite([*means, sharp[middle]]).all():
        return None
    across = (means[0] / means[1], means[2] / means[3])
    return Chart(
        centre_cycles_px=sharp[middle],
        sides_ratio=min(min(ratio, 1.0 / ratio) for ratio in across),
        glare_ratio=_glare(light, middle),
        span_ratio=_span_ratio(outer, middle, 0.5 * float(np.hypot(rows, columns))),
    )


def _squares(light: NDArray[np.float32]) -> list[_Square]:
    """Dark squares, on a picture that is made small; darkness is against the brightest ground around."""
    import cv2  # noqa: PLC0415  as above
    import numpy as np  # noqa: PLC0415  as above

    small = cv2.resize(light, None, fx=1.0 / _SMALL, fy=1.0 / _SMALL, interpolation=cv2.INTER_AREA)
    reach = round(_GROUND_RATIO * float(np.hypot(*small.shape))) | 1
    ground = cv2.blur(cv2.dilate(small, np.ones((reach, reach), np.uint8)), (reach, reach))
    mask = (small < _DARK_RATIO * ground).astype(np.uint8)
    contours, _ = cv2.findContours(mask, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    half = 0.5 * float(np.hypot(*small.shape))
    found = []
    for contour in contours:
        (column, row), (wide, high), _angle = cv2.minAreaRect(contour)
        low, top = (ratio * half for ratio in _SIDE_RATIOS)
        is_square = low < min(wide, high) and max(wide, high) < min(top, 1.3 * min(wide, high))
        if is_square and cv2.contourArea(contour) > _FILL_RATIO * wide * high:
            found.append(_Square((row + 0.5) * _SMALL, (column + 0.5) * _SMALL, 0.5 * (wide + high) * _SMALL))
    return found


def _span_ratio(outer: list[_Square], middle: _Square, half_px: float) -> float:
    """How large the chart looks: the mean way from its middle to its outer squares."""
    ways = [math.hypot(one.row_px - middle.row_px, one.column_px - middle.column_px) for one in outer]
    return sum(ways) / len(ways) / half_px


def _boxes(square: _Square) -> list[Box]:
    """The four sides of a square: part of a side each, its edge in the middle."""
    along, across = round(_ALONG_RATIO * square.side_px), round(2.0 * _ACROSS_RATIO * square.side_px)
    half = 0.5 * square.side_px
    places: list[Box] = []
    for away in (-half, half):
        row, column = round(square.row_px - along / 2), round(square.column_px + away - across / 2)
        places.append((row, column, along, across))
        row, column = round(square.row_px + away - across / 2), round(square.column_px - along / 2)
        places.append((row, column, across, along))
    return places


def _sharpness(light: NDArray[np.float32], square: _Square) -> float:
    """Mean MTF50 of the sides that could be measured; NaN for none."""
    import numpy as np  # noqa: PLC0415  as above

    from probes.signals._validity import WrongValue  # noqa: PLC0415  as above
    from probes.signals.slanted_edge import slanted_edges  # noqa: PLC0415  as above

    try:
        edges = slanted_edges(light, _boxes(square), white_dn=1.0)
    except WrongValue:  # a square that the picture cuts
        return float("nan")
    values: list[Any] = [edge.mtf50_cycles_px[0] for edge in edges if edge.valid]
    values = [value for value in values if np.isfinite(value)]
    return float(np.mean(values)) if values else float("nan")


def _glare(light: NDArray[np.float32], square: _Square) -> float:
    """How much the dark is lifted close to its left and right edges, over the step to white; NaN without a step."""
    import numpy as np  # noqa: PLC0415  as above

    quarter, half = round(0.25 * square.side_px), round(0.5 * square.side_px)
    if quarter <= _GLARE_TO_PX:  # too small in the picture for ground beside the halo
        return float("nan")
    row, column = round(square.row_px), round(square.column_px)
    rows = light[row - quarter : row + quarter]

    def level(first: int, last: int) -> float:
        return float(rows[:, column + first : column + last].mean(dtype=np.float64))

    # an edge of a turned square moves along its side, as far one way as the other: means over the rows hold
    core = level(-quarter // 2, quarter // 2)
    white = 0.5 * (level(-half - quarter, -half - _GLARE_TO_PX) + level(half + _GLARE_TO_PX, half + quarter))
    if not white > core:
        return float("nan")
    left, right = level(_GLARE_FROM_PX - half, _GLARE_TO_PX - half), level(half - _GLARE_TO_PX, half - _GLARE_FROM_PX)
    return (0.5 * (left + right) - core) / (white - core)
