"""A sensor at rest: bias, noise and drift with their uncertainty, and the shape of its noise spectrum.

The standard error of the mean is taken from the means of consecutive batches, which holds for noise that is not white;
white noise density comes from Welch's method (Hann, half overlap), the median over the band corrected for its bias.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from scipy.special import chdtri

from probes.signals._validity import (
    Float,
    Judged,
    Reason,
    Samples,
    WrongValue,
    as_channels,
    checked_rate,
    flaws,
    nan_like,
    void,
)

_BATCHES = 16
_LEAST = 64
_SEGMENTS = 15
_FRAMES_AT_ONCE = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class Still(Judged):
    """One entry per channel, in the unit U of the samples; a channel that never moves has NaN for its noise.

    Attributes:
        mean: mean over the record (the bias when the truth is zero).
        mean_std: one sigma of it, from batch means.
        std: standard deviation.
        std_std: one sigma of it.
        noise_density: white noise as a one-sided amplitude density (U / sqrt(Hz)), from ``band_hz``.
        noise_density_std: one sigma of it.
        drift_per_s: slope of the batch means (U / s).
        drift_std_per_s: one sigma of it.
        slope: exponent of the power spectrum up to the end of the band: 0 white, -1 flicker, -2 random walk.
        slope_std: one sigma of it.
        band_hz: the band that the density was read in.
    """

    mean: Float
    mean_std: Float
    std: Float
    std_std: Float
    noise_density: Float
    noise_density_std: Float
    drift_per_s: Float
    drift_std_per_s: Float
    slope: Float
    slope_std: Float
    band_hz: tuple[float, float]


def still(samples: Samples, *, rate_hz: float, band_hz: tuple[float, float] | None = None) -> Still:
    """Judge (samples,) or (channels, samples) of a sensor that is not moved.

    Args:
        samples: even samples; integers stay counts.
        rate_hz: samples per second.
        band_hz: where noise is white; a tenth to eight tenths of half the rate when not given.

    Raises:
        WrongValue: a band that is empty or beyond half the rate.
    """
    rate = checked_rate(rate_hz)
    low, high = band_hz or (0.05 * rate, 0.4 * rate)
    if not 0.0 < low < high <= 0.5 * rate:
        raise WrongValue(f"the band {low}..{high} Hz must lie within 0..{0.5 * rate} Hz")
    channels = as_channels(samples, counts=True)
    count = channels.shape[0]
    if reasons := flaws(channels, at_least=_LEAST):
        return void(Still, reasons, shape=count)
    moves = channels.max(axis=1) > channels.min(axis=1)
    means, drift = _batches(channels, rate)
    density, slope = _spectrum(channels, rate, (low, high))
    std = np.where(moves, channels.std(axis=1), np.nan)
    return Still(
        mean=channels.mean(axis=1),
        mean_std=np.where(moves, means.std(axis=1, ddof=1) / math.sqrt(_BATCHES), np.nan),
        std=std,
        std_std=std / math.sqrt(2.0 * channels.shape[1]),
        noise_density=np.where(moves, density[0], np.nan),
        noise_density_std=np.where(moves, density[1], np.nan),
        drift_per_s=np.where(moves, drift[0], np.nan),
        drift_std_per_s=np.where(moves, drift[1], np.nan),
        slope=np.where(moves, slope[0], np.nan),
        slope_std=np.where(moves, slope[1], np.nan),
        band_hz=(low, high),
        remarks=() if moves.all() else (Reason.CONSTANT,),
    )


def _batches(channels: Float, rate_hz: float) -> tuple[Float, tuple[Float, Float]]:
    """(channels, 16) means of consecutive batches, and the slope through them with its sigma."""
    length = channels.shape[1] // _BATCHES
    means = channels[:, : length * _BATCHES].reshape(channels.shape[0], _BATCHES, length).mean(axis=2)
    times = (np.arange(_BATCHES) - (_BATCHES - 1) / 2.0) * length / rate_hz
    power = float(times @ times)
    slope = means @ times / power
    rest = means - means.mean(axis=1, keepdims=True) - slope[:, None] * times
    return means, (slope, np.sqrt((rest**2).sum(axis=1) / (_BATCHES - 2) / power))


def _spectrum(
    channels: Float, rate_hz: float, band_hz: tuple[float, float]
) -> tuple[tuple[Float, Float], tuple[Float, Float]]:
    """Amplitude density in the band, and the slope from the lowest bins to the end of it, each with its sigma."""
    length = max(2 * channels.shape[1] // (_SEGMENTS + 1) // 2 * 2, 16)
    length = min(length, 4096)
    frequencies, power = _welch(_level(channels), rate_hz, length)
    segments = 2.0 * channels.shape[1] / length - 1.0
    # Half-overlapping Hann windows: each segment counts as 0.95 of an independent one.
    freedom = 2.0 * 0.95 * segments
    inside = (frequencies >= band_hz[0]) & (frequencies <= band_hz[1])
    if inside.sum() < 3:
        none = nan_like(channels.shape[0])
        return (none, none), (none, none)
    white = np.median(power[:, inside], axis=1) * freedom / float(chdtri(freedom, 0.5))
    # The median of n values is sqrt(pi / 2) less certain than their mean; neighbouring Hann bins share about half.
    share = math.sqrt(2.0 / freedom / inside.sum() * math.pi / 2.0 * 1.9)
    density = np.sqrt(white)
    chosen = (frequencies >= frequencies[2]) & (frequencies <= band_hz[1])
    return (density, density * share / 2.0), _slope(frequencies[chosen], power[:, chosen], freedom)


def _welch(channels: Float, rate_hz: float, length: int) -> tuple[Float, Float]:
    """One-sided power densities (channels, bins) of half-overlapping Hann windows of even length, in double precision.

    `spectrum.welch` works in single precision: not enough for a barometer's millipascals on a thousand hectopascals.
    """
    window = 0.5 - 0.5 * np.cos(2.0 * np.pi * np.arange(length) / length)
    power = np.zeros((channels.shape[0], length // 2 + 1))
    for place, channel in enumerate(channels):
        frames = sliding_window_view(channel, length)[:: length // 2]
        for first in range(0, len(frames), _FRAMES_AT_ONCE):
            some = frames[first : first + _FRAMES_AT_ONCE]
            bins = np.fft.rfft((some - some.mean(axis=1, keepdims=True)) * window, axis=1)
            power[place] += (bins.real**2 + bins.imag**2).sum(axis=0)
        power[place] /= len(frames) * rate_hz * float(window @ window)
    power[:, 1:-1] *= 2.0
    frequencies = np.asarray(np.arange(length // 2 + 1) * (rate_hz / length), dtype=np.float64)
    return frequencies, power


def _level(channels: Float) -> Float:
    """Channels without their straight line, so that drift does not leak into the lowest bins."""
    ramp = np.arange(channels.shape[1]) - (channels.shape[1] - 1) / 2.0
    slope = channels @ ramp / float(ramp @ ramp)
    return np.asarray(channels - slope[:, None] * ramp, dtype=np.float64)


def _slope(frequencies: Float, power: Float, freedom: float) -> tuple[Float, Float]:
    """Least squares of log power over log frequency, bins weighted so that every octave counts the same."""
    x, weight = np.log(frequencies), 1.0 / frequencies
    weight = weight / weight.sum()
    x = x - float(weight @ x)
    y = np.log(np.maximum(power, np.finfo(float).tiny))
    spread = float(weight @ (x * x))
    variance = (
        2.0 / freedom * 1.9 * float((weight**2) @ (x * x)) / spread**2
    )  # log of chi-squared: variance 2 / freedom
    return (y * weight) @ x / spread, np.full(power.shape[0], math.sqrt(variance))
