"""From counts to findings: cases that say the same are put together, judged, and given their evidence."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from itertools import groupby

from probes.logs.records import EvidenceLine, Finding, Klass, Stamp, Strength
from probes.logs.rules import Case, Judgement, judge
from probes.logs.tally import Tally

_MAX_EVIDENCE = 12


def findings_of(cases: Sequence[Case]) -> list[tuple[Finding, list[Case]]]:
    """Judge all cases together and say what they speak for, each finding with the cases behind it."""
    markers: dict[str, list[Case]] = defaultdict(list)
    for case in cases:
        if case.signature.marker:
            markers[case.signature.id].append(case)
    judged = [case for case in cases if not case.signature.marker]
    company: set[str] = set()
    for case in judged:
        if judge(case, markers, frozenset()).strength is not Strength.BENIGN:
            company |= {case.signature.id, str(case.signature.code)}
    pairs = [(case, judge(case, markers, company)) for case in judged]
    pairs.sort(key=lambda pair: _group(*pair))
    groups = [list(group) for _, group in groupby(pairs, key=lambda pair: _group(*pair))]
    return [(_finding(group), [case for case, _ in group]) for group in groups]


def _group(case: Case, judgement: Judgement) -> tuple[str, tuple[str, ...], str, str, str]:
    signature = case.signature
    parts = signature.parts_of_unit.get(case.unit, signature.parts)
    klass = Klass.BENIGN if judgement.strength is Strength.BENIGN else signature.klass
    return str(signature.code), parts, signature.function, case.unit, klass.value


def _finding(group: Sequence[tuple[Case, Judgement]]) -> Finding:
    code, parts, function, unit, klass = _group(*group[0])
    tallies = [(name, tally, case) for case, _ in group for name, tally in sorted(case.tallies.items())]
    strength = max((judgement.strength for _, judgement in group), key=lambda one: one.rank)
    return Finding(
        code=code,
        parts=parts,
        function=function,
        unit=unit,
        strength=strength,
        klass=Klass(klass),
        signature_ids=tuple(sorted({case.signature.id for case, _ in group})),
        count=sum(tally.count for _, tally, _ in tallies),
        first=_edge([tally.first for _, tally, _ in tallies], last=False),
        last=_edge([tally.last for _, tally, _ in tallies], last=True),
        rate_per_h=_rate(tallies),
        evidence=_evidence(tallies),
        why=tuple(f"{case.signature.id}: {'; '.join(judgement.why)}" for case, judgement in group),
    )


def _edge(stamps: Sequence[Stamp | None], *, last: bool) -> Stamp | None:
    """The earliest or latest stamp; kernel clocks before wall clocks, since the two cannot be compared."""
    known = [stamp for stamp in stamps if stamp is not None]
    on_boot = [stamp for stamp in known if stamp.boot_s is not None] or known
    pick = max if last else min
    return pick(on_boot, key=lambda stamp: (stamp.seconds or 0.0, stamp.wall), default=None)


def _rate(tallies: Sequence[tuple[str, Tally, Case]]) -> float | None:
    spans: Mapping[str, float] = {name: case.source_spans_s.get(name, 0.0) for name, _, case in tallies}
    total_s = sum(spans.values())
    lines = sum(tally.count for name, tally, _ in tallies if spans[name] > 0)
    return lines / total_s * 3600 if total_s >= 1.0 else None


def _evidence(tallies: Sequence[tuple[str, Tally, Case]]) -> tuple[EvidenceLine, ...]:
    """Lines of all signatures of a finding, each once, at most ``_MAX_EVIDENCE``: both ends before the middle."""
    lines = {(name, sample.line_no): (sample, name) for name, tally, _ in tallies for sample in tally.samples}
    ordered = [lines[key] for key in sorted(lines)]
    if len(ordered) > _MAX_EVIDENCE:
        half = _MAX_EVIDENCE // 2
        ordered = ordered[:half] + ordered[-half:]
    return tuple(sample.evidence(name) for sample, name in ordered)
