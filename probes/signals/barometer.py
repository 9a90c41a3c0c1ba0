"""A barometer at rest, and its answer to a change of pressure: noise, offset, drift, a blocked vent.

Height and pressure: at 15 degrees Celsius and near sea level one metre is 12.0 Pa (International Standard Atmosphere).
A phone whose vent is plugged follows a change of the room's pressure as a first-order low-pass of seconds to minutes.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from probes.signals._fit import fit
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
from probes.signals.gates import gates
from probes.signals.still import still

PA_PER_HPA = 100.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Barometer(Judged):
    """A barometer at rest.

    Attributes:
        mean_hpa: mean pressure.
        mean_std_hpa: one sigma of it, without the drift of the weather.
        offset_hpa: mean minus reference, NaN without one.
        offset_std_hpa: one sigma of it, the reference's own in quadrature.
        noise_pa: standard deviation of the sample-to-sample differences over sqrt(2): free of weather and of a lift.
        noise_std_pa: one sigma of it.
        density_pa: white noise as a one-sided amplitude density (Pa / sqrt(Hz)).
        drift_pa_s: slope.
        drift_std_pa_s: one sigma of it.
        step_pa: smallest step between values.
    """

    mean_hpa: float
    mean_std_hpa: float
    offset_hpa: float
    offset_std_hpa: float
    noise_pa: float
    noise_std_pa: float
    density_pa: float
    drift_pa_s: float
    drift_std_pa_s: float
    step_pa: float


def barometer(
    pressure_hpa: Samples, *, rate_hz: float, reference_hpa: float | None = None, reference_std_hpa: float = 0.0
) -> Barometer:
    """Judge (samples,) of a phone that lies still; 64 samples or more."""
    rate = checked_rate(rate_hz)
    pressure = as_series(pressure_hpa, name="pressure_hpa")
    reference = math.nan if reference_hpa is None else checked_rate(reference_hpa, name="reference_hpa")
    doubt = checked_number(reference_std_hpa, name="reference_std_hpa", above=0.0)
    rest = still(pressure, rate_hz=rate)
    if not rest.valid:
        return void(Barometer, rest.reasons)
    steps = np.diff(pressure) * PA_PER_HPA
    noise = float(steps.std()) / math.sqrt(2.0)
    mean, mean_std = float(rest.mean[0]), float(rest.mean_std[0])
    coarse = gates(pressure, rate_hz=rate)
    return Barometer(
        mean_hpa=mean,
        mean_std_hpa=mean_std,
        offset_hpa=mean - reference,
        offset_std_hpa=math.hypot(mean_std, doubt) if reference_hpa is not None else math.nan,
        noise_pa=noise,
        noise_std_pa=noise * math.sqrt(0.75 / steps.size),
        density_pa=float(rest.noise_density[0]) * PA_PER_HPA,
        drift_pa_s=float(rest.drift_per_s[0]) * PA_PER_HPA,
        drift_std_pa_s=float(rest.drift_std_per_s[0]) * PA_PER_HPA,
        step_pa=float(coarse.step[0]) * PA_PER_HPA,
        remarks=(Reason.COARSE,) if Reason.COARSE in coarse.remarks else (),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class PressureAnswer(Judged):
    """Answer to a sudden change of pressure, as a first-order low-pass: size (Pa), time constant (s), rest (Pa)."""

    size_pa: float
    size_std_pa: float
    time_constant_s: float
    time_constant_std_s: float
    residual_pa: float


def pressure_answer(times_s: Samples, pressure_hpa: Samples, *, change_s: float) -> PressureAnswer:
    """Fit ``size * (1 - exp(-t / tau))`` to what follows ``change_s``; at least four samples before and eight after.

    `NO_STEP` when the size is less than four of its sigmas; the time constant is an upper bound where it lies below the
    interval of the samples (remark `COARSE`).
    """
    times, pressure = as_series(times_s, name="times_s"), as_series(pressure_hpa, name="pressure_hpa") * PA_PER_HPA
    same_length(times_s=times, pressure_hpa=pressure)
    start = checked_number(change_s, name="change_s")
    if reasons := flaws(times, at_least=12) or flaws(pressure):
        return void(PressureAnswer, reasons)
    earlier, later = times < start, times >= start
    if earlier.sum() < 4 or later.sum() < 8:
        return void(PressureAnswer, (Reason.TOO_SHORT,))
    level = float(pressure[earlier].mean())
    since, rise = times[later] - start, pressure[later] - level
    interval = float(np.median(np.diff(times)))
    size = float(np.median(rise[-max(rise.size // 4, 2) :]))
    noise = float(pressure[earlier].std()) + 1e-12
    first = math.log(max(float(since[-1]) / 10.0, interval))
    found = fit(_rest, np.array([size or noise, first]), since, rise)
    size_std = math.hypot(float(found.std[0]), noise / math.sqrt(float(earlier.sum())))
    if not found.done or abs(float(found.numbers[0])) < 4.0 * size_std:
        return void(PressureAnswer, (Reason.NO_STEP,))
    constant = math.exp(min(float(found.numbers[1]), 50.0))
    return PressureAnswer(
        size_pa=float(found.numbers[0]),
        size_std_pa=size_std,
        time_constant_s=constant,
        time_constant_std_s=constant * float(found.std[1]),
        residual_pa=found.rms,
        remarks=(Reason.COARSE,) if constant < interval else (),
    )


def _rest(numbers: Float, since: Float, rise: Float) -> Float:
    constant = math.exp(min(max(float(numbers[1]), -50.0), 50.0))
    return np.asarray(numbers[0] * (1.0 - np.exp(-since / constant)) - rise)
