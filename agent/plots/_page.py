"""The paper that plots are drawn on: size, colours, and letters for both languages.

Chinese letters are those of ``reports.fonts``, as many a bench has no Chinese font.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Final

from probes import StoreError, show
from reports.fonts import chinese_file

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

COLOURS: Final = ("#2166ac", "#b2182b", "#4d9221", "#8073ac", "#e08214")
WIDE: Final = (8.0, 4.5)
TALL: Final = (4.6, 7.0)
"""Inches; a screen is taller than wide."""
_DPI: Final = 110
_GRID: Final = "#dddddd"


@contextmanager
def styled() -> Iterator[None]:
    """Draw and save inside of this: letters that are not in the first font are taken from the second."""
    import matplotlib as mpl  # noqa: PLC0415  it takes half a second, and few runs draw

    with mpl.rc_context(
        {
            "font.family": ["DejaVu Sans", _chinese()],
            "axes.unicode_minus": False,
            "svg.hashsalt": "phonebench",
            "svg.fonttype": "path",
            "font.size": 9,
        }
    ):
        yield


def sheet(title: str, panels: int = 1, inches: tuple[float, float] = WIDE) -> tuple[Figure, list[Axes]]:
    """A new figure with panels side by side."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg  # noqa: PLC0415  as above
    from matplotlib.figure import Figure  # noqa: PLC0415  as above

    figure = Figure(figsize=inches, layout="constrained")
    FigureCanvasAgg(figure)
    figure.suptitle(title, fontsize=11)
    axes = list(figure.subplots(1, panels, squeeze=False)[0])
    for place in axes:
        place.grid(color=_GRID, linewidth=0.6, which="both")
        place.set_axisbelow(True)
    return figure, axes


def save(figure: Figure, path: Path) -> None:
    """Write a figure; the same figure gives the same bytes.

    Raises:
        StoreError: it cannot be written.
    """
    metadata = {"Date": None} if path.suffix == ".svg" else {"Software": None}
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        figure.savefig(path, dpi=_DPI, metadata=metadata)
    except OSError as error:
        raise StoreError(f"cannot write {show(str(path))}: {error.strerror}", step="plot") from error


@cache
def _chinese() -> str:
    from matplotlib.font_manager import FontProperties, fontManager  # noqa: PLC0415  as above

    file = str(chinese_file())
    fontManager.addfont(file)
    return FontProperties(fname=file).get_name()
