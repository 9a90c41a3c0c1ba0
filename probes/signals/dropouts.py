"""Glitches: stretches that stand still, buffers that come twice, clicks, and samples that are missing from a sweep.

Method: a click stands out from the median of the differences around it; lost samples are steps of a sweep's delay.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
import numpy.typing as npt

from probes.signals._channels import Reasons, good, heard, whole
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
from probes.signals.delay import find_sweep, profile
from probes.signals.sweep import Sweep

STILL_S = 1e-3
WORD = 8
"""Samples that are compared at once when buffers that come twice are sought."""
LEAST_REPEAT = 48
CLICK_TIMES = 12.0
"""A third difference this many times the median around it is a click; 8 standard deviations of Gaussian noise."""
CLICK_BLOCK_S = 0.02
LSB = 1.0 / 32768.0
MOST_EVENTS = 10_000


class Glitch(StrEnum):
    """What kind of disturbance it is."""

    STILL = "still"
    REPEATED = "repeated"
    CLICK = "click"


@dataclass(frozen=True, slots=True)
class Event:
    """One disturbance: where it starts and how long it is."""

    kind: Glitch
    channel: int
    start_s: float
    length_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Dropouts(Judged):
    """The disturbances of a recording.

    Attributes:
        events: in order of time.
        count: (C,) how many in each channel, NaN for invalid channels.
        per_minute: (C,) their rate.
        per_minute_std: (C,) its standard deviation (a Poisson count's root, at least one event).
    """

    events: tuple[Event, ...]
    count: Float
    per_minute: Float
    per_minute_std: Float
    channel_reasons: tuple[Reasons, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Slips(Judged):
    """Steps in the delay of a sweep, all channels together.

    Attributes:
        after_s: (N,) in the sweep's time, the step lies within half a window of it.
        lost_samples: (N,) how many samples are missing (negative: too many).
        std_samples: the scatter of the delay where it does not step.
    """

    after_s: Float
    lost_samples: Float
    std_samples: float


def dropouts(
    recording: Samples, rate_hz: float, *, still_s: float = STILL_S, click_times: float = CLICK_TIMES
) -> Dropouts:
    """Find disturbances in (channels, samples) or (samples,) without knowing what was played.

    Args:
        recording: any sound; int16 is full scale 1.0.
        rate_hz: sampling rate.
        still_s: equal samples for this long are a disturbance (not at the ends, where a recording may be silent).
        click_times: how far a click stands out of the third difference around it.

    Returns:
        `Dropouts`; a sound that repeats itself exactly all along is remarked as `AMBIGUOUS`: no buffer is said to come
        twice there.
    """
    rate = checked_rate(rate_hz)
    shortest = max(4, round(checked_number(still_s, name="still_s", above=0.0) * rate))
    times = checked_number(click_times, name="click_times", above=2.0)
    sound, reasons = heard(recording, at_least=64)
    events: list[Event] = []
    count, periodic = nan_like(len(sound)), False
    for channel in np.flatnonzero(good(reasons)):
        row = sound[channel]
        still = _still(row, shortest)
        twice = _repeated(row)
        periodic |= twice is None
        clicks = _clicks(row, rate, times)
        quiet = still + (twice or [])
        clicks = [(start, size) for start, size in clicks if not _touches(start, quiet)]
        found = [(Glitch.STILL, still), (Glitch.REPEATED, twice or []), (Glitch.CLICK, clicks)]
        mine = [Event(kind, int(channel), start / rate, size / rate) for kind, some in found for start, size in some]
        count[channel] = len(mine)
        events += mine[:MOST_EVENTS]
    minutes = sound.shape[-1] / rate / 60.0
    return Dropouts(
        events=tuple(sorted(events, key=lambda event: (event.start_s, event.channel))),
        count=count,
        per_minute=count / minutes if minutes else count,
        per_minute_std=np.sqrt(np.maximum(count, 1.0)) / minutes if minutes else count,
        channel_reasons=reasons,
        reasons=whole(reasons),
        remarks=(Reason.AMBIGUOUS,) if periodic else (),
    )


def slips(recording: Samples, sweep: Sweep, *, reach_s: float = 0.05, low_hz: float = 200.0) -> Slips:
    """Find samples that are missing from (or too many in) a recording of a sweep, by steps of its delay.

    A step counts when most channels make it and it exceeds half a period of the sweep there and four times the scatter:
    a device's own delay changes by less.
    """
    found = find_sweep(recording, sweep)
    if not found.valid:
        return Slips(after_s=np.zeros(0), lost_samples=np.zeros(0), std_samples=math.nan, reasons=found.reasons)
    low = max(checked_number(low_hz, name="low_hz", above=0.0), sweep.start_hz * 1.2)
    octaves = math.log2(sweep.stop_hz / low)
    if octaves < 1.0:
        raise WrongValue("the sweep must pass at least an octave above low_hz")
    at_hz = low * 2.0 ** np.arange(0.25, octaves - 0.2, 0.5)
    delay, when = profile(recording, sweep, found.delay_s, at_hz=at_hz, window_s=0.5 * sweep.octave_s, reach_s=reach_s)
    known = np.isfinite(delay).any(axis=0)
    if known.sum() < 3:
        return Slips(after_s=np.zeros(0), lost_samples=np.zeros(0), std_samples=math.nan, reasons=(Reason.TOO_NOISY,))
    path = np.nanmedian((delay - found.delay_s[:, np.newaxis])[:, known], axis=0)
    steps = np.diff(path)
    scatter = 1.4826 * float(np.median(np.abs(steps - np.median(steps))))
    large = np.abs(steps) > np.maximum(0.5 / at_hz[known][:-1], 4.0 * scatter + 1.0 / sweep.rate_hz)
    places = np.flatnonzero(large)
    groups = [group for group in np.split(places, np.flatnonzero(np.diff(places) > 1) + 1) if len(group)]
    middle = (when[known][:-1] + when[known][1:]) / 2.0  # a window over the step itself finds something between
    return Slips(
        after_s=np.array([middle[group].mean() for group in groups]),
        lost_samples=np.array([-steps[group].sum() * sweep.rate_hz for group in groups]),
        std_samples=scatter * sweep.rate_hz,
    )


def _still(row: Float32, shortest: int) -> list[tuple[int, int]]:
    """(start, length) of runs of equal samples between sounding ones."""
    same = np.flatnonzero(row[1:] != row[:-1])
    length = np.diff(same)
    return [(int(same[run]) + 1, int(length[run])) for run in np.flatnonzero(length >= shortest)]


def _repeated(row: Float32) -> list[tuple[int, int]] | None:
    """(start, length) of stretches that equal an earlier one exactly; None when the whole sound is periodic."""
    bits = row.view(np.uint32).astype(np.uint64)
    moving = np.concatenate([[False], row[1:] != row[:-1]])
    words = np.zeros(len(row) - WORD + 1, dtype=np.uint64)
    for place in range(WORD):  # a polynomial hash of WORD neighbours, modulo 2**64
        words = words * np.uint64(0x9E3779B97F4A7C15) + bits[place : len(bits) - WORD + 1 + place]
    order = np.argsort(words, kind="stable")
    alike = np.flatnonzero(words[order[1:]] == words[order[:-1]])
    first, second = order[alike], order[alike + 1]
    lag = np.zeros(len(words), dtype=np.int64)
    lag[second] = second - first
    lag[~moving[: len(words)]] = 0
    edges = np.flatnonzero(np.diff(lag)) + 1
    starts, ends = np.concatenate([[0], edges]), np.concatenate([edges, [len(lag)]])
    runs = [
        (int(start), int(end - start) + WORD - 1)
        for start, end in zip(starts, ends, strict=True)
        if lag[start] and end - start + WORD - 1 >= LEAST_REPEAT
    ]
    return None if sum(size for _, size in runs) > 0.2 * len(row) else runs


def _clicks(row: Float32, rate_hz: float, times: float) -> list[tuple[int, int]]:
    """(start, length) of outliers of the third difference, those within a millisecond taken together."""
    rough = np.abs(np.diff(row.astype(np.float64), 3))
    size = max(32, round(CLICK_BLOCK_S * rate_hz))
    blocks = max(1, len(rough) // size)
    cut = rough[: blocks * size].reshape(blocks, -1) if len(rough) >= size else rough[np.newaxis]
    middle = np.median(cut, axis=1)
    if blocks >= 3:  # a click block's neighbours say what is usual, too
        middle = np.maximum(middle, np.minimum(np.roll(middle, 1), np.roll(middle, -1)))
    usual: Float = np.repeat(np.maximum(middle, LSB), cut.shape[1])
    usual = np.pad(usual, (0, len(rough) - len(usual)), mode="edge")
    return _grouped(np.flatnonzero(rough > times * usual) + 1, max(3, round(1e-3 * rate_hz)))


def _grouped(places: npt.NDArray[np.int64], gap: int) -> list[tuple[int, int]]:
    groups = np.split(places, np.flatnonzero(np.diff(places) > gap) + 1)
    return [(int(group[0]), int(group[-1] - group[0]) + 1) for group in groups if len(group)]


def _touches(start: int, stretches: list[tuple[int, int]]) -> bool:
    return any(first - 8 <= start <= first + size + 8 for first, size in stretches)
