"""What a diagnosis could reach at best: cases drawn from the knowledge itself, weighed with the very same numbers.

Such a case has no physics: causes are drawn by their priors among those that the plan can read anything of, and
effects and readings come by the chances that the knowledge files give. A diagnosis that knows the true numbers is
right as often as anybody can be, so what an evaluation on emulated phones falls short of it is the error of the
numbers and of the probes, and the rest is what the tests of the plan cannot tell apart.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass

from agent.evaluation import CALLED
from agent.evaluation_intervals import Share
from agent.localizer import STRONG_HIT, Belief, Effect, Knowledge, Observation, believe, p_fail
from probes import SOFTWARE, Probe, Strength


def ceiling(knowledge: Knowledge, plan: Sequence[Probe], *, count: int, seed: int) -> dict[str, Share]:
    """Shares of so many drawn cases, by the names of an evaluation's figures. Same seed, same cases."""
    chance = random.Random(seed)  # noqa: S311  a draw that can be repeated, not a secret
    ran = {probe.meta.id for probe in plan}
    read = {code: effect for code, effect in sorted(knowledge.effects.items()) if not ran.isdisjoint(effect.readers)}
    shown = {name for effect in read.values() for name in effect.caused_by}
    priors = {name: knowledge.causes[name].prior for name in sorted(shown)}
    drawn = [{name for name, prior in priors.items() if chance.random() < prior} for _ in range(count)]
    cases = [Drawn(_parts(knowledge, causes), _ranked(_believed(knowledge, read, causes, chance))) for causes in drawn]
    faulty, healthy = [one for one in cases if one.true], [one for one in cases if not one.true]
    single, many = ([one for one in faulty if (len(one.true) > 1) is several] for several in (False, True))
    return {
        "detected (FDR), of what the plan can see": _share(faulty, lambda one: bool(one.called)),
        "single: top-1, of what the plan can see": _share(single, lambda one: next(iter(one.ranked)) in one.true),
        "several: recall, of what the plan can see": Share(
            sum(len(one.true & one.called) for one in many), sum(len(one.true) for one in many)
        ),
        "several: exact set, of what the plan can see": _share(many, lambda one: one.true == one.called),
        "false alarm, healthy": _share(healthy, lambda one: bool(one.called - {SOFTWARE})),
    }


@dataclass(frozen=True, slots=True)
class Drawn:
    """One case: the parts that are really faulty, and what is believed of each part, the likeliest first."""

    true: frozenset[str]
    ranked: Mapping[str, float]

    @property
    def called(self) -> frozenset[str]:
        """Parts that are likelier faulty than not."""
        return frozenset(part for part, share in self.ranked.items() if share >= CALLED)


def _share(cases: Sequence[Drawn], is_hit: Callable[[Drawn], bool]) -> Share:
    return Share(sum(is_hit(one) for one in cases), len(cases))


def _parts(knowledge: Knowledge, causes: Collection[str]) -> frozenset[str]:
    real = (knowledge.causes[name] for name in causes if knowledge.causes[name].kind != "nuisance")
    return frozenset(cause.component for cause in real)


def _believed(
    knowledge: Knowledge, read: Mapping[str, Effect], causes: Collection[str], chance: random.Random
) -> Belief:
    seen = [
        Observation(code, Strength.STRONG if chance.random() < _says(effect, causes) else None)
        for code, effect in read.items()
    ]
    return believe(knowledge, seen)


def _says(effect: Effect, causes: Collection[str]) -> float:
    """P(a reading says so), with just these causes."""
    absent, shown = 1.0 - effect.leak, 1.0
    for name in causes:
        if name in effect.caused_by:
            absent *= 1.0 - (p_fail(effect.caused_by[name]) - effect.leak) / (1.0 - effect.leak)
        if name in effect.masked_by:
            shown *= 1.0 - p_fail(effect.masked_by[name])
    present = (1.0 - absent) * shown
    return effect.false_alarm + (STRONG_HIT - effect.false_alarm) * present


def _ranked(belief: Belief) -> dict[str, float]:
    parts = dict.fromkeys(cause.component for cause in belief.causes.values() if cause.kind != "nuisance")
    shares = {part: belief.of_component(part) for part in parts}
    return dict(sorted(shares.items(), key=lambda row: -row[1]))
