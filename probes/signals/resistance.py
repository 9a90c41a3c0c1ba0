"""Direct-current resistance of a battery from the steps that its load makes.

``R0 = dV / dI`` across one sample interval with a step of 0.3 A or more; ten seconds later the polarisation has been
added. A phone's value holds cell, protection board and connector, and doubles towards freezing: compare at one
temperature. Sign: the current is positive into the battery. A gauge that counts discharge as positive gives a
negative resistance.
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

_HELD = 0.1


@dataclass(frozen=True, slots=True, kw_only=True)
class StepResistance(Judged):
    """One entry per step, and what they say together.

    Attributes:
        times_s: time of the sample before each step.
        steps_a: size of each step.
        r0_ohm: dV / dI of each step.
        r0_std_ohm: one sigma of each, from the noise of voltage and current between the steps.
        settled_ohm: the same ``settle_s`` later, NaN where the new current was not held that long.
        resistance_ohm: weighted mean of ``r0_ohm`` without outliers.
        resistance_std_ohm: one sigma of it, from the scatter of the steps when that is more than their own sigmas.
        polarised_ohm: median of ``settled_ohm``, NaN without any.
        interval_s: median interval of the samples: what ``r0`` still holds of the polarisation.
    """

    times_s: Float
    steps_a: Float
    r0_ohm: Float
    r0_std_ohm: Float
    settled_ohm: Float
    resistance_ohm: float
    resistance_std_ohm: float
    polarised_ohm: float
    interval_s: float


def step_resistance(
    times_s: Samples,
    voltage_v: Samples,
    current_a: Samples,
    *,
    least_step_a: float = 0.3,
    settle_s: float = 10.0,
) -> StepResistance:
    """Judge (samples,) of voltage and current with at least one step; `NO_STEP` without any.

    The remark `OUT_OF_RANGE` says that the resistance came out negative: the sign of the current is the other one.
    """
    times, volts = as_series(times_s, name="times_s"), as_series(voltage_v, name="voltage_v")
    amperes = as_series(current_a, name="current_a")
    same_length(times_s=times, voltage_v=volts, current_a=amperes)
    least = checked_rate(least_step_a, name="least_step_a")
    settle = checked_number(settle_s, name="settle_s", above=0.0)
    reasons = flaws(times, at_least=3) or flaws(volts, constant_is_bad=False) or flaws(amperes, constant_is_bad=False)
    if not reasons and bool((np.diff(times) < 0).any()):
        reasons = (Reason.BAD_STAMPS,)
    if reasons:
        return void(StepResistance, reasons)
    change, rise = np.diff(amperes), np.diff(volts)
    places = np.flatnonzero(np.abs(change) >= least)
    if not places.size:
        return void(StepResistance, (Reason.NO_STEP,))
    noise_v, noise_a = (_noise(steps[np.abs(change) < least]) for steps in (rise, change))
    r0 = rise[places] / change[places]
    std = np.sqrt(noise_v**2 + (r0 * noise_a) ** 2) / np.abs(change[places])
    mean, mean_std = _together(r0, std)
    settled = np.array([_settled((times, volts, amperes), int(place), settle) for place in places])
    held = settled[np.isfinite(settled)]
    return StepResistance(
        times_s=times[places],
        steps_a=change[places],
        r0_ohm=r0,
        r0_std_ohm=std,
        settled_ohm=settled,
        resistance_ohm=mean,
        resistance_std_ohm=mean_std,
        polarised_ohm=float(np.median(held)) if held.size else math.nan,
        interval_s=float(np.median(np.diff(times))),
        remarks=(Reason.OUT_OF_RANGE,) if mean < 0 else (),
    )


def _noise(steps: Float) -> float:
    """Standard deviation of a difference of two samples, robust, at least that of rounding to the smallest step."""
    if not steps.size:
        return 0.0
    sizes = np.abs(steps)
    moved = sizes[sizes > 0]
    rounding = float(moved.min()) / math.sqrt(6.0) if moved.size else 0.0
    return max(float(np.median(sizes)) * 1.4826, rounding)


def _together(values: Float, std: Float) -> tuple[float, float]:
    middle = float(np.median(values))
    scatter = 1.4826 * float(np.median(np.abs(values - middle)))
    kept = np.abs(values - middle) <= 4.0 * np.maximum(std, scatter) + 1e-300
    weight = 1.0 / np.maximum(std[kept], 1e-12) ** 2
    mean = float(np.average(values[kept], weights=weight))
    own = 1.0 / math.sqrt(float(weight.sum()))
    if kept.sum() < 3:
        return mean, own
    between = math.sqrt(float(np.average((values[kept] - mean) ** 2, weights=weight)) / (kept.sum() - 1))
    return mean, max(own, between)


def _settled(series: tuple[Float, Float, Float], place: int, settle_s: float) -> float:
    """Rise over step from the sample before the step to that ``settle_s`` after it, if the current was held."""
    times, volts, amperes = series
    end = int(np.searchsorted(times, times[place + 1] + settle_s))
    if end >= times.size:
        return math.nan
    held = amperes[place + 1 : end + 1]
    step = float(held.mean()) - float(amperes[place])
    if float(np.ptp(held)) > _HELD * abs(step):
        return math.nan
    return float(volts[end] - volts[place]) / step
