"""Power spectral density by Welch's method, third octaves and A-weighting.

Formulas: P. Welch, IEEE AU-15 (1967); the variance of overlapped averages: his equation for a Hann window at half
overlap (11/9 of independent segments). Bands: IEC 61260-1:2014, base ten, exact mid-band 1000 * 10**(n/10) Hz.
A-weighting: IEC 61672-1:2013, annex E.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt
import scipy.fft
from numpy.lib.stride_tricks import sliding_window_view

from probes.signals._channels import TINY, Reasons, good, heard, raw_channels, whole
from probes.signals._fourier import packed_power, unpacked_power
from probes.signals._validity import (
    Float,
    Float32,
    Judged,
    Samples,
    WrongValue,
    checked_number,
    checked_rate,
    nan_like,
)

FRAMES_AT_ONCE = 64
"""Frames that are transformed together: they fit the second-level cache, and the transform can use wide registers."""
LEAST_SEGMENT = 16
STILL_SHARE = 1e-4
"""A channel with less of its power than that outside the lowest bin is looked at again: it may be constant."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Spectrum(Judged):
    """One-sided power spectral density; C channels, F frequencies, NaN rows for invalid channels.

    Attributes:
        frequency_hz: (F,).
        density: (C, F) full scale squared per Hz: its integral over frequency is the mean square of the samples.
        std_ratio: the standard deviation of each density as a share of it (Gaussian noise).
        segments: how many segments were averaged.
        rate_hz: the sampling rate.
    """

    frequency_hz: Float
    density: Float
    std_ratio: float
    segments: int
    rate_hz: float
    channel_reasons: tuple[Reasons, ...] = ()

    def band_power(self, low_hz: float, high_hz: float) -> Float:
        """(C,) the mean square between two frequencies; bins at the edges count by the share that lies inside."""
        low = checked_number(low_hz, name="low_hz", above=0.0)
        high = checked_number(high_hz, name="high_hz", above=low)
        return self.density @ _shares(self.frequency_hz, np.array([low]), np.array([high]))[:, 0]

    def third_octaves(self, low_hz: float = 25.0, high_hz: float = 20000.0) -> tuple[Float, Float]:
        """Mid-band frequencies (N,) and mean squares (C, N) of the third octaves that lie below half the rate."""
        middle = third_octave_hz(low_hz, min(high_hz, self.rate_hz / 2.0 / 10.0**0.05))
        edge = 10.0**0.05
        return middle, self.density @ _shares(self.frequency_hz, middle / edge, middle * edge)

    def a_weighted(self) -> Float:
        """(C,) the mean square after A-weighting."""
        step = self.frequency_hz[1] - self.frequency_hz[0] if len(self.frequency_hz) > 1 else math.nan
        return self.density @ (10.0 ** (a_weight_db(self.frequency_hz) / 10.0)) * step


def welch(recording: Samples, rate_hz: float, *, segment: int = 4096, detrend: bool = False) -> Spectrum:
    """Average the spectra of half-overlapping Hann-windowed segments.

    Args:
        recording: (channels, samples) or (samples,); int16 is full scale 1.0.
        rate_hz: sampling rate.
        segment: samples of a segment; a shorter recording is one segment.
        detrend: whether to subtract each segment's mean (scipy's default); it only matters in the lowest two bins.

    Returns:
        A `Spectrum`; float32 inside, 3e-7 from float64.
    """
    rate = checked_rate(rate_hz)
    if int(segment) != segment or segment < LEAST_SEGMENT:
        raise WrongValue(f"a segment must have at least {LEAST_SEGMENT} samples, not {segment!r}")
    sound, full_scale = raw_channels(recording)
    size = min(int(segment), max(sound.shape[-1], LEAST_SEGMENT))
    frequency = scipy.fft.rfftfreq(size, 1.0 / rate)
    density = nan_like(len(sound), len(frequency))
    segments = 1 + max(0, (sound.shape[-1] - size) // (size - size // 2))
    window = _hann(size)
    if sound.shape[-1] >= LEAST_SEGMENT:
        room = np.empty((2, FRAMES_AT_ONCE, size), dtype=np.float32)
        with np.errstate(invalid="ignore", over="ignore"):  # infinities in a channel are named afterwards
            for row, channel in zip(density, sound, strict=True):
                row[:] = _mean_square(sliding_window_view(channel, size)[:: size - size // 2], window, room, detrend)
    moving = density[:, 2:].sum(axis=1) > STILL_SHARE * density[:, 0]
    reasons: tuple[Reasons, ...] = ((),) * len(sound)
    if not (np.isfinite(density).all() and moving.all()):
        reasons = heard(sound, at_least=LEAST_SEGMENT)[1]  # which reads all samples once more
        density[~good(reasons)] = np.nan
    scale = np.full(len(frequency), 2.0 * full_scale**2 / (rate * float(np.sum(window.astype(np.float64) ** 2))))
    scale[0] /= 2.0
    if size % 2 == 0:
        scale[-1] /= 2.0
    return Spectrum(
        frequency_hz=frequency,
        density=density * scale,
        std_ratio=math.sqrt((11.0 / 9.0 if segments > 1 else 1.0) / segments),
        segments=segments,
        rate_hz=rate,
        channel_reasons=reasons,
        reasons=whole(reasons),
    )


def a_weight_db(frequency_hz: Float) -> Float:
    """The A-weighting in dB, 0 at 1 kHz (IEC 61672-1); minus infinity at 0 Hz stays finite (-600 dB)."""
    square = np.asarray(frequency_hz, dtype=np.float64) ** 2
    gain = (
        (12194.217**2 * square**2)
        / ((square + 20.598997**2) * (square + 12194.217**2))
        / np.sqrt((square + 107.65265**2) * (square + 737.86223**2))
    )
    weight: Float = 20.0 * np.log10(gain + TINY) + 2.0
    return weight - _A_AT_1_KHZ


def third_octave_hz(low_hz: float, high_hz: float) -> Float:
    """Exact mid-band frequencies of the third octaves from ``low_hz`` to ``high_hz`` (IEC 61260-1, base ten)."""
    low = checked_number(low_hz, name="low_hz", above=1e-3)
    high = checked_number(high_hz, name="high_hz", above=1e-3)
    first, last = math.ceil(10.0 * math.log10(low / 1000.0) - 0.3), math.floor(10.0 * math.log10(high / 1000.0) + 0.3)
    middle: Float = 1000.0 * 10.0 ** (np.arange(first, last + 1) / 10.0)
    return middle


def _mean_square(frames: npt.NDArray[Any], window: Float32, room: Float32, detrend: bool) -> Float:
    """The mean of the frames' squared magnitudes, `FRAMES_AT_ONCE` frames at a time."""
    total = np.zeros(frames.shape[-1])
    tapered, packed = room
    for first in range(0, len(frames), FRAMES_AT_ONCE):
        some = frames[first : first + FRAMES_AT_ONCE]
        part = tapered[: len(some)]
        if detrend:
            np.subtract(some, some.mean(axis=1, keepdims=True), out=part)
            part *= window
        else:
            np.multiply(some, window, out=part)
        total += packed_power(part, packed[: len(some)])
    return unpacked_power(total) / len(frames)


@lru_cache(maxsize=8)
def _hann(size: int) -> Float32:
    window: Float32 = (0.5 - 0.5 * np.cos(2.0 * np.pi * np.arange(size) / size)).astype(np.float32)
    window.flags.writeable = False
    return window


def _shares(frequency: Float, low: Float, high: Float) -> Float:
    """(F, bands): how much of each bin, as wide as the step around its frequency, lies in each band, times the step."""
    if len(frequency) < 2:
        return np.zeros((len(frequency), len(low)))
    step = frequency[1] - frequency[0]
    left, right = (frequency - step / 2.0)[:, np.newaxis], (frequency + step / 2.0)[:, np.newaxis]
    inside: Float = np.maximum(0.0, np.minimum(right, high) - np.maximum(np.maximum(left, 0.0), low))
    return inside


_A_AT_1_KHZ = 0.0
_A_AT_1_KHZ = float(a_weight_db(np.array([1000.0]))[0])
