"""Time for the emulated modem: what is due when, by a clock that a test may move by hand."""

from __future__ import annotations

import heapq
import itertools
from collections.abc import Callable

Action = Callable[[], None]


class Timer:
    """One thing that will happen, unless it is cancelled before."""

    __slots__ = ("action", "cancelled", "over")

    def __init__(self, action: Action) -> None:
        self.action = action
        self.cancelled = False
        self.over = False

    def cancel(self) -> None:
        """Let it not happen."""
        self.cancelled = True


class Timeline:
    """Actions in the order in which they fall due; a front runs them when their time has come."""

    def __init__(self, now_s: Callable[[], float]) -> None:
        self.now_s = now_s
        self.on_change: Action = _nothing
        self._queue: list[tuple[float, int, Timer]] = []
        self._order = itertools.count()

    def after(self, delay_s: float, action: Action) -> Timer:
        """Let an action happen after a delay; equal times keep their order."""
        timer = Timer(action)
        heapq.heappush(self._queue, (self.now_s() + max(0.0, delay_s), next(self._order), timer))
        self.on_change()
        return timer

    @property
    def next_due_s(self) -> float | None:
        """The clock's reading when the next action falls due, or None."""
        while self._queue and self._queue[0][2].cancelled:
            heapq.heappop(self._queue)
        return self._queue[0][0] if self._queue else None

    def run_due(self) -> None:
        """Run all that is due by now, also what becomes due meanwhile."""
        while (due_s := self.next_due_s) is not None and due_s <= self.now_s():
            timer = heapq.heappop(self._queue)[2]
            timer.over = True
            timer.action()


class HandClock:
    """A clock that stands still until it is moved."""

    def __init__(self, start_s: float = 0.0) -> None:
        self.seconds = start_s

    def __call__(self) -> float:
        """Return the reading."""
        return self.seconds


class HandTimeline(Timeline):
    """A timeline whose time passes only when told: for in-process use and for tests without sleeps."""

    def __init__(self) -> None:
        self._clock = HandClock()
        super().__init__(self._clock)

    def advance(self, seconds: float) -> None:
        """Let time pass; each action sees the moment at which it was due."""
        end_s = self._clock.seconds + seconds
        while (due_s := self.next_due_s) is not None and due_s <= end_s:
            self._clock.seconds = max(self._clock.seconds, due_s)
            self.run_due()
        self._clock.seconds = end_s


def _nothing() -> None:
    pass
