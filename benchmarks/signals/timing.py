"""How all families are timed: the least CPU time of several runs, one line of the table for each comparison."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

RUNS = 7


def best_ms(*works: Callable[[], Any], runs: int = RUNS) -> list[float]:
    """The least CPU time of each, in milliseconds; they take turns, so that all meet the same quiet moments."""
    for work in works:
        work()
    times: list[list[float]] = [[] for _ in works]
    for _ in range(runs):
        for work, some in zip(works, times, strict=True):
            start = time.process_time()
            work()
            some.append((time.process_time() - start) * 1e3)
    return [min(some) for some in times]


def row(family: str, workload: str, peer: str, times_ms: tuple[float, float, float], wanted: float) -> dict[str, Any]:
    """One line of the table from the times of ours, the peer and the floor; ``wanted`` is the least peer / ours."""
    ours, theirs, floor = times_ms
    return {
        "family": family,
        "workload": workload,
        "peer": peer,
        "ours_ms": ours,
        "peer_ms": theirs,
        "floor_ms": floor,
        "ratio": theirs / ours,
        "wanted": wanted,
        "met": theirs / ours >= wanted,
    }


def show(rows: list[dict[str, Any]]) -> None:
    """Print the lines of one family."""
    for one in rows:
        times = "".join(f"{one[name]:9.2f}" for name in ("ours_ms", "peer_ms", "floor_ms"))
        met = "" if one["met"] else "MISSED"
        print(f"{one['workload']:72}{one['peer']:50}{times}{one['ratio']:8.2f} x (wanted {one['wanted']:g} x) {met}")


def peak_mb() -> float:
    """Peak resident memory of this process; not getrusage, whose peak a child starts with its parent's."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return float(re.findall(r"VmHWM:\s+(\d+)", status)[0]) / 1024.0
