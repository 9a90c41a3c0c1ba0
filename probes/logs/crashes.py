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
LOOP_FROM = 3  # falls of one process in the logs that make a loop of it
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
# the multi-line flag belongs to the block scanner only
SCAN_PATTERNS = tuple(b"(?m)" + pattern if pattern.startswith(b"^") else pattern for pattern in PATTERNS)
_REGEXES = tuple(re.compile(pattern) for pattern in PATTERNS)


@dataclass(slots=True)
class _Falls:
    samples: Samples = field(default_factory=Samples)
    stamps: list[Stamp] = field(default_factory=list)

    def add(self, block: Block, line: int, stamp: Stamp) -> None:
        self.samples.add(block, [line])
        if len(self.stamps) < _MAX_STAMPS:
            self.stamps.append(stamp)


class CrashTally:
    """Counts falls per process in the lines that the scanner matched with ``PATTERNS``, source by source."""

    def __init__(self) -> None:
        self._falls: dict[tuple[str, str], dict[tuple[str, int], _Falls]] = {}
        self._source = ""
        self._header: tuple[int, str, Stamp] | None = None  # line, kind, stamp of a drop box entry
        self._exception: tuple[int, int, Stamp] | None = None  # line, index, stamp of "FATAL EXCEPTION"
        self._exception_block: Block | None = None

    def start(self, source: str) -> None:
        """Begin with another source."""
        self.finish()
        self._source, self._header = source, None

    def finish(self) -> None:
        """Book an exception whose process was never named (Android before 4.4 does not name it)."""
        if self._exception and self._exception_block:
            _, line, stamp = self._exception
            self._book("crash", UNKNOWN_PROCESS, 2, self._exception_block, line, stamp)
        self._exception = self._exception_block = None

    def add(self, number: int, block: Block, line: int) -> None:
        """Count the line ``line`` of ``block``, which matched pattern ``number`` of ``PATTERNS``."""
        start = block.line_start(line)
        text = block.data[start : int(block.ends[line])]
        match = _REGEXES[number].search(text)
        if match is None:
            return
        shape, line_no, stamp = _SHAPES[number], block.first_line_no + line, stamp_of(text[:400])
        if shape.kind == "dropbox_header":
            self._open_entry(match["tag"].decode(), number, block, line, stamp)
        elif shape.kind == "crash_header":
            self.finish()
            self._exception, self._exception_block = (line_no, line, stamp), block
        elif shape.kind == "dropbox_process":
            if self._header and line_no - self._header[0] <= _HEADER_REACH_LINES:
                self._book(self._header[1], _process(match), number, block, line, self._header[2])
                self._header = None
        else:
            if self._exception and number == 1:
                self._exception = self._exception_block = None
            self._book(shape.kind, shape.process or _process(match), number, block, line, stamp)

    def _open_entry(self, tag: str, number: int, block: Block, line: int, stamp: Stamp) -> None:
        if tag == "SYSTEM_TOMBSTONE":  # the entry does not say whose it is
            self._book("native_crash", UNKNOWN_PROCESS, number, block, line, stamp)
            return
        kind = tag.removeprefix("data_app_").removeprefix("system_app_").removeprefix("system_server_")
        if tag.startswith(SYSTEM_SERVER):
            self._book(kind, SYSTEM_SERVER, number, block, line, stamp)
            return
        self._header = (block.first_line_no + line, kind, stamp)

    def _book(self, kind: str, process: str, number: int, block: Block, line: int, stamp: Stamp) -> None:
        if len(self._falls) >= _MAX_PROCESSES and (kind, process) not in self._falls:
            process = UNKNOWN_PROCESS
        places = self._falls.setdefault((kind, process), {})
        places.setdefault((self._source, number), _Falls()).add(block, line, stamp)

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
    strength = Strength.STRONG if one.count >= LOOP_FROM else Strength.MODERATE if one.count > 1 else Strength.WEAK
    if one.process == UNKNOWN_PROCESS:
        strength = Strength.WEAK
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
        why=(f"{one.count} times in the logs; a loop begins at {LOOP_FROM}",),
    )
