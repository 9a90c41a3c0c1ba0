"""The vibration motor as an accelerometer feels it: its line, level, harmonics, and what sampling folded down.

A motor of 150..250 Hz lies above half the rate of many a phone's accelerometer, which then shows it folded. So a line
has several true frequencies that would look alike; only a second recording at another rate tells which (`unfold`).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import fft

from probes.signals._validity import (
    Float,
    Judged,
    Reason,
    Samples,
    WrongShape,
    WrongValue,
    as_channels,
    checked_number,
    checked_rate,
    flaws,
    void,
)

_LEAST = 64
_LEAST_RATIO = 10.0
_HANN_POWER = 1.5  # noise bandwidth of a Hann window, bins
_HANN_LEVEL = 1.4  # sqrt(sum w**4 * n) / sum w**2: what the window costs in the level
_HANN_PLACE = 1.8  # and in the frequency, over the Cramer-Rao bound (measured)
_WIDTH = 3
_HARMONICS = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class MotorLine(Judged):
    """The strongest line within the band, over all axes together.

    Attributes:
        seen_hz: where it lies in the spectrum, 0..rate / 2.
        seen_std_hz: one sigma of it, in white noise.
        candidates_hz: the true frequencies within ``motor_hz`` that would show there, lowest first.
        level_rms: (channels,) its root mean square, in the unit of the samples.
        level_std: one sigma of the total level.
        total_rms: over all axes.
        floor_ratio: power of the line's peak over the median power around it.
        harmonic_ratio: (4,) root mean square of harmonics 2..5 over the line's, for the first candidate, each looked
            for where sampling folds it; NaN where it falls onto the line itself or onto another harmonic.
        broadband_ratio: power of everything but line and harmonics over the same in the record at rest; NaN without
            one. A rattle raises it.
    """

    seen_hz: float
    seen_std_hz: float
    candidates_hz: tuple[float, ...]
    level_rms: Float
    level_std: float
    total_rms: float
    floor_ratio: float
    harmonic_ratio: Float
    broadband_ratio: float


def motor_line(
    samples: Samples,
    *,
    rate_hz: float,
    motor_hz: tuple[float, float] = (80.0, 300.0),
    rest: Samples | None = None,
    least_ratio: float = _LEAST_RATIO,
) -> MotorLine:
    """Look for the line in (samples,) or (channels, samples) while the motor runs.

    Args:
        samples: even samples of the time that the motor runs.
        rate_hz: samples per second, as measured (`stamps.judge_stamps`): a wrong rate shifts the line.
        motor_hz: true frequencies that a motor may have; the spectrum is searched wherever these fold to.
        rest: the same channels with the motor off, for the broadband ratio.
        least_ratio: a line below that many floors is `NOT_FOUND` [prior].
    """
    rate = checked_rate(rate_hz)
    if not 0.0 < motor_hz[0] < motor_hz[1]:
        raise WrongValue(f"motor_hz {motor_hz} must rise from above zero")
    channels = as_channels(samples, counts=True)
    count = channels.shape[0]
    if reasons := flaws(channels, at_least=_LEAST):
        return void(MotorLine, reasons, shape=count, harmonic_ratio=np.full(_HARMONICS - 1, np.nan))
    power, bin_hz = _spectrum(channels, rate)
    total = power.sum(axis=0)
    inside = np.flatnonzero(_folded_into(np.arange(total.size) * bin_hz, rate, motor_hz))
    inside = inside[(inside >= _WIDTH) & (inside < total.size - 1)]
    peak = int(inside[total[inside].argmax()]) if inside.size else 0
    floor = _floor(total, peak, bin_hz)
    if not inside.size or not total[peak] >= least_ratio * floor:
        ratio, none = float(total[peak] / floor) if inside.size and floor > 0 else math.nan, np.full(4, np.nan)
        return void(MotorLine, (Reason.NOT_FOUND,), shape=count, floor_ratio=ratio, harmonic_ratio=none)
    seen = (peak + _offset(total, peak)) * bin_hz
    return _judged(power, (peak, seen, floor, bin_hz), rate, motor_hz, _at_rest(rest, count, rate))


def folded(frequency_hz: float, rate_hz: float) -> float:
    """Where a tone of that frequency shows after sampling without a filter, 0..rate / 2."""
    tone, rate = checked_number(frequency_hz, name="frequency_hz"), checked_rate(rate_hz)
    return abs(tone - rate * round(tone / rate))


def candidates(seen_hz: float, rate_hz: float, motor_hz: tuple[float, float]) -> tuple[float, ...]:
    """The frequencies within ``motor_hz`` that show at ``seen_hz``: itself and its images about half the rate."""
    images = range(math.ceil(motor_hz[1] / checked_rate(rate_hz)) + 1)
    every = {round(k * rate_hz + sign * seen_hz, 9) for k in images for sign in (-1.0, 1.0)}
    return tuple(sorted(value for value in every if motor_hz[0] <= value <= motor_hz[1]))


def unfold(first: MotorLine, second: MotorLine, *, tolerance_hz: float) -> float:
    """The one true frequency that two recordings at different rates agree on, NaN when none or several do."""
    if not (first.valid and second.valid):
        return math.nan
    pairs = [(a, b) for a in first.candidates_hz for b in second.candidates_hz if abs(a - b) <= tolerance_hz]
    return sum(pairs[0]) / 2.0 if len(pairs) == 1 else math.nan


def _judged(
    power: Float,
    line: tuple[int, float, float, float],
    rate_hz: float,
    motor_hz: tuple[float, float],
    rest_power: float,
) -> MotorLine:
    peak, seen, floor, bin_hz = line
    total = power.sum(axis=0)
    near = slice(max(peak - _WIDTH, 0), peak + _WIDTH + 1)
    level = np.sqrt(np.maximum(power[:, near].sum(axis=1) - _floors(power, peak, bin_hz) * (2 * _WIDTH + 1), 0.0))
    whole = float(np.sqrt((level**2).sum()))
    names = candidates(seen, rate_hz, motor_hz)
    harmonics, taken = _harmonics(total, names[0] if names else seen, rate_hz, bin_hz, peak)
    samples = 2 * (total.size - 1)
    noise = floor * total.size  # variance of the white noise that such a floor comes from
    quiet = float(total[[index for index in range(2, total.size) if index not in taken]].sum())
    signal_to_noise = whole**2 / max(noise, 1e-300)
    return MotorLine(
        seen_hz=seen,
        seen_std_hz=_HANN_PLACE * math.sqrt(3.0 / signal_to_noise / samples) / math.pi * rate_hz / samples,
        candidates_hz=names,
        level_rms=level,
        level_std=_HANN_LEVEL * math.sqrt(noise / samples),
        total_rms=whole,
        floor_ratio=float(total[peak] / floor) if floor > 0 else math.inf,
        harmonic_ratio=harmonics / whole if whole > 0 else harmonics * math.nan,
        broadband_ratio=quiet / rest_power if rest_power > 0 else math.nan,
        remarks=(Reason.AMBIGUOUS,) if len(names) > 1 else (),
    )


def _spectrum(channels: Float, rate_hz: float) -> tuple[Float, float]:
    """(channels, bins) power per bin: a tone's bins sum to its mean square."""
    count = channels.shape[1]
    window = np.hanning(count + 1)[:-1]
    spectrum = fft.rfft((channels - channels.mean(axis=1, keepdims=True)) * window, axis=1)
    return np.abs(spectrum) ** 2 * (2.0 / count**2 / 0.25 / _HANN_POWER), rate_hz / count


def _folded_into(bins_hz: Float, rate_hz: float, motor_hz: tuple[float, float]) -> npt.NDArray[np.bool]:
    inside: npt.NDArray[np.bool] = np.zeros(bins_hz.shape, dtype=np.bool)
    for k in range(math.ceil(motor_hz[1] / rate_hz) + 1):
        for image in (k * rate_hz - bins_hz, k * rate_hz + bins_hz):
            inside |= (image >= motor_hz[0]) & (image <= motor_hz[1])
    return inside


def _around(size: int, peak: int, bin_hz: float) -> Float:
    """Bins within 30 Hz of the peak (at least 20 on a side) that are not its own."""
    reach = max(round(30.0 / bin_hz), 20)
    index = np.arange(max(peak - reach, 1), min(peak + reach + 1, size))
    return index[np.abs(index - peak) > 2 * _WIDTH].astype(np.float64)


def _floors(power: Float, peak: int, bin_hz: float) -> Float:
    index = _around(power.shape[1], peak, bin_hz).astype(int)
    return np.asarray(np.median(power[:, index], axis=1)) / math.log(2.0) if index.size else np.zeros(power.shape[0])


def _floor(total: Float, peak: int, bin_hz: float) -> float:
    return float(_floors(total[None, :], peak, bin_hz)[0])


def _offset(total: Float, peak: int) -> float:
    """Fraction of a bin between peak and tone: exact for one tone under a Hann window (Grandke 1983)."""
    amplitude = np.sqrt(total[peak - 1 : peak + 2])
    side = 1 if amplitude[2] >= amplitude[0] else -1
    ratio = float(amplitude[1 + side] / amplitude[1])
    return side * (2.0 * ratio - 1.0) / (ratio + 1.0)


def _harmonics(total: Float, true_hz: float, rate_hz: float, bin_hz: float, peak: int) -> tuple[Float, set[int]]:
    """Root mean square of harmonics 2..5 where they fold to, and all bins that line and harmonics take."""
    taken = set(range(peak - _WIDTH, peak + _WIDTH + 1))
    found = np.full(_HARMONICS - 1, np.nan)
    for order in range(2, _HARMONICS + 1):
        centre = round(folded(order * true_hz, rate_hz) / bin_hz)
        near = range(max(centre - _WIDTH, 1), min(centre + _WIDTH + 1, total.size))
        if not taken.intersection(near) and len(near) > _WIDTH:
            excess = float(total[near.start : near.stop].sum()) - _floor(total, centre, bin_hz) * len(near)
            found[order - 2] = math.sqrt(max(excess, 0.0))
        taken.update(near)
    return found, taken


def _at_rest(rest: Samples | None, channels: int, rate_hz: float) -> float:
    """Mean square of the record at rest without its mean and slowest bins, NaN without one that can be used."""
    if rest is None:
        return math.nan
    quiet = as_channels(rest, name="rest", counts=True)
    if quiet.shape[0] != channels:
        raise WrongShape(f"rest has {quiet.shape[0]} channels, the samples have {channels}")
    if flaws(quiet, at_least=_LEAST):
        return math.nan
    return float(_spectrum(quiet, rate_hz)[0][:, 2:].sum())
