"""What a diagnosis costs the bench: CPU of the agent for one emulated phone, gaps between exchanges, and 16 phones at once.

CPU is the process's own time without its imports and without the emulator, which is another process. A gap is time between
two exchanges of one probe in which the agent's CPU did nothing. Run: python benchmarks/bench_diagnosis.py
"""

from __future__ import annotations

import json
import resource
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path
from time import monotonic, process_time

ROUNDS = 5
PHONES = 16


def diagnose(faults: tuple[str, ...]) -> dict[str, float]:
    from agent.cli import diagnose as command
    from agent.cli.team import run_team
    from agent.home import Home
    from agent.journal import Journal
    from agent.limits import DECLARED
    from agent.localizer import load_knowledge
    from agent.rack import RackSpec
    from probes import logs

    load_knowledge()
    logs.scan([])  # the compiled signatures come from their cache: like an import
    with tempfile.TemporaryDirectory() as folder:
        home = Home(Path(folder))
        (home.root / "runs").mkdir()
        journal = Journal(home.journal)
        with command._emulated(RackSpec(faults, len(faults))) as phones:  # noqa: SLF001  the way the command line takes
            started, cpu = monotonic(), process_time()
            outcomes = run_team(home, journal, phones, ({}, DECLARED), quiet=True)
            cpu_s, wall_s = process_time() - cpu, monotonic() - started
        journal.close()
    whole = [outcome.diagnosis for outcome in outcomes if outcome.diagnosis is not None]
    assert len(whole) == len(faults), outcomes
    return {
        "cpu_s": cpu_s / len(faults),
        "wall_s": wall_s,
        "worst_gap_ms": max(_gaps(diagnosis) for diagnosis in whole),
        "rss_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }


def _gaps(diagnosis: object) -> float:
    """The longest time between the end of one exchange and the start of the next, in ms."""
    spans = sorted(
        (recording.started_ns, recording.started_ns + recording.duration_ns)
        for result in diagnosis.results  # type: ignore[attr-defined]  # a Diagnosis; imported late
        for recording in result.recordings
        if recording.kind == "dump"
    )
    return max((after[0] - before[1]) / 1e6 for before, after in zip(spans, spans[1:], strict=False))


def main() -> None:
    runs = [_child("one") for _ in range(ROUNDS)]
    print(f"one emulated phone, median of {ROUNDS} processes")
    print(f"  agent CPU beyond imports  {statistics.median(run['cpu_s'] for run in runs):.3f} s (wanted: at most 0.300)")
    print(f"  longest gap               {statistics.median(run['worst_gap_ms'] for run in runs):.1f} ms (wanted: at most 20)")
    many = _child("many")
    print(f"{PHONES} emulated phones at once through one adb server")
    print(f"  all complete in {many['wall_s']:.1f} s, agent CPU {many['cpu_s']:.3f} s per phone")
    print(f"  peak memory of the agent  {many['rss_mb']:.0f} MB (wanted: under 300)")


def _child(what: str) -> dict[str, float]:
    done = subprocess.run([sys.executable, __file__, what], check=True, capture_output=True)
    return dict(json.loads(done.stdout.splitlines()[-1]))


if __name__ == "__main__":
    if len(sys.argv) > 1:
        faults = ("healthy",) if sys.argv[1] == "one" else ("healthy", "battery.worn", "touch.off_bus", "storage.worn") * (PHONES // 4)
        print(json.dumps(diagnose(faults)))
    else:
        main()
