"""``dumpsys meminfo``: which processes hold the memory."""

from __future__ import annotations

import re
from dataclasses import dataclass

from ._reading import append, lines, require, whole

_HEADING = re.compile(r"Total (PSS|RSS) by process:")
_ROW = re.compile(r"\s{1,12}([\d,]{1,15})(?:K| kB): ([A-Za-z0-9_.:@/-]{1,200}) \(pid (\d{1,9})")
_STATUS = re.compile(r"Total RAM: ?[\d,]{1,15}(?:K| kB)(?: \(status ([a-z]{1,20})\))?")
_MAX_ROWS = 2000


@dataclass(frozen=True, slots=True)
class ProcessMemory:
    """One process and the memory that it holds, in kB."""

    name: str
    pid: int
    size_kb: int


@dataclass(frozen=True, slots=True)
class MemoryUse:
    """Processes by memory, largest first as printed; ``status`` is the system's word: normal, moderate, low ..."""

    processes: tuple[ProcessMemory, ...]
    status: str | None


def parse_memory_use(text: str) -> MemoryUse:
    """Read ``dumpsys meminfo``: the list by process and the status.

    Raises:
        NotUnderstood: there is neither.
    """
    rows: list[ProcessMemory] = []
    status: str | None = None
    within = known = False
    for line in lines(text):
        if line[:1].strip():
            within = bool(_HEADING.match(line)) and not rows
            if found := _STATUS.match(line):
                known, status = True, found[1]
        elif within and (found := _ROW.match(line)):
            size_kb = whole(found[1].replace(",", "")) or 0
            append(rows, ProcessMemory(found[2], int(found[3]), size_kb), cap=_MAX_ROWS)
    require(rows or known, "meminfo dump", text)
    return MemoryUse(processes=tuple(rows), status=status)
