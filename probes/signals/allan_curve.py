"""What an Allan curve says of a sensor: white noise, bias instability, random walk of the rate.

Formulas: IEEE Std 952-1997, annex C: N at 1 s on the slope -1/2, B = minimum / 0.664, K = sigma * sqrt(3 / tau) on
+1/2. Only N and the minimum are worth a judgement: ten minutes of record reach tau of about a minute.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from probes.signals._validity import Float, Judged, Reason, void
from probes.signals.allan import Allan

FLICKER = math.sqrt(2.0 * math.log(2.0) / math.pi)
"""0.664: the flat floor of the deviation over the bias instability that makes it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Curve(Judged):
    """Coefficients per channel, with U the unit of the samples; NaN where the curve does not show the slope.

    Attributes:
        random_walk: N (U * sqrt(s)): white noise, read where the lag-1 method finds it.
        random_walk_std: one sigma of it.
        noise_density: the same noise as a one-sided amplitude density (U / sqrt(Hz)), sqrt(2) * N.
        bias_instability: B (U); an upper bound where ``still_falling``.
        bias_instability_std: one sigma of it.
        minimum_tau_s: averaging time of the minimum.
        still_falling: whether the minimum lies at the end of the curve, so that a longer record would show a lower one.
        rate_random_walk: K (U / sqrt(s)).
    """

    random_walk: Float
    random_walk_std: Float
    noise_density: Float
    bias_instability: Float
    bias_instability_std: Float
    minimum_tau_s: Float
    still_falling: tuple[bool, ...]
    rate_random_walk: Float


def read_curve(curve: Allan) -> Curve:
    """Read the coefficients of every channel off an `Allan` result; its reasons are passed on."""
    channels = curve.deviation.shape[0]
    if not curve.valid:
        return void(Curve, curve.reasons, shape=channels, still_falling=(False,) * channels)
    rows = [_of_channel(curve, row) for row in range(channels)]
    white, white_std, floor, floor_std, tau, walk = np.array([row[:6] for row in rows]).T
    return Curve(
        random_walk=white,
        random_walk_std=white_std,
        noise_density=white * math.sqrt(2.0),
        bias_instability=floor,
        bias_instability_std=floor_std,
        minimum_tau_s=tau,
        still_falling=tuple(row[6] for row in rows),
        rate_random_walk=walk,
        remarks=() if np.isfinite(white).all() else (Reason.NOT_FOUND,),
    )


def _of_channel(curve: Allan, row: int) -> tuple[float, float, float, float, float, float, bool]:
    deviation, edf, alpha = curve.deviation[row], curve.edf[row], curve.alpha[row]
    if not np.isfinite(deviation).any():
        return (math.nan,) * 6 + (False,)
    white = _mean(deviation * np.sqrt(curve.taus_s), edf, alpha == 0)
    walk = _mean(deviation * np.sqrt(3.0 / curve.taus_s), edf, alpha == -2)
    trusted = np.flatnonzero(edf >= 5.0)  # the last points of a curve wander too much to hold its minimum
    best = int(trusted[np.argmin(deviation[trusted])]) if trusted.size else int(np.argmin(deviation))
    floor = float(deviation[best]) / FLICKER
    falling = best == (int(trusted[-1]) if trusted.size else deviation.size - 1)
    return (*white, floor, floor / math.sqrt(2.0 * edf[best]), float(curve.taus_s[best]), walk[0], falling)


def _mean(values: Float, edf: Float, chosen: np.ndarray[tuple[int], np.dtype[np.bool]]) -> tuple[float, float]:
    """Mean weighted by the degrees of freedom; its sigma is that of the best point: they share one record."""
    if not chosen.any():
        return math.nan, math.nan
    weight = edf[chosen]
    mean = float(np.average(values[chosen], weights=weight))
    return mean, mean / math.sqrt(2.0 * float(weight.max()))
