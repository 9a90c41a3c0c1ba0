"""A second way for the sound: the regular notches that an echo or a half-blocked mesh cuts into a response.

The power cepstrum (the spectrum of the log spectrum; B. Bogert et al., 1963) of ``1 + a exp(-i w t)`` has a peak of
``a`` at ``t``: its place tells the echo's way, its height the depth of the notches.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import scipy.fft
import scipy.ndimage

from probes.signals._channels import TINY, Complex, Reasons, good, whole
from probes.signals._validity import Float, Judged, Reason, WrongValue, checked_number, nan_like
from probes.signals.response import ImpulseResponse

TIMES_FLOOR = 5.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Comb(Judged):
    """The strongest echo in each channel (C,).

    Attributes:
        found: whether a peak of the cepstrum stands out (five times its robust scatter).
        echo_s: how much later than the direct sound the echo comes.
        echo_std_s: its resolution, one over the bandwidth over root twelve.
        echo_ratio: the echo's amplitude over the direct sound's, with the scatter as ``echo_ratio_std``.
        echo_ratio_std: see ``echo_ratio``.
        first_notch_hz: the lowest notch of an echo of the same sign, 1 / (2 ``echo_s``).
    """

    found: tuple[bool, ...]
    echo_s: Float
    echo_std_s: Float
    echo_ratio: Float
    echo_ratio_std: Float
    first_notch_hz: Float
    channel_reasons: tuple[Reasons, ...] = ()


def comb(
    response: ImpulseResponse,
    *,
    low_hz: float = 500.0,
    high_hz: float = 16000.0,
    shortest_s: float = 1e-4,
    longest_s: float = 3e-3,
) -> Comb:
    """Look for one echo between ``shortest_s`` and ``longest_s`` in the band."""
    low = max(checked_number(low_hz, name="low_hz", above=0.0), response.band_hz[0])
    high = min(checked_number(high_hz, name="high_hz", above=low), response.band_hz[1])
    if not 0.0 < checked_number(shortest_s, name="shortest_s") < checked_number(longest_s, name="longest_s"):
        raise WrongValue(f"there is nothing between {shortest_s} s and {longest_s} s")
    channels = len(response.samples)
    rows = nan_like(channels, 3)
    if (high - low) * shortest_s < 1.0:
        shortest_s = 1.0 / max(high - low, 1e-9)
    narrow = shortest_s >= longest_s
    judged = [why or ((Reason.BAND_NOT_EXCITED,) if narrow else ()) for why in response.channel_reasons]
    frequency, gain = response.frequency_response(length_s=4.0 * longest_s + 0.01, lead_s=0.001)
    inside = (frequency >= low) & (frequency <= high)
    if inside.sum() < 16:
        judged = [why or (Reason.BAND_NOT_EXCITED,) for why in judged]
    for channel in np.flatnonzero(good(tuple(judged))):
        rows[channel] = _echo(frequency[inside], gain[channel, inside], shortest_s, longest_s)
    echo, ratio, scatter = rows.T
    stands = np.nan_to_num(ratio) > TIMES_FLOOR * np.nan_to_num(scatter, nan=np.inf)
    return Comb(
        found=tuple(stands.tolist()),
        echo_s=np.where(stands, echo, np.nan),
        echo_std_s=np.where(stands, 1.0 / (max(high - low, 1e-9) * math.sqrt(12.0)), np.nan),
        echo_ratio=ratio,
        echo_ratio_std=scatter,
        first_notch_hz=np.where(stands, 0.5 / echo, np.nan),
        channel_reasons=tuple(judged),
        reasons=whole(tuple(judged)),
    )


def _echo(frequency: Float, gain: Complex, shortest_s: float, longest_s: float) -> tuple[float, float, float]:
    """Time and height of the cepstrum's highest peak, and the scatter of the rest."""
    step = frequency[1] - frequency[0]
    log = np.log(np.abs(gain) + TINY)
    wide = 2 * round(1.0 / (shortest_s * step)) + 1
    log -= scipy.ndimage.gaussian_filter1d(log, wide / 2.0, mode="nearest")  # the device's own, slow response
    window = np.hanning(len(log) + 2)[1:-1]
    size = scipy.fft.next_fast_len(8 * len(log), real=True)
    cepstrum = 2.0 * np.abs(scipy.fft.rfft(log * window, size)) / window.sum()
    time_s = np.arange(len(cepstrum)) / (size * step)
    asked = (time_s >= shortest_s) & (time_s <= longest_s)
    if not asked.any():
        return math.nan, math.nan, math.nan
    part, times = cepstrum[asked], time_s[asked]
    top = int(part.argmax())
    rest = np.abs(times - times[top]) > 3.0 / (len(log) * step)
    scatter = float(np.median(part[rest])) if rest.any() else math.nan
    return float(times[top]), float(part[top]), scatter
