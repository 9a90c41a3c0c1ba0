"""Answer of a light or proximity sensor to a known change: how soon, how far, how cleanly.

The bench covers and uncovers the sensor at known times. Sensors that send changes only come at uneven times, so nothing
here needs an even rate. The time of a crossing is known to the interval between the two samples around it.
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Steps(Judged):
    """One entry per change; NaN for a change that the sensor did not answer.

    Attributes:
        before: level before the change (median).
        after: level at the end of the time given (median of its last half).
        latency_s: from the change until half of the way is done.
        latency_std_s: one sigma of it: the interval between samples there, over sqrt(12).
        rise_s: from a tenth of the way to nine tenths; 0 when one sample did it.
        overshoot_ratio: how far beyond ``after`` the sensor went, over the size of the step.
        missed: changes without an answer.
    """

    before: Float
    after: Float
    latency_s: Float
    latency_std_s: Float
    rise_s: Float
    overshoot_ratio: Float
    missed: int


def step_answers(
    times_s: Samples, values: Samples, *, changes_s: Samples, within_s: float = 1.0, least: float = 0.0
) -> Steps:
    """Judge (samples,) values at (samples,) times against the (changes,) times at which the bench changed something.

    Args:
        times_s: rising times on the bench's time base.
        values: lux, centimetres, 0/1.
        changes_s: when the stimulus changed.
        within_s: how long an answer may take; the next change ends it too.
        least: the smallest difference that counts as an answer; six times the noise before it counts in any case.
    """
    times, said = as_series(times_s, name="times_s"), as_series(values, name="values")
    changes = as_series(changes_s, name="changes_s")
    same_length(times_s=times, values=said)
    longest = checked_rate(within_s, name="within_s")
    smallest = checked_number(least, name="least", above=0.0)
    reasons = flaws(times, at_least=2, constant_is_bad=False) or flaws(said, constant_is_bad=False)
    reasons = reasons or flaws(changes, constant_is_bad=False)
    if not reasons and bool((np.diff(times) < 0).any()):
        reasons = (Reason.BAD_STAMPS,)
    if reasons:
        return void(Steps, reasons, shape=changes.size)
    limits = np.append(changes[1:], np.inf)
    starts = np.concatenate(([-np.inf], changes[:-1]))
    rows = np.array(
        [
            _answer((times, said), change, (max(start, change - longest), min(change + longest, limit)), smallest)
            for change, start, limit in zip(changes, starts, limits, strict=True)
        ]
    )
    missed = int((~np.isfinite(rows[:, 2])).sum())
    if missed == changes.size:
        return void(Steps, (Reason.NO_STEP,), shape=changes.size, before=rows[:, 0], after=rows[:, 1], missed=missed)
    return Steps(
        before=rows[:, 0],
        after=rows[:, 1],
        latency_s=rows[:, 2],
        latency_std_s=rows[:, 3],
        rise_s=rows[:, 4],
        overshoot_ratio=rows[:, 5],
        missed=missed,
        remarks=(Reason.NO_STEP,) if missed else (),
    )


def _answer(
    series: tuple[Float, Float], change_s: float, span_s: tuple[float, float], least: float
) -> tuple[float, float, float, float, float, float]:
    times, said = series
    first, here, last = np.searchsorted(times, (span_s[0], change_s, span_s[1]))
    nothing = (math.nan,) * 4
    if here == 0 or last <= here:
        return (float(said[here - 1]) if here else math.nan, math.nan, *nothing)
    quiet = said[first:here] if here > first else said[here - 1 : here]  # changes only: the last word still holds
    before = float(np.median(quiet[-(quiet.size + 1) // 2 :]))
    answer = said[here:last]
    after = float(np.median(answer[answer.size // 2 :]))
    noise = float(np.median(np.abs(quiet - np.median(quiet)))) * 1.4826
    size = after - before
    if abs(size) <= max(least, 6.0 * noise):
        return (before, after, *nothing)
    done = np.concatenate(([0.0], (answer - before) / size))
    when = np.concatenate(([max(times[here - 1], change_s)], times[here:last]))
    tenth, half, most = (_crossing(done, when, share) for share in (0.1, 0.5, 0.9))
    overshoot = max(float(done.max()) - 1.0, 0.0)
    return (before, after, half[0] - change_s, half[1] / math.sqrt(12.0), most[0] - tenth[0], overshoot)


def _crossing(done: Float, when: Float, share: float) -> tuple[float, float]:
    """Time (interpolated) at which that share of the way was first done, and the interval that it lies in."""
    place = max(int(np.argmax(done >= share)), 1)
    low, high = done[place - 1], done[place]
    gap = float(when[place] - when[place - 1])
    part = (share - float(low)) / float(high - low) if high > low else 1.0
    return float(when[place - 1]) + min(max(part, 0.0), 1.0) * gap, gap
