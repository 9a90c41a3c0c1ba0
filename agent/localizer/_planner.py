"""Which test next: most information for its effort, inside the lowest stage that still has something useful.

Software before hardware and easy before hard are constraints, not weights. Nothing destructive is ever chosen; what a
stage must have run whatever is believed is run first; and a test that could tell nothing of a cause that is still in
doubt is not worth its time.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from agent.localizer._belief import STRONG_HIT, Belief, tables
from agent.localizer._information import Readings, expected_bits
from agent.localizer._knowledge import Knowledge
from agent.localizer._noisy_or import Network
from agent.localizer._priors import log_odds
from probes import Effort, ProbeMeta, Risk, Stage

# Below this a test is not worth its time, and beyond this band a cause is settled (1 % and 99 %): with a looser rule
# wrong parts are pulled, see docs/knowledge.md.
LEAST_BITS: Final = 5e-4
BAND: Final = (0.01, 0.99)
# Seconds that a person's hand is worth beside the bench's own: our own estimate (prior).
_HAND_S: Final[Mapping[Effort, float]] = {
    Effort.NONE: 0.0,
    Effort.LOW: 15.0,
    Effort.MEDIUM: 60.0,
    Effort.HIGH: 180.0,
}
_HARMLESS: Final = frozenset({Risk.NONE, Risk.CHANGES_SETTING, Risk.LOADS_PART})


@dataclass(frozen=True, slots=True)
class Ranked:
    """A test with what it is worth."""

    probe: str
    stage: Stage
    bits: float
    cost_s: float

    @property
    def worth(self) -> float:
        """Bits per second."""
        return self.bits / self.cost_s


@dataclass(frozen=True, slots=True)
class Step:
    """What to run next.

    Attributes:
        probe: its id; empty where nothing is worth running any more.
        why: ``mandatory``, ``complaint``, ``most_informative``, or, with no probe, ``settled`` or ``nothing_informs``.
        rose: why the stage is above that of the last probe: ``nothing_left``, ``nothing_informs``, or empty.
    """

    probe: str
    why: str
    bits: float = 0.0
    stage: Stage | None = None
    rose: str = ""


def cost_s(meta: ProbeMeta) -> float:
    """Seconds that a probe takes, with the time of whoever has to lend a hand."""
    return max(0.1, meta.duration_s) + _HAND_S[meta.effort]


def rank(
    belief: Belief, knowledge: Knowledge, metas: Iterable[ProbeMeta], *, about: frozenset[str] | None = None
) -> tuple[Ranked, ...]:
    """What each probe is worth now, the best first; probes that no effect is read by are worth nothing.

    Args:
        belief: what is believed now.
        knowledge: which probe reads which effect.
        metas: probes to weigh.
        about: causes in doubt: only what one of them can show counts; every effect where left out.
    """
    candidates = [meta for meta in metas if meta.risk in _HARMLESS]
    read = {seen.effect for seen in belief.observations}
    unread = {
        code: effect
        for code, effect in knowledge.effects.items()
        if code not in read and effect.read_by and (about is None or not about.isdisjoint(effect.caused_by))
    }
    wanted = {meta.id for meta in candidates}
    by_probe: dict[str, list[int]] = {meta.id: [] for meta in candidates}
    codes: list[str] = []
    for code, effect in unread.items():
        for probe in wanted.intersection(effect.readers):
            by_probe[probe].append(len(codes))
        codes.append(code)
    if not codes or not candidates:
        return ()
    odds, modes = log_odds(belief.causes, knowledge, ())
    links, leaks, masks = tables(
        [unread[code] for code in codes], list(belief.causes), modes, np.ones((len(belief.causes), len(codes)))
    )
    readings = Readings(
        network=Network(odds, links, leaks, masks),
        sensitivity=np.full(len(codes), STRONG_HIT),
        false_alarm=np.array([unread[code].false_alarm for code in codes]),
    )
    tests = [by_probe[meta.id] for meta in candidates]
    useful = [number for number, test in enumerate(tests) if test]
    bits = np.zeros(len(tests))
    bits[useful] = expected_bits(belief.posterior, readings, [tests[number] for number in useful])
    ranked = [
        Ranked(meta.id, meta.stage, float(value), cost_s(meta)) for meta, value in zip(candidates, bits, strict=True)
    ]
    return tuple(sorted(ranked, key=lambda one: (-one.worth, one.probe)))


def in_doubt(belief: Belief) -> frozenset[str]:
    """Causes that a part or program can have and that are not all but certain either way."""
    low, high = BAND
    return frozenset(
        name
        for p, (name, cause) in zip(belief.marginals, belief.causes.items(), strict=True)
        if cause.kind != "nuisance" and low <= p <= high
    )


def settled(belief: Belief) -> bool:
    """Whether every cause that a part or program can have is all but certain either way."""
    return not in_doubt(belief)


def next_step(
    belief: Belief,
    knowledge: Knowledge,
    left: Sequence[ProbeMeta],
    *,
    mandatory: Collection[str] = (),
    complaint: Collection[str] = (),
    concerns: frozenset[str] = frozenset(),
    least_worth: float = 0.0,
    last: Stage | None = None,
    strict_easy_first: bool = True,
) -> Step:
    """Choose among the probes that are left.

    Args:
        belief: what is believed now.
        knowledge: causes, effects and which probe reads which.
        left: what has not run, in the plan's order.
        mandatory: run before anything is chosen in their stage, and also when all is settled.
        complaint: run before anything is chosen, as long as they tell something, as the customer complains of it.
        concerns: causes that the complaint may come from: they count as in doubt.
        least_worth: bits per second below which a test that nobody demands is not worth its time.
        last: stage of the probe that ran last.
        strict_easy_first: inside a stage, nothing harder while something easier informs.
    """
    doubt = in_doubt(belief)
    by_id = {one.probe: one for one in rank(belief, knowledge, left, about=doubt | concerns)}
    is_settled, rose = not doubt, ""
    for stage in sorted({meta.stage for meta in left}, key=lambda stage: stage.order):
        here = [meta for meta in left if meta.stage is stage]
        must = [meta for meta in here if meta.id in mandatory or (meta.id in complaint and _informs(meta, by_id))]
        rises = "" if last is None or stage is last else rose or "nothing_left"
        if must:
            why = "mandatory" if must[0].id in mandatory else "complaint"
            bits = by_id[must[0].id].bits if must[0].id in by_id else 0.0
            return Step(must[0].id, why, bits, stage, rises)
        if not is_settled:
            worth = [meta for meta in here if _informs(meta, by_id) and by_id[meta.id].worth >= least_worth]
            best = _best(worth, by_id, strict=strict_easy_first)
            if best is not None:
                return Step(best.probe, "most_informative", best.bits, stage, rises)
        rose = "nothing_informs"
    return Step("", "settled" if is_settled else "nothing_informs")


def _informs(meta: ProbeMeta, by_id: Mapping[str, Ranked]) -> bool:
    return meta.id in by_id and by_id[meta.id].bits >= LEAST_BITS


def _best(useful: Sequence[ProbeMeta], by_id: Mapping[str, Ranked], *, strict: bool) -> Ranked | None:
    if not useful:
        return None
    easiest = min(meta.effort.order for meta in useful)
    among = [by_id[meta.id] for meta in useful if not strict or meta.effort.order == easiest]
    return min(among, key=lambda one: (-one.worth, one.probe))
