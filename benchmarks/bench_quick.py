"""What a run of the quick plan costs: wall time against its critical path, one phone and eight, nobody at the bench.

The emulated phones live in real time: a capture of four seconds lasts four seconds. Their own CPU is another process
and is told apart. What the agent computes (all of its CPU after its imports) is called analysis here, which is more
than the analysers alone.

Run: python benchmarks/bench_quick.py
"""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import tempfile
from pathlib import Path
from time import monotonic, process_time

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # as the command does, before numpy starts its threads
os.environ.setdefault("OMP_NUM_THREADS", "1")

import psutil

from agent.cli import diagnose as command
from agent.cli.team import run_team
from agent.home import Home
from agent.journal import Journal
from agent.limits import DECLARED
from agent.localizer import load_knowledge
from agent.plan import known_probes
from agent.plan_files import probes_of, read_plan
from agent.rack import RackSpec
from agent.runs import SCHEDULE
from agent.scheduler import Slot, critical_path
from probes import Verdict, logs

PHONES = 8
NS = 1e9


def diagnose(count: int) -> dict[str, float]:
    load_knowledge()
    logs.scan([])  # the compiled signatures come from their cache: like an import
    probes = probes_of(read_plan("quick"), known_probes())
    with tempfile.TemporaryDirectory() as folder:
        home = Home(Path(folder))
        (home.root / "runs").mkdir()
        journal = Journal(home.journal)
        with command.emulated_phones(RackSpec(("healthy",) * count, count), unattended=True) as phones:
            started, cpu, emulator = monotonic(), process_time(), _emulator_cpu_s()
            outcomes = run_team(home, journal, phones, ({}, DECLARED), quiet=True, probes=probes)
            wall_s, cpu_s, emulator_s = (
                monotonic() - started,
                process_time() - cpu,
                _emulator_cpu_s() - emulator,
            )
        slots = [_slots(journal, outcome.run_id) for outcome in outcomes]
        journal.close()
    whole = [outcome.diagnosis for outcome in outcomes if outcome.diagnosis is not None]
    assert len(whole) == count, outcomes
    paths = [sum(slot.end_ns - slot.start_ns for slot in critical_path(one)) / NS for one in slots]
    lost = sum(
        result.verdict in {Verdict.ERROR, Verdict.INCONCLUSIVE} for diagnosis in whole for result in diagnosis.results
    )
    return {
        "probes": len(probes),
        "wall_s": wall_s,
        "path_s": max(paths),
        "cpu_s": cpu_s,
        "emulator_cpu_s": emulator_s,
        "not_clean": lost,
        "rss_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }


def _slots(journal: Journal, run_id: str) -> list[Slot]:
    told = next(event.data for event in journal.events(run_id) if event.kind == SCHEDULE)
    return [Slot(**row) for row in json.loads(told)]


def _emulator_cpu_s() -> float:
    times = [child.cpu_times() for child in psutil.Process().children(recursive=True) if "hwsim" in child.cmdline()]
    return sum(one.user + one.system for one in times)


def main() -> None:
    one, many = _child(1), _child(PHONES)
    print(f"quick plan, {one['probes']:.0f} probes, healthy emulated phones at real speed, nobody at the bench")
    print(f"  one phone            {one['wall_s']:.1f} s (wanted: at most 60)")
    ratio = one["wall_s"] / one["path_s"]
    print(f"  over critical path   {ratio:.2f} of {one['path_s']:.1f} s (wanted: at most 1.15)")
    share = one["cpu_s"] / one["wall_s"]
    print(f"  agent's CPU          {one['cpu_s']:.1f} s, {share:.0%} of the wall time (wanted: at most 10 %)")
    print(f"  emulator's CPU       {one['emulator_cpu_s']:.1f} s")
    print(
        f"  {PHONES} phones at once     {many['wall_s']:.1f} s, {many['wall_s'] / one['wall_s']:.2f} x (wanted: 1.25)"
    )
    print(f"  of {PHONES}: agent's CPU    {many['cpu_s']:.1f} s, emulator's {many['emulator_cpu_s']:.1f} s")
    print(f"  of {PHONES}: not clean      {many['not_clean']:.0f} results (one alone: {one['not_clean']:.0f})")
    print(f"  of {PHONES}: agent's memory {many['rss_mb']:.0f} MB (wanted: at most 500)")


def _child(count: int) -> dict[str, float]:
    done = subprocess.run([sys.executable, __file__, str(count)], check=True, capture_output=True)
    return dict(json.loads(done.stdout.splitlines()[-1]))


if __name__ == "__main__":
    if len(sys.argv) > 1:
        print(json.dumps(diagnose(int(sys.argv[1]))))
    else:
        main()
