"""What a run has read: the effects that were seen, those that were looked for in vain, and graded measurements."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from agent.localizer._belief import Observation
from agent.localizer._knowledge import Effect, Graded, Knowledge
from probes import Evidence, Finding, ProbeResult, Strength, Verdict, first_look

JUDGED: Final = frozenset({Verdict.PASS, Verdict.MARGINAL, Verdict.FAIL})
_LOUDNESS: Final = {Strength.STRONG: 3, Strength.MODERATE: 2, Strength.WEAK: 1}
# A graded reading never says more than this likelihood ratio, however far off it is.
_MOST: Final = 50.0
# A log tells of hours: what comes and goes had about so many chances to be written into it. Prior: our own estimate.
_LOOKS_OF_LOG: Final = 10
_EVIDENCE: Final = 6
_Taken = Mapping[str, Sequence[ProbeResult]]
"""Results by the id of the probe, those of its second look with those of the first."""
_TEXT: Final = 400


def observed(knowledge: Knowledge, results: Sequence[ProbeResult]) -> tuple[list[Observation], set[str]]:
    """One observation for each effect that was looked at, and the effects whose absence would have been noticed."""
    findings = [finding for result in results for finding in result.findings]
    by_probe: dict[str, list[ProbeResult]] = {}
    for result in results:
        by_probe.setdefault(first_look(result.probe), []).append(result)
    tested = {code for code, effect in knowledge.effects.items() if _was_read(effect, by_probe)}
    seen = _seen(findings, knowledge, by_probe)
    there = {one.effect for one in seen}
    unseen = [
        Observation(
            code,
            None,
            pair=_graded(knowledge.effects[code], by_probe, seen=False),
            looks=_looks(knowledge.effects[code], by_probe),
        )
        for code in sorted(tested - there)
    ]
    return [*seen, *unseen], tested


def looked_with(results: Iterable[ProbeResult]) -> tuple[str, ...]:
    """Ids of the probes that came to a verdict, each once, however often it looked."""
    return tuple(dict.fromkeys(first_look(result.probe) for result in results if result.verdict in JUDGED))


def _was_read(effect: Effect, by_probe: _Taken) -> bool:
    return any(_judged(reader, by_probe) for reader in effect.read_by)


def _judged(reader: str, by_probe: _Taken) -> int:
    """How many looks of a probe, or at the named measurement of it, came to a verdict."""
    probe, _, name = reader.partition(":")
    looks = by_probe.get(probe, ())
    if not name:
        return sum(result.verdict in JUDGED for result in looks)
    return sum(any(taken.name == name and taken.verdict in JUDGED for taken in result.measurements) for result in looks)


def _looks(effect: Effect, by_probe: _Taken) -> int:
    """How often an effect was looked for: at every look of a probe once; in a log, which holds hours, many times."""
    if not effect.read_by:
        return _LOOKS_OF_LOG
    return max(1, sum(_judged(reader, by_probe) for reader in effect.read_by))


def _seen(findings: Iterable[Finding], knowledge: Knowledge, by_probe: _Taken) -> list[Observation]:
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
            evidence=tuple(evidence for finding in same for evidence in _named(finding))[:_EVIDENCE],
            pair=_graded(knowledge.effects[code], by_probe, seen=True) if code in knowledge.effects else None,
            looks=_looks(knowledge.effects[code], by_probe) if code in knowledge.effects else 1,
        )
        for code, same in by_code.items()
        for loudest in [max(same, key=lambda finding: _LOUDNESS[finding.strength])]
    ]


def _named(finding: Finding) -> tuple[Evidence, ...]:
    if not finding.subject or not finding.evidence:
        return finding.evidence
    first, *rest = finding.evidence
    return (first.model_copy(update={"text": f"{finding.subject}: {first.text}"[:_TEXT]}), *rest)


def _graded(effect: Effect, by_probe: _Taken, *, seen: bool) -> tuple[float, float] | None:
    """Likelihood pair of the graded measurement that speaks loudest for the effect, if one was taken."""
    ratios: list[float] = []
    for reader, scale in effect.graded.items():
        probe, _, name = reader.partition(":")
        for taken in (taken for result in by_probe.get(probe, ()) for taken in result.measurements):
            value = taken.value
            if taken.name == name and taken.verdict in JUDGED and isinstance(value, int | float):
                ratios.append(grade(scale, float(value)))
    if not ratios:
        return None
    ratio = max([*ratios, 1.0]) if seen else max(ratios)  # beyond its limit it never speaks against the effect
    return (1.0, 1.0 / ratio) if ratio >= 1.0 else (ratio, 1.0)


def grade(scale: Graded, value: float) -> float:
    """Likelihood ratio of a graded measurement: 1 halfway, bounded at both ends.

    >>> scale = Graded(good=90.0, bad=70.0)
    >>> grade(scale, 80.0), grade(scale, 60.0), round(grade(scale, 90.0), 3)
    (1.0, 50.0, 0.02)
    """
    where = (value - scale.good) / (scale.bad - scale.good)
    exponent = min(1.0, max(-1.0, 2.0 * where - 1.0))
    return float(_MOST**exponent)
