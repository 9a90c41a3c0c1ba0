"""From the results of a run to its diagnosis. Sees findings and verdicts only."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal

from agent.localizer._belief import Belief, Observation, believe
from agent.localizer._complaint import PREFIX as COMPLAINT
from agent.localizer._complaint import hear
from agent.localizer._knowledge import Effect, Knowledge
from agent.localizer._settings import found_settings, settings_conclude
from probes import NO_PART, SOFTWARE, Evidence, Finding, ProbeResult, Strength, Verdict, components
from reports import Action, Conclusion, Contribution, Diagnosis, NotTested, PhoneIdentity, RepairPlan, Suspect, Unknown

# Belief needed to say something. Prior: our own assumption until confirmed repairs have been counted.
_SURE: Final = 0.80
_PAIR_SURE: Final = 0.85
_LIKELY: Final = 0.50
_SHOWN: Final = 0.01
_RULED_OUT: Final = 0.01
# Share of all known causes that must have been looked at before "no fault found" is earned.
_EARNED: Final = 0.95
_JUDGED: Final = frozenset({Verdict.PASS, Verdict.MARGINAL, Verdict.FAIL})
_LOUDNESS: Final = {Strength.STRONG: 3, Strength.MODERATE: 2, Strength.WEAK: 1}
_NO_PRICE: Final = Unknown(reason="no_price_list")
_NO_LABOUR: Final = Unknown(reason="no_labour_times")
_NO_INTAKE: Final = Unknown(reason="no_intake")


@dataclass(frozen=True, slots=True, kw_only=True)
class RunFacts:
    """What the diagnosis says about its run.

    Attributes:
        gaps: what its source lacks from the start.
        complaints: symptom codes of what the customer says.
    """

    run_id: str
    created_at: datetime
    source: Literal["adb", "bugreport", "replay"]
    subject: str
    agent_version: str
    limits: str
    gaps: tuple[NotTested, ...] = ()
    complaints: tuple[str, ...] = ()


def conclude(facts: RunFacts, results: Sequence[ProbeResult], knowledge: Knowledge) -> Diagnosis:
    """Weigh all findings and say what is wrong, how sure, why, what was not tested and what to do."""
    findings = [finding for result in results for finding in result.findings]
    tested = {code for code, effect in knowledge.effects.items() if _was_read(effect, results)}
    widened, said = hear(knowledge, facts.complaints)
    belief = believe(widened, [*said, *_seen(findings), *_not_seen(tested, findings)])
    suspects = _suspects(belief)
    exposure = _exposure(knowledge, tested)
    conclusion = _conclusion(suspects, results, findings, exposure)
    settings = found_settings(results, knowledge, facts.complaints)
    if settings_conclude(conclusion, settings, suspects[:1], knowledge, facts.complaints):
        conclusion = Conclusion.CONFIGURATION
    return Diagnosis(
        run_id=facts.run_id,
        created_at=facts.created_at,
        source=facts.source,
        subject=facts.subject,
        phone=_identity(results),
        conclusion=conclusion,
        suspects=suspects,
        complaints=facts.complaints,
        settings=settings,
        no_fault_probability=min(1.0, belief.nothing),
        ruled_out=_ruled_out(belief, knowledge, tested),
        not_tested=(*facts.gaps, *_not_tested(knowledge, tested, findings, results)),
        exposure=exposure,
        plan=_plan(conclusion, suspects, exposure, results),
        warranty=_NO_INTAKE,
        agent_version=facts.agent_version,
        knowledge_sha256=knowledge.sha256,
        limits=facts.limits,
        exchanges=sum(len(result.recordings) for result in results),
        results=tuple(results),
    )


def _was_read(effect: Effect, results: Sequence[ProbeResult]) -> bool:
    by_probe = {result.probe: result for result in results}
    for reader in effect.read_by:
        probe, _, name = reader.partition(":")
        result = by_probe.get(probe)
        if result is None:
            continue
        if not name and result.verdict in _JUDGED:
            return True
        if any(taken.name == name and taken.verdict in _JUDGED for taken in result.measurements):
            return True
    return False


def _seen(findings: Iterable[Finding]) -> list[Observation]:
    """One observation an effect: the loudest finding speaks, the evidence of all is kept."""
    by_code: dict[str, list[Finding]] = {}
    for finding in findings:
        by_code.setdefault(finding.code, []).append(finding)
    return [
        Observation(
            effect=code,
            seen=loudest.strength,
            components=loudest.components,
            function=loudest.function,
            evidence=tuple(evidence for finding in same for evidence in _named(finding))[:6],
        )
        for code, same in by_code.items()
        for loudest in [max(same, key=lambda finding: _LOUDNESS[finding.strength])]
    ]


def _named(finding: Finding) -> tuple[Evidence, ...]:
    if not finding.subject or not finding.evidence:
        return finding.evidence
    first, *rest = finding.evidence
    return (first.model_copy(update={"text": f"{finding.subject}: {first.text}"[:400]}), *rest)


def _not_seen(tested: Iterable[str], findings: Iterable[Finding]) -> list[Observation]:
    seen = {finding.code for finding in findings}
    return [Observation(effect=code, seen=None) for code in tested if code not in seen]


def _suspects(belief: Belief) -> tuple[Suspect, ...]:
    ranked = sorted(
        ((float(p), name) for p, name in zip(belief.marginals, belief.causes, strict=True)), key=lambda row: -row[0]
    )
    found: dict[str, Suspect] = {}
    for _, name in ranked:
        cause = belief.causes[name]
        probability = belief.of_component(cause.component)
        contributions = _contributions(belief, name)
        speaks = any(
            part.seen and part.decibans > 0 and not part.effect.startswith(COMPLAINT) for part in contributions
        )
        # what nothing speaks for keeps the probability that it has on any phone: that is no suspicion
        if cause.kind == "nuisance" or cause.component in found or probability < _SHOWN or not speaks:
            continue
        found[cause.component] = Suspect(
            component=cause.component,
            function=cause.function,
            cause=name,
            probability=probability,
            contributions=contributions,
        )
    return tuple(sorted(found.values(), key=lambda suspect: -suspect.probability))


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


def _exposure(knowledge: Knowledge, tested: set[str]) -> float:
    """Share of the causes, weighted by their priors, that something in the run could have seen."""
    exposed = {cause for code in tested for cause in knowledge.effects[code].caused_by}
    total = sum(cause.prior for cause in knowledge.causes.values())
    parts_without_cause = len(_parts()) - len({cause.component for cause in knowledge.causes.values()} & _parts())
    blind = parts_without_cause * min((cause.prior for cause in knowledge.causes.values()), default=0.0)
    seen = sum(cause.prior for name, cause in knowledge.causes.items() if name in exposed)
    return seen / (total + blind) if total + blind else 0.0


def _parts() -> set[str]:
    return set(components()) - {SOFTWARE, NO_PART}


def _conclusion(
    suspects: tuple[Suspect, ...],
    results: Sequence[ProbeResult],
    findings: Sequence[Finding],
    exposure: float,
) -> Conclusion:
    if any(result.link_broke for result in results) or all(result.verdict is Verdict.ERROR for result in results):
        return Conclusion.BENCH_TROUBLE
    loud = any(finding.strength is not Strength.WEAK for finding in findings)
    if suspects and loud:
        best = suspects[0]
        if best.probability >= _SURE:
            return Conclusion.SOFTWARE if best.component == SOFTWARE else Conclusion.PART
        if len(suspects) > 1 and best.probability + suspects[1].probability >= _PAIR_SURE:
            return Conclusion.AMBIGUOUS
        if best.probability >= _LIKELY:
            return Conclusion.SUSPECT
    nothing_read = not any(result.verdict in _JUDGED for result in results)
    unexplained = any(finding.strength is Strength.STRONG for finding in findings)
    if nothing_read or unexplained:
        return Conclusion.CANNOT_TELL
    clean = all(result.verdict is Verdict.PASS for result in results)
    return Conclusion.NO_FAULT_FOUND if clean and exposure >= _EARNED else Conclusion.NOTHING_FOUND


def _ruled_out(belief: Belief, knowledge: Knowledge, tested: set[str]) -> tuple[str, ...]:
    """Components of which every cause was looked at and none is believed."""
    exposed = {cause for code in tested for cause in knowledge.effects[code].caused_by}
    whole = {
        cause.component
        for cause in knowledge.causes.values()
        if all(name in exposed for name, other in knowledge.causes.items() if other.component == cause.component)
    }
    return tuple(sorted(part for part in whole & _parts() if belief.of_component(part) < _RULED_OUT))


def _not_tested(
    knowledge: Knowledge, tested: set[str], findings: Sequence[Finding], results: Sequence[ProbeResult]
) -> tuple[NotTested, ...]:
    looked_at = {knowledge.causes[cause].component for code in tested for cause in knowledge.effects[code].caused_by}
    looked_at |= {part for finding in findings for part in finding.components}
    parts = [NotTested(what=code, reason="no_probe_ran") for code in components() if code in _parts() - looked_at]
    silent = [
        NotTested(what=f"{result.probe}:{taken.name}", reason=taken.reason or str(taken.verdict))
        for result in results
        for taken in result.measurements
        if taken.verdict not in _JUDGED
    ]
    return (*silent, *parts)


def _plan(
    conclusion: Conclusion, suspects: tuple[Suspect, ...], exposure: float, results: Sequence[ProbeResult]
) -> RepairPlan:
    action = {
        Conclusion.PART: Action.REPLACE_PART,
        Conclusion.SOFTWARE: Action.SERVICE_SOFTWARE,
        Conclusion.CONFIGURATION: Action.CHANGE_SETTING,
        Conclusion.AMBIGUOUS: Action.SETTLE_BETWEEN,
        Conclusion.SUSPECT: Action.CONFIRM,
        Conclusion.NOTHING_FOUND: Action.TEST_WHAT_IS_LEFT,
        Conclusion.NO_FAULT_FOUND: Action.RETURN_PHONE,
        Conclusion.CANNOT_TELL: Action.TEST_BY_HAND,
        Conclusion.BENCH_TROUBLE: Action.MEND_BENCH,
    }[conclusion]
    parts = (suspects[0].component,) if conclusion is Conclusion.PART else ()
    speaking = {part.effect for suspect in suspects[:1] for part in suspect.contributions if part.seen}
    verify = tuple(result.probe for result in results if any(finding.code in speaking for finding in result.findings))
    return RepairPlan(
        action=action, parts=parts, cost=_NO_PRICE, time=_NO_LABOUR, verify_with=verify if exposure else ()
    )


def _identity(results: Sequence[ProbeResult]) -> PhoneIdentity:
    said = {
        taken.name: str(taken.value)
        for result in results
        if result.probe == "identity.phone"
        for taken in result.measurements
        if taken.value is not None
    }
    return PhoneIdentity(**{name: said[name] for name in PhoneIdentity.model_fields if name in said})
