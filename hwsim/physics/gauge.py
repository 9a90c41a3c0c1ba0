"""Fuel gauges: what a coulomb counter makes of the true current, and what other sources say of the same pack.

The counter's errors are those of its shunt: a gain (tolerance of the resistor) and an offset (of the amplifier). Its
error after a time is therefore ``(gain - 1) x charge moved + offset x time``, which the tests hold it to.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

_FADE_PER_ROOT_CYCLE = 0.0065  # capacity lost goes with the root of the cycles: 20 % after about 950
_HOUR_S = 3600.0
_PERCENT = 100


@dataclass(frozen=True)
class CoulombCounter:
    """The counter on the shunt; ``offset_ma`` is what it reads while nothing flows."""

    gain_ratio: float = 1.0
    offset_ma: float = 0.0

    def reads_ma(self, current_ma: float) -> float:
        """Return what the counter takes a current for (charging is positive)."""
        return current_ma * self.gain_ratio + self.offset_ma

    def moved_mah(self, current_ma: float, seconds: float) -> float:
        """Return the charge that it counts while a constant current flows."""
        return self.reads_ma(current_ma) * seconds / _HOUR_S

    def error_mah(self, mean_ma: float, hours: float) -> float:
        """Return how far the count is off after some hours of a mean current, without a point to recalibrate at."""
        return ((self.gain_ratio - 1.0) * mean_ma + self.offset_ma) * hours


def health_from_cycles_percent(cycles: int) -> int:
    """Return the health that a maker's model gives from the number of cycles alone, whatever the cell is like."""
    return round(_PERCENT * max(1.0 - _FADE_PER_ROOT_CYCLE * math.sqrt(cycles), 0.0))


def health_from_learned_percent(learned_mah: float, design_mah: float) -> int:
    """Return the health that follows from the full charge that a gauge has learned, at most 100 as makers show it."""
    return min(round(_PERCENT * learned_mah / design_mah), _PERCENT)
