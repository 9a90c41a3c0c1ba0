"""Contacts that come and go: short dips of a supply's voltage, and connections counted anew.

Dips need 100 samples a second or more; over adb there are a few at best, so there connections and power-supply events
are counted instead. Rates carry the exact Poisson interval (F. Garwood 1936).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from scipy.special import chdtri

from probes.signals._validity import (
    Float,
    Judged,
    Reason,
    Samples,
    as_series,
    checked_number,
    checked_rate,
    flaws,
    void,
)

_SLOW_HZ = 100.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Dips(Judged):
    """Dips below the usual voltage, one entry each.

    Attributes:
        usual_v: median voltage.
        starts_s: when each began, from the first sample.
        lasted_s: how long each was, to one sample interval.
        depth_v: how far each went below the usual voltage.
        short: dips no longer than ``longest_s``: a contact that bounces.
        long: longer ones: an overload, or pulled out.
        per_minute: rate of the short ones.
        per_minute_low: lower end of its 95 % interval.
        per_minute_high: upper end of it.
    """

    usual_v: float
    starts_s: Float
    lasted_s: Float
    depth_v: Float
    short: int
    long: int
    per_minute: float
    per_minute_low: float
    per_minute_high: float


@dataclass(frozen=True, slots=True, kw_only=True)
class EventRate(Judged):
    """Events per minute with the exact 95 % Poisson interval, and how they bunch.

    Attributes:
        count: events.
        per_minute: rate.
        per_minute_low: lower end of the interval.
        per_minute_high: upper end.
        bunching: variance over mean of the counts in equal parts: 1 for chance, more when they come in bursts.
    """

    count: int
    per_minute: float
    per_minute_low: float
    per_minute_high: float
    bunching: float


def dips(voltage_v: Samples, *, rate_hz: float, depth_v: float = 0.2, longest_s: float = 0.1) -> Dips:
    """Find dips in (samples,) of a supply's voltage; the remark `COARSE` says that the rate is below 100 Hz."""
    rate = checked_rate(rate_hz)
    volts, deep = as_series(voltage_v, name="voltage_v"), checked_rate(depth_v, name="depth_v")
    longest = checked_rate(longest_s, name="longest_s")
    if reasons := flaws(volts, at_least=8, constant_is_bad=False):
        return void(Dips, reasons)
    usual = float(np.median(volts))
    if usual <= deep:
        return void(Dips, (Reason.NOT_FOUND,), usual_v=usual)
    below = np.concatenate(([False], volts < usual - deep, [False]))
    edges = np.flatnonzero(below[1:] != below[:-1]).reshape(-1, 2)
    lasted = (edges[:, 1] - edges[:, 0]) / rate
    depth = np.array([usual - float(volts[start:stop].min()) for start, stop in edges])
    short = int((lasted <= longest).sum())
    low, high = _poisson(short)
    minutes = volts.size / rate / 60.0
    return Dips(
        usual_v=usual,
        starts_s=edges[:, 0] / rate,
        lasted_s=lasted,
        depth_v=depth,
        short=short,
        long=int(lasted.size) - short,
        per_minute=short / minutes,
        per_minute_low=low / minutes,
        per_minute_high=high / minutes,
        remarks=(Reason.COARSE,) if rate < _SLOW_HZ else (),
    )


def event_rate(times_s: Samples, *, watched_s: float, parts: int = 10) -> EventRate:
    """Rate of (events,) such as USB connections, within 0..``watched_s``; none is an answer too, with its upper end."""
    times = as_series(times_s, name="times_s")
    watched = checked_rate(watched_s, name="watched_s")
    count = int(checked_number(parts, name="parts", above=2))
    if not np.isfinite(times).all():
        return void(EventRate, (Reason.NOT_FINITE,))
    if ((times < 0) | (times > watched)).any():
        return void(EventRate, (Reason.OUT_OF_RANGE,), count=int(times.size))
    counts, _ = np.histogram(times, bins=count, range=(0.0, watched))
    low, high = _poisson(int(times.size))
    return EventRate(
        count=int(times.size),
        per_minute=times.size / watched * 60.0,
        per_minute_low=low / watched * 60.0,
        per_minute_high=high / watched * 60.0,
        bunching=float(counts.var(ddof=1) / counts.mean()) if times.size else math.nan,
    )


def _poisson(count: int) -> tuple[float, float]:
    low = float(chdtri(2.0 * count, 0.975)) / 2.0 if count else 0.0
    return low, float(chdtri(2.0 * count + 2.0, 0.025)) / 2.0
