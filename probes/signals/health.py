"""State of health from several sources that seldom agree: what they say together, and who contradicts whom.

No single field is to be believed. Real dumps show a gauge that never learned (full equals design after 2553 cycles),
one phone with 97 % and 59 % at once, and a swollen pack that calls itself good.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from probes.signals._validity import Judged, Reason, WrongValue, checked_number, void

_POSSIBLE = (0.2, 1.2)
_UNLEARNED_CYCLES = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class HealthSource:
    """One source: its name, capacity over design, one sigma of it, and the cycles that it has counted, when it does."""

    name: str
    ratio: float
    std: float = 0.03
    cycles: int | None = None
    counted: bool = False
    """Whether it was measured by counting charge here, rather than read from a gauge."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Health(Judged):
    """What the sources say together.

    Attributes:
        ratio: mean weighted by the sigmas, of the sources that can be right.
        ratio_std: one sigma of it, half of the spread when they disagree.
        lowest: the lowest of them.
        highest: the highest.
        disagreement: the largest difference between two of them in sigmas of that difference; above 3 they contradict.
        pair: the names of the two that differ most.
        impossible: names whose value no battery has (an error code that leaked, another unit).
        unlearned: names that say exactly what was designed after many cycles: the gauge has never learned.
    """

    ratio: float
    ratio_std: float
    lowest: float
    highest: float
    disagreement: float
    pair: tuple[str, ...]
    impossible: tuple[str, ...]
    unlearned: tuple[str, ...]

    @property
    def contradictory(self) -> bool:
        """Whether two sources lie further apart than three sigmas."""
        return self.disagreement > 3.0


def compare_health(sources: Sequence[HealthSource]) -> Health:
    """Compare them; with none that can be right the result is invalid, with one alone the remark is `AMBIGUOUS`."""
    for source in sources:
        if not checked_number(source.std, name=f"std of {source.name}", above=0.0) > 0.0:
            raise WrongValue(f"std of {source.name} must be above zero")
    low, high = _POSSIBLE
    impossible = tuple(source.name for source in sources if not low <= source.ratio <= high)
    unlearned = tuple(source.name for source in sources if _is_unlearned(source))
    used = [source for source in sources if source.name not in {*impossible, *unlearned}]
    if not used:
        reason = (Reason.EMPTY,) if not sources else (Reason.OUT_OF_RANGE,)
        return void(Health, reason, impossible=impossible, unlearned=unlearned)
    weights = [1.0 / source.std**2 for source in used]
    mean = sum(weight * source.ratio for weight, source in zip(weights, used, strict=True)) / sum(weights)
    ratios = [source.ratio for source in used]
    worst, pair = 0.0, tuple(source.name for source in used[:1])
    for index, first in enumerate(used):
        for second in used[index + 1 :]:
            apart = abs(first.ratio - second.ratio) / math.hypot(first.std, second.std)
            if apart >= worst:
                worst, pair = apart, (first.name, second.name)
    std = 1.0 / math.sqrt(sum(weights))
    return Health(
        ratio=mean,
        ratio_std=max(std, (max(ratios) - min(ratios)) / 2.0) if worst > 3.0 else std,
        lowest=min(ratios),
        highest=max(ratios),
        disagreement=worst,
        pair=pair,
        impossible=impossible,
        unlearned=unlearned,
        remarks=(Reason.AMBIGUOUS,) if len(used) == 1 or worst > 3.0 else (),
    )


def _is_unlearned(source: HealthSource) -> bool:
    return not source.counted and source.ratio == 1.0 and (source.cycles or 0) >= _UNLEARNED_CYCLES
