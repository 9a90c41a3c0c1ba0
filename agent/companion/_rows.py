"""What a capture brings, whatever measured it: rows of sensors, frames of sound."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

WaitUntil: TypeAlias = Callable[[float], None]
"""Waits until so many seconds of the phone's time have passed since the capture began."""
Meanwhile: TypeAlias = Callable[[WaitUntil], None]
"""What is done while a capture runs."""


class SensorRows(NamedTuple):
    """Samples of one sensor: BOOTTIME in ns, values (samples, axes), and whether nothing was lost on the way."""

    t_ns: NDArray[np.int64]
    values: NDArray[np.float64]
    is_whole: bool


class SoundRows(NamedTuple):
    """Frames (channels, samples) of a recording with what the phone said of it."""

    frames: NDArray[np.int16]
    rate_hz: int
    plays_from_frame: float | None
    is_whole: bool
    is_silenced: bool


def nothing(_wait_until: WaitUntil) -> None:
    """Do nothing meanwhile."""
