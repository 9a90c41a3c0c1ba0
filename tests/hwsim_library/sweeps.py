"""A sweep on the phone's speaker and what its microphone makes of it, measured with nothing but a Fourier transform."""

from __future__ import annotations

from typing import Any

import numpy as np

RATE_HZ = 48_000
LOW_HZ, HIGH_HZ, DURATION_S = 300.0, 6000.0, 2.0
ASKED = {"play": "sweep", "low_hz": LOW_HZ, "high_hz": HIGH_HZ, "duration_s": DURATION_S, "level": 0.9, "channels": 1}
_FRAME = 4096

Sound = np.ndarray[tuple[int], np.dtype[np.float64]]


def overtones_ratio(recorded: Sound) -> float:
    """Return the power above 2.5 times the sweep's own frequency, against the power around that frequency.

    At t seconds an exponential sweep is at low * (high / low) ** (t / duration); where it begins in the recording is
    where the power around its frequencies is greatest.
    """
    begins = range(0, max(len(recorded) - round(DURATION_S * RATE_HZ), 1), 480)
    return min((_split(recorded, begin) for begin in begins), key=lambda pair: -pair[0])[1]


def _split(recorded: Sound, begin: int) -> tuple[float, float]:
    own = above = 0.0
    hz = np.fft.rfftfreq(_FRAME, 1 / RATE_HZ)
    window: Any = np.hanning(_FRAME)
    for time_s in np.arange(0.3, DURATION_S - 0.3, 0.1):
        first = begin + round(time_s * RATE_HZ) - _FRAME // 2
        piece = recorded[first : first + _FRAME]
        if len(piece) < _FRAME:
            return 0.0, 0.0
        now_hz = LOW_HZ * (HIGH_HZ / LOW_HZ) ** (time_s / DURATION_S)
        power = np.abs(np.fft.rfft(piece * window)) ** 2
        own += float(power[(hz > now_hz * 0.85) & (hz < now_hz * 1.15)].sum())
        above += float(power[hz > now_hz * 2.5].sum())
    return own, above / own
