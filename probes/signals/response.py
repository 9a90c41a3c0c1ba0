"""Impulse responses by deconvolution in the frequency domain: delay, polarity, and the harmonics' own responses.

Formula: A. Farina, AES 108 (2000). The transform is as long as the recording and not twice as long: what wraps around
is the noise under the harmonics' responses, while the linear response is exact as long as the room is quiet in the tail
after the sweep. All in float32: 4e-8 of the peak from float64.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt
import scipy.fft

from probes.signals._channels import TINY, Complex, Reasons, good, heard, mono, raw_channels, whole
from probes.signals._fourier import fast_size, filtered
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
from probes.signals.sweep import Sweep

FLOOR_DB = 60.0
"""Bins of the stimulus this far below its strongest are not divided by."""
EDGE_OCTAVES = 1.0 / 6.0
HIGH_PASS_HZ = 100.0
"""Polarity is read above this: below, phase turns in any small loudspeaker."""
LOW_PASS_HZ = 5000.0
"""And below this, with a Gaussian: it never rings, so that what comes first is the sound and not the filter."""
FIRST_RATIO = 0.5
"""The first half-wave of the direct sound is the first that reaches so much of the strongest: a transducer without bass
swings back as far as it went, and which of the two is stronger is a matter of its resonance, not of its wires."""
LEAST_PEAK_DB = 18.0
"""The direct sound must stand this far above the response's rms to be one."""
DIRECT_S = 0.08


@dataclass(frozen=True, slots=True, eq=False)
class Inverse:
    """What undoes a stimulus: a spectrum for transforms of ``size`` samples, zero outside ``band_hz``."""

    spectrum: npt.NDArray[np.complex64]
    size: int
    rate_hz: float
    band_hz: tuple[float, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class ImpulseResponse(Judged):
    """Impulse responses (C, size) float32 on a circle: sample 0 is no delay, the last samples are negative times.

    Attributes:
        samples: (C, size); a wire of gain 1 gives a band-limited pulse of area 1 at sample 0.
        rate_hz: sampling rate.
        band_hz: what the stimulus excited.
        delay_s: (C,) the direct sound's arrival (strongest point, a parabola between samples).
        polarity: (C,) +1 or -1, the sign of the direct sound's first half-wave between 100 Hz and 5 kHz.
        peak_to_noise_db: (C,) the direct sound over the rms of the circle's quietest eighth.
        sweep: the sweep that was undone, when it was one; needed for `harmonic`.
    """

    samples: Float32
    rate_hz: float
    band_hz: tuple[float, float]
    delay_s: Float
    polarity: Float
    peak_to_noise_db: Float
    sweep: Sweep | None = None
    channel_reasons: tuple[Reasons, ...] = ()

    def cut(self, start_s: float, length_s: float) -> Float32:
        """(C, samples) of the circle from ``start_s`` (may be negative) on, for ``length_s``."""
        count = min(self.samples.shape[-1], max(1, round(length_s * self.rate_hz)))
        places = (round(start_s * self.rate_hz) + np.arange(count)) % self.samples.shape[-1]
        return self.samples[:, places]

    def harmonic(self, order: int, *, length_s: float = 0.05, lead_s: float = 0.002) -> Float32:
        """(C, samples) of the response of harmonic ``order``, from ``lead_s`` before the direct sound on.

        Raises `WrongValue` when the stimulus was no `Sweep`, or when no channel is valid.
        """
        if self.sweep is None:
            raise WrongValue("harmonics can only be told apart in the response to a sweep")
        if not np.isfinite(self.delay_s).any():
            raise WrongValue("no channel of this response is valid")
        late_s = float(np.nanmedian(self.delay_s))
        return self.cut(late_s - self.sweep.harmonic_lead_s(order) - lead_s, length_s)

    def frequency_response(self, *, length_s: float = DIRECT_S, lead_s: float = 0.01) -> tuple[Float, Complex]:
        """Frequencies (F,) inside the band and complex gain (C, F), from a window around the direct sound.

        The window (fading over its last quarter) leaves out later reflections; below 1 / ``length_s`` Hz nothing is
        resolved. Phase is that after the direct sound's arrival. Invalid channels are NaN.
        """
        count = scipy.fft.next_fast_len(max(64, round((length_s + lead_s) * self.rate_hz)), real=True)
        shape = np.ones(count)
        tail, rise = count // 4, max(1, round(lead_s * self.rate_hz / 2.0))
        shape[-tail:] = 0.5 + 0.5 * np.cos(np.pi * (np.arange(tail) + 1.0) / (tail + 1.0))
        shape[:rise] = 0.5 - 0.5 * np.cos(np.pi * (np.arange(rise) + 0.5) / rise)
        frequency = scipy.fft.rfftfreq(count, 1.0 / self.rate_hz)
        inside = (frequency >= self.band_hz[0]) & (frequency <= self.band_hz[1])
        gain = nan_like(len(self.samples), int(inside.sum())).astype(np.complex128)
        for channel in np.flatnonzero(np.isfinite(self.delay_s)):
            first = round((self.delay_s[channel] - lead_s) * self.rate_hz)
            window = self.samples[channel, (first + np.arange(count)) % self.samples.shape[-1]] * shape
            turn = np.exp(2j * np.pi * frequency * (self.delay_s[channel] - first / self.rate_hz))
            gain[channel] = (scipy.fft.rfft(window) * turn)[inside]
        return frequency[inside], gain


def inverse_of(
    stimulus: Samples,
    rate_hz: float,
    *,
    size: int,
    band_hz: tuple[float, float] | None = None,
    floor_db: float = FLOOR_DB,
) -> Inverse:
    """The inverse of any stimulus for recordings of ``size`` samples; make it once for many recordings.

    Args:
        stimulus: (samples,), at most ``size``.
        rate_hz: its sampling rate.
        size: the length of the transform; the stimulus and the room's decay must fit.
        band_hz: where to invert; when None, from the first to the last bin within ``floor_db`` of the strongest.
        floor_db: weaker bins are damped (Tikhonov) instead of amplified.
    """
    rate, sound = checked_rate(rate_hz), mono(stimulus)
    if len(sound) > size:
        raise WrongValue(f"a stimulus of {len(sound)} samples is longer than the transform of {size}")
    spectrum = scipy.fft.rfft(sound.astype(np.float64), size)
    power = np.abs(spectrum) ** 2
    frequency = scipy.fft.rfftfreq(size, 1.0 / rate)
    floor = float(power.max()) * 10.0 ** (-checked_number(floor_db, name="floor_db", above=0.0) / 10.0)
    if band_hz is None:
        strong = np.flatnonzero(power > floor)
        low, high = float(frequency[strong[0]]), float(frequency[strong[-1]])
    else:
        low, high = (checked_number(edge, name="band_hz", above=0.0, below=rate / 2.0) for edge in band_hz)
    if high <= low:
        raise WrongValue(f"the band {low}..{high} Hz is empty")
    shape = _edges(frequency, low, high)
    inverse = spectrum.conj() * shape / (power + 1e-3 * floor + np.where(power < floor, floor, 0.0))
    return Inverse(inverse.astype(np.complex64), size, rate, (low, high))


@lru_cache(maxsize=4)
def inverse_of_sweep(sweep: Sweep, size: int) -> Inverse:
    """The inverse of a sweep over its own band (the last four are kept)."""
    return inverse_of(sweep.samples(), sweep.rate_hz, size=size, band_hz=(sweep.start_hz, sweep.stop_hz))


def impulse_response(recording: Samples, stimulus: Sweep | Inverse, *, tail_s: float = 0.5) -> ImpulseResponse:
    """Deconvolve each channel of a recording.

    Args:
        recording: (channels, samples) or (samples,); int16 is full scale 1.0; it starts with (or before) the stimulus.
        stimulus: the sweep that was played, or the `Inverse` of anything else; recordings longer than an inverse's
            ``size`` are cut.
        tail_s: how long the room may ring; a recording that is shorter than the sweep and this is padded.

    Returns:
        An `ImpulseResponse`. A channel whose strongest point does not stand out is `TOO_NOISY`.
    """
    sound, scale = raw_channels(recording)
    sound = sound.astype(np.float32, copy=False)
    if isinstance(stimulus, Sweep):
        wanted = max(sound.shape[-1], stimulus.count + round(tail_s * stimulus.rate_hz))
        sweep, inverse = stimulus, inverse_of_sweep(stimulus, fast_size(wanted))
    else:
        sweep, inverse = None, stimulus
    if sound.shape[-1] < 16:
        short = (Reason.EMPTY if sound.shape[-1] == 0 else Reason.TOO_SHORT,)
        return _judge(np.zeros((len(sound), inverse.size), dtype=np.float32), inverse, sweep, (short,) * len(sound))
    reasons = heard(sound)[1]
    if not good(reasons).all():
        sound = np.where(good(reasons)[:, np.newaxis], sound, np.float32(0.0))
    samples = filtered(sound, inverse.spectrum if scale == 1.0 else inverse.spectrum * np.float32(scale), inverse.size)
    return _judge(samples, inverse, sweep, reasons)


def _judge(samples: Float32, inverse: Inverse, sweep: Sweep | None, reasons: tuple[Reasons, ...]) -> ImpulseResponse:
    channels = len(samples)
    delay, sign, ratio = nan_like(channels), nan_like(channels), nan_like(channels)
    judged = list(reasons)
    for channel in np.flatnonzero(good(reasons)):
        row = samples[channel]
        peak = _strongest(row)
        ratio[channel] = 20.0 * math.log10((abs(float(row[peak])) + TINY) / (_quiet_rms(row) + TINY))
        loud = 20.0 * math.log10(
            (abs(float(row[peak])) + TINY) / (math.sqrt(float(np.vecdot(row, row)) / len(row)) + TINY)
        )
        if loud < LEAST_PEAK_DB:
            judged[channel] = (Reason.TOO_NOISY,)
            ratio[channel] = math.nan
            continue
        delay[channel] = (peak + _between(row, peak)) / inverse.rate_hz
        if delay[channel] > inverse.size / inverse.rate_hz * 0.75:  # the circle's end is negative time
            delay[channel] -= inverse.size / inverse.rate_hz
        sign[channel] = _sign(row, peak, inverse.rate_hz)
    return ImpulseResponse(
        samples=samples,
        rate_hz=inverse.rate_hz,
        band_hz=inverse.band_hz,
        delay_s=delay,
        polarity=sign,
        peak_to_noise_db=ratio,
        sweep=sweep,
        channel_reasons=tuple(judged),
        reasons=whole(tuple(judged)),
    )


def _strongest(row: Float32) -> int:
    """The index of the largest magnitude, without making an array of magnitudes."""
    high, low = int(row.argmax()), int(row.argmin())
    return high if row[high] >= -row[low] else low


def _quiet_rms(row: Float32) -> float:
    """The rms of the quietest of eight equal parts of the circle."""
    part = len(row) // 8
    parts = row[: part * 8].reshape(8, part)
    return math.sqrt(float(np.vecdot(parts, parts).min()) / part)


def _around(row: Float32, peak: int, before: int, after: int) -> Float:
    return row[(peak + np.arange(-before, after)) % len(row)].astype(np.float64)


def _between(row: Float32, peak: int) -> float:
    """How far the top lies from its strongest sample: a parabola through the magnitudes' three points."""
    left, mid, right = np.abs(_around(row, peak, 1, 2))
    bend = left - 2.0 * mid + right
    return float(np.clip(0.5 * (left - right) / bend, -0.5, 0.5)) if bend < 0.0 else 0.0


def _sign(row: Float32, peak: int, rate_hz: float) -> float:
    """The sign of the first half-wave about the strongest point, in the band of `HIGH_PASS_HZ` to `LOW_PASS_HZ`."""
    span = max(16, round(0.05 * rate_hz))
    around = _around(row, peak, min(span, len(row) // 2), min(span, len(row) // 2))
    frequency = scipy.fft.rfftfreq(len(around), 1.0 / rate_hz)
    shape = (1.0 - np.exp(-((frequency / HIGH_PASS_HZ) ** 2))) * np.exp(-0.5 * (frequency / LOW_PASS_HZ) ** 2)
    passed = scipy.fft.irfft(scipy.fft.rfft(around) * shape, len(around))
    first = passed[int(np.argmax(np.abs(passed) >= FIRST_RATIO * np.abs(passed).max()))]
    return 1.0 if first >= 0.0 else -1.0


def _edges(frequency: Float, low_hz: float, high_hz: float) -> Float:
    """1 inside the band with raised cosines of a sixth of an octave inside its edges, 0 outside."""
    width = min(EDGE_OCTAVES, math.log2(high_hz / max(low_hz, 1e-9)) / 4.0) if low_hz > 0.0 else EDGE_OCTAVES
    octave = np.log2(np.maximum(frequency, 1e-9))
    rise = (octave - math.log2(max(low_hz, 1e-9))) / width
    fall = (math.log2(high_hz) - octave) / width
    shape: Float = 0.5 - 0.5 * np.cos(np.pi * np.clip(np.minimum(rise, fall), 0.0, 1.0))
    return shape
