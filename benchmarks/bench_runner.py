"""Runner overhead for trivial probes, beside OpenHTF and Mobly in one run.

One trivial phase sets one number with limits 0..10 V. Time per phase is the time between two successive entries into
the body. Ours journals each probe durably (fsync); OpenHTF writes one JSON at the end; Mobly appends a document
per test.
Each runs in a process of its own, in turn; medians are compared as ratios. Run: python benchmarks/bench_runner.py
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from time import perf_counter_ns
from typing import Any

PHASES = int(os.environ.get("BENCH_PHASES", "1000"))
ROUNDS = int(os.environ.get("BENCH_ROUNDS", "5"))


def ours(folder: Path) -> list[int]:
    from agent.benches import Recorder
    from agent.journal import Journal
    from agent.session import Progress, always, run_plan
    from agent.store import Store
    from probes import (
        Bench,
        Between,
        LimitSource,
        Measure,
        Probe,
        ProbeMeta,
        Reading,
        Reply,
        Said,
        Stage,
        Unit,
    )

    entries: list[int] = []
    limit = Between(low=0, high=10, source=LimitSource(kind="prior", text="benchmark"))

    def trivial(number: int) -> Probe:
        class Trivial(Probe):
            meta = ProbeMeta(
                id=f"bench.phase{number}",
                version=1,
                purpose="trivial",
                stage=Stage.SOFTWARE,
                duration_s=0,
                measures=(Measure(name="volts", label="Volts", unit=Unit.NONE, limit=limit),),
            )

            def run(self, bench: Bench) -> Iterator[Said]:
                entries.append(perf_counter_ns())
                yield Reading(name="volts", value=5.0)

        return Trivial()

    class Nothing:
        def shell(self, *argv: str, deadline_s: float = 1, cap_bytes: int = 1) -> Reply:
            raise NotImplementedError

        def log(self, buffer: str, *, deadline_s: float = 1, cap_bytes: int = 1) -> object:
            raise NotImplementedError

    plan = [trivial(number) for number in range(PHASES)]
    journal = Journal(folder / "journal.db")
    journal.begin(run_id="bench", source="adb", subject="bench", plan=("bench.phase0",), agent_version="0")
    bench: Any = Nothing()
    run_plan(plan, always(bench, Recorder(Store(folder / "run"))), Progress(journal, "bench", {}))
    assert len(journal.results("bench")) == PHASES
    return entries


def openhtf(folder: Path) -> list[int]:
    import openhtf as htf
    from openhtf.output.callbacks import json_factory

    entries: list[int] = []

    def phase(number: int) -> object:
        @htf.PhaseOptions(name=f"phase{number}")
        @htf.measures(htf.Measurement("volts").in_range(0, 10).with_units(htf.units.VOLT))
        def body(test: htf.TestApi) -> None:
            entries.append(perf_counter_ns())
            test.measurements.volts = 5.0

        return body

    test = htf.Test(*(phase(number) for number in range(PHASES)), test_name="bench")
    test.add_output_callbacks(json_factory.OutputToJSON(str(folder / "out.json")))
    test.execute(test_start=lambda: "dut")
    return entries


def mobly(folder: Path) -> list[int]:
    from mobly import asserts, base_test, config_parser, test_runner

    entries: list[int] = []

    class Bench(base_test.BaseTestClass):
        def pre_run(self) -> None:
            self.generate_tests(self.logic, lambda number: f"test_{number}", [(n,) for n in range(PHASES)])

        def logic(self, number: int) -> None:
            del number
            entries.append(perf_counter_ns())
            volts = 5.0
            asserts.assert_true(0 <= volts <= 10, "volts")

    config = config_parser.TestRunConfig()
    config.log_path, config.testbed_name, config.controller_configs = str(folder), "bench", {}
    runner = test_runner.TestRunner(str(folder), "bench")
    with runner.mobly_logger():
        runner.add_test_class(config, Bench)
        runner.run()
    return entries


RUNNERS = {"ours": ours, "openhtf": openhtf, "mobly": mobly}


def _child(name: str) -> None:
    with tempfile.TemporaryDirectory(dir=Path.cwd()) as folder:
        entries = RUNNERS[name](Path(folder))
        ended = perf_counter_ns()
    steps = [(after - before) / 1000 for before, after in pairwise(entries)]
    tenth = max(1, len(steps) // 10)
    Path(sys.argv[2]).write_text(
        json.dumps(
            {
                "median_us": statistics.median(steps),
                "mean_us": statistics.fmean(steps),
                "whole_us": (ended - entries[0]) / 1000 / len(entries),
                "first_tenth_us": statistics.median(steps[:tenth]),
                "last_tenth_us": statistics.median(steps[-tenth:]),
            }
        )
    )


def _measure(name: str) -> dict[str, float]:
    with tempfile.NamedTemporaryFile() as out:
        subprocess.run(
            [sys.executable, __file__, name, out.name],
            check=True,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        return dict(json.loads(Path(out.name).read_text()))


def main() -> None:
    taken = {name: [] for name in RUNNERS}  # type: dict[str, list[dict[str, float]]]
    for _ in range(ROUNDS):
        for name in RUNNERS:
            taken[name].append(_measure(name))
    best = {name: {key: statistics.median(run[key] for run in runs) for key in runs[0]} for name, runs in taken.items()}
    print(f"{PHASES} phases, median of {ROUNDS} processes each")
    for name, figures in best.items():
        print(f"  {name:8} {figures['median_us']:8.0f} µs per phase (mean {figures['mean_us']:.0f})")
    for peer in ("openhtf", "mobly"):
        ratio = best["ours"]["median_us"] / best[peer]["median_us"]
        mean = best["ours"]["mean_us"] / best[peer]["mean_us"]
        print(f"  ours / {peer}: {ratio:.2f} by median, {mean:.2f} by mean (wanted: at most 0.50)")
        whole = best["ours"]["whole_us"] / best[peer]["whole_us"]
        print(f"    from the first entry until everything is stored: {whole:.2f}")
    flat = statistics.median(run["last_tenth_us"] / run["first_tenth_us"] for run in taken["ours"])
    print(f"  ours, last tenth / first tenth: {flat:.2f} (wanted: at most 1.20)")


if __name__ == "__main__":
    if len(sys.argv) > 2:
        _child(sys.argv[1])
    else:
        main()
