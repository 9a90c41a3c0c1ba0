"""The log engine: many logs in, findings with evidence out, in one pass and bounded memory."""

from __future__ import annotations

import threading
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from functools import cache

from probes.logs.blocks import Block, blocks
from probes.logs.catalogue import Signature, load_signatures
from probes.logs.clock import LANDMARKS, Anchor, Landmark, anchor_of, read_landmark, thinned
from probes.logs.crashes import SCAN_PATTERNS, CrashTally, crash_findings
from probes.logs.findings import findings_of
from probes.logs.levels import count_levels
from probes.logs.records import Finding, LogReport, LogSource, ProcessCrashes, SourceStats, Stamp
from probes.logs.rules import Case
from probes.logs.scanner import Scanner
from probes.logs.tally import Tally, first_and_last_stamp
from probes.logs.timeline import Beats, Clocks, SourceBoots, events_of
from probes.logs.unfold import unfolded

OTHER_UNITS = "other"
_MAX_UNITS = 64
_VERIFY_BYTES = 2048  # twice what the kernel prints in a line; it bounds what backtracking can cost


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
    return Scanner([signature.pattern.encode() for signature in known] + [*SCAN_PATTERNS, *LANDMARKS])


_compiling = threading.Lock()


def _scanner() -> Scanner:
    with _compiling:  # phones are scanned side by side: one of them compiles, the others wait for it
        return _compiled()


@cache
def _compiled() -> Scanner:
    return _compile(load_signatures())


@dataclass(slots=True)
class _Stats:
    boots: SourceBoots
    lines: int = 0
    size_bytes: int = 0
    first: Stamp | None = None
    last: Stamp | None = None
    levels: dict[str, int] = field(default_factory=lambda: defaultdict(int))

    @property
    def name(self) -> str:
        return self.boots.name

    def begin(self, block: Block) -> None:
        """Count a block before its lines are looked at; its first clock belongs to the boot that goes on."""
        self.lines = block.first_line_no + len(block.ends) - 1
        for level, count in count_levels(block).items():
            self.levels[level] += count

    def end(self, block: Block, *, boot_before: int) -> None:
        """Take the clocks of a block. In a block with several boots they may belong to any of them."""
        first, last = first_and_last_stamp(block)
        self.first, self.last = self.first or first, last or self.last
        if boot_before == self.boots.now:
            self._tie(anchor_of(first))
        self._tie(anchor_of(last))

    def pass_by(self, landmark: Landmark) -> None:
        """Note that a boot begins, or what time it is."""
        self.boots.now += landmark.begins_boot
        self._tie(landmark.anchor)

    def _tie(self, anchor: Anchor | None) -> None:
        if anchor:
            known = self.boots.anchors.setdefault(self.boots.now, [])
            known.append(anchor)
            self.boots.anchors[self.boots.now] = thinned(known)

    @property
    def span_s(self) -> float:
        """Time that the source covers; 0 when its first and last line stand on different clocks."""
        if self.first is None or self.last is None:
            return 0.0
        if self.first.boot_s is not None and self.last.boot_s is not None:
            return max(0.0, self.last.boot_s - self.first.boot_s)
        return max(0.0, (self.last.wall_s or 0.0) - self.first.wall_s) if self.first.wall_s is not None else 0.0

    def frozen(self) -> SourceStats:
        boots = max(self.boots.now, 1 if self.lines else 0)
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
        stats = self._stats[name] = _Stats(SourceBoots(name))
        self._crashes.start(name, entry=source.entry)

        def measured() -> Iterable[bytes]:
            for chunk in source.chunks:
                stats.size_bytes += len(chunk)
                yield chunk

        for block in unfolded(blocks(measured())):
            boot_before = stats.boots.now
            stats.begin(block)
            self._count(block, stats)
            stats.end(block, boot_before=boot_before)

    def _count(self, block: Block, stats: _Stats) -> None:
        batches: dict[tuple[int, str, int], list[int]] = defaultdict(list)
        crash_from = len(self._known)
        landmark_from = crash_from + len(SCAN_PATTERNS)
        for line, number in self._scanner.matches(block):
            start = block.line_start(line)
            text = block.data[start : min(int(block.ends[line]), start + _VERIFY_BYTES)]
            if number >= landmark_from:
                stats.pass_by(read_landmark(number - landmark_from, text))
            elif number >= crash_from:
                self._crashes.add(number - crash_from, block, line, boot=stats.boots.now)
            elif match := self._known[number].match(text):
                unit = next((value for value in match.groupdict().values() if value), b"")
                batches[number, unit.decode("utf-8", "replace"), stats.boots.now].append(line)
        for (number, unit, boot), lines in batches.items():
            self._tally(number, unit, stats.name).add(block, lines, boot=boot)

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
        found = [(self._with_boots(finding, behind), behind) for finding, behind in findings_of(cases)]
        fallen = [self._numbered(one) for one in self._crashes.crashes()]
        told = list(zip(crash_findings(tuple(fallen)), fallen, strict=True))
        findings = [finding for finding, _ in found] + [finding for finding, _ in told]
        findings.sort(key=lambda one: (-one.strength.rank, one.code, one.unit, one.parts, one.function, one.klass))
        sources = [self._stats[name] for name in sorted(self._stats)]
        walls = [stamp.wall_s for one in sources for stamp in (one.first, one.last) if stamp]
        clocks = Clocks([one.boots for one in sources], walls)
        timed = [(finding, self._beats(behind)) for finding, behind in found]
        return LogReport(
            findings=tuple(findings),
            sources=tuple(one.frozen() for one in sources),
            crashes=tuple(fallen),
            events=events_of(timed, told, clocks),
            clock=clocks.note,
        )

    def _beats(self, cases: Sequence[Case]) -> list[tuple[SourceBoots, Beats]]:
        return [
            (self._stats[name].boots, tally.beats) for case in cases for name, tally in sorted(case.tallies.items())
        ]

    def _with_boots(self, finding: Finding, cases: Sequence[Case]) -> Finding:
        boots = {source.number(boot) for source, beats in self._beats(cases) for boot in beats.boots}
        return replace(finding, boots=tuple(sorted(boots)))

    def _numbered(self, fell: ProcessCrashes) -> ProcessCrashes:
        boots = self._stats[fell.source].boots
        return replace(fell, boots=tuple(boots.number(boot) for boot in fell.boots))
