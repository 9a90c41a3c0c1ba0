"""Which kind of noise an averaging time sees, how many degrees of freedom it has, and the interval that follows.

Sources: W. J. Riley and C. A. Greenhall, "Power law noise identification using the lag 1 autocorrelation" (2004); NIST
SP1065 (W. J. Riley, 2008), section 5.3.1 and table 5 (degrees of freedom of the fully overlapping Allan variance).
"""

from __future__ import annotations

import math

import numpy as np
from scipy import special

from probes.signals._validity import Float

_LEAST = 30  # averages that the lag-1 method asks for
_MOST = 16_384  # and as many as it needs: its error falls with the root of their number
_DIFFERENCES = 2


def noise_power(phase: Float, factor: int) -> float:
    """Exponent alpha of the noise (rate PSD ~ f**alpha) at one averaging factor, NaN with fewer than 30 averages."""
    places = phase[: _MOST * factor : factor]
    return noise_of_averages(places[1:] - places[:-1])


def noise_of_averages(series: Float) -> float:
    """Exponent alpha of the noise from consecutive averages of the rate, NaN with fewer than 30; the series is changed.

    2 white phase (quantisation), 1 flicker phase, 0 white (random walk of the angle), -1 flicker (bias instability),
    -2 random walk of the rate. Lag-1 autocorrelation of the averaged rate, differenced until it is stationary.
    """
    if series.size < _LEAST:
        return math.nan
    for differences in range(_DIFFERENCES + 1):
        series -= float(np.add.reduce(series)) / series.size
        power = float(series.dot(series))
        if power <= 0.0:
            return math.nan
        lag = float(series[1:].dot(series[:-1])) / power
        delta = lag / (1.0 + lag)
        if delta < 0.25 or differences == _DIFFERENCES:
            return float(min(max(-round(2.0 * delta) - 2 * differences, -2), 2))
        series = series[1:] - series[:-1]
    return math.nan


def carried(alpha: list[float]) -> Float:
    """Unknown exponents take the last known one: the longest averaging times have too few averages to tell."""
    out, last = np.array(alpha), np.nan
    for index, value in enumerate(alpha):
        last = value if np.isfinite(value) else last
        out[index] = last
    return out


def degrees_of_freedom(points: int, factor: int, alpha: float) -> float:
    """Equivalent degrees of freedom of the overlapping Allan variance of ``points`` phase points (SP1065, table 5)."""
    n, m = float(points), float(factor)
    if alpha >= 2:
        edf = (n + 1) * (n - 2 * m) / (2 * (n - m))
    elif alpha >= 1:
        inner = math.log(max((n - 1) / (2 * m), 1.0)) * math.log((2 * m + 1) * (n - 1) / 4)
        edf = math.exp(math.sqrt(max(inner, 0.0)))
    elif alpha >= 0:
        edf = (3 * (n - 1) / (2 * m) - 2 * (n - 2) / n) * 4 * m * m / (4 * m * m + 5)
    elif alpha >= -1:
        edf = 2 * (n - 2) ** 2 / (2.3 * n - 4.9) if factor == 1 else 5 * n * n / (4 * m * (n + 3 * m))
    else:
        edf = (n - 2) / m * ((n - 1) ** 2 - 3 * m * (n - 1) + 4 * m * m) / (n - 3) ** 2
    return max(edf, 1.0)


def interval(deviation: Float, edf: Float, confidence: float) -> tuple[Float, Float]:
    """Two-sided interval of a deviation whose variance is chi-squared with ``edf`` degrees of freedom."""
    tail = (1.0 - confidence) / 2.0
    half = edf / 2.0  # quantiles of chi-squared, through the gamma function that they are made of
    low = deviation * np.sqrt(half / special.gammaincinv(half, 1.0 - tail))
    high = deviation * np.sqrt(half / special.gammaincinv(half, tail))
    return np.asarray(low), np.asarray(high)
