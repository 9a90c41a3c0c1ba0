"""Counting what matched, in bounded memory: one tally per signature, unit and source."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np

from probes._text import decode
from probes.logs.blocks import Block
from probes.logs.lines import parse_line, wall_stamp
from probes.logs.records import EvidenceLine, Stamp
from probes.logs.redact import redact
from probes.logs.timeline import Beats

WINDOW_S = 10.0
EVIDENCE_CHARS = 500
_MAX_WINDOWS = 256
_EDGE = 3  # evidence kept from each end; between them the 10th, 100th, 1000th ... line
_RAW_BYTES = 2 * EVIDENCE_CHARS
_BOOT = re.compile(rb"(?:<\d{1,3}>)?\[\s*(\d{1,10}\.\d{1,9})")
_WALL = re.compile(rb"((?:\d{4}-)?\d\d-\d\d \d\d:\d\d:\d\d(?:\.\d{1,9})?)(?!.{0,20}\s0\s+0\s[VDIWEF])")
_STAMP_START = np.zeros(256, np.bool_)
_STAMP_START[list(b" [<0123456789")] = True


def stamp_of(line: bytes) -> Stamp:
    """The stamp of a line, and nothing else of it: the quick way for lines of a common shape."""
    if match := _BOOT.match(line):
        if b" / " not in line[:48]:
            return Stamp(boot_s=float(match[1]))
    elif match := _WALL.match(line):
        return wall_stamp(match[1].decode())
    return parse_line(decode(line[:400])).stamp


@dataclass(frozen=True, slots=True)
class Sample:
    """A line kept as evidence, as it came."""

    line_no: int
    offset_bytes: int
    raw: bytes

    def evidence(self, source: str) -> EvidenceLine:
        """The line as a report may hold it: decoded, redacted, cut."""
        text = redact(decode(self.raw).strip())
        return EvidenceLine(source, self.line_no, self.offset_bytes, text[:EVIDENCE_CHARS])


@dataclass(slots=True)
class Samples:
    """First lines, last lines and every power of ten between."""

    count: int = 0
    _first: list[Sample] = field(default_factory=list)
    _between: list[Sample] = field(default_factory=list)
    _last: deque[Sample] = field(default_factory=lambda: deque(maxlen=_EDGE))
    _next: int = 10

    def add(self, block: Block, lines: Sequence[int]) -> None:
        """Take the lines (indices in ``block``, ascending) of one block."""
        for place, line in enumerate(lines):
            ordinal = self.count + place + 1
            if ordinal <= _EDGE:
                self._first.append(_sample(block, line))
                continue
            if ordinal == self._next:
                self._between.append(_sample(block, line))
                self._next *= 10
            if len(lines) - place <= _EDGE:
                self._last.append(_sample(block, line))
        self.count += len(lines)

    def __iter__(self) -> Iterator[Sample]:
        kept = {sample.line_no: sample for sample in (*self._first, *self._between, *self._last)}
        return iter(kept[line_no] for line_no in sorted(kept))


def _sample(block: Block, line: int) -> Sample:
    start = block.line_start(line)
    end = min(int(block.ends[line]), start + _RAW_BYTES)
    return Sample(block.first_line_no + line, block.source_offset(start), block.data[start:end])


@dataclass(slots=True)
class Tally:
    """What one signature saw for one unit in one source. ``eligible`` leaves lines too close to boot out."""

    after_boot_s: float = 0.0
    eligible: int = 0
    first: Stamp | None = None
    last: Stamp | None = None
    last_line_no: int = 0
    first_eligible_s: float | None = None
    last_eligible_s: float | None = None
    windows: set[int] = field(default_factory=set)
    samples: Samples = field(default_factory=Samples)
    beats: Beats = field(default_factory=Beats)

    @property
    def count(self) -> int:
        """All lines, also those too close to boot."""
        return self.samples.count

    @property
    def span_s(self) -> float:
        """Time between the first and the last eligible line, 0 without clocks."""
        if self.first_eligible_s is None or self.last_eligible_s is None:
            return 0.0
        return max(0.0, self.last_eligible_s - self.first_eligible_s)

    @property
    def window_count(self) -> int:
        """Different ten-second windows with an eligible line; lines without a clock are one window together."""
        return len(self.windows) or min(1, self.eligible)

    def add(self, block: Block, lines: Sequence[int], *, boot: int = 0) -> None:
        """Count lines (indices in ``block``, ascending) of one block and one boot."""
        for line in lines:
            start = block.line_start(line)
            stamp = stamp_of(block.data[start : min(int(block.ends[line]), start + 400)])
            self._clock(stamp)
            self.beats.add(boot, stamp)
        self.last_line_no = block.first_line_no + lines[-1]
        self.samples.add(block, lines)

    def _clock(self, stamp: Stamp) -> None:
        seconds = stamp.seconds
        if seconds is not None:
            self.first = self.first or stamp
            self.last = stamp
        if stamp.boot_s is not None and stamp.boot_s < self.after_boot_s:
            return
        self.eligible += 1
        if seconds is None:
            return
        if self.first_eligible_s is None:
            self.first_eligible_s = seconds
        self.last_eligible_s = seconds
        if len(self.windows) < _MAX_WINDOWS:
            self.windows.add(int(seconds // WINDOW_S))


def first_and_last_stamp(block: Block) -> tuple[Stamp | None, Stamp | None]:
    """The first and the last clock that a line of the block carries, with all that the line says of it."""
    data = np.frombuffer(block.data, np.uint8)
    starts = np.append(0, block.ends[:-1] + 1)
    starts = starts[starts < len(data)]
    likely = starts[_STAMP_START[data[starts]]].tolist()
    return _first_stamp(block.data, likely), _first_stamp(block.data, reversed(likely))


def _first_stamp(data: bytes, starts: Sequence[int] | Iterator[int]) -> Stamp | None:
    for start in starts:
        end = data.find(b"\n", start, start + 200)
        line = data[start : end if end >= 0 else start + 200]
        quick = stamp_of(line)
        if quick.seconds is not None:
            whole = parse_line(decode(line)).stamp
            return quick if whole.seconds is None else whole
    return None
