"""The log engine: many logs in, findings with evidence out, in one pass and bounded memory."""

from __future__ import annotations

import threading
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from itertools import groupby

from probes.logs.blocks import Block, blocks
from probes.logs.catalogue import Signature, load_signatures
from probes.logs.crashes import SCAN_PATTERNS, CrashTally, crash_findings
from probes.logs.levels import count_levels
from probes.logs.records import EvidenceLine, Finding, Klass, LogReport, LogSource, SourceStats, Stamp, Strength
from probes.logs.rules import Case, Judgement, judge
from probes.logs.scanner import Scanner
from probes.logs.tally import Tally, first_and_last_stamp

OTHER_UNITS = "other"
_MAX_UNITS = 64
_VERIFY_BYTES = 2048  # twice what the kernel prints in a line; it bounds what backtracking can cost
_MAX_EVIDENCE = 12
_BOOT_PATTERNS = (rb"Linux version \d+\.\d+\.\d+", rb"boot_progress_start")


def scan(sources: Iterable[LogSource], *, catalogue: Sequence[Signature] | None = None) -> LogReport:
    """Read logs and say what they speak for.

    Args:
        sources: the logs, in any order; names tell them apart and come back in the evidence.
        catalogue: signatures to look for; those of the product when None.
    """
    known = load_signatures() if catalogue is None else tuple(catalogue)
    run = _Run(known, _scanner() if catalogue is None else _compile(known))
    for source in sources:
        run.read(source)
    return run.report()


def _compile(known: Sequence[Signature]) -> Scanner:
    return Scanner([signature.pattern.encode() for signature in known] + [*SCAN_PATTERNS, *_BOOT_PATTERNS])


_compiling = threading.Lock()


def _scanner() -> Scanner:
    with _compiling:  # phones are scanned side by side: one of them compiles, the others wait for it
        return _compiled()


@cache
def _compiled() -> Scanner:
    return _compile(load_signatures())


@dataclass(slots=True)
class _Stats:
    name: str
    lines: int = 0
    size_bytes: int = 0
    first: Stamp | None = None
    last: Stamp | None = None
    boots: int = 0
    levels: dict[str, int] = field(default_factory=lambda: defaultdict(int))

    def add(self, block: Block) -> None:
        self.lines = block.first_line_no + len(block.ends) - 1
        for level, count in count_levels(block).items():
            self.levels[level] += count
        first, last = first_and_last_stamp(block)
        self.first, self.last = self.first or first, last or self.last

    @property
    def span_s(self) -> float:
        """Time that the source covers; 0 when its first and last line stand on different clocks."""
        if self.first is None or self.last is None:
            return 0.0
        if self.first.boot_s is not None and self.last.boot_s is not None:
            return max(0.0, self.last.boot_s - self.first.boot_s)
        return max(0.0, (self.last.wall_s or 0.0) - self.first.wall_s) if self.first.wall_s is not None else 0.0

    def frozen(self) -> SourceStats:
        boots = max(self.boots, 1 if self.lines else 0)
        return SourceStats(self.name, self.lines, self.size_bytes, self.first, self.last, boots, dict(self.levels))


class _Run:
    """What one call of ``scan`` has counted so far."""

    def __init__(self, known: Sequence[Signature], scanner: Scanner) -> None:
        self._known = known
        self._scanner = scanner
        self._tallies: list[dict[str, dict[str, Tally]]] = [{} for _ in known]
        self._stats: dict[str, _Stats] = {}
        self._crashes = CrashTally()

    def read(self, source: LogSource) -> None:
        """Count one source."""
        name = source.name
        while name in self._stats:  # two logs of one name stay two logs
            name += "'"
        stats = self._stats[name] = _Stats(name)
        self._crashes.start(name)

        def measured() -> Iterable[bytes]:
            for chunk in source.chunks:
                stats.size_bytes += len(chunk)
                yield chunk

        for block in blocks(measured()):
            stats.add(block)
            self._count(block, stats)

    def _count(self, block: Block, stats: _Stats) -> None:
        batches: dict[tuple[int, str], list[int]] = defaultdict(list)
        for line, number in self._scanner.matches(block):
            if number >= len(self._known) + len(SCAN_PATTERNS):
                stats.boots += 1
            elif number >= len(self._known):
                self._crashes.add(number - len(self._known), block, line)
            else:
                start = block.line_start(line)
                text = block.data[start : min(int(block.ends[line]), start + _VERIFY_BYTES)]
                match = self._known[number].regex.search(text)
                if match is not None:
                    unit = next((value for value in match.groupdict().values() if value), b"")
                    batches[number, unit.decode("utf-8", "replace")].append(line)
        for (number, unit), lines in batches.items():
            self._tally(number, unit, stats.name).add(block, lines)

    def _tally(self, number: int, unit: str, source: str) -> Tally:
        units = self._tallies[number]
        if unit not in units and len(units) >= _MAX_UNITS:
            unit = OTHER_UNITS
        by_source = units.setdefault(unit, {})
        if source not in by_source:
            by_source[source] = Tally(after_boot_s=self._known[number].rule.after_boot_s)
        return by_source[source]

    def report(self) -> LogReport:
        """Judge what was counted."""
        spans = {name: stats.span_s for name, stats in self._stats.items()}
        cases = [
            Case(signature, unit, tallies, spans)
            for signature, units in zip(self._known, self._tallies, strict=True)
            for unit, tallies in units.items()
        ]
        crashes = self._crashes.crashes()
        findings = _findings(cases) + crash_findings(crashes)
        findings.sort(key=lambda one: (-one.strength.rank, one.code, one.unit, one.parts, one.function, one.klass))
        sources = tuple(self._stats[name].frozen() for name in sorted(self._stats))
        return LogReport(tuple(findings), sources, crashes)


def _findings(cases: Sequence[Case]) -> list[Finding]:
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
    return [_finding(list(group)) for _, group in groupby(pairs, key=lambda pair: _group(*pair))]


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
