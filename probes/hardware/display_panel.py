"""The glass of a screen, from photographs of plain pages: dots, lines, clouds, burnt-in symbols, evenness."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from probes.hardware._gamma import linear

if TYPE_CHECKING:
    from collections.abc import Mapping

    import numpy as np
    from numpy.typing import NDArray

    from probes.signals.registration import Registration

_EDGE_RATIO: Final = 0.01
_LINE_FLOOR: Final = 0.1
_CLEAR_LINE_FLOOR: Final = 0.35
_CLOSED_PX: Final = 25
_WHITE: Final = 254
_CLIPPED_RATIO: Final = 0.02
_LEAST_PX_A_DOT: Final = 0.9
# Where every Android phone shows something all day: clock and icons at the top, three keys at the bottom, as shares of
# width and height. Makers place them a little differently; the patches are larger than the symbols.
_SYMBOLS: Final = (
    (0.03, 0.2, 0.005, 0.032),
    (0.7, 0.97, 0.005, 0.032),
    (0.15, 0.25, 0.935, 0.975),
    (0.45, 0.55, 0.935, 0.975),
    (0.75, 0.85, 0.935, 0.975),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Glass:
    """What the glass shows; None where the photographs do not tell.

    Attributes:
        dead_dots: subpixels that stay dark or lit, three for a whole pixel.
        lines: rows and columns that stand out.
        evenness_ratio: darkest over brightest part.
        clouds_index: strongest cloud over what is just seen.
        burnt_ratio: light lost where symbols are always shown.
    """

    dead_dots: int | None = None
    lines: int | None = None
    evenness_ratio: float | None = None
    clouds_index: float | None = None
    burnt_ratio: float | None = None


def bright_level(photo: NDArray[np.uint8]) -> float:
    """Light of the brightest places, 0 to 1 of what is white to the camera; single dots are none of them."""
    import numpy as np  # noqa: PLC0415  most runs of the command line need no arrays

    return float(np.quantile(linear(photo[::4, ::4]).max(axis=2), 0.99))


def is_overexposed(photo: NDArray[np.uint8]) -> bool:
    """Whether the camera is blinded: more than a few dots are as bright as it can tell."""
    return float((photo >= _WHITE).mean()) > _CLIPPED_RATIO


def find_screen(photo: NDArray[np.uint8], size: tuple[int, int]) -> tuple[Registration, float] | None:
    """Where the lit screen lies in a photograph, and how many pixels of the camera see one dot; None for nowhere."""
    import cv2  # noqa: PLC0415  as above
    import numpy as np  # noqa: PLC0415  as above

    from probes.signals.registration import find_panel, register_panel  # noqa: PLC0415  as above

    # lines that are missing would cut the screen in pieces: they are closed, which leaves its outer edges alone
    closed = cv2.morphologyEx(linear(photo).max(axis=2), cv2.MORPH_CLOSE, np.ones((_CLOSED_PX, _CLOSED_PX), np.uint8))
    place = find_panel(closed)
    if not place.valid:
        return None
    wide, high = size
    registration = register_panel(place, rows=high, columns=wide)
    if not registration.valid:
        return None
    sides = np.hypot(*(np.roll(place.corners_px, -1, axis=0) - place.corners_px).T)
    return registration, float(min(sides[0] / wide, sides[1] / high))


def look_at_glass(
    photos: Mapping[str, NDArray[np.uint8]],
    registration: Registration,
    *,
    size: tuple[int, int],
    px_a_dot: float,
    pitch_mm: float,
) -> Glass:
    """Judge photographs of the pages ``red``, ``green``, ``blue``, ``grey`` and ``black``, all from one place."""
    import numpy as np  # noqa: PLC0415  as above

    from probes.signals.registration import rectify  # noqa: PLC0415  as above

    wide, high = size
    edge = round(_EDGE_RATIO * wide)

    def rectified(light: NDArray[np.float32]) -> NDArray[np.float32]:
        flat = rectify(light, registration, rows=high, columns=wide)
        return np.nan_to_num(flat[edge : high - edge, edge : wide - edge])

    # plane by plane: a photograph in linear light, finely sampled, is a hundred megabytes and more
    black = np.stack([rectified(linear(photos["black"][..., number])) for number in range(3)], axis=2)
    lit = np.empty_like(black)
    for number, name in enumerate(("red", "green", "blue")):
        lit[..., number] = rectified(linear(photos[name][..., number])) - black[..., number]
    light = linear(photos["grey"][..., 0])
    for number in (1, 2):
        light += linear(photos["grey"][..., number])
    grey = rectified(light / np.float32(3.0)) - black.mean(axis=2)
    lines = _lines(lit)
    return Glass(
        dead_dots=_dots(lit, black, lines) if px_a_dot >= _LEAST_PX_A_DOT else None,
        lines=None if lines is None else sum(_bundles(numbers) for numbers in lines),
        evenness_ratio=_evenness(grey),
        clouds_index=_clouds(grey, lines, pitch_mm),
        burnt_ratio=_burnt(grey, size, edge),
    )


def _lines(lit: NDArray[np.float32]) -> tuple[list[int], list[int]] | None:
    """Numbers of the rows and of the columns that stand out in any colour."""
    import numpy as np  # noqa: PLC0415  as above

    from probes.signals.lines import Axis, find_lines  # noqa: PLC0415  as above

    rows, columns = set[int](), set[int]()
    for number in range(3):
        plane = np.ascontiguousarray(lit[..., number])
        level = float(np.median(plane))
        found = find_lines(plane, mosaic=False, floor_dn=_LINE_FLOOR * level)
        if not found.valid:  # with many lines gone, the blur beside each makes a pattern of them: only their middles
            found = find_lines(plane, mosaic=False, floor_dn=_CLEAR_LINE_FLOOR * level)
        if not found.valid:
            return None
        rows |= {line.number_px for line in found.lines if line.axis is Axis.ROW}
        columns |= {line.number_px for line in found.lines if line.axis is Axis.COLUMN}
    return sorted(rows), sorted(columns)


def _bundles(numbers: list[int]) -> int:
    """How many lines there are: a line's neighbours, which the camera's blur dims, are none."""
    return sum(before is None or at - before > 1 for before, at in zip([None, *numbers], numbers, strict=False))


def _without(plane: NDArray[np.float32], lines: tuple[list[int], list[int]]) -> NDArray[np.float32]:
    """A plane without its broken lines and the two beside each, which the camera's blur dims."""
    import numpy as np  # noqa: PLC0415  as above

    for axis, numbers in enumerate(lines):
        gone = {at + away for at in numbers for away in range(-2, 3) if 0 <= at + away < plane.shape[axis]}
        plane = np.delete(plane, sorted(gone), axis=axis) if gone else plane
    return plane


def _dots(
    lit: NDArray[np.float32], black: NDArray[np.float32], lines: tuple[list[int], list[int]] | None
) -> int | None:
    """Dark and lit subpixels beside broken lines."""
    from probes.signals.panel import panel_pixels  # noqa: PLC0415  as above

    lines = lines or ([], [])
    found = panel_pixels(_without(lit, lines), _without(black, lines))
    return 3 * (found.always_lit + found.always_dark) + found.subpixels if found.valid else None


def _evenness(grey: NDArray[np.float32]) -> float | None:
    from probes.signals.panel import uniformity  # noqa: PLC0415  as above

    found = uniformity(grey)
    return found.all_tiles_ratio if found.valid else None


def _clouds(grey: NDArray[np.float32], lines: tuple[list[int], list[int]] | None, pitch_mm: float) -> float | None:
    from probes.signals.panel import mura  # noqa: PLC0415  as above

    found = mura(_without(grey, lines or ([], [])), pixel_pitch_mm=pitch_mm)
    return found.index if found.valid else None


def _burnt(grey: NDArray[np.float32], size: tuple[int, int], edge: int) -> float | None:
    """Light lost under the symbols that all phones show; 0 where it does not stand out of its own noise."""
    import numpy as np  # noqa: PLC0415  as above

    from probes.signals.panel import burn_in  # noqa: PLC0415  as above

    wide, high = size
    template = np.zeros((high, wide), np.float32)
    for left, right, top, bottom in _SYMBOLS:
        template[round(top * high) : round(bottom * high), round(left * wide) : round(right * wide)] = 1.0
    found = burn_in(grey, template[edge : high - edge, edge : wide - edge])
    if not found.valid:
        return None
    return found.loss_ratio if found.loss_ratio > 3.0 * found.loss_std_ratio else 0.0
