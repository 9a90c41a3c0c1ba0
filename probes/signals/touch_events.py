"""Touches that nobody made, strokes that broke, and how long a touch takes to be reported.

Ghosts are watched for in a time without a finger, with the charger on and off: those that come with the charger only
are its noise, not the digitizer. Rates carry the exact Poisson interval.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from probes.signals._validity import (
    Float,
    Judged,
    Reason,
    Samples,
    as_series,
    checked_number,
    checked_rate,
    flaws,
    same_length,
    void,
)
from probes.signals.intermittency import event_rate

_FEW = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Ghosts(Judged):
    """Contacts in a time without any finger.

    Attributes:
        count: contacts.
        per_minute: their rate.
        per_minute_low: lower end of its 95 % interval.
        per_minute_high: upper end.
        centre_mm: (2,) median place, NaN without any.
        spread_mm: median distance from it: a damaged spot keeps ghosts together, noise scatters them along a line.
        line: ``x`` or ``y`` when they share that coordinate (one electrode), else empty.
    """

    count: int
    per_minute: float
    per_minute_low: float
    per_minute_high: float
    centre_mm: Float
    spread_mm: float
    line: str


def ghosts(
    times_s: Samples,
    x_mm: Samples,
    y_mm: Samples,
    contacts: Samples,
    *,
    watched_s: float,
    pitch_mm: float = 4.5,
) -> Ghosts:
    """Judge (reports,) within 0..``watched_s`` of idleness; no report at all is a valid answer."""
    times, ids = as_series(times_s, name="times_s"), as_series(contacts, name="contacts")
    x, y = as_series(x_mm, name="x_mm"), as_series(y_mm, name="y_mm")
    pitch, watched = checked_rate(pitch_mm, name="pitch_mm"), checked_rate(watched_s, name="watched_s")
    some = same_length(times_s=times, x_mm=x, y_mm=y, contacts=ids) > 0
    if some and (reasons := flaws(np.array([times, x, y, ids]), constant_is_bad=False)):
        return void(Ghosts, reasons, shape=2, line="")
    _, first = np.unique(ids, return_index=True)
    rate = event_rate(times[first], watched_s=watched)
    if not rate.valid:
        return void(Ghosts, rate.reasons, shape=2, line="")
    places = np.array([x[first], y[first]])
    centre = np.median(places, axis=1) if first.size else np.full(2, np.nan)
    apart = np.abs(places - centre[:, None])
    tight = np.median(apart, axis=1) < pitch / 2.0 if first.size >= _FEW else np.array([False, False])
    return Ghosts(
        count=int(first.size),
        per_minute=rate.per_minute,
        per_minute_low=rate.per_minute_low,
        per_minute_high=rate.per_minute_high,
        centre_mm=centre,
        spread_mm=float(np.median(np.hypot(*apart))) if first.size else math.nan,
        line={(True, False): "x", (False, True): "y"}.get((bool(tight[0]), bool(tight[1])), ""),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Breaks(Judged):
    """Strokes that the panel lost on the way; one entry per stroke.

    Attributes:
        breaks: how often a new contact began within the stroke.
        silent_s: the longest time within the stroke without a report.
        missed: strokes that were not reported at all.
        ratio: broken or missed strokes over all.
        ratio_low: lower end of its 95 % interval (Wilson 1927).
        ratio_high: upper end.
    """

    breaks: tuple[int, ...]
    silent_s: Float
    missed: int
    ratio: float
    ratio_low: float
    ratio_high: float


def stroke_breaks(times_s: Samples, contacts: Samples, *, starts_s: Samples, stops_s: Samples) -> Breaks:
    """Judge (reports,) against the (strokes,) times at which the bench's finger touched down and lifted off."""
    times, ids = as_series(times_s, name="times_s"), as_series(contacts, name="contacts")
    starts, stops = as_series(starts_s, name="starts_s"), as_series(stops_s, name="stops_s")
    reported = same_length(times_s=times, contacts=ids)
    strokes = same_length(starts_s=starts, stops_s=stops)
    reasons = flaws(np.array([starts, stops]), constant_is_bad=False)
    if not reasons and reported:
        reasons = flaws(np.array([times, ids]), constant_is_bad=False)
    if not reasons and ((np.diff(times) < 0).any() or (stops < starts).any()):
        reasons = (Reason.BAD_STAMPS,)
    if reasons:
        return void(Breaks, reasons, shape=strokes)
    breaks, silent, missed = [], [], 0
    for start, stop in zip(starts, stops, strict=True):
        first, last = np.searchsorted(times, start), np.searchsorted(times, stop, side="right")
        own = ids[first:last]
        missed += not own.size
        breaks.append(int((np.diff(own) != 0).sum()) if own.size else 0)
        marks = np.concatenate(([start], times[first:last], [stop]))
        silent.append(float(np.diff(marks).max()))
    bad = missed + sum(count > 0 for count in breaks)
    low, high = _wilson(bad, strokes)
    return Breaks(
        breaks=tuple(breaks),
        silent_s=np.array(silent),
        missed=missed,
        ratio=bad / strokes,
        ratio_low=low,
        ratio_high=high,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Latency(Judged):
    """From the edge that the bench made to the first report.

    Attributes:
        each_s: (edges,) NaN where nothing came in time.
        median_s: median.
        median_std_s: one sigma of it.
        p95_s: 95th percentile.
        missed: edges without a report.
    """

    each_s: Float
    median_s: float
    median_std_s: float
    p95_s: float
    missed: int


def touch_latency(edges_s: Samples, reports_s: Samples, *, within_s: float = 0.5) -> Latency:
    """Judge (edges,) of a solenoid or accelerometer against (reports,), both rising and on one time base."""
    edges, reports = as_series(edges_s, name="edges_s"), as_series(reports_s, name="reports_s")
    longest = checked_number(within_s, name="within_s", above=0.0)
    reasons = flaws(edges, constant_is_bad=False)
    if not reasons and not np.isfinite(reports).all():
        reasons = (Reason.NOT_FINITE,)
    if not reasons and ((np.diff(edges) < 0).any() or (np.diff(reports) < 0).any()):
        reasons = (Reason.BAD_STAMPS,)
    if reasons:
        return void(Latency, reasons, shape=edges.size)
    ends = np.minimum(np.append(edges[1:], np.inf), edges + longest)
    place = np.searchsorted(reports, edges)
    found = np.append(reports, np.inf)[place]
    each = np.where(found <= ends, found - edges, np.nan)
    kept = each[np.isfinite(each)]
    if not kept.size:
        return void(Latency, (Reason.NOT_FOUND,), each_s=each, missed=int(edges.size))
    return Latency(
        each_s=each,
        median_s=float(np.median(kept)),
        median_std_s=1.2533 * float(kept.std()) / math.sqrt(kept.size) if kept.size > 1 else math.nan,
        p95_s=float(np.percentile(kept, 95)),
        missed=int(edges.size - kept.size),
    )


def _wilson(count: int, total: int) -> tuple[float, float]:
    z = 1.959964
    middle = (count + z * z / 2.0) / (total + z * z)
    half = z / (total + z * z) * math.sqrt(count * (total - count) / total + z * z / 4.0)
    return max(middle - half, 0.0), min(middle + half, 1.0)
