"""The phone's own clock through the stock shell: probes wait for it, and never for the clock of the bench."""

from __future__ import annotations

import threading
from time import monotonic
from typing import TYPE_CHECKING, Final

from probes import LinkTimeout, decode
from probes.formats import parse_uptime

if TYPE_CHECKING:
    from collections.abc import Callable

    from agent.links import AdbLink

_DEADLINE_S: Final = 10.0
_CAP_BYTES: Final = 4096
_LOOK_EVERY_S: Final = 0.5
_FIRST_LOOK_S: Final = 0.02
_FASTEST: Final = 1000.0
_SLOWEST: Final = 2.0
_PATIENCE_S: Final = 15.0


class DeviceTime:
    """Asks a phone for the seconds since its boot."""

    def __init__(self, link: AdbLink) -> None:
        self._link = link
        # seconds of the phone in one of ours: 1 but for an emulated phone whose time is let run faster
        self._pace: float | None = None

    def now_s(self) -> float:
        """Seconds since the phone's boot, sleep included.

        Raises:
            NotUnderstood: the phone says something else.
            LinkError: the way to the phone broke.
        """
        answer = self._link.shell(("cat", "/proc/uptime"), deadline_s=_DEADLINE_S, cap_bytes=_CAP_BYTES)
        return parse_uptime(decode(answer.stdout)).uptime_s

    def wait(self, duration_s: float, *, meanwhile: Callable[[], None] = lambda: None) -> None:
        """Wait until so much of the phone's time has passed; ``meanwhile`` is called at each look at the clock.

        Raises:
            LinkError: the way to the phone broke, or its clock stands still.
        """
        self.wait_until(self.now_s() + duration_s, meanwhile=meanwhile)

    def wait_until(self, at_s: float, *, meanwhile: Callable[[], None] = lambda: None) -> None:
        """Wait until the phone has been up for ``at_s``; raises as ``wait``."""
        pause = threading.Event()
        ahead_s = at_s - self.now_s()
        end_s = monotonic() + max(ahead_s, 0.0) * _SLOWEST + _PATIENCE_S
        while ahead_s > 0:
            looked_s = monotonic()
            if looked_s > end_s:
                raise LinkTimeout("the phone's clock stands still", step="wait")
            pause.wait(min(ahead_s / (self._pace or 1.0), _FIRST_LOOK_S if self._pace is None else _LOOK_EVERY_S))
            meanwhile()
            before_s, ahead_s = ahead_s, at_s - self.now_s()
            self._pace = min(max((before_s - ahead_s) / (monotonic() - looked_s), 1.0), _FASTEST)
