"""Which processes fell over, how often and when: read from logcat, the event buffer, tombstones and the drop box.

One fall shows in several places at once (main log, event buffer, drop box), so the places are counted apart and the
largest count is the answer; sums would turn one crash into three.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from itertools import compress
from typing import NamedTuple

from probes.logs.blocks import Block
from probes.logs.lines import wall_stamp
from probes.logs.records import EvidenceLine, Finding, Klass, ProcessCrashes, Stamp, Strength
from probes.logs.tally import Samples, stamp_of

UNKNOWN_PROCESS = "unknown"
SYSTEM_SERVER = "system_server"
# So many falls of one process in so short a time (seconds) make a loop of it; some in a day do not.
LOOPS = ((3, 120.0), (5, 3600.0))
LOOP_FROM = LOOPS[0][0]
_MAX_STAMPS = 50
_MAX_PROCESSES = 500
_HEADER_REACH_LINES = 6
_MAX_EVIDENCE = 12
# files that hold one fall each: the names of their sources
_SINGLE = re.compile(r"(?:^|[/_ ])(tombstone|anr|traces)(?=[_s./-]|$)")
# A start with a clock behind the entries moves all of them to the time of that start. A phone that works writes a few
# entries a second, so a second with as many as these holds entries that were moved (prior; AOSP DropBoxManagerService).
_MOVED_FROM = 20
_ENTRY_TAG = re.compile(r"(?:data_app|system_app|system_server)_(crash|anr|native_crash|watchdog)")
_ENTRY_TIME = re.compile(r"\d{12,13}")
_NAME = rb"(?P<process>[A-Za-z_/][\w.:/@-]{1,120})"


class _Shape(NamedTuple):
    kind: str
    pattern: bytes
    process: str = ""


_SHAPES = (
    _Shape("crash", rb"am_crash[^\[\n]{0,12}: ?\[(?:\d+,){1,2}" + _NAME),
    _Shape("crash", rb"AndroidRuntime[^\n]{0,14}: Process: " + _NAME),
    _Shape("crash_header", rb"AndroidRuntime[^\n]{0,14}: FATAL EXCEPTION: "),
    _Shape("crash", rb"FATAL EXCEPTION IN SYSTEM PROCESS", SYSTEM_SERVER),
    _Shape("anr", rb"am_anr[^\[\n]{0,12}: ?\[(?:\d+,){1,2}" + _NAME),
    _Shape("anr", rb"ActivityManager[^\n]{0,14}: ANR in " + _NAME),
    _Shape("native_crash", rb"pid: \d+, tid: \d+, name: [^\n]{0,40}>>> " + _NAME + rb"[^\n]{0,60} <<<"),
    _Shape("watchdog", rb"WATCHDOG KILLING SYSTEM PROCESS", SYSTEM_SERVER),
    _Shape("restart", rb"Entered the Android system server!", SYSTEM_SERVER),
    _Shape(
        "dropbox_header",
        rb"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d (?P<tag>(?:data_app|system_app|system_server)_"
        rb"(?:crash|anr|native_crash|watchdog)|SYSTEM_TOMBSTONE)\b",
    ),
    _Shape("dropbox_any", rb"^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d \w{1,40} \((?:compressed )?(?:text|data), \d+ bytes\)"),
    _Shape("dropbox_process", rb"^\s{0,8}Process: " + _NAME),
    _Shape("written", rb"^(?:----- pid \d+ at |Timestamp: )(?P<wall>\d{4}-\d\d-\d\d \d\d:\d\d:\d\d)"),
    _Shape("trace", rb"^Cmd ?line: " + _NAME),
)
PATTERNS = tuple(shape.pattern for shape in _SHAPES)
_NAMED, _HEADER = (
    next(n for n, one in enumerate(_SHAPES) if mark in one.pattern) for mark in (b": Process: ", b"EXCEPTION: ")
)
# the multi-line flag belongs to the block scanner only
SCAN_PATTERNS = tuple(b"(?m)" + pattern if pattern.startswith(b"^") else pattern for pattern in PATTERNS)
_REGEXES = tuple(re.compile(pattern) for pattern in PATTERNS)


class _Seen(NamedTuple):
    block: Block
    line: int
    stamp: Stamp
    boot: int

    @property
    def line_no(self) -> int:
        return self.block.first_line_no + self.line


@dataclass(slots=True)
class _Falls:
    """Falls of one process in one place; single files of one kind (tombstones, ANR traces, entries) are one place."""

    samples: dict[str, Samples] = field(default_factory=dict)
    stamps: list[Stamp] = field(default_factory=list)
    boots: list[int] = field(default_factory=list)

    @property
    def count(self) -> int:
        return sum(samples.count for samples in self.samples.values())

    def add(self, source: str, seen: _Seen) -> None:
        self.samples.setdefault(source, Samples()).add(seen.block, [seen.line])
        if len(self.stamps) < _MAX_STAMPS:
            self.stamps.append(seen.stamp)
            self.boots.append(seen.boot)

    def evidence(self) -> tuple[EvidenceLine, ...]:
        lines = [sample.evidence(source) for source in sorted(self.samples) for sample in self.samples[source]]
        return tuple(lines[:_MAX_EVIDENCE])


class _Entry(NamedTuple):
    """A drop box entry whose process is not yet read."""

    kind: str
    stamp: Stamp
    line_no: int


class CrashTally:
    """Counts falls per process in the lines that the scanner matched with ``PATTERNS``, source by source."""

    def __init__(self) -> None:
        self._falls: dict[tuple[str, str], dict[tuple[str, int], _Falls]] = {}
        self._source = self._place = ""
        self._entry: _Entry | None = None
        self._exception: _Seen | None = None  # "FATAL EXCEPTION", its process not yet read
        self._written = Stamp()  # when the file says that it was written: its lines have no clock
        self._written_at: Counter[tuple[str, str]] = Counter()  # entries of the drop box by source and second
        self._is_trace = False  # a file of ANR traces; the first process in it is the one that hung

    def start(self, source: str, *, entry: str = "") -> None:
        """Begin with another source; ``entry`` is the file name of a single drop box entry (see ``LogSource``)."""
        self.finish()
        kind = _SINGLE.search(source.lower())
        self._source = source
        self._place = "dropbox" if entry else kind[1] if kind else source
        self._written = Stamp()
        self._is_trace = bool(kind and kind[1] in {"anr", "traces"})
        tag, _, wrote_ms = entry.partition("@")
        known = _ENTRY_TAG.fullmatch(tag)
        if known:
            digits = _ENTRY_TIME.match(wrote_ms)
            self._written = Stamp(wall=digits[0], wall_s=int(digits[0]) / 1000, zone_s=0) if digits else Stamp()
            self._entry = _Entry(known[1], self._written, 0)

    def finish(self) -> None:
        """Book an exception whose process was never named (Android before 4.4 does not name it)."""
        if self._exception:
            self._book("crash", UNKNOWN_PROCESS, _HEADER, self._exception)
        self._exception = self._entry = None

    def add(self, number: int, block: Block, line: int, *, boot: int = 0) -> None:
        """Count the line ``line`` of ``block``, which matched pattern ``number`` of ``PATTERNS``."""
        start = block.line_start(line)
        text = block.data[start : int(block.ends[line])]
        match = _REGEXES[number].search(text)
        if match is None:
            return
        shape, seen = _SHAPES[number], _Seen(block, line, stamp_of(text[:400]), boot)
        if seen.stamp.seconds is None:
            seen = seen._replace(stamp=self._written)
        if shape.kind == "dropbox_any":
            self._written_at[self._source, seen.stamp.wall] += 1
        elif shape.kind == "dropbox_header":
            self._open_entry(match["tag"].decode(), number, seen, lost=b"(contents lost)" in text)
        elif shape.kind == "crash_header":
            self.finish()
            self._exception = seen
        else:
            self._take(shape, number, match, seen)

    def _take(self, shape: _Shape, number: int, match: re.Match[bytes], seen: _Seen) -> None:
        """Take a line that names a process, or the time of a file whose lines have none."""
        if shape.kind == "written":
            self._written = wall_stamp(match["wall"].decode())
        elif shape.kind == "trace":
            if self._is_trace:
                self._book("anr", _process(match), number, seen)
            self._is_trace = False
        elif shape.kind == "dropbox_process":
            self._name_entry(_process(match), number, seen)
        else:
            if number == _NAMED:
                self._exception = None
            self._book(shape.kind, shape.process or _process(match), number, seen)

    def _name_entry(self, process: str, number: int, seen: _Seen) -> None:
        if self._entry and seen.line_no - self._entry.line_no <= _HEADER_REACH_LINES:
            self._book(self._entry.kind, process, number, seen._replace(stamp=self._entry.stamp))
            self._entry = None

    def _open_entry(self, tag: str, number: int, seen: _Seen, *, lost: bool) -> None:
        if tag == "SYSTEM_TOMBSTONE":  # the entry does not say whose it is
            self._book("native_crash", UNKNOWN_PROCESS, number, seen)
            return
        owner, _, kind = tag.partition("_app_") if "_app_" in tag else tag.rpartition("_")
        if owner == SYSTEM_SERVER:
            self._book(kind, SYSTEM_SERVER, number, seen)
        elif lost:
            self._book(kind, UNKNOWN_PROCESS, number, seen)
        else:
            self._entry = _Entry(kind, seen.stamp, seen.line_no)

    def _book(self, kind: str, process: str, number: int, seen: _Seen) -> None:
        if len(self._falls) >= _MAX_PROCESSES and (kind, process) not in self._falls:
            process = UNKNOWN_PROCESS
        places = self._falls.setdefault((kind, process), {})
        places.setdefault((self._place, number), _Falls()).add(self._source, seen)

    def crashes(self) -> tuple[ProcessCrashes, ...]:
        """Falls per process and kind, most frequent first. A first start of the system server is no restart."""
        self.finish()
        found = []
        for (kind, process), places in self._falls.items():
            best = places[max(places, key=lambda place: (places[place].count, place))]
            count = best.count - (1 if kind == "restart" else 0)
            if count > 0:
                source = min(best.samples)
                dated = [self._written_at[source, stamp.wall] < _MOVED_FROM for stamp in best.stamps]
                undated = count - round(count * sum(dated) / len(dated))
                stamps, boots = tuple(compress(best.stamps, dated)), tuple(compress(best.boots, dated))
                found.append(ProcessCrashes(process, kind, count, stamps, best.evidence(), source, boots, undated))
        return tuple(sorted(found, key=lambda one: (-one.count, one.kind, one.process)))


def _process(match: re.Match[bytes]) -> str:
    name = match["process"].decode("ascii", "replace")
    # the drop box glues the next field on with a slash: "Process: com.x/PID: 123"
    return name if name.startswith("/") else name.partition("/")[0]


_CODES = {
    "crash": "app.crash",
    "anr": "app.not_responding",
    "native_crash": "app.native_crash",
    "watchdog": "system.watchdog",
    "restart": "system.server_restart",
}


def crash_findings(crashes: tuple[ProcessCrashes, ...]) -> list[Finding]:
    """Falls as findings of class software: once is weak, again is moderate, a loop is strong."""
    return [_finding(one) for one in crashes]


def _finding(one: ProcessCrashes) -> Finding:
    code = _CODES[one.kind]
    if one.process == SYSTEM_SERVER and one.kind == "crash":
        code = "system.server_crash"
    loop = _is_loop(one)
    strength = Strength.STRONG if loop else Strength.MODERATE if one.count > 1 else Strength.WEAK
    if one.process == UNKNOWN_PROCESS:
        strength = Strength.WEAK
    if code == "app.crash" and strength is Strength.STRONG:
        code = "app.crash_loop"  # a crash now and then is every phone's, a loop is a fault
    return Finding(
        code=code,
        parts=("SW",),
        function="system" if one.process == SYSTEM_SERVER else "app",
        unit=one.process,
        strength=strength,
        klass=Klass.SOFTWARE,
        signature_ids=(f"crashes.{one.kind}",),
        count=one.count,
        first=one.stamps[0] if one.stamps else None,
        last=one.stamps[-1] if one.stamps else None,
        rate_per_h=None,
        evidence=one.evidence,
        boots=tuple(sorted(set(one.boots))),
        why=(f"{one.count} times; " + " or ".join(f"{falls} within {span_s:.0f} s" for falls, span_s in LOOPS),),
    )


def _is_loop(one: ProcessCrashes) -> bool:
    """Whether some falls follow each other quickly; the bare count does without clocks and for the system itself.

    Falls whose time was written over count for neither: nobody knows whether months lie between them.
    """
    times = sorted(stamp.seconds for stamp in one.stamps if stamp.seconds is not None)
    if not times or one.process == SYSTEM_SERVER:
        return one.count - one.undated >= LOOP_FROM
    return any(
        last - first <= span_s
        for falls, span_s in LOOPS
        for first, last in zip(times, times[falls - 1 :], strict=False)
    )
