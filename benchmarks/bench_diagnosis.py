"""What a diagnosis costs the bench: CPU for one emulated phone, gaps between exchanges, 16 phones at once.

CPU is the process's own time without its imports and without the emulator, which is another process. An idle gap is
time between two exchanges with the phone in which the phone's thread did not compute.

Run: python benchmarks/bench_diagnosis.py
"""

from __future__ import annotations

import json
import resource
import statistics
import subprocess
import sys
import tempfile
import threading
from itertools import pairwise
from pathlib import Path
from time import monotonic, process_time, thread_time_ns
from typing import Any

from agent import runs
from agent.cli import diagnose as command
from agent.cli.team import run_team
from agent.home import Home
from agent.journal import Journal
from agent.limits import DECLARED
from agent.links import AdbLink, AdbServer, Exchange, Trace
from agent.localizer import load_knowledge
from agent.rack import RackSpec
from probes import logs

ROUNDS = 5
PHONES = 16


def diagnose(faults: tuple[str, ...]) -> dict[str, float]:
    ends: dict[int, list[tuple[int, int, int]]] = {}
    _time_exchanges(ends)
    load_knowledge()
    logs.scan([])  # the compiled signatures come from their cache: like an import
    with tempfile.TemporaryDirectory() as folder:
        home = Home(Path(folder))
        (home.root / "runs").mkdir()
        journal = Journal(home.journal)
        with command.emulated_phones(RackSpec(faults, len(faults))) as phones:
            started, cpu = monotonic(), process_time()
            outcomes = run_team(home, journal, phones, ({}, DECLARED), quiet=True)
            cpu_s, wall_s = process_time() - cpu, monotonic() - started
        journal.close()
    whole = [outcome.diagnosis for outcome in outcomes if outcome.diagnosis is not None]
    assert len(whole) == len(faults), outcomes
    return {
        "cpu_s": cpu_s / len(faults),
        "wall_s": wall_s,
        "worst_gap_ms": max(_idle_gap_ms(thread) for thread in ends.values()),
        "rss_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }


def _time_exchanges(ends: dict[int, list[tuple[int, int, int]]]) -> None:
    """Note start, end and the thread's CPU time at the end of each exchange, by thread."""

    class TimedLink(AdbLink):
        def __init__(self, server: AdbServer, serial: str, *, trace: Trace, **options: Any) -> None:
            def note(exchange: Exchange) -> None:
                row = (exchange.start_ns, exchange.end_ns, thread_time_ns())
                ends.setdefault(threading.get_ident(), []).append(row)
                trace(exchange)

            super().__init__(server, serial, trace=note, **options)

    runs.AdbLink = TimedLink  # type: ignore[assignment, attr-defined]  # in a process of its own


def _idle_gap_ms(ends: list[tuple[int, int, int]]) -> float:
    """The longest time between two exchanges in which the phone's thread did not compute, in ms."""
    return max(
        ((start - end_before) - (cpu - cpu_before)) / 1e6
        for (_, end_before, cpu_before), (start, _, cpu) in pairwise(ends)
    )


def main() -> None:
    taken = [_child("one") for _ in range(ROUNDS)]
    print(f"one emulated phone, median of {ROUNDS} processes")
    print(
        f"  agent CPU beyond imports  {statistics.median(run['cpu_s'] for run in taken):.3f} s (wanted: at most 0.300)"
    )
    print(
        f"  longest idle gap          "
        f"{statistics.median(run['worst_gap_ms'] for run in taken):.1f} ms (wanted: at most 20)"
    )
    many = _child("many")
    print(f"{PHONES} emulated phones at once through one adb server")
    print(f"  all complete in {many['wall_s']:.1f} s, agent CPU {many['cpu_s']:.3f} s per phone")
    print(f"  peak memory of the agent  {many['rss_mb']:.0f} MB (wanted: under 300)")


def _child(what: str) -> dict[str, float]:
    done = subprocess.run([sys.executable, __file__, what], check=True, capture_output=True)
    return dict(json.loads(done.stdout.splitlines()[-1]))


if __name__ == "__main__":
    if len(sys.argv) > 1:
        faults = (
            ("healthy",)
            if sys.argv[1] == "one"
            else ("healthy", "battery.worn", "touch.off_bus", "storage.worn") * (PHONES // 4)
        )
        print(json.dumps(diagnose(faults)))
    else:
        main()
