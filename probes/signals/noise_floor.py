"""What a microphone hears of a silent box: broadband, A-weighted, third octaves, and lines of hum or whistle."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import scipy.ndimage

from probes.signals._channels import TINY, Reasons, good
from probes.signals._validity import Float, Judged, Samples, checked_number, checked_rate, nan_like
from probes.signals.spectrum import Spectrum, welch

SEGMENT_S = 0.2
LOW_HZ = 20.0
LINE_DB = 10.0
"""A bin this far above the median of its third of an octave is a line."""
MOST_LINES = 16


@dataclass(frozen=True, slots=True)
class Line:
    """One narrow line in one channel: frequency, level, and how far it stands above the floor around it."""

    channel: int
    frequency_hz: float
    level_dbfs: float
    prominence_db: float


@dataclass(frozen=True, slots=True, kw_only=True)
class NoiseFloor(Judged):
    """The noise of each channel (C,); levels in dB re full scale (rms over 1.0).

    Attributes:
        rms_dbfs: from 20 Hz to half the rate.
        a_weighted_dbfs: the same, A-weighted.
        std_db: standard deviation of ``rms_dbfs`` for stationary noise.
        band_hz: (N,) mid-bands of the third octaves, 25 Hz to 20 kHz as far as the rate goes.
        band_dbfs: (C, N) their levels.
        band_std_db: (N,) the standard deviation of each for stationary noise.
        lines: narrow lines, the most prominent first, at most sixteen a channel.
    """

    rms_dbfs: Float
    a_weighted_dbfs: Float
    std_db: float
    band_hz: Float
    band_dbfs: Float
    band_std_db: Float
    lines: tuple[Line, ...]
    channel_reasons: tuple[Reasons, ...] = ()


def noise_floor(recording: Samples, rate_hz: float, *, line_db: float = LINE_DB) -> NoiseFloor:
    """Measure the noise in a recording of silence, (channels, samples) or (samples,).

    A microphone that gives exactly zeros is `ALL_ZERO`: not silent but dead, or muted.
    """
    rate = checked_rate(rate_hz)
    prominent = checked_number(line_db, name="line_db", above=3.0)
    segment = max(64, 1 << round(math.log2(SEGMENT_S * rate)))
    found = welch(recording, rate, segment=segment, detrend=True)
    step = rate / 2.0 / max(1, len(found.frequency_hz) - 1)
    low = min(LOW_HZ, rate / 8.0)
    heard = found.frequency_hz >= max(low, 1.5 * step)
    total = found.density[:, heard].sum(axis=1) * step
    weighted = Spectrum(
        frequency_hz=found.frequency_hz,
        density=np.where(heard, found.density, 0.0 * found.density),
        std_ratio=found.std_ratio,
        segments=found.segments,
        rate_hz=rate,
    ).a_weighted()
    middle, power = found.third_octaves()
    wide = middle > 4.3 * step  # a band narrower than a bin says nothing
    bins = np.maximum(1.0, middle[wide] * (10.0**0.05 - 10.0**-0.05) / step)
    to_db = 10.0 / math.log(10.0) * found.std_ratio
    lines = [
        line
        for channel in np.flatnonzero(good(found.channel_reasons)).tolist()
        for line in _lines(found, channel, prominent)
    ]
    return NoiseFloor(
        rms_dbfs=_db(total),
        a_weighted_dbfs=_db(weighted),
        std_db=to_db / math.sqrt(max(1.0, heard.sum() / 1.5)) if found.valid else math.nan,
        band_hz=middle[wide],
        band_dbfs=_db(power[:, wide]),
        band_std_db=to_db / np.sqrt(np.maximum(1.0, bins / 1.5)) if found.valid else nan_like(len(bins)),
        lines=tuple(sorted(lines, key=lambda line: -line.prominence_db)),
        channel_reasons=found.channel_reasons,
        reasons=found.reasons,
    )


def _lines(found: Spectrum, channel: int, prominent_db: float) -> list[Line]:
    """Bins that stand above the median of the bins around them; a Hann window spreads a line over three."""
    density = found.density[channel]
    around = min(len(density) // 2 * 2 + 1, 41)
    floor = scipy.ndimage.median_filter(density, size=around, mode="reflect") + TINY
    above = 10.0 * np.log10(density / floor + TINY)
    top = (above > prominent_db) & (density == scipy.ndimage.maximum_filter1d(density, 5))
    top[:3] = False
    step = found.frequency_hz[1]
    lines = []
    for place in sorted(np.flatnonzero(top), key=lambda index: -above[index])[:MOST_LINES]:
        near = slice(max(0, place - 2), place + 3)
        weight = density[near]
        power = float(weight.sum() * step)
        centre = float((found.frequency_hz[near] * weight).sum() / weight.sum())
        lines.append(Line(int(channel), centre, 10.0 * math.log10(power + TINY), float(above[place])))
    return lines


def _db(power: Float) -> Float:
    level: Float = 10.0 * np.log10(power + TINY)
    return level
