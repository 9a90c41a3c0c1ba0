"""What the picture of a plain field and of darkness says of a camera's chip: dead blocks, lines, row noise, hot pixels.

Single dead pixels are no fault: every camera has some, and hides them. Two and more that touch both ways, a line, and
noise that runs along rows are not hidden.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_DARK_MEDIAN: Final = 0.02
_THING_CONTRAST: Final = 0.25
_THING_AREA_RATIO: Final = 2e-4
_THING_PX: Final = 9.0
_THIN: Final = 7
_LEAST_NOISE: Final = 5e-4
_DEAD_FLOOR: Final = 0.25
_LINE_FLOOR: Final = 0.03
HOT_FLOOR: Final = 150.0 / 1023.0
_TILES: Final = 40
_SPECK_REACH: Final = 0.75
_SPECK_CONTRAST: Final = 0.0125
_MEDIAN_OF_NORMAL: Final = 0.6744897501960817
_MILLION: Final = 1e6


class View(StrEnum):
    """What a camera seems to look at."""

    PLAIN = "plain"
    DARK = "dark"
    OTHER = "other"


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """Signs of a plain field; None where the picture does not tell.

    Attributes:
        dead_blocks: groups of dead pixels, two and more both ways.
        lines: rows and columns that stand out.
        row_noise_ratio: noise common to a row, over that of a pixel.
    """

    dead_blocks: int | None
    lines: int | None
    row_noise_ratio: float | None


def view_of(light: NDArray[np.float32]) -> View:
    """Tell a plain field and darkness from anything else."""
    import numpy as np  # noqa: PLC0415  most runs of the command line need no arrays

    from probes.signals.blemish import find_blemishes  # noqa: PLC0415  as above

    if float(np.median(light[::8, ::8])) < _DARK_MEDIAN:
        return View.DARK
    # every seventh pixel three times over: a line or a dead block is in one of the three at most
    rows, columns = (size // _THIN * _THIN - _THIN for size in light.shape)
    thin = np.median(np.stack([light[k : rows + k : _THIN, k : columns + k : _THIN] for k in (0, 2, 5)]), axis=0)
    found = find_blemishes(thin, diameter_px=_THING_PX, white_dn=1.0)
    if not found.valid:
        return View.OTHER
    least_px2 = _THING_AREA_RATIO * thin.size
    things = [s for s in found.spots if abs(s.contrast_ratio) > _THING_CONTRAST and s.area_px2 > least_px2]
    return View.OTHER if things else View.PLAIN


def look_at_field(light: NDArray[np.float32]) -> Field:
    """Judge the picture of a plain field."""
    import numpy as np  # noqa: PLC0415  as above

    from probes.signals.defects import find_defects  # noqa: PLC0415  as above
    from probes.signals.lines import Axis, find_lines  # noqa: PLC0415  as above

    level = float(np.median(light[::8, ::8]))
    lines = find_lines(light, mosaic=False, floor_dn=_LINE_FLOOR * level)
    rest = light
    for axis, kind in enumerate((Axis.ROW, Axis.COLUMN)):  # a line is counted as one, and not as blocks of dead pixels
        gone = [line.number_px for line in lines.lines if line.axis is kind]
        rest = np.delete(rest, gone, axis=axis) if gone else rest
    defects = find_defects(rest, mosaic=False, floor_dn=_DEAD_FLOOR * level, white_dn=1.0)
    return Field(
        dead_blocks=sum(one.is_block for one in defects.clusters) if defects.valid else None,
        lines=len(lines.lines) if lines.valid else None,
        row_noise_ratio=row_noise_ratio(light),
    )


def corners_ratio(light: NDArray[np.float32]) -> float | None:
    """Brightness of a corner over that of the corner across, of the pair that differs most; None where it is clipped.

    A lens that sits over the middle of its chip falls off the same to all sides.
    """
    from probes.signals.shading import shading  # noqa: PLC0415  as above

    found = shading(light, rows=_TILES, columns=_TILES, white_dn=1.0)
    if not found.valid:
        return None
    top_left, top_right, bottom_left, bottom_right = found.corner_ratio[0].tolist()
    ratios = (top_left / bottom_right, top_right / bottom_left)
    return float(min(min(ratio, 1.0 / ratio) for ratio in ratios))


def specks(light: NDArray[np.float32]) -> int | None:
    """Dark or bright spots in a plain field, such as dust over the chip casts; None where the field does not tell.

    The far corners are left out: light falls off there more steeply than the surface that spots are held against.
    """
    from probes.signals.blemish import find_blemishes  # noqa: PLC0415  as above

    found = find_blemishes(light, white_dn=1.0)
    if not found.valid:
        return None
    middle = [0.5 * size for size in light.shape]
    reach_px = _SPECK_REACH * math.hypot(*middle)
    seen = [spot for spot in found.spots if abs(spot.contrast_ratio) > _SPECK_CONTRAST]
    away = [math.hypot(spot.row_px - middle[0], spot.column_px - middle[1]) for spot in seen]
    return sum(far_px < reach_px for far_px in away)


def hot_ppm(light: NDArray[np.float32]) -> float | None:
    """Hot pixels of a dark picture, on a million; None where noise hides them."""
    from probes.signals.defects import find_defects  # noqa: PLC0415  as above

    if not light.any():
        return 0.0
    defects = find_defects(light, mosaic=False, floor_dn=HOT_FLOOR, white_dn=1.0)
    return defects.hot * _MILLION / light.size if defects.valid else None


def row_noise_ratio(light: NDArray[np.float32]) -> float | None:
    """Noise that all pixels of a row share, over the noise of a pixel; None where the phone has smoothed noise away.

    Both by the second difference, so that shading is none of it, and by medians, so that lines are none of it.
    """
    import numpy as np  # noqa: PLC0415  as above

    rows = light.mean(axis=1, dtype=np.float64)
    some = light[::16].astype(np.float64)
    pixel = _rough(some.T)
    if not pixel > _LEAST_NOISE:
        return None
    return _rough(rows) / pixel


def _rough(values: NDArray[np.float64]) -> float:
    """Standard deviation of white noise along the first axis, from the median of second differences."""
    import numpy as np  # noqa: PLC0415  as above

    away = values[1:-1] - 0.5 * (values[:-2] + values[2:])
    return float(np.median(np.abs(away)) / (_MEDIAN_OF_NORMAL * math.sqrt(1.5)))
