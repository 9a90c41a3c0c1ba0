"""Overlapping Allan deviation of sensor records: exact, or on a pyramid ten times as fast with its stated error.

Formula: NIST SP1065 (W. J. Riley, 2008), equation 11. The exact form agrees with NBS14 to seven digits and with
Stable32 to the five digits that it prints. The pyramid thins the phase series where the averaging time is long, so that
neighbouring starting places, which say almost the same, are not all summed: the tests measure how far it is off.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from probes.signals._allan_noise import carried, degrees_of_freedom, interval, noise_power
from probes.signals._allan_pyramid import pyramid_variances, snapped
from probes.signals._allan_sums import exact_variances, phase_of
from probes.signals._validity import (
    Float,
    Judged,
    Reason,
    Samples,
    WrongValue,
    as_channels,
    checked_number,
    checked_rate,
    flaws,
    nan_like,
    void,
)

_LEAST = 4  # phase points of the shortest record that has one second difference, and one more
_CURVE = 91
_FIRST = 1_000  # samples that are looked at before all are


@dataclass(frozen=True, slots=True, kw_only=True)
class Allan(Judged):
    """Allan deviations, in the unit of the samples, of (channels,) series at (taus,) averaging times.

    Attributes:
        taus_s: averaging times that were used (those asked for, rounded to whole samples or to the pyramid's grid).
        deviation: (channels, taus); NaN for a channel that never moves.
        low: lower end of the confidence interval, chi-squared with ``edf`` degrees of freedom.
        high: upper end of it.
        edf: (channels, taus) equivalent degrees of freedom for the noise found (SP1065, table 5).
        alpha: (channels, taus) exponent of the noise found at that averaging time, NaN where it cannot be told.
        terms: (taus,) second differences of the full record at each averaging time.
        approximation_sigma: bound of the pyramid's own error as a share of one sigma of the interval, 0 when exact.
    """

    taus_s: Float
    deviation: Float
    low: Float
    high: Float
    edf: Float
    alpha: Float
    terms: Float
    approximation_sigma: float


def allan(
    samples: Samples,
    *,
    rate_hz: float,
    taus_s: Samples | None = None,
    kind: Literal["rate", "phase"] = "rate",
    pyramid: int | None = None,
    confidence: float = 0.683,
) -> Allan:
    """Overlapping Allan deviation of (samples,) or (channels, samples).

    Args:
        samples: rate data (an accelerometer, a gyroscope) or phase data (its integral, a clock); integers stay counts.
        rate_hz: samples per second.
        taus_s: averaging times; without it 91 of them, evenly on a logarithmic axis up to a third of the record. One
            that is shorter than a sample or longer than half the record is left out.
        kind: what the samples are.
        pyramid: starting places per averaging time that are kept at least (8 or more); None for the exact sums. Where
            the noise is that of phase (quantisation) all are kept in any case.
        confidence: of the interval, one sigma when not given.

    Returns:
        `TOO_SHORT`, `CONSTANT`, `ALL_ZERO` and `NOT_FINITE` are its reasons; a single stuck channel is the remark
        `CONSTANT` and a row of NaN.
    """
    rate = checked_rate(rate_hz)
    level = checked_number(confidence, name="confidence", above=0.01, below=0.9999)
    if pyramid is not None and pyramid < 8:
        raise WrongValue(f"pyramid must keep 8 places or more, not {pyramid}")
    channels = as_channels(samples, counts=True)
    points = channels.shape[1] + (kind == "rate")
    reasons = flaws(channels, at_least=_LEAST - (kind == "rate"))
    factors = _factors(points, rate, taus_s) if not reasons else []
    if pyramid is not None:
        factors = [factor for factor in snapped(factors, pyramid) if 2 * factor < points]
    if not factors:
        return void(
            Allan, reasons or (Reason.TOO_SHORT,), shape=(channels.shape[0], 0), taus_s=nan_like(0), terms=nan_like(0)
        )
    deviation, alpha = nan_like(channels.shape[0], len(factors)), nan_like(channels.shape[0], len(factors))
    moves = np.array([(row[:_FIRST] != row[0]).any() or (row != row[0]).any() for row in channels])
    for row in np.flatnonzero(moves):
        variances, alpha[row] = _of_channel(channels[row], kind == "rate", factors, pyramid)
        deviation[row] = np.sqrt(0.5 * variances) / np.array(factors) * (1.0 if kind == "rate" else rate)
    edf = np.array(
        [[degrees_of_freedom(points, m, a) for m, a in zip(factors, row, strict=True)] for row in np.nan_to_num(alpha)]
    )
    low, high = interval(deviation, edf, level)
    return Allan(
        taus_s=np.array(factors) / rate,
        deviation=deviation,
        low=low,
        high=high,
        edf=edf,
        alpha=alpha,
        terms=points - 2.0 * np.array(factors),
        approximation_sigma=pyramid_error_sigma(pyramid) if pyramid else 0.0,
        remarks=() if moves.all() else (Reason.CONSTANT,),
    )


def pyramid_error_sigma(pyramid: int) -> float:
    """Bound of the pyramid's error in sigmas of the interval: 0.5 with 8 places, 0.125 with 32.

    The largest of some thousand values on white, flicker and random-walk noise; the tests measure it again. Where
    noise of phase fades into that of the rate, five times as much was seen (0.6 sigma with 32 places, three percent
    of the value).
    """
    return 4.0 / checked_number(pyramid, name="pyramid", above=8)


def _of_channel(channel: Float, is_rate: bool, factors: list[int], pyramid: int | None) -> tuple[Float, Float]:
    """Mean squared second differences of one channel's phase, and the kinds of noise."""
    if pyramid is not None:
        return pyramid_variances(channel if is_rate else np.diff(channel), factors, pyramid)
    phase = phase_of(channel) if is_rate else channel - channel[0]
    return exact_variances(phase, factors), carried([noise_power(phase, factor) for factor in factors])


def _factors(points: int, rate: float, taus_s: Samples | None) -> list[int]:
    if taus_s is None:
        wanted = np.geomspace(1.0, max(points // 3, 1), _CURVE)
    else:
        wanted = as_channels(taus_s, name="taus_s", counts=True)[0] * rate
        if not np.isfinite(wanted).all():
            raise WrongValue("taus_s must be finite")
    whole = np.unique(np.rint(wanted))
    return [int(factor) for factor in whole if factor >= 1 and 2 * factor < points]
