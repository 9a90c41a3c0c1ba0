"""Two sensors that see the same event: do they agree in time, in size, in shape?

Comparing accelerometer and gyroscope tells a dead chip from a dead axis; comparing a calibrated stream with the raw one
tells a bad bias estimate from a bad sensor. In the phone's axes gravity changes by ``gravity x rate`` (Poisson).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from scipy import fft

from probes.signals._validity import (
    Float,
    Judged,
    Reason,
    Samples,
    WrongShape,
    as_channels,
    as_series,
    checked_number,
    checked_rate,
    flaws,
    same_length,
    void,
)

_LEAST = 32
_LEAST_CORRELATION = 0.3


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreement(Judged):
    """Second series against first.

    Attributes:
        lag_s: how much later the second shows the same, to a fraction of a sample.
        lag_std_s: one sigma of it, from the part that does not correlate.
        correlation: at that lag, -1..1.
        ratio: size of the second over the first (the slope through both at that lag).
        ratio_std: one sigma of it.
        ambiguous: whether another lag does almost as well (an oscillation).
    """

    lag_s: float
    lag_std_s: float
    correlation: float
    ratio: float
    ratio_std: float
    ambiguous: bool


def agreement(first: Samples, second: Samples, *, rate_hz: float, longest_lag_s: float = 0.5) -> Agreement:
    """Compare two (samples,) series on one time base; `TOO_NOISY` when they have nothing in common.

    The sigmas take the rest for white noise; with coloured noise they are too small.
    """
    rate = checked_rate(rate_hz)
    longest_s = checked_number(longest_lag_s, name="longest_lag_s", above=0.0)
    a, b = as_series(first, name="first"), as_series(second, name="second")
    count = same_length(first=a, second=b)
    if reasons := flaws(a, at_least=_LEAST) or flaws(b, at_least=_LEAST):
        return void(Agreement, reasons)
    a, b = a - a.mean(), b - b.mean()
    reach = min(max(round(longest_s * rate), 1), count // 2)
    curve = _correlations(a, b, reach)
    best = int(curve.argmax())
    peak, shift = _vertex(curve, best)
    if peak < _LEAST_CORRELATION:
        return void(Agreement, (Reason.TOO_NOISY,), correlation=peak)
    rest = max(1.0 - peak * peak, 1e-12)
    power_a, power_b = float(a @ a), float(b @ b)
    # Cramer-Rao bound of a delay: the noise over the power of the slope of what is common.
    steepness = float(np.diff(a) @ np.diff(a)) / power_a
    lag_std = math.sqrt(rest / (peak * peak) / steepness / count) if steepness > 0 else math.nan
    ratio = peak * math.sqrt(power_b / power_a)
    return Agreement(
        lag_s=(best + shift - reach) / rate,
        lag_std_s=lag_std / rate,
        correlation=min(peak, 1.0),
        ratio=ratio,
        ratio_std=ratio * math.sqrt(rest / (peak * peak) / count),
        ambiguous=_second_best(curve, best) > 0.9 * peak,
        remarks=(Reason.OUT_OF_RANGE,) if best in {0, curve.size - 1} else (),
    )


def gravity_rates(accel: Samples, *, rate_hz: float, smooth_s: float = 0.05) -> Float:
    """(3, samples) body rates (rad/s) across gravity that (3, samples) of an accelerometer show.

    ``dg/dt x g / |g|**2``, smoothed over ``smooth_s``: right while the phone turns without being pushed about; the rate
    around the vertical is unknown and comes out as zero. Compare it with `across_gravity` of the gyroscope.
    """
    rate = checked_rate(rate_hz)
    force = _smooth(_triple(accel, "accel"), max(round(checked_rate(smooth_s, name="smooth_s") * rate), 1))
    if force.shape[1] < 3:
        return np.full(force.shape, np.nan)
    power = (force**2).sum(axis=0)
    with np.errstate(invalid="ignore"):  # NaN where gravity is not finite
        change = np.gradient(force, 1.0 / rate, axis=1)
        return np.asarray(np.cross(change, force, axis=0) / np.where(power > 0, power, np.nan), dtype=np.float64)


def across_gravity(gyro_rad_s: Samples, accel: Samples, *, rate_hz: float, smooth_s: float = 0.05) -> Float:
    """(3, samples) of the gyroscope without the part around gravity, smoothed alike."""
    rate = checked_rate(rate_hz)
    width = max(round(checked_rate(smooth_s, name="smooth_s") * rate), 1)
    gyro, force = _smooth(_triple(gyro_rad_s, "gyro_rad_s"), width), _smooth(_triple(accel, "accel"), width)
    same_length(gyro_rad_s=gyro, accel=force)
    power = (force**2).sum(axis=0)
    with np.errstate(invalid="ignore"):  # NaN where a sample or gravity is not finite
        across: Float = gyro - force * ((gyro * force).sum(axis=0) / np.where(power > 0, power, np.nan))
    return across


def _correlations(a: Float, b: Float, reach: int) -> Float:
    """Normalised correlation at lags -reach..reach."""
    size = fft.next_fast_len(a.size + reach, real=True)
    product: Float = fft.irfft(np.conj(fft.rfft(a, size)) * fft.rfft(b, size), size)
    return np.concatenate((product[-reach:], product[: reach + 1])) / math.sqrt(float(a @ a) * float(b @ b))


def _vertex(curve: Float, best: int) -> tuple[float, float]:
    """Height and fractional place of the parabola through the highest point and its neighbours."""
    if not 0 < best < curve.size - 1:
        return float(curve[best]), 0.0
    left, top, right = (float(value) for value in curve[best - 1 : best + 2])
    bend = left - 2.0 * top + right
    shift = 0.5 * (left - right) / bend if bend < 0 else 0.0
    return top - 0.25 * (left - right) * shift, shift


def _second_best(curve: Float, best: int) -> float:
    """The highest local maximum apart from the best one."""
    inner = curve[1:-1]
    tops = np.flatnonzero((inner > curve[:-2]) & (inner >= curve[2:])) + 1
    rest = tops[np.abs(tops - best) > 1]
    return float(curve[rest].max()) if rest.size else -1.0


def _smooth(channels: Float, width: int) -> Float:
    if width < 2 or channels.shape[1] < width:
        return channels
    kernel = np.full(width, 1.0 / width)
    return np.array([np.convolve(row, kernel, mode="same") for row in channels])


def _triple(samples: Samples, name: str) -> Float:
    channels = as_channels(samples, name=name, counts=True)
    if channels.shape[0] != 3:
        raise WrongShape(f"{name} must be (3, samples), not {channels.shape}")
    return channels
