"""The timeline of findings as a picture: one row per finding, one mark per group of lines, one panel per clock."""

from __future__ import annotations

import math
import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

from probes._errors import BadInput
from probes._text import show
from probes.logs.records import ClockNote, Event, Klass, LogReport, Strength

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_FORMATS: Final = (".svg", ".png")
_WALL: Final = "wall clock"
_MAX_ROWS: Final = 24
_MAX_PANELS: Final = 4
_LEAST_SPAN_S: Final = 4.0
_COLOURS: Final = {
    Klass.COMPONENT: "#b2182b",
    Klass.SOFTWARE: "#2166ac",
    Klass.LINK: "#e08214",
    Klass.ABSENT_PART: "#8073ac",
    Klass.BENIGN: "#999999",
}
_WEIGHTS: Final = {Strength.STRONG: 1.0, Strength.MODERATE: 0.75, Strength.WEAK: 0.45, Strength.BENIGN: 0.3}
Row = tuple[str, str, Klass, Strength]


def plot_timeline(report: LogReport, path: Path, *, with_benign: bool = False) -> int:
    """Draw when each finding was seen and write it as SVG or PNG, by the file's ending.

    Moments with a wall time share one panel; boots that no line ties to the wall clock have a panel each. Words in
    the picture are English and plain ASCII, so any font will do.

    Returns:
        The number of events drawn.

    Raises:
        BadInput: another ending, or the file cannot be written.
    """
    if path.suffix.lower() not in _FORMATS:
        raise BadInput(f"{show(path.name)}: a plot is written as {' or '.join(_FORMATS)}", step="plot")
    import matplotlib as mpl  # noqa: PLC0415  it takes half a second, and few runs draw
    from matplotlib.backends.backend_agg import FigureCanvasAgg  # noqa: PLC0415  as above
    from matplotlib.figure import Figure  # noqa: PLC0415  as above

    events = [one for one in report.events if with_benign or one.klass is not Klass.BENIGN]
    rows = _rows(events)
    events = [one for one in events if _row(one) in rows]
    panels = _panels(events)
    figure = Figure(figsize=(10, 1.6 + 0.32 * max(1, len(rows))), layout="constrained")
    FigureCanvasAgg(figure)
    axes = figure.subplots(1, max(1, len(panels)), sharey=True, squeeze=False)[0]
    for place, (title, shown) in zip(axes, panels or [("no finding has a clock", [])], strict=True):
        _draw(place, title, shown, rows, on_wall=title == _WALL)
        if title == _WALL:
            place.set_xlabel(_zone(report.clock), fontsize=8)
    axes[0].set_yticks(range(len(rows)), [_label(row) for row in rows])
    _legend(axes[-1], {one.klass for one in events})
    with mpl.rc_context({"svg.hashsalt": "phonebench", "svg.fonttype": "none"}):
        try:
            figure.savefig(path, dpi=120, metadata={"Date": None} if path.suffix.lower() == ".svg" else None)
        except OSError as error:
            raise BadInput(f"cannot write {show(str(path))}: {error.strerror}", step="plot") from error
    return len(events)


def _zone(clock: ClockNote) -> str:
    """What the wall clock is, as far as the logs say it."""
    year = f"{clock.year}, " if clock.year else "year unknown, "
    if clock.zone_s is None:
        return f"{year}the phone's own time zone"
    hours, minutes = divmod(abs(clock.zone_s) // 60, 60)
    return f"{year}UTC{'-' if clock.zone_s < 0 else '+'}{hours:02d}:{minutes:02d}"


def _row(event: Event) -> Row:
    return event.code, event.unit, event.klass, event.strength


def _rows(events: Sequence[Event]) -> list[Row]:
    """The strongest findings, strongest first."""
    found = sorted({_row(one) for one in events}, key=lambda row: (-row[3].rank, row[0], row[1], row[2]))
    return found[:_MAX_ROWS]


def _panels(events: Sequence[Event]) -> list[tuple[str, list[Event]]]:
    panels: dict[str, list[Event]] = {}
    for event in events:
        title = _WALL if event.wall_s is not None else f"boot {event.boot}"
        panels.setdefault(title, []).append(event)
    # the wall clock first, then the latest boots
    ordered = sorted(panels.items(), key=lambda panel: (panel[0] != _WALL, -panel[1][0].boot))
    return ordered[:_MAX_PANELS]


def _date(seconds: float, _place: int | None) -> str:
    """A mark of the wall clock's axis."""
    return time.strftime("%m-%d %H:%M:%S", time.gmtime(seconds))


def _draw(place: Axes, title: str, events: Sequence[Event], rows: Sequence[Row], *, on_wall: bool) -> None:
    from matplotlib.ticker import FuncFormatter, MaxNLocator  # noqa: PLC0415  as above

    place.set_title(title, fontsize=9)
    place.grid(axis="x", color="#dddddd", linewidth=0.6)
    place.set_axisbelow(True)
    place.set_ylim(max(1, len(rows)) - 0.5, -0.5)
    place.tick_params(labelsize=8)
    for event in events:
        seconds = (event.wall_s if on_wall else event.boot_s) or 0.0
        off = event.uncertainty_s if on_wall else 0.0
        row = rows.index(_row(event))
        colour, size = _COLOURS[event.klass], 18 + 26 * math.log10(event.count + 1)
        alpha = _WEIGHTS[event.strength]
        if off:
            place.plot([seconds - off, seconds + off], [row, row], color=colour, alpha=alpha * 0.5, linewidth=1)
        place.scatter([seconds], [row], s=size, color=colour, alpha=alpha, linewidths=0)
    low_s, high_s = place.get_xlim()
    if (short_s := _LEAST_SPAN_S - (high_s - low_s)) > 0:  # moments within a blink are one moment to a reader
        place.set_xlim(low_s - short_s / 2, high_s + short_s / 2)
    if on_wall:
        place.xaxis.set_major_locator(MaxNLocator(5))
        place.xaxis.set_major_formatter(FuncFormatter(_date))
        place.tick_params(axis="x", labelrotation=30)
    else:
        place.set_xlabel("seconds since boot", fontsize=8)
        place.ticklabel_format(axis="x", style="plain", useOffset=False)


def _legend(place: Axes, kinds: set[Klass]) -> None:
    for kind in sorted(kinds):
        place.scatter([], [], s=30, color=_COLOURS[kind], label=kind.value.replace("_", " "))
    if kinds:
        place.legend(fontsize=7, loc="center left", bbox_to_anchor=(1.0, 0.5), frameon=False)


def _label(row: Row) -> str:
    unit = show(row[1], 24).encode("ascii", "replace").decode().replace("$", r"\$") if row[1] else ""
    return f"{row[0]}{' ' + unit if unit else ''} ({row[3].value})"
