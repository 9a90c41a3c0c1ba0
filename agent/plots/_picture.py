"""Plots of photos: how much contrast a camera keeps, over the fineness of detail."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Final

from agent.plots._page import COLOURS, sheet
from agent.plots._seen import Seen
from reports import Translate

if TYPE_CHECKING:
    import numpy as np
    from matplotlib.figure import Figure
    from numpy.typing import NDArray

_HALF: Final = 0.5
_MOST_PX: Final = 100_000_000
_LEAST_SQUARES: Final = 5
_Curve = tuple["NDArray[np.float64]", "NDArray[np.float64]"]


def contrast_transfer(seen: Seen, translate: Translate) -> Figure | None:
    """MTF of each square of the chart, the middle one apart from the corners; None without a chart."""
    for raw in reversed(seen.photos):
        curves = _curves(raw)
        if curves:
            break
    else:
        return None
    figure, (place,) = sheet(translate("Sharpness (MTF)"))
    names = [translate("middle"), *[translate("corner {number}").format(number=n) for n in range(1, len(curves))]]
    for number, (name, (frequency, ratio)) in enumerate(zip(names, curves, strict=True)):
        width = 1.8 if number == 0 else 0.9
        place.plot(frequency, ratio, color=COLOURS[number % len(COLOURS)], linewidth=width, label=name)
    place.axhline(_HALF, color="#666666", linewidth=0.8, linestyle="--")
    place.set_xlim(0.0, _HALF)
    place.set_ylim(0.0, 1.3)
    place.set_xlabel(translate("detail (cycles per pixel)"))
    place.set_ylabel(translate("contrast that is left"))
    place.legend(fontsize=8, frameon=False)
    return figure


def _curves(raw: bytes) -> list[_Curve]:
    """The curve of each square of a chart, the middle one first; empty where the photo shows no chart."""
    import numpy as np  # noqa: PLC0415  as in the rest of the package

    from probes.hardware import camera_chart  # noqa: PLC0415  as above
    from probes.signals._validity import SignalError  # noqa: PLC0415  as above
    from probes.signals.slanted_edge import slanted_edges  # noqa: PLC0415  as above

    light = _light(raw)
    if light is None:
        return []
    middle = np.array(light.shape) / 2
    squares = camera_chart._squares(light)  # noqa: SLF001  the same squares that the probe measures, found once
    curves = []
    for square in sorted(squares, key=lambda s: float(np.hypot(s.row_px - middle[0], s.column_px - middle[1]))):
        try:
            edges = slanted_edges(light, camera_chart._boxes(square), white_dn=1.0)  # noqa: SLF001  as above
        except SignalError:  # the picture cuts it
            continue
        good = [edge for edge in edges if edge.valid]
        if good:
            grid = np.linspace(0.0, _HALF, 101)
            rows = [np.interp(grid, edge.frequency_cycles_px, edge.sfr_ratio[0]) for edge in good]
            curves.append((grid, np.mean(rows, axis=0)))
    return curves if len(squares) >= _LEAST_SQUARES else []


def _light(raw: bytes) -> NDArray[np.float32] | None:
    """Linear light of a JPEG, None where it is none; a plain gamma of 2.2, as the probe takes it."""
    import numpy as np  # noqa: PLC0415  as above
    from PIL import Image  # noqa: PLC0415  as above

    from probes.hardware._gamma import linear  # noqa: PLC0415  as above

    try:
        with Image.open(io.BytesIO(raw)) as image:
            if image.width * image.height > _MOST_PX:
                return None
            grey = np.asarray(image.convert("L"))
    except (OSError, SyntaxError, ValueError):
        return None
    return linear(grey)
