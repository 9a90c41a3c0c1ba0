"""Many tones at once: a response in a fraction of a second, with distortion and noise between the tones.

All tones have a whole number of cycles in one period. The recording is fitted period by period, so the scatter over
periods gives each number's uncertainty, and the advance of the phases gives the difference of the two clocks.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from probes.signals._channels import TINY, Complex, Reasons, good, heard, whole
from probes.signals._validity import (
    Float,
    Float32,
    Judged,
    Reason,
    Samples,
    WrongValue,
    checked_number,
    checked_rate,
    nan_like,
)

LEAST_PERIODS = 3
CRESTS_TRIED = 64
MOST_SKEW = 1e-3
TIMES_STD = 4.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Multitone:
    """A periodic sum of sines: ``cycles`` in a period of ``period`` samples, with phases that keep the crest low."""

    cycles: tuple[int, ...]
    phases_rad: tuple[float, ...]
    period: int
    rate_hz: float
    peak: float = 0.5

    @property
    def frequency_hz(self) -> Float:
        """(T,) the tones' frequencies."""
        return np.array(self.cycles) * (self.rate_hz / self.period)

    @property
    def amplitude(self) -> float:
        """The amplitude of each tone in the samples."""
        return _rendered(self)[1]

    def samples(self, periods: int = 10) -> Float32:
        """(periods * period,) float32 with the given peak."""
        return np.tile(_rendered(self)[0], periods)


@dataclass(frozen=True, slots=True, kw_only=True)
class Tones(Judged):
    """What came back; C channels, T tones, NaN rows for invalid channels.

    Attributes:
        frequency_hz: (T,).
        response: (C, T) complex gain; its phase is relative to the period in which the analysis starts.
        response_std_ratio: (C, T) standard deviation of the gain's magnitude as a share of it, from the periods.
        residual_ratio: (C,) what no tone explains (distortion, noise) over the tones, as rms.
        skew_ppm: (C,) how much higher the tones sound than they should (clocks), with ``skew_std_ppm``.
        skew_std_ppm: see ``skew_ppm``.
    """

    frequency_hz: Float
    response: Complex
    response_std_ratio: Float
    residual_ratio: Float
    skew_ppm: Float
    skew_std_ppm: Float
    channel_reasons: tuple[Reasons, ...] = ()


def design(
    *, low_hz: float, high_hz: float, rate_hz: float, tones: int = 24, period_s: float = 0.1, peak: float = 0.5
) -> Multitone:
    """Tones spread evenly over the logarithm of frequency, on odd numbers of cycles so that H2 falls between them.

    The phases are the best of sixty-four random sets (fixed seed), usually a crest factor below 3.
    """
    rate = checked_rate(rate_hz)
    low = checked_number(low_hz, name="low_hz", above=0.1)
    high = checked_number(high_hz, name="high_hz", above=low, below=rate / 2.0 * 0.98)
    number = int(checked_number(tones, name="tones", above=1, below=256))
    period = round(checked_number(period_s, name="period_s", above=16.0 / rate) * rate)
    wanted = np.geomspace(low, high, number) * period / rate
    odd = np.unique(2 * np.round((wanted - 1.0) / 2.0).astype(np.int64) + 1)
    odd = odd[(odd >= 2) & (odd < 0.49 * period)]
    if len(odd) == 0:
        raise WrongValue(f"no tone fits: a period of {period_s} s needs tones above {2.0 / period_s:.3g} Hz")
    draws = np.random.default_rng(1).uniform(0.0, 2.0 * np.pi, (CRESTS_TRIED, len(odd)))
    angles = 2.0 * np.pi * odd[:, np.newaxis] * np.arange(period) / period
    crest = [float(np.abs(np.sin(angles + draw[:, np.newaxis]).sum(axis=0)).max()) for draw in draws]
    best = draws[int(np.argmin(crest))]
    return Multitone(
        cycles=tuple(odd.tolist()),
        phases_rad=tuple(best.tolist()),
        period=period,
        rate_hz=rate,
        peak=checked_number(peak, name="peak", above=1e-6, below=1.0),
    )


def measure(recording: Samples, played: Multitone, *, skip_s: float = 0.1) -> Tones:
    """Fit the tones in (channels, samples) or (samples,), leaving out ``skip_s`` at the start (latency, settling).

    At least three whole periods must remain (`TOO_SHORT`). A channel in which no tone stands out is `TOO_NOISY`.
    """
    sound, reasons = heard(recording, at_least=16)
    skipped = round(checked_number(skip_s, name="skip_s", above=0.0) * played.rate_hz)
    periods = max(0, sound.shape[-1] - skipped) // played.period
    judged = [why or ((Reason.TOO_SHORT,) if periods < LEAST_PERIODS else ()) for why in reasons]
    channels, tones = len(sound), len(played.cycles)
    response, spread = nan_like(channels, tones).astype(np.complex128), nan_like(channels, tones)
    residual, skew, skew_std = nan_like(channels), nan_like(channels), nan_like(channels)
    for channel in np.flatnonzero(good(tuple(judged))):
        row = (
            sound[channel, skipped : skipped + periods * played.period]
            .reshape(periods, played.period)
            .astype(np.float64)
        )
        first, _ = _fit(row, played, 0.0)
        drift, drift_std = _skew(first, played)
        values, rest = _fit(row, played, drift)
        mean = values.mean(axis=0)
        std = np.sqrt(np.mean(np.abs(values - mean) ** 2, axis=0) / (2.0 * (periods - 1)))
        if not (np.abs(mean) > TIMES_STD * std + TINY).any():
            judged[channel] = (Reason.TOO_NOISY,)
            continue
        response[channel] = mean / played.amplitude
        spread[channel] = std / (np.abs(mean) + TINY)
        power = float(np.sum(np.abs(mean) ** 2)) / 2.0
        residual[channel] = math.sqrt(rest / (power + TINY))
        skew[channel], skew_std[channel] = drift * 1e6, drift_std * 1e6
    return Tones(
        frequency_hz=played.frequency_hz,
        response=response,
        response_std_ratio=spread,
        residual_ratio=residual,
        skew_ppm=skew,
        skew_std_ppm=skew_std,
        channel_reasons=tuple(judged),
        reasons=whole(tuple(judged)),
    )


def _fit(periods: Float, played: Multitone, skew: float) -> tuple[Complex, float]:
    """Complex amplitudes (P, T) re the played phases, and the mean square of what is left."""
    steps = np.arange(played.period)
    turn = 2.0 * np.pi * np.array(played.cycles) * (1.0 + skew) / played.period
    angles = turn[:, np.newaxis] * steps + np.array(played.phases_rad)[:, np.newaxis]
    base = np.concatenate([np.ones((1, played.period)), np.cos(angles), np.sin(angles)])
    found = np.linalg.lstsq(base.T, periods.T, rcond=None)[0]
    rest = periods - found.T @ base
    tones = len(played.cycles)
    values = (found[1 + tones :] + 1j * found[1 : 1 + tones]).T
    back = np.exp(-1j * turn * skew / (1.0 + skew) * played.period * np.arange(len(periods))[:, np.newaxis])
    return values * back, float(np.mean(rest**2))


def _skew(values: Complex, played: Multitone) -> tuple[float, float]:
    """The share by which all frequencies are too high, from the phases' advance per period, and its deviation."""
    advance = values[1:] * values[:-1].conj()
    weight = np.abs(advance).sum(axis=0)
    per_period = 2.0 * np.pi * np.array(played.cycles)
    slow = np.flatnonzero(np.array(played.cycles) * MOST_SKEW < 0.25)  # faster tones turn too far to be sure
    some = slow if len(slow) else np.arange(1)
    rough = _weighted(np.angle(advance.sum(axis=0))[some] / per_period[some], weight[some] * per_period[some] ** 2)[0]
    rest = np.angle(advance.sum(axis=0) * np.exp(-1j * per_period * rough)) / per_period
    fine, std = _weighted(rest, weight * per_period**2)
    return rough + fine, std


def _weighted(values: Float, weights: Float) -> tuple[float, float]:
    total = float(weights.sum()) + TINY
    mean = float((weights * values).sum()) / total
    spread = float((weights * (values - mean) ** 2).sum()) / total
    return mean, math.sqrt(spread / max(1, len(values) - 1))


@lru_cache(maxsize=8)
def _rendered(played: Multitone) -> tuple[Float32, float]:
    angles = 2.0 * np.pi * np.array(played.cycles)[:, np.newaxis] * np.arange(played.period) / played.period
    sound = np.sin(angles + np.array(played.phases_rad)[:, np.newaxis]).sum(axis=0)
    scale = played.peak / float(np.abs(sound).max())
    return (sound * scale).astype(np.float32), scale
