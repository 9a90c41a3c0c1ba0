"""How late a known sound arrives in each channel: GCC-PHAT, masked to the band that was excited.

Formula: C. Knapp, G. Carter, "The generalized correlation method for estimation of time delay", IEEE ASSP 24 (1976).
Without the mask the whitened noise of the silent bands decides, and delays of zero come out. Only the masked bins are
transformed back, as an analytic signal, so neither a reversed polarity nor a carrier's period is mistaken for delay.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt
import scipy.fft

from probes.signals._channels import Reasons, good, heard, mono, piece, raw_channels, whole
from probes.signals._fourier import back, band, fast_size
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

MASK_DB = 30.0
"""Bins of the stimulus weaker than this below its strongest octave-smoothed bin are not excited."""
LEAST_PEAK = 5.0
"""A peak below this many times the level that noise alone would give is chance."""
FINER = 4
"""How many points of the correlation stand for one sample of the masked band."""
LEAST_SAMPLES = 32
WIDE = 0.5
"""Above this share of its centre a band is wide: the correlation has one top, sharper than that of its envelope."""
MOST_BINS = 16_384
MOST_REFINED = 512
STRIDE_SHARE = 4.0
"""Only every n-th sample is looked at while this many of them stand for one period of the highest frequency."""

AT_ONCE = 1 << 23
"""Samples, all rows together, that are transformed at once (32 MiB): rows side by side are quicker than one by one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Delay(Judged):
    """Arrival of the stimulus, one number for each channel, NaN where ``channel_reasons`` names something.

    Attributes:
        delay_s: seconds from the start of the recording to the start of the stimulus.
        delay_std_s: its standard deviation from the scatter of phases over the band (that of the envelope).
        coherent_ratio: 0..1, the share of bins that agree on this delay; reflections and noise lower it.
        polarity: +1.0 or -1.0, the sign of the correlation at the delay.
        band_hz: the band whose bins were used.
    """

    delay_s: Float
    delay_std_s: Float
    coherent_ratio: Float
    polarity: Float
    band_hz: tuple[float, float]
    channel_reasons: tuple[Reasons, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class Reference:
    """The spectrum of a stimulus inside its band: ``values`` are unit phasors of the conjugate, from bin ``first``."""

    values: npt.NDArray[np.complex64]
    first: int
    size: int
    rate_hz: float
    share: float
    """Of ``size``, how much the stimulus fills: so many of the bins are independent."""

    @property
    def band_hz(self) -> tuple[float, float]:
        """The lowest and the highest frequency used."""
        step_hz = self.rate_hz / self.size
        return self.first * step_hz, (self.first + len(self.values) - 1) * step_hz


def reference(stimulus: Samples, rate_hz: float, *, size: int, band_hz: tuple[float, float] | None = None) -> Reference:
    """The masked spectrum of a stimulus for windows of ``size`` samples; make it once for many recordings.

    Args:
        stimulus: (samples,), at most ``size``.
        rate_hz: sampling rate.
        size: length of the windows that will be compared.
        band_hz: the band to use; when None, from the lowest to the highest bin that the stimulus excites.
    """
    rate, sound = checked_rate(rate_hz), mono(stimulus)
    if len(sound) > size:
        raise WrongValue(f"a stimulus of {len(sound)} samples is longer than the window of {size}")
    spectrum = scipy.fft.rfft(sound, size)
    first, last = _excited(np.abs(spectrum), rate, size) if band_hz is None else _bins(band_hz, rate, size)
    inside = spectrum[first : last + 1].conj()
    unit: npt.NDArray[np.complex64] = (inside / np.maximum(np.abs(inside), np.float32(1e-20))).astype(np.complex64)
    return Reference(unit, first, size, rate, len(sound) / size)


def gcc_phat(
    recording: Samples,
    stimulus: Samples,
    rate_hz: float,
    *,
    band_hz: tuple[float, float] | None = None,
    max_delay_s: float | None = None,
) -> Delay:
    """Find the stimulus in each channel of a recording.

    Args:
        recording: (channels, samples) or (samples,).
        stimulus: (samples,), not longer than the recording.
        rate_hz: sampling rate of both.
        band_hz: the band to compare; when None, the band that the stimulus excites.
        max_delay_s: delays from 0 to this are looked at; when None, those at which all of the stimulus is inside the
            recording (all delays when they are equally long).

    Returns:
        A `Delay`; channels where the peak could be chance are `TOO_NOISY`.
    """
    rate = checked_rate(rate_hz)
    reasons = heard(recording, at_least=LEAST_SAMPLES)[1]
    sound = raw_channels(recording)[0]  # of any scale: only phases are looked at
    wanted = mono(stimulus)
    if whole(reasons):
        return _nothing(reasons)
    if max_delay_s is None:
        reach = sound.shape[-1] - len(wanted) if sound.shape[-1] > len(wanted) else sound.shape[-1]
    else:
        reach = max(1, round(checked_number(max_delay_s, name="max_delay_s", above=0.0) * rate))
    size = fast_size(len(wanted) + reach)
    window = sound[:, :size]
    if not good(reasons).all():
        window = np.where(good(reasons)[:, np.newaxis], window, window.dtype.type(0))
    return compare(window, reference(wanted, rate, size=size, band_hz=band_hz), reach=reach, reasons=reasons)


def find_sweep(
    recording: Samples,
    sweep: Sweep,
    *,
    max_delay_s: float = 0.6,
    max_lead_s: float = 0.1,
    window_s: float | None = None,
    around_hz: float = 4000.0,
) -> Delay:
    """Find the sweep in each channel from a short window around the time when it passes ``around_hz``.

    Reads ``window_s`` (0.4 octave when None) and the searched range of the recording, which is enough and many times
    cheaper than all of it. The window moves into the sweep's band where needed. The delay lies between ``-max_lead_s``
    (the recording started late) and ``max_delay_s``. Group delay of the device at that frequency is part of it.
    """
    sound, scale = raw_channels(recording)
    window_s = 0.4 * sweep.octave_s if window_s is None else checked_number(window_s, name="window_s", above=1e-3)
    lead = round(checked_number(max_lead_s, name="max_lead_s", above=0.0) * sweep.rate_hz)
    reach = lead + max(1, round(checked_number(max_delay_s, name="max_delay_s", above=0.0) * sweep.rate_hz))
    centre_hz = min(max(around_hz, sweep.start_hz), sweep.stop_hz / 2.0**0.25)
    start, count = _window(sweep, centre_hz, window_s)
    last_hz = float(sweep.frequency_hz((start + count) / sweep.rate_hz))
    stride = max(1, min(count // LEAST_SAMPLES, math.floor(sweep.rate_hz / (STRIDE_SHARE * last_hz))))
    size = fast_size(-(-(count + reach) // stride))
    looked_at = _sweep_reference(sweep, start, count, size, stride)
    if sound.shape[-1] < max(LEAST_SAMPLES, start - lead + count // 2):
        short = (Reason.EMPTY if sound.shape[-1] == 0 else Reason.TOO_SHORT,)
        return _nothing((short,) * len(sound))
    window = piece(sound, start - lead, count + reach)[:, ::stride]
    reasons = heard(window)[1]
    window = np.where(good(reasons)[:, np.newaxis], window * np.float32(scale), np.float32(0.0))
    return compare(window, looked_at, reach=reach // stride, offset_s=-lead / sweep.rate_hz, reasons=reasons)


def profile(
    recording: Samples,
    sweep: Sweep,
    delay_s: Float,
    *,
    at_hz: Float,
    window_s: float = 0.25,
    reach_s: float = 0.01,
    least_coherent: float = 0.0,
) -> tuple[Float, Float]:
    """The delay of each channel near ``delay_s`` at several moments of the sweep.

    Returns (channels, moments) of seconds, NaN where nothing certain is found, and the (moments,) of the windows'
    centres in seconds of the sweep. Moments with a lower coherence than ``least_coherent`` are NaN. A clock that drifts
    tilts the profile, lost samples make it step.
    """
    sound, scale = raw_channels(recording)
    rate = sweep.rate_hz
    reach = max(2, round(reach_s * rate))
    found, moments = nan_like(len(sound), len(at_hz)), np.zeros(len(at_hz))
    starts = np.where(np.isfinite(delay_s), np.round(delay_s * rate), 0.0).astype(np.int64)
    for place, hz in enumerate(at_hz):
        start, count = _window(sweep, float(hz), window_s)
        looked_at = _sweep_reference(sweep, start, count, fast_size(count + 2 * reach))
        window = np.empty((len(sound), count + 2 * reach), dtype=np.float32)  # more would blur the band's edges
        for row, channel, late in zip(window, sound, starts, strict=True):
            row[:] = piece(channel[np.newaxis], start + int(late) - reach, count + 2 * reach)[0]
        clean = np.where(np.isfinite(window), window, np.float32(0.0)) * np.float32(scale)
        near = compare(clean, looked_at, reach=2 * reach, reasons=((),) * len(sound))
        sure = near.coherent_ratio >= least_coherent
        found[:, place] = np.where(sure, near.delay_s + (starts - reach) / rate, np.nan)
        moments[place] = (start + count / 2.0) / rate
    return found, moments


def compare(
    window: npt.NDArray[Any], looked_at: Reference, *, reach: int, reasons: tuple[Reasons, ...], offset_s: float = 0.0
) -> Delay:
    """GCC-PHAT of each row of ``window`` with a `Reference`, lags 0..``reach`` samples, ``offset_s`` added to each."""
    bins = len(looked_at.values)
    low_hz, high_hz = looked_at.band_hz
    rows = max(1, AT_ONCE // looked_at.size)
    parts = [_found(window[first : first + rows], looked_at, reach) for first in range(0, len(window), rows)]
    delay, ratio, cosine = (np.concatenate(some) for some in zip(*parts, strict=True))
    spread_hz = max(high_hz - low_hz, 1e-9) / math.sqrt(12.0)
    agreed = np.clip(ratio, 1e-6, 1.0 - 1e-9)
    scatter = np.sqrt((1.0 - agreed**4) / 2.0) / agreed  # of phases that are normal, wrapped
    std = scatter / (2.0 * np.pi * spread_hz * math.sqrt(bins * looked_at.share)) + 0.002 / (high_hz - low_hz)
    chance = (ratio < LEAST_PEAK / math.sqrt(bins)) & good(reasons)
    judged = tuple((Reason.TOO_NOISY,) if noisy else why for noisy, why in zip(chance, reasons, strict=True))
    blank = np.where(good(judged), 0.0, np.nan)
    return Delay(
        delay_s=delay + offset_s + blank,
        delay_std_s=std + blank,
        coherent_ratio=ratio + blank,
        polarity=np.where(cosine < 0.0, -1.0, 1.0) + blank,
        band_hz=(low_hz, high_hz),
        channel_reasons=judged,
        reasons=whole(judged),
    )


def _found(window: npt.NDArray[Any], looked_at: Reference, reach: int) -> tuple[Float, Float, Float]:
    """Delay, height (0..1) and the cosine of the phase of some rows."""
    bins = len(looked_at.values)
    spectrum = band(window, looked_at.size, looked_at.first, bins)
    weight = np.abs(spectrum)
    np.divide(np.float32(1.0), weight, out=weight, where=weight > np.float32(1e-20))
    spectrum *= weight
    spectrum *= looked_at.values
    low_hz, high_hz = looked_at.band_hz
    wide = high_hz - low_hz > WIDE * (high_hz + low_hz) / 2.0
    search = _plain_peak if wide and bins > MOST_BINS else _envelope_peak
    delay, ratio, cosine = search(spectrum, looked_at, reach)
    if wide:
        delay = np.where(np.abs(cosine) > 0.7, _refined(spectrum, looked_at, delay, np.sign(cosine)), delay)
    return delay, ratio, cosine


def _envelope_peak(spectrum: npt.NDArray[np.complex64], looked_at: Reference, reach: int) -> tuple[Float, Float, Float]:
    """Delay, height (0..1) and the cosine of the phase at the envelope's top; only the band is transformed back."""
    bins, first = spectrum.shape[-1], looked_at.first
    points = scipy.fft.next_fast_len(FINER * bins)
    lags = scipy.fft.ifft(spectrum, points)
    per_lag_s = looked_at.size / looked_at.rate_hz / points
    reachable = min(points, math.floor(reach / looked_at.rate_hz / per_lag_s) + 1)
    strength = np.abs(lags[:, :reachable]) * (points / bins)
    peak, fraction, ratio = _peaks(strength.astype(np.float64))
    carrier = lags[np.arange(len(lags)), peak].astype(np.complex128)
    turn = np.angle(carrier) + 2.0 * np.pi * first * (peak / points)  # the bins started at `first`, not at zero
    return (peak + fraction) * per_lag_s, ratio, np.cos(turn)


def _plain_peak(spectrum: npt.NDArray[np.complex64], looked_at: Reference, reach: int) -> tuple[Float, Float, Float]:
    """The same from the correlation itself, sample by sample: for very many bins."""
    lags = back(spectrum, looked_at.first, looked_at.size)[:, : reach + 1]
    high, low = lags.argmax(axis=1), lags.argmin(axis=1)
    rows = np.arange(len(lags))
    up = lags[rows, high] >= -lags[rows, low]
    peak = np.where(up, high, low)
    ratio = np.abs(lags[rows, peak]).astype(np.float64) * (looked_at.size / (2.0 * spectrum.shape[-1]))
    return peak / looked_at.rate_hz, np.minimum(ratio, 1.0), np.where(up, 1.0, -1.0)


def _refined(spectrum: npt.NDArray[np.complex64], looked_at: Reference, delay: Float, sign: Float) -> Float:
    """The top of the correlation itself (not of its envelope) near ``delay``: sharper where the band is wide."""
    thin = max(1, spectrum.shape[-1] // MOST_REFINED)
    step_hz = looked_at.rate_hz / looked_at.size
    frequency = (looked_at.first + np.arange(0, spectrum.shape[-1], thin)) * step_hz
    offsets = np.linspace(-0.35, 0.35, 15) / frequency.mean()
    centred = spectrum[:, ::thin] * np.exp(2j * np.pi * frequency * delay[:, np.newaxis])
    turns = np.exp(2j * np.pi * frequency[:, np.newaxis] * offsets)
    peak, fraction, _ = _peaks((centred @ turns).real * sign[:, np.newaxis])
    refined: Float = delay + offsets[peak] + fraction * (offsets[1] - offsets[0])
    return refined


def _peaks(strength: Float) -> tuple[npt.NDArray[np.int64], Float, Float]:
    """Index, fraction and height of the largest point of each row (a parabola through three points)."""
    rows = np.arange(len(strength))
    peak = np.argmax(strength, axis=-1)
    inner = np.clip(peak, 1, max(1, strength.shape[-1] - 2))
    if strength.shape[-1] < 3:
        return peak, np.zeros(len(strength)), strength[rows, peak]
    left, mid, right = (strength[rows, inner + step] for step in (-1, 0, 1))
    bend = left - 2.0 * mid + right
    fraction = np.where(bend < 0.0, 0.5 * (left - right) / np.where(bend < 0.0, bend, 1.0), 0.0)
    fraction = np.where(peak == inner, np.clip(fraction, -0.5, 0.5), 0.0)
    return peak, fraction, np.minimum(strength[rows, peak], 1.0)


@lru_cache(maxsize=64)
def _sweep_reference(sweep: Sweep, start: int, count: int, size: int, stride: int = 1) -> Reference:
    rate = sweep.rate_hz / stride
    low, high = sweep.frequency_hz(np.array([start, start + count - 1]) / sweep.rate_hz)
    bins = max(low, 2.0 * rate / size), min(max(high, low + 8.0 * rate / size), 0.499 * rate)
    return reference(sweep.samples()[start : start + count : stride], rate, size=size, band_hz=bins)


def _window(sweep: Sweep, centre_hz: float, window_s: float) -> tuple[int, int]:
    """Start and length in samples of a window of the sweep around a frequency, moved to lie inside."""
    count = min(sweep.count, max(LEAST_SAMPLES, round(window_s * sweep.rate_hz)))
    middle = round(sweep.time_s(centre_hz) * sweep.rate_hz)
    return min(max(0, middle - count // 2), sweep.count - count), count


def _excited(magnitude: Float32, rate_hz: float, size: int) -> tuple[int, int]:
    """First and last bin of the longest stretch whose smoothed power lies within `MASK_DB` of the strongest."""
    wide = max(1, size // 2048)
    running = np.concatenate([np.zeros(wide), np.cumsum(magnitude.astype(np.float64) ** 2)])
    running = np.concatenate([running[(wide - 1) // 2 :], np.full((wide - 1) // 2, running[-1])])
    power = running[wide:] - running[:-wide]
    strong = np.flatnonzero(power > power.max() * 10.0 ** (-MASK_DB / 10.0))
    first, last = max(1, int(strong[0])), min(int(strong[-1]), size // 2 - 1)
    if last - first < 4:
        raise WrongValue(f"the stimulus excites less than {4 * rate_hz / size:.3g} Hz: no delay can be seen")
    return first, last


def _bins(band_hz: tuple[float, float], rate_hz: float, size: int) -> tuple[int, int]:
    low, high = (checked_number(edge, name="band_hz", above=0.0, below=rate_hz / 2.0) for edge in band_hz)
    first, last = max(1, math.ceil(low * size / rate_hz)), min(math.floor(high * size / rate_hz), size // 2)
    if last - first < 4:
        raise WrongValue(f"the band {band_hz} Hz holds fewer than five bins of {rate_hz / size:.3g} Hz")
    return first, last


def _nothing(reasons: tuple[Reasons, ...]) -> Delay:
    blank = nan_like(len(reasons))
    return Delay(
        delay_s=blank,
        delay_std_s=blank,
        coherent_ratio=blank,
        polarity=blank,
        band_hz=(math.nan, math.nan),
        channel_reasons=reasons,
        reasons=whole(reasons),
    )
