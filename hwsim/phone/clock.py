"""Time inside a phone: a wall clock and a time since boot, both driven by an injected monotonic clock."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable


class Clock:
    """The phone's two clocks.

    ``monotonic_s`` is the host's clock (injected); ``speed`` simulated seconds pass in one of its seconds.
    ``advance`` jumps ahead, ``restart`` begins a new boot, ``wrong_by_s`` is how far the wall clock is from the truth.
    """

    def __init__(
        self,
        *,
        monotonic_s: Callable[[], float],
        epoch_s: float,
        uptime_s: float,
        speed: float = 1.0,
        utc_offset_h: int = 0,
    ) -> None:
        self._monotonic_s = monotonic_s
        self._origin_s = monotonic_s()
        self._speed = speed
        self._epoch_s = epoch_s
        self._boot_s = -uptime_s
        self._jumped_s = 0.0
        self.wrong_by_s = 0.0
        self.zone = timezone(timedelta(hours=utc_offset_h))

    @property
    def elapsed_s(self) -> float:
        """Simulated seconds since the phone was put on the bench."""
        return (self._monotonic_s() - self._origin_s) * self._speed + self._jumped_s

    @property
    def uptime_s(self) -> float:
        """Simulated seconds since the last boot."""
        return self.elapsed_s - self._boot_s

    @property
    def now(self) -> datetime:
        """The wall clock, in the phone's own time zone."""
        return self.at(self.uptime_s)

    def at(self, uptime_s: float) -> datetime:
        """Return the wall clock at a time since boot (negative: before it)."""
        return datetime.fromtimestamp(self._epoch_s + self._boot_s + uptime_s + self.wrong_by_s, self.zone)

    def set_wrong(self, boot_at_s: float | None) -> None:
        """Let the wall clock have stood at ``boot_at_s`` (since 1970) at the start of this boot; None sets it right."""
        self.wrong_by_s = 0.0 if boot_at_s is None else boot_at_s - self._epoch_s - self._boot_s

    def advance(self, seconds: float) -> None:
        """Let simulated time pass at once."""
        self._jumped_s += seconds

    def restart(self, *, boot_takes_s: float) -> None:
        """Begin a new boot that has already run for ``boot_takes_s``."""
        self._jumped_s += boot_takes_s
        self._boot_s = self.elapsed_s - boot_takes_s
