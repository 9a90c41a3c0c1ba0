"""Strokes of a finger over the whole screen: put together from what a panel reported, and what they say of it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from probes.hardware._input_events import Report

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_PAUSE_S: Final = 0.1  # no panel that is touched is silent for so long; nobody lifts and lands a finger as fast
_SHORTEST_MM: Final = 6.0
_LEAST_REPORTS: Final = 6
_SAME_LINE_MM: Final = 4.0
_LONGEST_PAUSE_S: Final = 2.5
_BEND_WINDOW_MM: Final = 20.0
_MM_PER_INCH: Final = 25.4


@dataclass(frozen=True, slots=True, kw_only=True)
class Panel:
    """A screen: its size in millimetres, and millimetres for each of the panel's own units."""

    wide_mm: float
    high_mm: float
    x_mm_per_unit: float
    y_mm_per_unit: float


@dataclass(frozen=True, slots=True, kw_only=True)
class StrokesSeen:
    """What the strokes say of the panel.

    Attributes:
        count: strokes that are long enough to be judged.
        skip_mm: the longest way that a stroke jumped, beyond twice its usual step.
        dead_lines: rows and columns of cells that strokes crossed without one report.
        bend_mm: the largest distance from the local line, over two centimetres of way.
        jitter_mm: standard deviation across the local line, the middle stroke.
        rate_hz: reports in a second.
    """

    count: int
    skip_mm: float
    dead_lines: int
    bend_mm: float
    jitter_mm: float
    rate_hz: float


@dataclass(slots=True)
class _Stroke:
    """One stroke: rising times, and its way (2, reports) with the axis that it runs along first."""

    is_across: bool
    t_s: NDArray[np.float64]
    way_mm: NDArray[np.float64]

    @property
    def heading(self) -> float:
        return 1.0 if self.way_mm[0, -1] >= self.way_mm[0, 0] else -1.0


def judge(reports: Sequence[Report], panel: Panel) -> StrokesSeen | None:
    """Judge the reports of somebody who drew along rows and columns; None where nothing was long enough."""
    import numpy as np  # noqa: PLC0415  `phonebench --help` needs no arrays

    from probes.signals.touch_stroke import judge_stroke, report_rate  # noqa: PLC0415  as above

    pieces = _pieces(reports, panel)
    if not pieces:
        return None
    strokes = _joined(pieces)
    jitters = [judge_stroke(piece.way_mm[0], piece.way_mm[1]).jitter_mm for piece in pieces]
    rates = [report_rate(piece.t_s).rate_hz for piece in pieces]
    return StrokesSeen(
        count=len(strokes),
        skip_mm=max(_skip_mm(stroke) for stroke in strokes),
        dead_lines=_dead_lines(strokes, panel),
        bend_mm=max(_bend_mm(piece) for piece in pieces),
        jitter_mm=float(np.nanmedian(jitters)) if np.isfinite(jitters).any() else math.nan,
        rate_hz=float(np.nanmedian(rates)) if np.isfinite(rates).any() else math.nan,
    )


def panel_size(width_px: int, height_px: int, density_dpi: int) -> tuple[float, float]:
    """Width and height in millimetres, as far as Android's density is that of the glass (within some 15 %)."""
    return width_px / density_dpi * _MM_PER_INCH, height_px / density_dpi * _MM_PER_INCH


def _pieces(reports: Sequence[Report], panel: Panel) -> list[_Stroke]:
    """Reports of one contact without a pause, where they lead somewhere: ghosts and taps do not."""
    import numpy as np  # noqa: PLC0415  `phonebench --help` needs no arrays

    by_contact: dict[int, list[Report]] = {}
    for report in reports:
        by_contact.setdefault(report.contact, []).append(report)
    pieces: list[_Stroke] = []
    for rows in by_contact.values():
        t_s = np.array([row.at_s for row in rows])
        way = np.array([[row.x * panel.x_mm_per_unit, row.y * panel.y_mm_per_unit] for row in rows]).T
        for part in np.split(np.arange(len(rows)), np.flatnonzero(np.diff(t_s) > _PAUSE_S) + 1):
            spans = np.ptp(way[:, part], axis=1)
            if len(part) >= _LEAST_REPORTS and spans.max() >= _SHORTEST_MM:
                is_across = bool(spans[0] >= spans[1])
                pieces.append(_Stroke(is_across, t_s[part], way[:, part] if is_across else way[::-1, part]))
    return sorted(pieces, key=lambda piece: float(piece.t_s[0]))


def _joined(pieces: Sequence[_Stroke]) -> list[_Stroke]:
    """Put together what one stroke was before the panel lost it: the same line, further on in the same direction."""
    import numpy as np  # noqa: PLC0415  `phonebench --help` needs no arrays

    strokes: list[_Stroke] = []
    for piece in pieces:
        last = strokes[-1] if strokes else None
        if last is not None and _goes_on(last, piece):
            strokes[-1] = _Stroke(
                last.is_across,
                np.concatenate((last.t_s, piece.t_s)),
                np.concatenate((last.way_mm, piece.way_mm), axis=1),
            )
        else:
            strokes.append(piece)
    return strokes


def _goes_on(last: _Stroke, piece: _Stroke) -> bool:
    return (
        last.is_across == piece.is_across
        and last.heading == piece.heading
        and 0.0 <= float(piece.t_s[0] - last.t_s[-1]) < _LONGEST_PAUSE_S
        and abs(float(piece.way_mm[1, 0] - last.way_mm[1, -1])) < _SAME_LINE_MM
        and (float(piece.way_mm[0, 0] - last.way_mm[0, -1])) * last.heading > 0.0
    )


def _skip_mm(stroke: _Stroke) -> float:
    import numpy as np  # noqa: PLC0415  `phonebench --help` needs no arrays

    steps = np.abs(np.diff(stroke.way_mm[0]))
    return max(float(steps.max() - 2.0 * np.median(steps)), 0.0)


def _bend_mm(piece: _Stroke) -> float:
    """Largest distance from the straight line through each two centimetres; a hand's own curve is flatter."""
    import numpy as np  # noqa: PLC0415  `phonebench --help` needs no arrays
    from scipy.signal import savgol_filter  # noqa: PLC0415  as above

    count = piece.t_s.size
    step_mm = float(np.ptp(piece.way_mm[0])) / count
    window = min(max(round(_BEND_WINDOW_MM / step_mm), 5), count - 1) // 2 * 2 - 1
    return float(np.abs(piece.way_mm[1] - savgol_filter(piece.way_mm[1], max(window, 5), 1)).max())


def _dead_lines(strokes: Sequence[_Stroke], panel: Panel) -> int:
    """Count rows and columns of cells that the straight ways cross, and that never answered."""
    import numpy as np  # noqa: PLC0415  `phonebench --help` needs no arrays

    from probes.signals.touch_coverage import coverage  # noqa: PLC0415  as above

    passed: list[NDArray[np.float64]] = []
    heard: list[NDArray[np.float64]] = []
    for stroke in strokes:
        begin, end = stroke.way_mm[:, 0], stroke.way_mm[:, -1]
        share = np.linspace(0.0, 1.0, max(round(float(np.linalg.norm(end - begin))), 2))
        way = begin[:, None] + (end - begin)[:, None] * share
        passed.append(way if stroke.is_across else way[::-1])
        heard.append(stroke.way_mm if stroke.is_across else stroke.way_mm[::-1])
    all_passed, all_heard = np.concatenate(passed, axis=1), np.concatenate(heard, axis=1)
    found = coverage(
        (all_passed[0], all_passed[1]), (all_heard[0], all_heard[1]), size_mm=(panel.wide_mm, panel.high_mm)
    )
    return len(found.dead_rows) + len(found.dead_columns)
