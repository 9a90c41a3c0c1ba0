"""One stroke or one resting finger on a touch panel: report rate, jitter, straightness, breaks.

Sources: Microsoft's hardware lab kit asks for a jitter of 1 mm at most over 10 mm of travel, positions within 1 mm of
the line and 100 reports a second per contact, a resting one included. The first interval after touch-down is longer
on real panels (53 ms at 120 Hz) and is left out of the rate.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from scipy import signal

from probes.signals._validity import (
    Float,
    Judged,
    Reason,
    Samples,
    WrongShape,
    WrongValue,
    as_channels,
    as_series,
    checked_rate,
    flaws,
    same_length,
    void,
)

_LEAST = 5
_WINDOW = 11

Point = tuple[float, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportRate(Judged):
    """How often a contact was reported.

    Attributes:
        rates_hz: (reports - 1,) one over each interval, NaN for the first after each touch-down or a repeated stamp.
        rate_hz: one over the median interval.
        rate_std_hz: one sigma of it.
        jitter_ratio: standard deviation of the intervals without missed reports over the median.
        missed: reports that fit into intervals of more than 1.8 medians.
        longest_s: the longest interval within a contact.
    """

    rates_hz: Float
    rate_hz: float
    rate_std_hz: float
    jitter_ratio: float
    missed: float
    longest_s: float


def report_rate(times_s: Samples, *, contacts: Samples | None = None) -> ReportRate:
    """Judge (reports,) times; ``contacts`` gives the id of the contact of each, and without it all belong to one."""
    times = as_series(times_s, name="times_s")
    ids = np.zeros(times.shape) if contacts is None else as_series(contacts, name="contacts")
    same_length(times_s=times, contacts=ids)
    reasons = flaws(times, at_least=_LEAST) or flaws(ids, constant_is_bad=False)
    steps = np.diff(times)
    if not reasons and (steps < 0).any():
        reasons = (Reason.BAD_STAMPS,)
    if reasons:
        return void(ReportRate, reasons, shape=max(times.size - 1, 0))
    new = np.concatenate(([True], np.diff(ids) != 0.0))
    usable = ~new[1:] & ~new[:-1] & (steps > 0)
    rates = np.full(steps.shape, np.nan)
    np.divide(1.0, steps, out=rates, where=usable)
    used = steps[usable]
    if used.size < _LEAST - 2:
        return void(ReportRate, (Reason.TOO_SHORT,), rates_hz=rates)
    usual = float(np.median(used))
    late = used > 1.8 * usual
    near = used[~late]
    return ReportRate(
        rates_hz=rates,
        rate_hz=1.0 / usual,
        rate_std_hz=1.2533 * float(near.std()) / math.sqrt(near.size) / usual**2,
        jitter_ratio=float(near.std()) / usual,
        missed=float(np.sum(np.rint(used[late] / usual) - 1.0)),
        longest_s=float(used.max()),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Stroke(Judged):
    """How faithfully a straight stroke was reported; lengths in millimetres.

    Attributes:
        length_mm: between the ends.
        jitter_mm: standard deviation across the local line (resting finger: about the mean, both axes together).
        jitter_std_mm: one sigma of it.
        deviation_mm: largest distance from the ruled line, or from the best line when none is given.
        offset_mm: mean signed distance from the ruled line, 0 for the best line.
        tilt_deg: angle between the best line and the ruled one, 0 without.
        largest_jump_mm: longest way between neighbouring reports.
    """

    length_mm: float
    jitter_mm: float
    jitter_std_mm: float
    deviation_mm: float
    offset_mm: float
    tilt_deg: float
    largest_jump_mm: float


def judge_stroke(x_mm: Samples, y_mm: Samples, *, ruled: tuple[Point, Point] | None = None) -> Stroke:
    """Judge the (reports,) positions of one contact that was led along a straight line.

    Args:
        x_mm: positions scaled to millimetres by the panel's own ranges.
        y_mm: the same.
        ruled: start and end of the line that the finger was led along, on the panel's axes.
    """
    points = _points(x_mm, y_mm)
    if ruled is not None and math.dist(*ruled) == 0.0:
        raise WrongValue("the ruled line has no length")
    if reasons := flaws(points, at_least=_WINDOW, constant_is_bad=False):
        return void(Stroke, reasons)
    if not np.ptp(points, axis=1).any():
        return void(Stroke, (Reason.CONSTANT,))
    centre = points.mean(axis=1)
    _, _, axes = np.linalg.svd((points - centre[:, None]).T, full_matrices=False)
    along = axes[0] * (1.0 if float(axes[0] @ (points[:, -1] - points[:, 0])) >= 0 else -1.0)
    across = np.array([-along[1], along[0]])
    wander = across @ (points - centre[:, None])
    away, tilt = wander, 0.0
    if ruled is not None:
        start, end = np.array(ruled[0]), np.array(ruled[1])
        way = (end - start) / math.dist(*ruled)
        away = np.array([-way[1], way[0]]) @ (points - start[:, None])
        tilt = math.degrees(math.acos(min(abs(float(way @ along)), 1.0)))
    local = wander - np.asarray(signal.savgol_filter(wander, _WINDOW, 1, mode="interp"))
    jitter = float(np.sqrt((local**2).mean() / (1.0 - 1.0 / _WINDOW)))
    return Stroke(
        length_mm=float(np.linalg.norm(points[:, -1] - points[:, 0])),
        jitter_mm=jitter,
        jitter_std_mm=jitter / math.sqrt(2.0 * points.shape[1]),
        deviation_mm=float(np.abs(away).max()),
        offset_mm=float(away.mean()) if ruled is not None else 0.0,
        tilt_deg=tilt,
        largest_jump_mm=float(np.linalg.norm(np.diff(points, axis=1), axis=0).max()),
    )


def judge_rest(x_mm: Samples, y_mm: Samples) -> Stroke:
    """Judge the (reports,) positions of a finger that does not move: raw spread, no line."""
    points = _points(x_mm, y_mm)
    if reasons := flaws(points, at_least=_LEAST, constant_is_bad=False):
        return void(Stroke, reasons)
    apart = np.linalg.norm(points - points.mean(axis=1, keepdims=True), axis=0)
    jitter = math.sqrt(float((apart**2).sum()) / max(2 * apart.size - 2, 1))
    return Stroke(
        length_mm=float(np.linalg.norm(points[:, -1] - points[:, 0])),
        jitter_mm=jitter,
        jitter_std_mm=jitter / math.sqrt(4.0 * apart.size),
        deviation_mm=float(apart.max()),
        offset_mm=0.0,
        tilt_deg=0.0,
        largest_jump_mm=float(np.linalg.norm(np.diff(points, axis=1), axis=0).max()),
    )


def in_millimetres(raw: Samples, *, low: float, high: float, length_mm: float) -> Float:
    """Positions as the panel counts them, scaled by the axis' range (``getevent -p``) to the length of the panel."""
    length = checked_rate(length_mm, name="length_mm")
    if not high > low:
        raise WrongValue(f"the range {low}..{high} must rise")
    return (as_series(raw, name="raw") - low) / (high - low) * length


def _points(x_mm: Samples, y_mm: Samples) -> Float:
    x, y = as_series(x_mm, name="x_mm"), as_series(y_mm, name="y_mm")
    same_length(x_mm=x, y_mm=y)
    points: Float = as_channels(np.array([x, y]), name="points", counts=True)
    if points.shape[0] != 2:
        raise WrongShape("a point has two coordinates")
    return points
