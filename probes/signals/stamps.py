"""Time stamps of a sensor or of touch reports: rate, jitter, gaps, duplicated and backward stamps.

Only the stamps that the sensor's own driver set may be judged by their jitter. An application that notes the time
itself adds milliseconds, and a log that prints milliseconds rounds: such stamps carry the remark `COARSE`.

Sources of the terms: Android CTS (a gap is longer than 1.8 expected periods), Android CDD 7.3.9 (jitter is the standard
deviation of the intervals, against 3 % of the period).
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
    WrongShape,
    as_series,
    checked_number,
    checked_rate,
    flaws,
    void,
)

_LEAST = 3
_STEPS_S = (1e-1, 1e-2, 1e-3, 1e-4, 1e-5, 1e-6)
_COARSE_RATIO = 0.03
_LOOSE_RATIO = 0.25


@dataclass(frozen=True, slots=True, kw_only=True)
class Stamps(Judged):
    """How regularly samples came.

    Attributes:
        count: stamps.
        duration_s: last minus first.
        rate_hz: samples per second that the sensor took, lost ones counted in where they are known.
        rate_std_hz: one sigma of it, from the jitter of the two ends.
        delivered_hz: samples per second that arrived.
        period_s: the usual interval (median of those above zero), or the one expected.
        jitter_ratio: standard deviation of the intervals without gaps over the mean of these.
        jitter_p95_ratio: 95th percentile of their distance from that mean, over it.
        gaps: intervals longer than ``gap_ratio`` periods.
        longest_gap_s: the longest of them, 0 without any.
        lost: samples that fit into the gaps; NaN when stamps are so loose that a gap may be a late stamp.
        duplicated: stamps equal to the one before.
        backward: stamps earlier than the one before.
        step_s: the decimal step that all stamps are multiples of (0.001 for printed milliseconds), 0 when none.
    """

    count: int
    duration_s: float
    rate_hz: float
    rate_std_hz: float
    delivered_hz: float
    period_s: float
    jitter_ratio: float
    jitter_p95_ratio: float
    gaps: int
    longest_gap_s: float
    lost: float
    duplicated: int
    backward: int
    step_s: float


def judge_stamps(
    stamps: Samples, *, unit_s: float = 1.0, expected_hz: float | None = None, gap_ratio: float = 1.8
) -> Stamps:
    """Judge the (samples,) stamps of one stream, in the order in which they came.

    Args:
        stamps: seconds, or any unit; integers are subtracted before they become floats, so nanoseconds stay exact.
        unit_s: seconds per unit of the stamps (1e-9 for nanoseconds).
        expected_hz: the rate that was asked for; without it the median interval stands for the period.
        gap_ratio: an interval above that many periods is a gap.
    """
    unit = checked_rate(unit_s, name="unit_s")
    ratio = checked_number(gap_ratio, name="gap_ratio", above=1.0)
    period_s = math.nan if expected_hz is None else 1.0 / checked_rate(expected_hz, name="expected_hz")
    seconds, steps = _seconds(stamps, unit)
    if reasons := flaws(seconds, at_least=_LEAST, constant_is_bad=False):
        return void(Stamps, reasons, count=seconds.size)
    forward = steps[steps > 0]
    span_s = float(seconds.max() - seconds.min())
    if not forward.size:
        return void(Stamps, (Reason.BAD_STAMPS,), count=seconds.size)
    period_s = float(np.median(forward)) if math.isnan(period_s) else period_s
    gaps = _gaps(steps, period_s, ratio)
    kept = steps[(steps >= 0) & (steps <= ratio * period_s)]
    mean_s = float(kept.mean()) if kept.size else math.nan
    spread_s = float(kept.std()) if kept.size else math.nan
    step_s, backward = _decimal_step(seconds + float(np.asarray(stamps).flat[0]) * unit), int((steps < 0).sum())
    jitter = spread_s / mean_s if mean_s > 0 else math.nan
    loose = step_s > _COARSE_RATIO * period_s or not jitter <= _LOOSE_RATIO
    lost = math.nan if loose else float(np.sum(np.rint(gaps / period_s) - 1.0))
    rate = (seconds.size - 1 + (0.0 if loose else lost)) / span_s
    return Stamps(
        count=seconds.size,
        duration_s=span_s,
        rate_hz=rate,
        rate_std_hz=rate * spread_s * math.sqrt(2.0) / span_s,
        delivered_hz=(seconds.size - 1) / span_s,
        period_s=period_s,
        jitter_ratio=jitter,
        jitter_p95_ratio=float(np.percentile(np.abs(kept - mean_s), 95)) / mean_s if mean_s > 0 else math.nan,
        gaps=int(gaps.size),
        longest_gap_s=float(gaps.max(initial=0.0)),
        lost=lost,
        duplicated=int((steps == 0).sum()),
        backward=backward,
        step_s=step_s,
        remarks=_remarks(step_s, period_s, backward),
    )


def _seconds(stamps: Samples, unit_s: float) -> tuple[Float, Float]:
    """Seconds since the first stamp, and the intervals."""
    raw = np.asarray(stamps)
    if raw.ndim != 1:
        raise WrongShape(f"stamps must be (samples,), not {raw.shape}")
    if raw.dtype.kind == "u":
        raw = raw.astype(np.int64)
    with np.errstate(invalid="ignore"):  # infinite stamps become NaN, which is named afterwards
        since = as_series(raw - raw[0] if raw.size and raw.dtype.kind in "if" else raw, name="stamps") * unit_s
        return since, np.diff(since)


def _gaps(steps: Float, period_s: float, ratio: float) -> Float:
    """Intervals longer than ``ratio`` periods, less what a neighbour lacks: one late stamp is no loss."""
    short = np.where(steps < 0.5 * period_s, period_s - steps, 0.0)
    around = np.concatenate(([0.0], short[:-1])) + np.concatenate((short[1:], [0.0]))
    true: Float = steps - around
    return true[true > ratio * period_s]


def _decimal_step(seconds: Float) -> float:
    """The coarsest of some decimal steps that every stamp is a multiple of, as far as a float64 can tell."""
    slack = 4.0 * float(np.spacing(np.abs(seconds).max()))
    for step in _STEPS_S:
        if float(np.abs(seconds - np.rint(seconds / step) * step).max()) <= slack + 1e-6 * step:
            return step
    return 0.0


def _remarks(step_s: float, period_s: float, backward: int) -> tuple[Reason, ...]:
    coarse = (Reason.COARSE,) if step_s > _COARSE_RATIO * period_s else ()
    return coarse + ((Reason.BAD_STAMPS,) if backward else ())
