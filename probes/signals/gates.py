"""The cheap questions to a sensor before any other: does each axis move, does it saturate, how coarse are its steps?

Method: counts of values and of the smallest differences. An axis is stuck when it takes no more than two values, or
repeats one for longer than ``stuck_after_s``; it is saturated with three samples or more at its range. The step (LSB)
is the smallest difference that is more than the rounding of a 32-bit float; noise below two steps is not the sensor's
own and cannot be judged.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from probes.signals._validity import (
    Float,
    Judged,
    Reason,
    Samples,
    as_channels,
    checked_number,
    checked_rate,
    flaws,
    void,
)

_SINGLE = float(np.finfo(np.float32).eps)
_SATURATED = 3
_COARSE_STEPS = 2.0
_MOST_UNIQUE = 200_000  # sorting costs n log n: the step shows in any part of a long record


@dataclass(frozen=True, slots=True, kw_only=True)
class Gates(Judged):
    """One entry per channel; counts have no error, the step is known to the rounding of a 32-bit float.

    Attributes:
        stuck: whether the channel takes two values at most, or rests on one too long.
        longest_rest_s: the longest time on one and the same value.
        saturated: samples at the range, or on a plateau at the own extreme when the range is not known.
        step: the smallest step between values (U per LSB), NaN when there is none.
        values: different values seen (in the first 200 000 samples).
        steps_per_sigma: standard deviation over the step; below two the noise is that of rounding.
        lost: samples that are not finite.
    """

    stuck: tuple[bool, ...]
    longest_rest_s: Float
    saturated: tuple[int, ...]
    step: Float
    values: tuple[int, ...]
    steps_per_sigma: Float
    lost: tuple[int, ...]


def gates(samples: Samples, *, rate_hz: float, full_scale: float | None = None, stuck_after_s: float = 2.0) -> Gates:
    """Ask them of (samples,) or (channels, samples); samples that are not finite are left out and counted as lost.

    Args:
        samples: raw values, integers stay counts.
        rate_hz: samples per second.
        full_scale: largest magnitude that the sensor can say, in the unit of the samples.
        stuck_after_s: a rest that no sensor with noise of its own takes. A light sensor that sends changes only may.
    """
    rate = checked_rate(rate_hz)
    longest = checked_rate(stuck_after_s, name="stuck_after_s") * rate
    limit = None if full_scale is None else checked_number(full_scale, name="full_scale", above=0.0)
    channels = as_channels(samples, counts=True)
    found = np.isfinite(channels)
    if reasons := flaws(channels[:, :0] if not found.any() else channels[found], at_least=3, constant_is_bad=False):
        return void(Gates, reasons, shape=channels.shape[0])
    rows = [_of_channel(row[here], rate, limit) for row, here in zip(channels, found, strict=True)]
    rest, saturated, step, values, ratio = zip(*rows, strict=True)
    coarse = any(known and few < _COARSE_STEPS for known, few in zip(np.isfinite(step), ratio, strict=True))
    lost = tuple(int(count) for count in (~found).sum(axis=1))
    return Gates(
        stuck=tuple(
            few <= 2 or samples_at_rest * rate >= longest for few, samples_at_rest in zip(values, rest, strict=True)
        ),
        longest_rest_s=np.array(rest),
        saturated=saturated,
        step=np.array(step),
        values=values,
        steps_per_sigma=np.array(ratio),
        lost=lost,
        remarks=((Reason.COARSE,) if coarse else ())
        + ((Reason.LOST_SAMPLES,) if any(lost) else ())
        + ((Reason.CLIPPED,) if any(count >= _SATURATED for count in saturated) else ()),
    )


def _of_channel(row: Float, rate_hz: float, limit: float | None) -> tuple[float, int, float, int, float]:
    if not row.size:
        return 0.0, 0, np.nan, 0, np.nan
    breaks = np.flatnonzero(np.diff(row) != 0.0)
    ends = np.concatenate(([-1], breaks, [row.size - 1]))
    levels = np.unique(row[:_MOST_UNIQUE])
    steps = np.diff(levels)
    steps = steps[steps > 8.0 * _SINGLE * max(abs(float(levels[0])), abs(float(levels[-1])))]
    step = float(steps.min()) if steps.size else np.nan
    return (
        float(np.diff(ends).max()) / rate_hz,
        _at_range(row, step, limit),
        step,
        int(levels.size),
        float(row.std()) / step,
    )


def _at_range(row: Float, step: float, limit: float | None) -> int:
    """Samples within a step of the range; without a known range those on plateaus of the extremes, seen as pile-ups."""
    slack = 0.0 if np.isnan(step) else step
    if limit is not None:
        return int((np.abs(row) >= limit - slack * 1.001).sum())
    count = 0
    for extreme in (row.max(), row.min()):
        here = row == extreme
        near = np.abs(row - extreme) <= 4.0 * slack
        # Noise thins out towards its extremes; a plateau holds more samples than the four steps below it.
        if here[1:][here[:-1]].sum() >= _SATURATED - 1 and 2 * here.sum() > near.sum():
            count += int(here.sum())
    return count if np.ptp(row) > 0 else 0
