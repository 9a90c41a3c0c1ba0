"""A turntable that tips the phone about its long axis, on a serial line.

Wire: the few G-codes that RepRap firmware (Marlin) publishes and that a stepper with one rotary axis needs: ``G28``
(home), ``G0``/``G1 A<degrees> [F<degrees per minute>]``, ``M114`` (position), ``M400`` (``ok`` when it stands),
``M112`` (stop at once). Each line is answered with ``ok``, or with ``Error:`` and why.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from hwsim.instruments.instrument import LineInstrument
from hwsim.phone.at_bench import bench_of

if TYPE_CHECKING:
    from hwsim.unit import Unit

_WORD = re.compile(r"([A-Z])(-?\d{1,7}(?:\.\d{1,6})?)")
_DEGREES_MAX = 720.0
_FEED_MAX = 36_000.0
_FEED = 5_400.0  # degrees a minute
_SECONDS_PER_MINUTE = 60.0


class Turntable(LineInstrument):
    """Turns at a constant rate from angle to angle; the phone's sensors feel both."""

    kind = "turntable"
    too_long = b"Error:Line too long\n"

    def __init__(self, unit: Unit) -> None:
        super().__init__(unit)
        self._from_deg = self._to_deg = 0.0
        self._began_s = self.now_s
        self._feed_per_min = _FEED
        self._waits = False

    @property
    def angle_deg(self) -> float:
        """Where it stands now."""
        way = self._to_deg - self._from_deg
        gone = min((self.now_s - self._began_s) / self._takes_s, 1.0) if self._takes_s else 1.0
        return self._from_deg + way * gone

    @property
    def moving(self) -> bool:
        """Tell whether it turns."""
        return self.now_s < self._began_s + self._takes_s

    def tick(self) -> None:
        """Come to rest when the way is done."""
        if not self.moving:
            self._tell_bench(0.0)

    def due(self) -> bytes:
        """Return the ``ok`` of ``M400`` once it stands."""
        if self._waits and not self.moving:
            self._waits = False
            return b"ok\n"
        return b""

    def obey(self, line: str) -> bytes:
        """Obey one line of G-code."""
        code, *rest = line.upper().partition(";")[0].split()
        words = dict(_WORD.findall(" ".join(rest)))
        if code in ("G0", "G1", "G28"):
            return self._go(0.0 if code == "G28" else None, words)
        if code == "M114":
            return f"A:{self.angle_deg * self.gain_ratio:.3f}\nok\n".encode()
        if code == "M400":
            self._waits = True
            return self.due()
        if code == "M112":
            self._start(self.angle_deg)
            return b"ok\n"
        return b"Error:Unknown command\n"

    def _go(self, home_deg: float | None, words: dict[str, str]) -> bytes:
        if home_deg is None and "A" not in words:
            return b"Error:No axis\n"
        target_deg = float(words["A"]) if home_deg is None else home_deg
        feed = float(words.get("F", self._feed_per_min))
        if abs(target_deg) > _DEGREES_MAX or not 1.0 <= feed <= _FEED_MAX:
            return b"Error:Out of range\n"
        self._feed_per_min = feed
        self._start(target_deg)
        return b"ok\n"

    @property
    def _takes_s(self) -> float:
        return abs(self._to_deg - self._from_deg) / self._feed_per_min * _SECONDS_PER_MINUTE

    def _start(self, target_deg: float) -> None:
        self._from_deg, self._to_deg, self._began_s = self.angle_deg, target_deg, self.now_s
        way = target_deg - self._from_deg
        rate_dps = self._feed_per_min / _SECONDS_PER_MINUTE
        self._tell_bench(rate_dps * (way > 0) - rate_dps * (way < 0))

    def _tell_bench(self, rate_dps: float) -> None:
        bench = bench_of(self.unit.phone)
        if (bench.turn_rate_dps, rate_dps) == (0.0, 0.0) and bench.turn_deg == self.angle_deg:
            return
        now_s = self.unit.phone.clock.uptime_s
        bench.turn_deg, bench.turn_rate_dps = self.angle_deg, rate_dps
        bench.turn_since_s, bench.turn_until_s = now_s, now_s + self._takes_s
