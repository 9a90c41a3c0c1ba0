"""``dumpsys cpuinfo``: which processes keep the processor at work, over the last minutes."""

from __future__ import annotations

import re
from dataclasses import dataclass

from ._reading import append, lines, number, require

_SPAN = re.compile(r"CPU usage from (-?\d{1,12})ms to (-?\d{1,12})ms (ago|later)")
_ROW = re.compile(r"\s{1,8}\+?(\d{1,5}(?:\.\d{1,3})?)% (\d{1,9})/(.{1,200}?): ")
_TOTAL = re.compile(r"\+?(\d{1,5}(?:\.\d{1,3})?)% TOTAL\b")
_MAX_ROWS = 2000


@dataclass(frozen=True, slots=True)
class ProcessLoad:
    """One process and its share of one core, in per cent: 200 is two cores at work."""

    name: str
    pid: int
    percent: float


@dataclass(frozen=True, slots=True)
class CpuInfo:
    """Processes by load, heaviest first as printed; ``span_s`` is the time that was looked at, in seconds."""

    processes: tuple[ProcessLoad, ...]
    total_percent: float | None
    span_s: float | None


def parse_cpuinfo(text: str) -> CpuInfo:
    """Read ``dumpsys cpuinfo``.

    Raises:
        NotUnderstood: neither the span nor a process is there.
    """
    rows: list[ProcessLoad] = []
    total: float | None = None
    span: re.Match[str] | None = None
    for line in lines(text):
        if found := _ROW.match(line):
            append(rows, ProcessLoad(found[3], int(found[2]), number(found[1]) or 0.0), cap=_MAX_ROWS)
        elif total is None and (found := _TOTAL.match(line)):
            total = number(found[1])
        elif span is None:
            span = _SPAN.match(line)
    require(span or rows, "cpuinfo dump", text)
    span_s = abs(int(span[1]) - int(span[2])) / 1000 if span else None
    return CpuInfo(processes=tuple(rows), total_percent=total, span_s=span_s)
