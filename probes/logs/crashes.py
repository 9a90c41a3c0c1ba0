"""Which processes fell over, how often and when: read from logcat, the event buffer, tombstones and the drop box.

One fall shows in several places at once (main log, event buffer, drop box), so the places are counted apart and the
largest count is the answer; sums would turn one crash into three.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import NamedTuple

from probes.logs.blocks import Block
from probes.logs.records import Finding, Klass, ProcessCrashes, Stamp, Strength
from probes.logs.tally import Samples, stamp_of

UNKNOWN_PROCESS = "unknown"
SYSTEM_SERVER = "system_server"
# So many falls of one process in so short a time (seconds) make a loop of it; some in a day do not.
LOOPS = ((3, 120.0), (5, 3600.0))
LOOP_FROM = LOOPS[0][0]
_MAX_STAMPS = 50
_MAX_PROCESSES = 500
_HEADER_REACH_LINES = 6
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
    _Shape("dropbox_process", rb"^\s{0,8}Process: " + _NAME),
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

    @property
    def line_no(self) -> int:
        return self.block.first_line_no + self.line


@dataclass(slots=True)
class _Falls:
    samples: Samples = field(default_factory=Samples)
    stamps: list[Stamp] = field(default_factory=list)

    def add(self, seen: _Seen) -> None:
        self.samples.add(seen.block, [seen.line])
        if len(self.stamps) < _MAX_STAMPS:
            self.stamps.append(seen.stamp)


class CrashTally:
    """Counts falls per process in the lines that the scanner matched with ``PATTERNS``, source by source."""

    def __init__(self) -> None:
        self._falls: dict[tuple[str, str], dict[tuple[str, int], _Falls]] = {}
        self._source = ""
        self._entry: tuple[str, _Seen] | None = None  # kind and header of a drop box entry, its process not yet read
        self._exception: _Seen | None = None  # "FATAL EXCEPTION", its process not yet read

    def start(self, source: str) -> None:
        """Begin with another source."""
        self.finish()
        self._source = source

    def finish(self) -> None:
        """Book an exception whose process was never named (Android before 4.4 does not name it)."""
        if self._exception:
            self._book("crash", UNKNOWN_PROCESS, _HEADER, self._exception)
        self._exception = self._entry = None

    def add(self, number: int, block: Block, line: int) -> None:
        """Count the line ``line`` of ``block``, which matched pattern ``number`` of ``PATTERNS``."""
        start = block.line_start(line)
        text = block.data[start : int(block.ends[line])]
        match = _REGEXES[number].search(text)
        if match is None:
            return
        shape, seen = _SHAPES[number], _Seen(block, line, stamp_of(text[:400]))
        if shape.kind == "dropbox_header":
            self._open_entry(match["tag"].decode(), number, seen, lost=b"(contents lost)" in text)
        elif shape.kind == "crash_header":
            self.finish()
            self._exception = seen
        elif shape.kind == "dropbox_process":
            if self._entry and seen.line_no - self._entry[1].line_no <= _HEADER_REACH_LINES:
                kind, header = self._entry
                self._book(kind, _process(match), number, seen._replace(stamp=header.stamp))
                self._entry = None
        else:
            if number == _NAMED:
                self._exception = None
            self._book(shape.kind, shape.process or _process(match), number, seen)

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
            self._entry = (kind, seen)

    def _book(self, kind: str, process: str, number: int, seen: _Seen) -> None:
        if len(self._falls) >= _MAX_PROCESSES and (kind, process) not in self._falls:
            process = UNKNOWN_PROCESS
        places = self._falls.setdefault((kind, process), {})
        places.setdefault((self._source, number), _Falls()).add(seen)

    def crashes(self) -> tuple[ProcessCrashes, ...]:
        """Falls per process and kind, most frequent first. A first start of the system server is no restart."""
        self.finish()
        found = []
        for (kind, process), places in self._falls.items():
            source, number = max(places, key=lambda place: (places[place].samples.count, place))
            best = places[source, number]
            count = best.samples.count - (1 if kind == "restart" else 0)
            if count > 0:
                evidence = tuple(sample.evidence(source) for sample in best.samples)
                found.append(ProcessCrashes(process, kind, count, tuple(best.stamps), evidence))
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
        why=(f"{one.count} times; " + " or ".join(f"{falls} within {span_s:.0f} s" for falls, span_s in LOOPS),),
    )


def _is_loop(one: ProcessCrashes) -> bool:
    """Whether some falls follow each other quickly; the bare count does without clocks and for the system itself."""
    times = sorted(stamp.seconds for stamp in one.stamps if stamp.seconds is not None)
    if not times or one.process == SYSTEM_SERVER:
        return one.count >= LOOP_FROM
    return any(
        last - first <= span_s
        for falls, span_s in LOOPS
        for first, last in zip(times, times[falls - 1 :], strict=False)
    )
