"""Serial buses between the processor and its chips: who answers, and with what the controller fails.

A chip that is gone leaves its address unacknowledged; the others on the wire go on. A line held down (a chip's input
shorted to ground, a torn pull-up) keeps every transfer from starting, so that all chips on the bus are lost at once.
"""

from __future__ import annotations

import errno
import math
from dataclasses import dataclass

_RISE_LIMIT_NS = {100: 1000.0, 400: 300.0, 1000: 120.0}  # I2C bus specification, UM10204, table 10
_RISE_PER_RC = 0.8473  # from 30 % to 70 % of the supply: ln(0.7 / 0.3)


@dataclass(frozen=True)
class Wire:
    """One bus: its clock, pull-up and the capacitance of traces and chips; ``held_low`` when it cannot rise."""

    clock_khz: int = 400
    pull_up_ohm: float = 2200.0
    load_pf: float = 80.0
    held_low: bool = False

    @property
    def rise_ns(self) -> float:
        """The time in which the line rises from 30 % to 70 %: the edge of an RC; infinite when it is held."""
        return math.inf if self.held_low else _RISE_PER_RC * self.pull_up_ohm * self.load_pf * 1e-3

    @property
    def usable(self) -> bool:
        """Whether the edge is as fast as the bus specification asks for at this clock."""
        return self.rise_ns <= _RISE_LIMIT_NS[self.clock_khz]

    def transfer(self, *, chip_answers: bool) -> int:
        """Return 0 or the negative errno that the controller's driver hands up."""
        if not self.usable:
            return -errno.ETIMEDOUT
        return 0 if chip_answers else -errno.ENXIO
