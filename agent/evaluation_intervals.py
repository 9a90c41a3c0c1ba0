"""Figures with their uncertainty: shares with Wilson's interval, anything else with one from a bootstrap."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import sqrt
from typing import Final, TypeVar

T = TypeVar("T")
_Z: Final = 1.959964
_DRAWS: Final = 400
"""Draws of a bootstrap: enough for two digits of an interval."""


@dataclass(frozen=True, slots=True)
class Share:
    """So many of so many, with Wilson's 95 % interval."""

    hits: int
    of: int

    @property
    def value(self) -> float | None:
        """The share itself; None of nothing."""
        return self.hits / self.of if self.of else None

    @property
    def interval(self) -> tuple[float, float]:
        """Where the true share lies, 19 times in 20.

        >>> [round(end, 3) for end in Share(95, 100).interval]
        [0.888, 0.978]
        """
        if not self.of:
            return 0.0, 1.0
        share, z2 = self.hits / self.of, _Z * _Z / self.of
        middle = (share + z2 / 2) / (1 + z2)
        half = _Z * sqrt(share * (1 - share) / self.of + z2 / (4 * self.of)) / (1 + z2)
        return max(0.0, middle - half), min(1.0, middle + half)


@dataclass(frozen=True, slots=True)
class Mean:
    """A figure that is no share, with its bootstrap interval: where it lies for 95 of 100 draws of as many cases."""

    value: float
    low: float
    high: float


def spread(cases: Sequence[T], figure: Callable[[Sequence[T]], float | None]) -> Mean | None:
    """The figure of all cases, and where it lies for cases drawn from these with replacement; None of nothing."""
    value = figure(cases)
    if value is None:
        return None
    chance = random.Random(len(cases))  # noqa: S311  the same interval each time, not a secret
    again = (figure(chance.choices(cases, k=len(cases))) for _ in range(_DRAWS))
    drawn = sorted(one for one in again if one is not None)
    return Mean(value, drawn[round(0.025 * (len(drawn) - 1))], drawn[round(0.975 * (len(drawn) - 1))])
