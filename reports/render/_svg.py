"""Plots as SVG, drawn by hand: no script, no style attribute, nothing from elsewhere. Words go in escaped."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from math import ceil, floor, isfinite, log10
from typing import Final
from unicodedata import east_asian_width

from probes import AtLeast, AtMost, Between, Measurement, show
from reports.render._paper import Trace

_BAR_W, _BAR_H = 120, 14
_W, _H = 640, 190
_LEFT, _RIGHT, _TOP, _BOTTOM = 56, 10, 12, 30
_ROOM: Final = 1.15
_TICKS: Final = 5
_NAME_WIDTH: Final = 54
_SAME: Final = 1e-9
_LEAST, _LARGEST = 1e-100, 1e100  # no axis is drawn beyond: its steps would be no numbers any more


@dataclass(frozen=True, slots=True)
class Zones:
    """A value on an axis from 0 to 1 with its limits.

    Attributes:
        good: from where to where it passes, ``warns`` where it passes with a warning.
    """

    value: float
    good: tuple[float, float]
    warns: tuple[float, float]


def zones(taken: Measurement) -> Zones | None:
    """Where a number lies against its limit; None where it has none, or is no number."""
    value, limit = taken.value, taken.limit
    if isinstance(value, str) or value is None:
        return None
    if isinstance(limit, Between):
        low, high = limit.low, limit.high
        edge = max((high - low) / 4, (low - value) * _ROOM, (value - high) * _ROOM, _tiny(low))
        start, width = low - edge, high - low + 2 * edge
        return Zones((value - start) / width, ((low - start) / width, (high - start) / width), (0.0, 0.0))
    if isinstance(limit, AtLeast):
        border, warns = limit.low, limit.marginal_below
    elif isinstance(limit, AtMost):
        border, warns = limit.high, limit.marginal_above
    else:
        return None
    reach = max(abs(border), abs(value - border) * _ROOM, abs((warns or border) - border) * 2, _tiny(border))
    at, warn_at = (0.5 + (one - border) / (2 * reach) for one in (value, border if warns is None else warns))
    good = (0.5, 1.0) if isinstance(limit, AtLeast) else (0.0, 0.5)
    return Zones(at, good, (min(0.5, warn_at), max(0.5, warn_at)))


def margin_bar(taken: Measurement) -> str:
    """A bar that shows how far a value is from its limit; empty where there is nothing to show."""
    found = zones(taken)
    if found is None or not isfinite(found.value):
        return ""
    parts = ['<use href="#z"/>']
    for name, (start, end) in (("good", found.good), ("warn", found.warns)):
        if end > start:
            x, width = _px(_BAR_W * start), _px(_BAR_W * (end - start))
            parts.append(f'<rect class="{name}-zone" x="{x}" width="{width}" height="{_BAR_H}"/>')
    mark = f'<path d="M{_px(_BAR_W * found.value)} 0v{_BAR_H}"/>'
    return f'<svg class="bar" viewBox="0 0 {_BAR_W} {_BAR_H}">{"".join(parts)}{mark}</svg>'


def bar_ground() -> str:
    """What all margin bars of a page share; it stands once on the page."""
    return f'<svg class="hidden"><rect id="z" class="bad-zone" width="{_BAR_W}" height="{_BAR_H}"/></svg>'


def weight_bars(rows: Sequence[tuple[str, float]]) -> str:
    """Bars to both sides of zero, one a row, the number beside it."""
    if not rows:
        return ""
    widest = max((abs(weight) for _name, weight in rows), default=1.0) or 1.0
    middle, step, half = 480, 20, 100
    parts = list[str]()
    for number, (name, weight) in enumerate(rows):
        y, width = number * step + 4, half * abs(weight) / widest
        x = middle if weight >= 0 else middle - width
        side = "for" if weight >= 0 else "against"
        parts += [
            f'<text y="{y + 11}">{_text(fitted(name, _NAME_WIDTH), _NAME_WIDTH)}</text>',
            f'<rect class="{side}" x="{_px(x)}" y="{y}" width="{_px(width)}" height="13"/>',
            f'<text x="{middle + half + 6}" y="{y + 11}">{weight:+.1f}</text>',
        ]
    high = len(rows) * step + 4
    axis = f'<path class="axis" d="M{middle} 0V{high}"/>'
    return f'<svg class="plot" viewBox="0 0 {_W} {high}" role="img">{"".join(parts)}{axis}</svg>'


@dataclass(frozen=True, slots=True)
class Curve:
    """A recorded row on axes from 0 to 1, upwards and to the right; ``across`` and ``up`` are the ticks of its axes."""

    points: tuple[tuple[float, float], ...]
    across: tuple[float, ...]
    up: tuple[float, ...]


def curve(trace: Trace) -> Curve | None:
    """Put a recorded row on axes; None where none of its numbers can be drawn."""
    points = [(x, y) for x, y in zip(trace.at_s, trace.values, strict=True) if _fits(x) and _fits(y)]
    if not points:
        return None
    xs, ys = [x for x, _y in points], [y for _x, y in points]
    across, up = _ticks(min(xs), max(xs)), _ticks(min(ys), max(ys))
    return Curve(tuple((share(across, x), share(up, y)) for x, y in points), tuple(across), tuple(up))


def _fits(number: float) -> bool:
    return isfinite(number) and abs(number) < _LARGEST


def share(ticks: Sequence[float], value: float) -> float:
    """Where a value lies between the first and the last tick, from 0 to 1."""
    return (value - ticks[0]) / (ticks[-1] - ticks[0])


def line_plot(trace: Trace) -> str:
    """A recorded row of numbers over time, with its axes in seconds and the unit of the row."""
    found = curve(trace)
    if found is None:
        return ""
    across, up = found.across, found.up
    width, height = _W - _LEFT - _RIGHT, _H - _TOP - _BOTTOM

    def place(right: float, high: float) -> tuple[float, float]:
        return _LEFT + width * right, _TOP + height * (1 - high)

    line = "".join(f"{_px(x)} {_px(y)} " for x, y in (place(*point) for point in found.points))
    columns = [(x, _px(place(share(across, x), 0)[0])) for x in across]
    rows = [(y, place(0, share(up, y))[1]) for y in up]
    grid = "".join(f"M{_LEFT} {_px(at)}h{width}" for _y, at in rows)
    grid += "".join(f"M{at} {_TOP}v{height}" for _x, at in columns)
    words = "".join(f'<text class="y" x="{_LEFT - 5}" y="{_px(at + 3.5)}">{y:g}</text>' for y, at in rows)
    words += "".join(f'<text class="x" x="{at}" y="{_H - 16}">{x:g}</text>' for x, at in columns)
    words += f'<text class="x" x="{_LEFT + width // 2}" y="{_H - 3}">s</text>'
    words += f'<text x="2" y="10">{_text(trace.unit, 12)}</text>'
    drawn = f'<path class="grid" d="{grid}"/><path class="line" d="M{line.strip()}"/>{words}'
    return f'<svg class="plot" viewBox="0 0 {_W} {_H}" role="img">{drawn}</svg>'


def fitted(text: str, columns: int) -> str:
    """Text cut to a width; a Chinese letter takes two columns."""
    used, kept = 0, list[str]()
    for char in text:
        used += 2 if east_asian_width(char) in "WF" else 1
        if used > columns:
            return "".join(kept[:-1]) + "\N{HORIZONTAL ELLIPSIS}"
        kept.append(char)
    return text


def _ticks(low: float, high: float) -> list[float]:
    """Round numbers from below the lowest to above the highest value."""
    largest = max(abs(low), abs(high))
    if high - low <= largest * _SAME + _LEAST:
        half = largest / 2 if largest > _LEAST else 0.5
        low, high = low - half, high + half
    rough = (high - low) / _TICKS
    power = 10.0 ** floor(log10(rough))
    step = next((power * factor for factor in (1, 2, 5) if power * factor >= rough), power * 10)
    first, last = floor(low / step), ceil(high / step)
    return [round(number * step, 12) for number in range(first, last + 1)]


def _tiny(number: float) -> float:
    return abs(number) / 4 or 1.0


def _px(number: float) -> str:
    return f"{number:.1f}".removesuffix(".0")


def _text(words: str, limit: int) -> str:
    return escape(show(words, limit))
