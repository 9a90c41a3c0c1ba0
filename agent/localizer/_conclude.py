"""From the results of a run to its diagnosis. Sees findings and verdicts only."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal

from agent.localizer._belief import Belief, believe
from agent.localizer._complaint import hear
from agent.localizer._explain import explain
from agent.localizer._knowledge import Knowledge
from agent.localizer._priors import contexts_of
from agent.localizer._readings import JUDGED, looked_with, observed
from agent.localizer._repair import NO_LABOUR, NO_PRICE, brought, cost_of, steps_for, time_of, without_part
from agent.localizer._settings import found_settings, settings_conclude
from agent.localizer._verdict import (
    SURE,
    bench_of,
    conclusion_of,
    exposure_of,
    group_of,
    not_reproduced,
    parts,
    residual_of,
    root_cause_of,
    ruled_out,
    sure_parts,
    suspects_of,
)
from probes import SOFTWARE, Finding, ProbeResult, components, first_look
from reports import (
    NAMING,
    Action,
    BenchCause,
    Choice,
    Conclusion,
    Diagnosis,
    Explanation,
    NotTested,
    PhoneIdentity,
    RepairPlan,
    Suspect,
    Unknown,
    chief_of,
)
from reports.service import coverage_of

_NO_INTAKE: Final = Unknown(reason="no_intake")
_QUIET: Final = frozenset({Conclusion.NOTHING_FOUND, Conclusion.NO_FAULT_FOUND})
_MOST_STEPS: Final = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class RunFacts:
    """What the diagnosis says about its run.

    Attributes:
        gaps: what its source lacks from the start.
        complaints: symptom codes of what the customer says.
        order: ticket of the order that the run is made for.
        contexts: what is known of the phone's history, by id in the knowledge files.
        choices: why which test was run next, where the run chose by itself.
    """

    run_id: str
    created_at: datetime
    source: Literal["adb", "bugreport", "replay", "usb"]
    subject: str
    agent_version: str
    limits: str
    gaps: tuple[NotTested, ...] = ()
    complaints: tuple[str, ...] = ()
    contexts: tuple[str, ...] = ()
    choices: tuple[Choice, ...] = ()
    order: str = ""


def conclude(facts: RunFacts, results: Sequence[ProbeResult], knowledge: Knowledge) -> Diagnosis:
    """Weigh all findings and say what is wrong, how sure, why, what was not tested and what to do."""
    findings = [finding for result in results for finding in result.findings]
    phone = _identity(results)
    contexts = tuple(dict.fromkeys((*facts.contexts, *contexts_of(knowledge, phone.model))))
    belief, tested = believed(facts, results, knowledge, contexts=contexts)
    suspects = suspects_of(belief, knowledge.calibration)
    exposure = exposure_of(knowledge, tested)
    conclusion = conclusion_of(belief, suspects, results, findings, exposure)
    settings = found_settings(results, knowledge, facts.complaints)
    sure = [one for one in suspects if one.probability >= SURE]
    if settings_conclude(conclusion, settings, sure or suspects[:1], knowledge, facts.complaints):
        conclusion = Conclusion.CONFIGURATION
    bench = bench_of(belief)
    quiet = conclusion in _QUIET
    ran = looked_with(results)
    return Diagnosis(
        run_id=facts.run_id,
        created_at=facts.created_at,
        source=facts.source,
        subject=facts.subject,
        phone=phone,
        conclusion=conclusion,
        suspects=suspects,
        group=group_of(suspects, conclusion),
        order=facts.order,
        complaints=facts.complaints,
        settings=settings,
        not_reproduced=quiet and not_reproduced(knowledge, facts.complaints, tested, suspects),
        root_cause=root_cause_of(conclusion, suspects, bench, knowledge, contexts),
        explanation=_explained(belief, knowledge, ran, conclusion, suspects),
        bench=bench,
        clash=belief.clash,
        residual=residual_of(belief, knowledge, facts.complaints, results) if quiet else None,
        choices=facts.choices,
        no_fault_probability=min(1.0, belief.nothing),
        ruled_out=ruled_out(belief, knowledge, tested),
        not_tested=(*facts.gaps, *_not_tested(knowledge, tested, findings, results)),
        coverage=coverage_of(results),
        exposure=exposure,
        plan=_Planned(knowledge, phone.model, ran).plan(conclusion, suspects, bench, results, exposure=exposure),
        warranty=_NO_INTAKE,
        agent_version=facts.agent_version,
        knowledge_sha256=knowledge.sha256,
        limits=facts.limits,
        exchanges=sum(len(result.recordings) for result in results),
        results=tuple(results),
    )


def _explained(
    belief: Belief, knowledge: Knowledge, ran: Sequence[str], conclusion: Conclusion, suspects: Sequence[Suspect]
) -> Explanation | None:
    chief = chief_of(conclusion, suspects) if conclusion in NAMING else None
    return explain(belief, knowledge, ran, of=chief.component, sure=SURE) if chief is not None else None


def believed(
    facts: RunFacts,
    results: Sequence[ProbeResult],
    knowledge: Knowledge,
    *,
    contexts: Collection[str] = (),
    tolerance: float = 1e-6,
) -> tuple[Belief, set[str]]:
    """The belief after these results, and the effects that they read; contexts and tolerance as for ``believe``."""
    seen, tested = observed(knowledge, results)
    widened, said = hear(knowledge, facts.complaints)
    return believe(widened, [*said, *seen], contexts=contexts, tolerance=tolerance), tested


def _not_tested(
    knowledge: Knowledge, tested: Collection[str], findings: Sequence[Finding], results: Sequence[ProbeResult]
) -> tuple[NotTested, ...]:
    looked_at = {knowledge.causes[cause].component for code in tested for cause in knowledge.effects[code].caused_by}
    looked_at |= {part for finding in findings for part in finding.components}
    unread = [NotTested(what=code, reason="no_probe_ran") for code in components() if code in parts() - looked_at]
    silent = [
        NotTested(what=f"{result.probe}:{taken.name}", reason=taken.reason or str(taken.verdict))
        for result in results
        for taken in result.measurements
        if taken.verdict not in JUDGED and result.probe == first_look(result.probe)
    ]
    return (*silent, *unread)


_ACTIONS: Final = {
    Conclusion.PART: Action.REPLACE_PART,
    Conclusion.SOFTWARE: Action.SERVICE_SOFTWARE,
    Conclusion.CONFIGURATION: Action.CHANGE_SETTING,
    Conclusion.AMBIGUOUS: Action.SETTLE_BETWEEN,
    Conclusion.SUSPECT: Action.CONFIRM,
    Conclusion.NOTHING_FOUND: Action.TEST_WHAT_IS_LEFT,
    Conclusion.NO_FAULT_FOUND: Action.RETURN_PHONE,
    Conclusion.CANNOT_TELL: Action.TEST_BY_HAND,
    Conclusion.BENCH_TROUBLE: Action.MEND_BENCH,
}


@dataclass(frozen=True, slots=True)
class _Planned:
    """What a repair plan is made from, beside the suspects."""

    knowledge: Knowledge
    model: str
    ran: Sequence[str]

    def plan(
        self,
        conclusion: Conclusion,
        suspects: Sequence[Suspect],
        bench: Sequence[BenchCause],
        results: Sequence[ProbeResult],
        *,
        exposure: float,
    ) -> RepairPlan:
        """The plan: parts only where one is sure, steps to try where something is suspected."""
        pulled = sure_parts(suspects) if conclusion is Conclusion.PART else ()
        along = brought(self.knowledge, pulled)
        pulled = tuple(part for part in pulled if part not in along)
        named = {one.component for one in suspects if one.probability >= SURE}
        sure = named & {SOFTWARE, *pulled} if conclusion in {Conclusion.PART, Conclusion.SOFTWARE} else set[str]()
        worth = [one for one in suspects if one.component in sure] if sure else suspects[:_MOST_STEPS]
        rivals = without_part(self.knowledge, suspects, worth) if sure else ()
        plans = conclusion in NAMING
        steps = steps_for(self.knowledge, worth, self.ran, model=self.model, before=rivals) if plans else ()
        time = time_of(self.knowledge, steps) if sure else NO_LABOUR
        repeat = bool(bench) and conclusion is Conclusion.CANNOT_TELL
        speaking = {
            part.effect for suspect in worth[: max(1, len(sure))] for part in suspect.contributions if part.seen
        }
        told = [result for result in results if any(found.code in speaking for found in result.findings)]
        verify = dict.fromkeys(first_look(result.probe) for result in told)
        return RepairPlan(
            action=Action.REPEAT_TEST if repeat else _ACTIONS[conclusion],
            parts=pulled,
            cost=cost_of(self.knowledge, pulled, time, self.model) if sure else NO_PRICE,
            time=time,
            verify_with=tuple(verify) if exposure else (),
            steps=steps,
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
