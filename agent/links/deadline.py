"""Time that is given from outside, and one absolute end per call."""

from __future__ import annotations

import math
import time
from dataclasses import dataclass
from typing import Protocol

from probes import LinkTimeout


class Clock(Protocol):
    """Where time comes from; tests give one that stands still."""

    def monotonic_s(self) -> float:
        """Seconds that never go back."""
        ...

    def monotonic_ns(self) -> int:
        """Nanoseconds of the same clock."""
        ...


class RealClock:
    """The clock of this machine."""

    def monotonic_s(self) -> float:
        """Seconds that never go back."""
        return time.monotonic()

    def monotonic_ns(self) -> int:
        """Nanoseconds of the same clock."""
        return time.monotonic_ns()


@dataclass(frozen=True, slots=True)
class Deadline:
    """One point in time by which a whole call has to end, however many reads it takes."""

    clock: Clock
    end_s: float

    @classmethod
    def after(cls, clock: Clock, deadline_s: float) -> Deadline:
        """End ``deadline_s`` seconds from now.

        Raises:
            ValueError: ``deadline_s`` is not a positive, finite number.
        """
        if not (math.isfinite(deadline_s) and deadline_s > 0):
            raise ValueError(f"a deadline is a positive number of seconds, not {deadline_s!r}")
        return cls(clock, clock.monotonic_s() + deadline_s)

    @classmethod
    def never(cls, clock: Clock) -> Deadline:
        """Return no end: for watching until somebody closes the watch."""
        return cls(clock, math.inf)

    def remaining_s(self) -> float:
        """Seconds that are left; zero or less when it is over."""
        return self.end_s - self.clock.monotonic_s()

    def socket_timeout_s(self) -> float | None:
        """What the next blocking socket call may take; None means no limit.

        Raises:
            LinkTimeout: nothing is left.
        """
        left = self.remaining_s()
        if left <= 0:
            raise LinkTimeout("no end of the answer before the deadline")
        return None if math.isinf(left) else left
