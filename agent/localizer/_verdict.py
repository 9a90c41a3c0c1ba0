"""What a belief comes to: a part, a program, a group, nothing, or that nobody can tell; and what was earned."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Final

import numpy as np

from agent.localizer._belief import Belief
from agent.localizer._complaint import PREFIX as COMPLAINT
from agent.localizer._knowledge import Calibration, Knowledge, p_fail
from agent.localizer._readings import JUDGED, looked_with
from probes import NO_PART, SOFTWARE, Blame, Finding, ProbeResult, Strength, Verdict, components
from reports import BenchCause, Conclusion, Contribution, Residual, RootCause, Suspect, chief_of

# Probability, as it is told, that it takes to say something. Prior: our own assumption until repairs have been counted.
SURE: Final = 0.87
_PAIR_SURE: Final = 0.90
_LIKELY: Final = 0.50
_SHOWN: Final = 0.01
_RULED_OUT: Final = 0.01
_BENCH: Final = 0.50
_GROUP: Final = 0.90
# Share of all known causes that must have been looked at before "no fault found" is earned.
_EARNED: Final = 0.95
# What a part that the complaint points at must have been exposed to before the complaint counts as not reproduced.
_EXPOSED: Final = 0.90
_NO_FAULT: Final = 0.90
# P(a reading sees an effect that is there); the same figure as for a strong reading.
_SENSITIVITY: Final = 0.90


def suspects_of(belief: Belief, calibration: Calibration) -> tuple[Suspect, ...]:
    """Components that something speaks for, the likeliest first, each with the probability that is told of it."""
    ranked = sorted(
        ((float(p), name) for p, name in zip(belief.marginals, belief.causes, strict=True)), key=lambda row: -row[0]
    )
    found: dict[str, Suspect] = {}
    most = _at_most(belief)
    believed = {part: belief.of_component(part) for part, bound in most.items() if bound >= _SHOWN}
    raised = dict(zip(belief.causes, belief.marginals > belief.priors, strict=True))
    for _, name in ranked:
        cause = belief.causes[name]
        probability = believed.get(cause.component, 0.0)
        if cause.kind == "nuisance" or cause.component in found or probability < _SHOWN:
            continue
        contributions = _contributions(belief, name)
        speaks = any(
            part.seen and part.decibans > 0 and not part.effect.startswith(COMPLAINT) for part in contributions
        )
        # what nothing speaks for keeps the probability that it has on any phone, and what more speaks against than for
        # has less: neither is a suspicion
        if not speaks or not raised[name]:
            continue
        found[cause.component] = Suspect(
            component=cause.component,
            function=cause.function,
            cause=name,
            probability=calibration.told(probability),
            contributions=contributions,
        )
    return tuple(sorted(found.values(), key=lambda suspect: -suspect.probability))


def _at_most(belief: Belief) -> dict[str, float]:
    """A bound on P(component), cheap beside P itself: the sum of what is believed of its causes."""
    most: dict[str, float] = {}
    for p, cause in zip(belief.marginals, belief.causes.values(), strict=True):
        most[cause.component] = most.get(cause.component, 0.0) + float(p)
    return most


def _contributions(belief: Belief, name: str) -> tuple[Contribution, ...]:
    row = belief.decibans[list(belief.causes).index(name)]
    said = [
        Contribution(
            effect=seen.effect, seen=seen.seen is not None, decibans=round(float(decibans), 2), evidence=seen.evidence
        )
        for seen, decibans in zip(belief.observations, row, strict=True)
        if abs(decibans) >= 0.1
    ]
    return tuple(sorted(said, key=lambda part: -abs(part.decibans)))


def conclusion_of(
    belief: Belief,
    suspects: Sequence[Suspect],
    results: Sequence[ProbeResult],
    findings: Sequence[Finding],
    exposure: float,
) -> Conclusion:
    """What a run came to, settings apart."""
    if any(result.link_broke for result in results) or all(result.verdict is Verdict.ERROR for result in results):
        return Conclusion.BENCH_TROUBLE
    if belief.clash:
        return Conclusion.CANNOT_TELL
    loud = any(finding.strength is not Strength.WEAK for finding in findings)
    if suspects and loud:
        best = suspects[0]
        if best.probability >= SURE:
            sure = {one.component for one in suspects if one.probability >= SURE}
            return Conclusion.SOFTWARE if sure == {SOFTWARE} else Conclusion.PART
        if any(_of_either(belief, best, one) >= _PAIR_SURE for one in _alike(suspects)[1:2]):
            return Conclusion.AMBIGUOUS
        # none may be likely by itself, and yet that it is one of them
        if max(best.probability, belief.of_any(one.cause for one in suspects)) >= _LIKELY:
            return Conclusion.SUSPECT
    nothing_read = not any(result.verdict in JUDGED for result in results)
    unexplained = any(finding.strength is Strength.STRONG for finding in findings)
    failed = any(result.verdict is Verdict.FAIL and result.blame is Blame.COMPONENT for result in results)
    if nothing_read or unexplained or failed:
        return Conclusion.CANNOT_TELL
    clean = all(result.verdict is Verdict.PASS or result.reason == "not_needed" for result in results)
    earned = clean and exposure >= _EARNED and 1.0 - belief.of_kind("part", "software") >= _NO_FAULT
    return Conclusion.NO_FAULT_FOUND if earned else Conclusion.NOTHING_FOUND


def _alike(suspects: Sequence[Suspect]) -> list[Suspect]:
    """The first suspect, and those that something speaks for which speaks for the first: others are other faults."""
    spoken = _speaks_for(suspects[0])
    return [suspects[0], *(one for one in suspects[1:] if _speaks_for(one) & spoken)]


def _speaks_for(suspect: Suspect) -> set[str]:
    return {part.effect for part in suspect.contributions if part.seen and part.decibans > 0}


def _of_either(belief: Belief, one: Suspect, other: Suspect) -> float:
    """P(one of two components): their own do not add up, as both may be broken."""
    either = {one.component, other.component}
    return belief.of_any(name for name, cause in belief.causes.items() if cause.component in either)


def group_of(suspects: Sequence[Suspect], conclusion: Conclusion) -> tuple[str, ...]:
    """The smallest set of suspects of one fault that holds most of the suspicion, where one alone does not."""
    if conclusion not in {Conclusion.AMBIGUOUS, Conclusion.SUSPECT}:
        return ()
    alike = _alike(suspects)
    total, held, group = sum(one.probability for one in alike), 0.0, list[str]()
    for suspect in alike:
        group.append(suspect.component)
        held += suspect.probability
        if held >= _GROUP * total and (len(group) > 1 or conclusion is Conclusion.SUSPECT):
            break
    return tuple(group) if len(group) > 1 else ()


def sure_parts(suspects: Sequence[Suspect]) -> tuple[str, ...]:
    """Parts that are sure, each once: several faults are several parts, several findings on one part are one."""
    return tuple(one.component for one in suspects if one.probability >= SURE and one.component in parts())


def exposure_of(knowledge: Knowledge, tested: Collection[str]) -> float:
    """Share of the causes, weighted by their priors, that something in the run could have seen."""
    exposed = {cause for code in tested for cause in knowledge.effects[code].caused_by}
    total = sum(cause.prior for cause in knowledge.causes.values())
    parts_without_cause = len(parts()) - len({cause.component for cause in knowledge.causes.values()} & parts())
    blind = parts_without_cause * min((cause.prior for cause in knowledge.causes.values()), default=0.0)
    seen = sum(cause.prior for name, cause in knowledge.causes.items() if name in exposed)
    return seen / (total + blind) if total + blind else 0.0


def exposed_to(knowledge: Knowledge, cause: str, tested: Collection[str]) -> float:
    """P(one of the readings would have seen a cause that is there)."""
    missed = 1.0
    for code in tested:
        link = knowledge.effects[code].caused_by.get(cause)
        missed *= 1.0 - (p_fail(link) * _SENSITIVITY if link is not None else 0.0)
    return 1.0 - missed


def not_reproduced(
    knowledge: Knowledge, complaints: Sequence[str], tested: Collection[str], suspects: Sequence[Suspect]
) -> bool:
    """Whether everything that could cause the complaint was looked at closely enough, and none of it is suspected."""
    blamed = complained(knowledge, complaints)
    if {one.cause for one in suspects} & set(blamed):
        return False
    return bool(blamed) and all(exposed_to(knowledge, cause, tested) >= _EXPOSED for cause in blamed)


def complained(knowledge: Knowledge, complaints: Sequence[str], *, least: float = 0.0) -> tuple[str, ...]:
    """Causes that customers say these complaints of, at least so often."""
    linked = (row for code in complaints for row in knowledge.complaints.get(code, {}).items())
    said = {name for name, link in linked if p_fail(link) >= least}
    said |= {name for name, cause in knowledge.causes.items() if set(cause.symptoms) & set(complaints)}
    return tuple(sorted(said))


def residual_of(
    belief: Belief, knowledge: Knowledge, complaints: Sequence[str], results: Sequence[ProbeResult]
) -> Residual | None:
    """What may come and go and have hidden, and which tests to repeat; none where nothing is known to come and go."""
    owner = belief.model.owner
    comes = np.concatenate([[False], owner[1:] == owner[:-1]])  # the first mode of a cause is the permanent one
    if not comes.any():
        return None
    blamed = set(complained(knowledge, complaints)) or set(knowledge.intermittent)
    wanted = {name for name in blamed if name in knowledge.intermittent}
    seen_by = {
        probe for effect in knowledge.effects.values() if wanted & set(effect.caused_by) for probe in effect.readers
    }
    return Residual(
        intermittent_probability=belief.posterior.of_any(comes),
        repeat=tuple(probe for probe in looked_with(results) if probe in seen_by),
    )


def bench_of(belief: Belief) -> tuple[BenchCause, ...]:
    """What of bench and environment is likelier than not."""
    found = [
        BenchCause(cause=name, probability=float(p))
        for p, (name, cause) in zip(belief.marginals, belief.causes.items(), strict=True)
        if cause.kind == "nuisance" and p >= _BENCH
    ]
    return tuple(sorted(found, key=lambda one: -one.probability))


def root_cause_of(
    conclusion: Conclusion,
    suspects: Sequence[Suspect],
    bench: Sequence[BenchCause],
    knowledge: Knowledge,
    contexts: Collection[str],
) -> RootCause:
    """The class of the root cause, by the closed list of the catalogue."""
    if conclusion is Conclusion.CONFIGURATION:
        return RootCause.CONFIGURATION
    if conclusion is Conclusion.NO_FAULT_FOUND:
        return RootCause.NTF
    if conclusion is Conclusion.SOFTWARE:
        return RootCause.SOFTWARE
    chief = chief_of(conclusion, suspects)
    if conclusion is Conclusion.PART and chief is not None:
        return RootCause.HUMAN_DAMAGE if _by_owner(chief, knowledge, contexts) else RootCause.HARDWARE
    if bench and conclusion in {Conclusion.NOTHING_FOUND, Conclusion.CANNOT_TELL}:
        return RootCause.ENVIRONMENT
    return RootCause.UNDETERMINED


def _by_owner(suspect: Suspect, knowledge: Knowledge, contexts: Collection[str]) -> bool:
    """Whether traces of misuse make just this likelier."""
    return any(
        knowledge.contexts[name].human_damage
        and max(knowledge.contexts[name].odds.get(key, 1.0) for key in (suspect.cause, suspect.component)) > 1.0
        for name in contexts
    )


def ruled_out(belief: Belief, knowledge: Knowledge, tested: Collection[str]) -> tuple[str, ...]:
    """Components of which every cause was looked at and none is believed."""
    exposed = {cause for code in tested for cause in knowledge.effects[code].caused_by}
    whole = {
        cause.component
        for cause in knowledge.causes.values()
        if all(name in exposed for name, other in knowledge.causes.items() if other.component == cause.component)
    }
    most = _at_most(belief)
    unlikely = (part for part in whole & parts() if most[part] < _RULED_OUT or belief.of_component(part) < _RULED_OUT)
    return tuple(sorted(unlikely))


def parts() -> frozenset[str]:
    """Component codes that are parts."""
    return frozenset(components()) - {SOFTWARE, NO_PART}
