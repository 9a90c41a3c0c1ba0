"""Main memory with weak cells: bits that flip, and what a flipped bit does to whoever owns the page.

A weak cell loses its charge before its refresh now and then; flips are a Poisson process. Where it hits follows from
who holds the memory, so that the same fault fells unrelated programs at addresses that have nothing in common.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from random import Random

_HOUR_S = 3600.0
_HARMFUL_RATIO = 0.3  # most flips hit free pages, text that is read again or a picture's pixel
_KERNEL_SHARE = 0.12
_POINTER_BITS = range(12, 46)
_HEAP_BASE = 0x7000_0000_0000
_HEAP_SPAN = 0x00FF_FFFF_F000


@dataclass(frozen=True)
class Flip:
    """One flip that did harm: when (seconds), in whose memory ("kernel" or a process) and the address that it broke."""

    at_s: float
    victim: str
    good_address: int
    bit: int

    @property
    def fault_address(self) -> int:
        """The address that the program then used: its pointer with one bit turned."""
        return self.good_address ^ (1 << self.bit)


def harmful_per_hour(flips_per_h: float) -> float:
    """Return the mean number of flips in an hour that do harm."""
    return flips_per_h * _HARMFUL_RATIO


def draw_flips(flips_per_h: float, span_s: float, sizes: Mapping[str, float], rng: Random) -> list[Flip]:
    """Return the harmful flips of a span of time; ``sizes`` is the memory of each process, in any unit."""
    rate_per_s = harmful_per_hour(flips_per_h) / _HOUR_S
    flips: list[Flip] = []
    at_s = 0.0
    while rate_per_s > 0:
        at_s += rng.expovariate(rate_per_s)
        if at_s >= span_s:
            break
        victim = "kernel" if rng.random() < _KERNEL_SHARE else rng.choices(list(sizes), list(sizes.values()))[0]
        address = _HEAP_BASE + (rng.randrange(_HEAP_SPAN) & ~0x7)
        flips.append(Flip(at_s=at_s, victim=victim, good_address=address, bit=rng.choice(_POINTER_BITS)))
    return flips


def chance_of_none(flips_per_h: float, hours: float) -> float:
    """Return the probability that some hours pass without harm (Poisson)."""
    return math.exp(-harmful_per_hour(flips_per_h) * hours)
