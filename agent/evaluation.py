"""Figures of an evaluation, made from kept cases alone: what was found, what was blamed wrongly, what it cost."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from itertools import pairwise
from math import exp, log, prod
from typing import Final

from agent.evaluate import Case, Shard
from agent.evaluation_complaints import Customers
from agent.evaluation_intervals import Mean, Share, spread
from agent.evaluation_reach import Reach
from agent.guide import Guide, Rules
from agent.localizer import Knowledge, RunFacts, conclude, cost_s, p_fail
from agent.plan import make_plan
from agent.session import left_out
from probes import SOFTWARE, Probe, ProbeResult, Stage
from reports import Conclusion, Diagnosis, Suspect

CALLED: Final = 0.5
"""From this belief on a part counts as called faulty."""
_GROUP: Final = 0.9
_BINS: Final = 10
_LISTED: Final = 0.05
_SOFT: Final = frozenset({Stage.IDENTITY, Stage.SOFTWARE})
_NO_PART: Final = "NONE"


@dataclass(frozen=True, slots=True)
class Judged:
    """One case with what was concluded and what was true.

    Attributes:
        in_reach: whether the plan could see every fault of it on this phone.
        seen: true parts with a fault that the plan could see.
    """

    case: Case
    truth: frozenset[str]
    diagnosis: Diagnosis
    soft: Diagnosis
    cost_s: float
    all_s: float
    violations: int
    in_reach: bool
    seen: frozenset[str]

    @property
    def called(self) -> frozenset[str]:
        """Components that are likelier than not."""
        return frozenset(one.component for one in self.diagnosis.suspects if one.probability >= CALLED)

    @property
    def named(self) -> bool:
        """Whether the conclusion says that something is wrong with the phone."""
        naming = {Conclusion.PART, Conclusion.SOFTWARE, Conclusion.AMBIGUOUS, Conclusion.SUSPECT}
        return bool(self.called) or self.diagnosis.conclusion in naming

    @property
    def group(self) -> tuple[str, ...]:
        """The ambiguity group: the fewest suspects, likeliest first, among which a fault all but surely lies."""
        return _group(self.diagnosis.suspects)


def _group(suspects: Sequence[Suspect]) -> tuple[str, ...]:
    """Suspects do not exclude each other: beside one that is certain, what else may be broken is no ambiguity."""
    sound = prod(1.0 - one.probability for one in suspects)
    left, group = 1.0, list[str]()
    for one in suspects:
        if 1.0 - left >= _GROUP * (1.0 - sound):
            break
        group.append(one.component)
        left *= 1.0 - one.probability
    return tuple(group)


def judge(
    shards: Iterable[Shard],
    plan: Sequence[Probe],
    knowledge: Knowledge,
    rules: Rules,
    *,
    reach: Reach | None = None,
    customers: Customers | None = None,
) -> list[Judged]:
    """Diagnose every kept case anew: guided as the rules say, and by the software stages alone.

    Args:
        shards: the cases.
        plan: probes that would run; those that a case has no result of are left out of it.
        knowledge: what the diagnosis knows.
        rules: how the run lets itself be guided.
        reach: what the plan can see; everything where left out.
        customers: what the owners of the phones say; nothing where left out.
    """
    ordered = make_plan(plan)
    return [
        _judge(shard, ordered, knowledge, Guide(knowledge, rules), reach=reach, customers=customers) for shard in shards
    ]


def _judge(
    shard: Shard,
    plan: Sequence[Probe],
    knowledge: Knowledge,
    guide: Guide,
    *,
    reach: Reach | None,
    customers: Customers | None,
) -> Judged:
    by_probe = {result.probe: result for result in shard.results}
    plan = [probe for probe in plan if probe.meta.id in by_probe]
    results, order = list(by_probe.values()), plan
    facts = _FACTS if customers is None else replace(_FACTS, complaints=customers.say(shard))
    if guide.rules.stop_at_band:
        results, order = _guided(plan, by_probe, replace(guide, complaints=facts.complaints, choices=[]))
    ran = [probe.meta for probe in order]
    truth = frozenset(one.part for one in shard.truths if one.part != _NO_PART)
    return Judged(
        case=shard.case,
        truth=truth,
        diagnosis=conclude(facts, results, knowledge),
        soft=conclude(facts, [one for one in shard.results if one.stage in _SOFT], knowledge),
        cost_s=sum(cost_s(meta) for meta in ran),
        all_s=sum(cost_s(probe.meta) for probe in plan),
        violations=sum(later.stage.order < earlier.stage.order for earlier, later in pairwise(ran)),
        in_reach=reach is None or reach.holds(shard),
        seen=truth if reach is None else reach.parts(shard) & truth,
    )


def _guided(
    plan: Sequence[Probe], by_probe: Mapping[str, ProbeResult], guide: Guide
) -> tuple[list[ProbeResult], list[Probe]]:
    """What a guided run would have come to, from results that were all taken; and the probes that it would have run."""
    left, results, order = list(plan), list[ProbeResult](), list[Probe]()
    while left:
        advice = guide.advise([probe.meta for probe in left], results)
        results += [left_out(probe) for probe in left if probe.meta.id in advice.drop]
        left = [probe for probe in left if probe.meta.id not in advice.drop]
        if not left:
            break
        chosen = next((probe for probe in left if probe.meta.id == advice.first), left[0])
        left.remove(chosen)
        order.append(chosen)
        results.append(by_probe[chosen.meta.id])
    return results, order


_FACTS: Final = RunFacts(
    run_id="evaluation",
    created_at=datetime(2026, 1, 1, tzinfo=UTC),
    source="replay",
    subject="emulated",
    agent_version="",
    limits="declared",
)


@dataclass(frozen=True, slots=True)
class Figures:
    """All figures of an evaluation.

    Attributes:
        shares: by name, hits of how many.
        means: by name; None of nothing.
        confusion: by true and called component.
    """

    shares: dict[str, Share]
    means: dict[str, Mean | None]
    confusion: dict[str, dict[str, int]] = field(default_factory=dict)


def figures(judged: Sequence[Judged], *, every_test_s: float | None = None) -> Figures:
    """Score the cases; ``every_test_s`` is what all known tests of a bench take, where the plan is not all of them."""
    by_kind = {kind: [one for one in judged if one.case.kind == kind] for kind in {one.case.kind for one in judged}}
    single, many = by_kind.get("single", []), by_kind.get("multiple", [])
    healthy, disturbed = by_kind.get("healthy", []), by_kind.get("nuisance", [])
    comes = by_kind.get("intermittent", [])
    faulty = [*single, *many]
    detected = [one for one in faulty if one.named]
    found = [one for one in single if one.named]
    soft = [one for one in single if one.case.from_software]
    seen, seen_single = ([one for one in some if one.in_reach] for some in (faulty, single))
    shares = {
        "detected (FDR), of what the plan can see": _share(seen, lambda one: one.named),
        "single: top-1, of what the plan can see": _share(seen_single, lambda one: _first(one.diagnosis) in one.truth),
        "detected, all faults drawn": _share(faulty, lambda one: one.named),
        "single: top-1": _share(single, lambda one: _first(one.diagnosis) in one.truth),
        "single: true part in group of 1": _share(found, lambda one: _isolated(one, 1)),
        "single: true part in group of 2": _share(found, lambda one: _isolated(one, 2)),
        "single: true part in group of 3": _share(found, lambda one: _isolated(one, 3)),
        "single: among first 2": _share(single, lambda one: bool(one.truth & set(_ranked(one.diagnosis)[:2]))),
        "software stages only: top-1": _share(soft, lambda one: _first(one.soft) in one.truth),
        "several: first is true": _share(many, lambda one: _first(one.diagnosis) in one.truth),
        "several: exact set": _share(many, lambda one: one.called == one.truth),
        "several: recall, of what the plan can see": _recall(many, lambda one: one.seen),
        "several: exact set, of what the plan can see": _share(
            [one for one in many if one.in_reach], lambda one: one.called == one.truth
        ),
        "several: recall": _recall(many, lambda one: one.truth),
        "any wrong pull": _share(judged, lambda one: bool(set(one.diagnosis.plan.parts) - one.truth)),
        "false alarm, healthy": _share(healthy, lambda one: bool(one.called - {SOFTWARE})),
        "false alarm, with nuisance": _share(disturbed, lambda one: bool(one.called - {SOFTWARE})),
        "intermittent: missed": _share(comes, lambda one: not one.named),
        "intermittent: missed, of what the plan can see": _share(
            [one for one in comes if one.in_reach], lambda one: not one.named
        ),
        "intermittent: no fault without residual": _share(comes, _no_residual),
        "said 95 % or more: true": _said_sure(judged),
    }
    means = {
        "ambiguity group": spread([one for one in detected if one.group], lambda some: _mean(_sizes(some))),
        "calibration error (ECE)": spread(judged, calibration_error),
        "cost of a case, s": spread(judged, lambda some: _mean([one.cost_s for one in some])),
        "cost of running everything, s": spread(judged, lambda some: _mean([one.all_s for one in some])),
        "share of running all of this plan": spread(judged, lambda some: _cost_ratio(some, None)),
        "share of running every test of a bench": spread(judged, lambda some: _cost_ratio(some, every_test_s)),
        "order violations": spread(judged, lambda some: float(sum(one.violations for one in some))),
    }
    return Figures(shares, means, _confusion(judged))


def missed(judged: Sequence[Judged]) -> tuple[str, ...]:
    """Cases whose first part is not true, or that blame a sound part, a line each."""
    return tuple(_miss(one) for one in judged if one.called - one.truth or (one.truth and not _hit(one)))


def _hit(one: Judged) -> bool:
    return one.named and _first(one.diagnosis) in one.truth


def _miss(one: Judged) -> str:
    said = ", ".join(f"{suspect.component} {suspect.probability:.2f}" for suspect in one.diagnosis.suspects[:2])
    beyond = "" if one.in_reach else " (beyond the reach of the plan)"
    truth = "+".join(sorted(one.truth)) or "nothing"
    return f"{one.case.faults} on {one.case.profile}: {truth}, said {said or 'nothing'}{beyond}"


def _share(cases: Sequence[Judged], is_hit: Callable[[Judged], bool]) -> Share:
    return Share(sum(is_hit(one) for one in cases), len(cases))


def _recall(cases: Sequence[Judged], wanted: Callable[[Judged], frozenset[str]]) -> Share:
    return Share(sum(len(one.called & wanted(one)) for one in cases), sum(len(wanted(one)) for one in cases))


def _ranked(diagnosis: Diagnosis) -> list[str]:
    return [one.component for one in diagnosis.suspects]


def _first(diagnosis: Diagnosis) -> str:
    return next(iter(_ranked(diagnosis)), "")


def _isolated(one: Judged, size: int) -> bool:
    return len(one.group) <= size and bool(one.truth & set(one.group))


def _no_residual(one: Judged) -> bool:
    return one.diagnosis.conclusion is Conclusion.NO_FAULT_FOUND and one.diagnosis.residual is None


def _sizes(judged: Iterable[Judged]) -> list[float]:
    return [float(len(one.group)) for one in judged]


def _cost_ratio(judged: Sequence[Judged], every_test_s: float | None) -> float | None:
    """What the cases have cost, against all probes of the plan or against all tests of a bench."""
    return _ratio([one.cost_s for one in judged], [every_test_s or one.all_s for one in judged])


def _mean(values: Sequence[float]) -> float | None:
    return sum(values) / len(values) if values else None


def _ratio(some: Sequence[float], of: Sequence[float]) -> float | None:
    return sum(some) / sum(of) if sum(of) else None


def _beliefs(judged: Iterable[Judged]) -> list[tuple[float, bool]]:
    return [
        (suspect.probability, suspect.component in one.truth)
        for one in judged
        for suspect in one.diagnosis.suspects
        if suspect.probability > _LISTED
    ]


def _said_sure(judged: Iterable[Judged]) -> Share:
    sure = [is_true for probability, is_true in _beliefs(judged) if probability >= 0.95]
    return Share(sum(sure), len(sure))


def calibration_error(judged: Iterable[Judged]) -> float | None:
    """How far what was said lies from how often it was true, in ten bins, weighted by their size."""
    bins: dict[int, list[tuple[float, bool]]] = {}
    for belief in _beliefs(judged):
        bins.setdefault(min(_BINS - 1, int(belief[0] * _BINS)), []).append(belief)
    total = sum(len(rows) for rows in bins.values())
    if not total:
        return None
    gaps = (abs(sum(p for p, _ in rows) - sum(is_true for _, is_true in rows)) for rows in bins.values())
    return sum(gaps) / total


def _confusion(judged: Iterable[Judged]) -> dict[str, dict[str, int]]:
    counts: dict[str, Counter[str]] = {}
    for one in judged:
        truth = next(iter(one.truth)) if len(one.truth) == 1 else _NO_PART if not one.truth else ""
        if truth:
            called = _first(one.diagnosis) if one.named else _NO_PART
            counts.setdefault(truth, Counter())[called] += 1
    return {truth: dict(sorted(row.items())) for truth, row in sorted(counts.items())}


def perturbed(knowledge: Knowledge, seed: int, *, sd_logit: float = 1.0, lost_ratio: float = 0.1) -> Knowledge:
    """The knowledge as somebody less sure would have written it: links moved by chance, some of them lost."""
    chance = random.Random(seed)  # noqa: S311  a perturbation that can be repeated, not a secret
    effects = {}
    for code in sorted(knowledge.effects):
        effect = knowledge.effects[code]
        moved = {
            name: _moved(p_fail(link), effect.leak, chance, sd_logit)
            for name, link in sorted(effect.caused_by.items())
            if chance.random() >= lost_ratio
        }
        effects[code] = effect.model_copy(update={"caused_by": moved})
    return knowledge.model_copy(update={"effects": effects})


def _moved(share: float, leak: float, chance: random.Random, sd_logit: float) -> float:
    moved = log(share / (1.0 - share)) + chance.gauss(0.0, sd_logit)
    return min(0.999, max(leak * 1.01 + 1e-6, 1.0 / (1.0 + exp(-moved))))
