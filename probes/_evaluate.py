"""From what a probe said to verdicts: limits decide, and nobody can pass by staying silent."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from pydantic import ValidationError

from probes._catalogue import components
from probes._declare import Excuse, Measure, ProbeMeta, Reading, Said, Sign
from probes._limits import Limit, Value
from probes._records import Evidence, Finding, Measurement, Trouble
from probes._verdict import Blame, Strength, Unit, Verdict, worst

_EXCUSES = frozenset({Verdict.NOT_SUPPORTED, Verdict.INCONCLUSIVE, Verdict.SKIPPED})


class ProbeBug(Exception):
    """The probe broke its own declaration: it makes the probe ``error``, and says nothing about the phone."""


@dataclass(frozen=True, slots=True)
class Broke:
    """Why a probe ended before it had said everything. What it had said before still counts."""

    verdict: Verdict
    blame: Blame
    reason: str
    trouble: Trouble | None = None


@dataclass(frozen=True, slots=True)
class Evaluation:
    """What one probe came to."""

    verdict: Verdict
    blame: Blame | None
    reason: str | None
    measurements: tuple[Measurement, ...]
    findings: tuple[Finding, ...]
    trouble: Trouble | None = None


_SILENT = Broke(verdict=Verdict.ERROR, blame=Blame.BENCH, reason="neither_set_nor_excused")


def evaluate(
    meta: ProbeMeta, said: Iterable[Said], limits: Mapping[str, Limit] | None = None, broke: Broke | None = None
) -> Evaluation:
    """Judge what a probe said.

    Args:
        meta: the probe's declaration.
        said: readings, excuses and signs, in any order.
        limits: replaces declared limits, by measurement name.
        broke: what ended the probe early; it stands for every measurement that was not said.

    Raises:
        ProbeBug: a value of the wrong kind, a name that was not declared, a name said twice, or a sign that no record
            can hold.
    """
    try:
        return _evaluate(meta, said, limits or {}, broke)
    except ValidationError as error:
        first = error.errors()[0]
        raise ProbeBug(f"{meta.id}: {'.'.join(map(str, first['loc']))}: {first['msg']}") from error


def _evaluate(meta: ProbeMeta, said: Iterable[Said], limits: Mapping[str, Limit], broke: Broke | None) -> Evaluation:
    readings: dict[str, Reading | Excuse] = {}
    signs: list[Sign] = []
    declared = {measure.name for measure in meta.measures}
    for item in said:
        if isinstance(item, Sign):
            signs.append(item)
        elif isinstance(item, Reading | Excuse):
            if item.name not in declared:
                raise ProbeBug(f"{meta.id} did not declare the measurement {item.name!r}")
            if item.name in readings:
                raise ProbeBug(f"{meta.id} said {item.name!r} twice")
            readings[item.name] = item
    measurements = tuple(
        _measurement(measure, readings.get(measure.name), limits.get(measure.name, measure.limit), broke or _SILENT)
        for measure in meta.measures
    )
    raised = [
        finding
        for measure, taken in zip(meta.measures, measurements, strict=True)
        if (finding := _raised(measure, taken)) is not None
    ]
    findings = (*raised, *(_finding(sign) for sign in signs))
    return _sum_up(meta, measurements, findings, broke)


def _measurement(measure: Measure, said: Reading | Excuse | None, limit: Limit, silent: Broke) -> Measurement:
    value: Value | None = None
    evidence: tuple[Evidence, ...] = ()
    reason: str | None = None
    blame: Blame | None = None
    if said is None:
        verdict, blame, reason = silent.verdict, silent.blame, silent.reason
    elif isinstance(said, Excuse):
        if said.verdict not in _EXCUSES:
            raise ProbeBug(f"an excuse for {said.name!r} may not be {said.verdict}")
        verdict, blame, reason = said.verdict, Blame.UNDETERMINED, said.reason
    else:
        value = _plain(measure, said.value)
        verdict, evidence = _judge(measure, limit, value), said.evidence
        if verdict is not Verdict.PASS:
            points_at_a_part = measure.says is not None and measure.says.component is not None
            blame = Blame.COMPONENT if points_at_a_part else Blame.UNDETERMINED
            reason = "over_limit" if verdict is Verdict.FAIL else "near_limit"
    return Measurement(
        name=measure.name,
        label=measure.label,
        unit=measure.unit,
        value=value,
        limit=limit,
        verdict=verdict,
        blame=blame,
        reason=reason,
        evidence=evidence,
    )


def _plain(measure: Measure, value: object) -> Value:
    """Unwrap numpy scalars and refuse what is not a value of the declared kind."""
    item = getattr(value, "item", None)
    plain = item() if callable(item) else value
    if measure.unit is Unit.TEXT:
        if isinstance(plain, str):
            return plain
    elif isinstance(plain, int | float) and not isinstance(plain, bool) and _is_finite(plain):
        return plain
    raise ProbeBug(f"{measure.name} takes {measure.unit.name.lower()}, not {type(plain).__name__} {plain!r:.40}")


def _is_finite(number: float) -> bool:
    try:
        return math.isfinite(number)
    except OverflowError:  # an integer that no float can hold
        return False


def _judge(measure: Measure, limit: Limit, value: Value) -> Verdict:
    try:
        return limit.judge(value)
    except TypeError as error:
        raise ProbeBug(f"{measure.name}: its limit does not fit its value: {error}") from error


def _raised(measure: Measure, taken: Measurement) -> Finding | None:
    if measure.says is None or taken.verdict not in {Verdict.FAIL, Verdict.MARGINAL}:
        return None
    return Finding(
        code=measure.says.code,
        strength=Strength.STRONG if taken.verdict is Verdict.FAIL else Strength.WEAK,
        blame=Blame.UNDETERMINED if measure.says.component is None else Blame.COMPONENT,
        components=(measure.says.component,) if measure.says.component else (),
        function=measure.says.function,
        evidence=(Evidence(measurement=measure.name, text=_in_words(taken.value)), *taken.evidence),
    )


def _in_words(value: Value | None) -> str:
    """A value as a reader wants it; sixteen digits say nothing more, and look like a number that names a phone."""
    return f"{value:.6g}" if isinstance(value, float) else f"{value}"[:200]


def _finding(sign: Sign) -> Finding:
    unknown = [code for code in sign.components if code not in components()]
    if unknown:
        raise ProbeBug(f"{sign.code} points at {unknown[0]!r}, which the catalogue does not have")
    return Finding(
        code=sign.code,
        strength=sign.strength,
        blame=Blame.COMPONENT if sign.components else Blame.UNDETERMINED,
        components=sign.components,
        function=sign.function,
        subject=sign.subject,
        count=sign.count,
        first=sign.first,
        last=sign.last,
        evidence=sign.evidence,
    )


def _sum_up(
    meta: ProbeMeta, measurements: tuple[Measurement, ...], findings: tuple[Finding, ...], broke: Broke | None
) -> Evaluation:
    verdict = worst([taken.verdict for taken in measurements] + ([broke.verdict] if broke else []))
    keys = [
        taken
        for measure, taken in zip(meta.measures, measurements, strict=True)
        if measure.key and taken.verdict in _EXCUSES
    ]
    if any(finding.strength is Strength.STRONG for finding in findings) and verdict is not Verdict.ERROR:
        verdict = Verdict.FAIL
    elif verdict in {Verdict.PASS, Verdict.MARGINAL} and keys:
        verdict = Verdict.INCONCLUSIVE
    return Evaluation(
        verdict=verdict,
        blame=_blame(verdict, measurements, findings, broke),
        reason=_reason(verdict, (*keys, *measurements), keys, broke),
        measurements=measurements,
        findings=findings,
        trouble=_trouble(meta, verdict, measurements, broke),
    )


def _reason(
    verdict: Verdict, taken: tuple[Measurement, ...], keys: list[Measurement], broke: Broke | None
) -> str | None:
    if verdict is Verdict.PASS:
        return None
    if broke is not None and broke.verdict is verdict:
        return broke.reason
    same = [measurement for measurement in taken if measurement.verdict is verdict] or keys
    return same[0].reason if same else "see_findings"


def _blame(
    verdict: Verdict, measurements: tuple[Measurement, ...], findings: tuple[Finding, ...], broke: Broke | None
) -> Blame | None:
    if verdict is Verdict.PASS:
        return None
    if broke is not None and broke.verdict is verdict:
        return broke.blame
    if verdict is Verdict.ERROR:
        return Blame.BENCH
    loud = verdict in {Verdict.FAIL, Verdict.MARGINAL}
    named = any(taken.blame is Blame.COMPONENT for taken in measurements) or any(
        finding.components for finding in findings
    )
    return Blame.COMPONENT if loud and named else Blame.UNDETERMINED


def _trouble(
    meta: ProbeMeta, verdict: Verdict, measurements: tuple[Measurement, ...], broke: Broke | None
) -> Trouble | None:
    if broke is not None:
        return broke.trouble
    if verdict is not Verdict.ERROR:
        return None
    unset = ", ".join(taken.name for taken in measurements if taken.verdict is Verdict.ERROR)
    return Trouble(code="E_PROBE", line=f"{meta.id} neither set nor excused: {unset}")
