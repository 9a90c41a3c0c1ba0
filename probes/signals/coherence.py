"""Whether a measurement can be believed: do repeats agree, does the output follow from the input?

A coherence below 0.9 between 300 Hz and 8 kHz means noise, an echo canceller or a limiter: the measurement is invalid,
not the part bad.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import scipy.signal

from probes.signals._channels import TINY, Complex, Reasons, good, heard, mono, whole
from probes.signals._validity import (
    Float,
    Judged,
    Reason,
    Samples,
    WrongShape,
    WrongType,
    WrongValue,
    as_reals,
    checked_number,
    checked_rate,
    nan_like,
    same_length,
)

LIMIT = 0.9
BAND_HZ = (300.0, 8000.0)
OCTAVES = 1.0 / 3.0
LEAST_SEGMENTS = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Repeatability(Judged):
    """How well repeats of a response agree.

    Attributes:
        frequency_hz: (F,).
        coherence: (C, F) 0..1, over a third of an octave around each frequency.
        level_std_db: (C, F) standard deviation of the level over the repeats.
        worst: (C,) the lowest coherence in the band that counts, with its frequency ``worst_hz``.
        worst_hz: see ``worst``.
        repeatable: for each channel; `NOT_REPEATABLE` is a remark when any is not.
    """

    frequency_hz: Float
    coherence: Float
    level_std_db: Float
    worst: Float
    worst_hz: Float
    repeatable: tuple[bool, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Coherence(Judged):
    """Magnitude-squared coherence of each channel with an input: (F,) frequencies, (C, F) values and deviations."""

    frequency_hz: Float
    coherence: Float
    coherence_std: Float
    segments: int
    channel_reasons: tuple[Reasons, ...] = ()


def repeatability(
    frequency_hz: Float, responses: npt.ArrayLike, *, band_hz: tuple[float, float] = BAND_HZ, limit: float = LIMIT
) -> Repeatability:
    """Compare repeats of complex responses, as `tracker.track` or `ImpulseResponse.frequency_response` give them.

    Args:
        frequency_hz: (F,) rising.
        responses: (R, C, F) or (R, F) complex, R >= 2 repeats; NaN where a repeat says nothing.
        band_hz: where the limit holds.
        limit: the least coherence.

    The coherence is that of Welch with repeats and neighbouring frequencies as segments; a delay that differs between
    repeats is taken out first, a level that differs counts.
    """
    if np.asarray(responses).dtype.kind not in "fiuc":
        raise WrongType(f"responses must be numbers, not {np.asarray(responses).dtype}")
    gains = np.asarray(responses, dtype=np.complex128)
    gains = gains[:, np.newaxis] if gains.ndim == 2 else gains
    frequency = as_reals(frequency_hz, name="frequency_hz")
    if gains.ndim != 3 or frequency.ndim != 1 or gains.shape[1] == 0:
        raise WrongShape(f"responses must be (repeats, channels, frequencies), not {gains.shape}")
    same_length(frequency_hz=frequency, responses=gains)
    low, high = (checked_number(edge, name="band_hz", above=0.0) for edge in band_hz)
    if high <= low:
        raise WrongValue(f"the band {band_hz} Hz is empty")
    channels, bins = gains.shape[1], len(frequency)
    asked = (frequency >= low) & (frequency <= high)
    coherence, level = nan_like(channels, bins), nan_like(channels, bins)
    worst, worst_hz = nan_like(channels), nan_like(channels)
    reasons: Reasons = (Reason.TOO_SHORT,) if len(gains) < 2 else () if asked.any() else (Reason.BAND_NOT_EXCITED,)
    for channel in range(channels if not reasons else 0):
        some = gains[:, channel]
        if not np.isfinite(some[:, asked]).any():
            continue
        known = np.isfinite(some).all(axis=0)
        coherence[channel, known] = _agreement(frequency[known], some[:, known])
        level[channel, known] = np.std(20.0 * np.log10(np.abs(some[:, known]) + TINY), axis=0, ddof=1)
        inside = np.where(
            asked, np.nan_to_num(coherence[channel]), np.inf
        )  # what is missing in the band does not agree
        at = int(inside.argmin())
        worst[channel], worst_hz[channel] = inside[at], frequency[at]
    fine = np.nan_to_num(worst) >= limit
    return Repeatability(
        frequency_hz=frequency,
        coherence=coherence,
        level_std_db=level,
        worst=worst,
        worst_hz=worst_hz,
        repeatable=tuple(fine.tolist()),
        reasons=reasons or (() if np.isfinite(worst).any() else (Reason.TOO_NOISY,)),
        remarks=() if fine.all() else (Reason.NOT_REPEATABLE,),
    )


def coherence(recording: Samples, stimulus: Samples, rate_hz: float, *, segment: int = 4096) -> Coherence:
    """Coherence of each channel with a steady stimulus (noise, multitone), Welch, Hann, half overlap.

    Its bias for unrelated signals is 1 / segments; the deviation is that of G. Carter (1987). Fewer than eight segments
    are `TOO_SHORT`. Delays must be short against the segment: align first.
    """
    rate, wanted = checked_rate(rate_hz), mono(stimulus)
    sound, reasons = heard(recording, at_least=64)
    if int(segment) != segment or segment < 16:
        raise WrongValue(f"a segment must have at least 16 samples, not {segment!r}")
    count = min(sound.shape[-1], len(wanted))
    segments = max(0, (count - segment) // (segment - segment // 2) + 1)
    judged = tuple(why or ((Reason.TOO_SHORT,) if segments < LEAST_SEGMENTS else ()) for why in reasons)
    frequency: Float = np.fft.rfftfreq(segment, 1.0 / rate).astype(np.float64)
    values = nan_like(len(sound), len(frequency))
    for channel in np.flatnonzero(good(judged)):
        pair = scipy.signal.coherence(
            sound[channel, :count], wanted[:count], rate, nperseg=segment, noverlap=segment // 2
        )
        values[channel] = pair[1]
    spread = np.sqrt(2.0 * values / max(1.0, segments * 9.0 / 11.0)) * (1.0 - values)
    return Coherence(
        frequency_hz=frequency,
        coherence=values,
        coherence_std=spread,
        segments=segments,
        channel_reasons=judged,
        reasons=whole(judged),
    )


def _agreement(frequency: Float, gains: Complex) -> Float:
    """(F,) coherence of (R, F) repeats over a third of an octave, each repeat's own delay taken out."""
    aligned = np.array([one * _undelayed(frequency, one, gains[0]) for one in gains])
    mean = aligned.mean(axis=0)
    octave = np.log2(frequency)
    first = np.searchsorted(octave, octave - OCTAVES / 2.0 - 1e-9)
    last = np.searchsorted(octave, octave + OCTAVES / 2.0 + 1e-9, side="right")
    repeats = len(gains)
    together = _sums(np.abs(mean) ** 2, first, last)
    apart = _sums((np.abs(aligned) ** 2).mean(axis=0), first, last)
    biased = together / (apart + TINY)  # noise alone would leave 1 / repeats
    return np.clip((repeats * biased - 1.0) / (repeats - 1.0), 0.0, 1.0)


def _undelayed(frequency: Float, gain: Complex, other: Complex) -> Complex:
    """The turn that takes the common delay of ``gain`` re ``other`` away (least squares on the phase steps)."""
    cross = gain * other.conj()
    step = np.diff(frequency)
    if len(frequency) < 3 or not step.all():
        return np.ones(len(frequency), dtype=np.complex128)
    turn = cross[1:] * cross[:-1].conj()
    weight = np.abs(turn) * step**2
    delay = float((np.angle(turn) / step * weight).sum() / (weight.sum() + TINY)) / (2.0 * math.pi)
    back: Complex = np.exp(-2j * np.pi * frequency * delay)
    return back


def _sums(values: Float, first: npt.NDArray[np.intp], last: npt.NDArray[np.intp]) -> Float:
    total = np.concatenate([[0.0], np.cumsum(values)])
    sums: Float = total[last] - total[first]
    return sums
