"""Run the full figures and write the files that the documents quote: ``python -m benchmarks.soak [--seeds N]``.

One shard is one emulated phone (fault, seed) diagnosed by the command itself, or one benchmark. A finished shard lies
in ``.soak/`` and is not run again: delete the folder to start anew. The true part is joined after all verdicts are
written.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Final

from agent.runs import agent_version

ROOT: Final = Path(__file__).resolve().parent.parent
SHARDS: Final = ROOT / ".soak"
FIGURES: Final = ROOT / "docs" / "figures.json"
PAGE: Final = ROOT / "docs" / "figures.md"
_AT_ONCE: Final = 2
_DEADLINE_S: Final = 300
_BENCH_DEADLINE_S: Final = 1800
_HEALTHY: Final = "NONE"
_SEEN_FROM: Final = ("software",)
"""The stages of a diagnosis that the command runs without anybody's help; see hwsim.faults.STAGES."""
_NOTHING: Final = ("nothing_found", "no_fault_found")
_CONCLUDES: Final = ("part", "software", "ambiguous")
_SUSPECTS: Final = "suspect"
_HOW: Final = ("right", "suspected", "silent", "wrong")


def faults() -> list[dict[str, Any]]:
    """The faults that ``diagnose`` can see by itself, and the healthy phone: ids, true part, reason."""
    done = _command("sim", "faults", "--json", home=None)
    return [row for row in json.loads(done.stdout) if row["seen_from"] in _SEEN_FROM]


def diagnose(fault: str, seed: int) -> None:
    """Diagnose one emulated phone and keep what was concluded; a shard that is there is left alone."""
    shard = SHARDS / f"{fault}-{seed}.json"
    if shard.exists():
        return
    with tempfile.TemporaryDirectory(prefix="phonebench-soak-") as home:
        done = _command("diagnose", "--sim", fault, "--seed", str(seed), "--json", home=home)
    record = json.loads(done.stdout)
    first = record["suspects"][0] if record.get("suspects") else {}
    kept = {
        "exit_code": done.returncode,
        "conclusion": record.get("conclusion", "error"),
        "first": first.get("component", ""),
        "probability": first.get("probability", 0.0),
    }
    _write(shard, json.dumps(kept))


def measure(bench: Path) -> None:
    """Run one benchmark and keep what it prints."""
    shard = SHARDS / f"{bench.stem}.txt"
    if shard.exists():
        return
    done = subprocess.run(
        [sys.executable, str(bench)], cwd=ROOT, capture_output=True, text=True, timeout=_BENCH_DEADLINE_S, check=True
    )
    _write(shard, done.stdout)


def summary(library: Sequence[dict[str, Any]], seeds: int) -> dict[str, Any]:
    """Join the verdicts with the truth."""
    rows = []
    for fault in library:
        kept = [json.loads((SHARDS / f"{fault['id']}-{seed}.json").read_text("utf-8")) for seed in range(1, seeds + 1)]
        counts = Counter(_how(one, str(fault["truth"])) for one in kept)
        rows.append(
            {"fault": fault["id"], "truth": fault["truth"], "phones": len(kept), **{h: counts[h] for h in _HOW}}
        )
    benches = {shard.stem: shard.read_text("utf-8").splitlines() for shard in sorted(SHARDS.glob("bench_*.txt"))}
    return {"agent_version": agent_version(), "cores": os.cpu_count(), "diagnosis": rows, "benchmarks": benches}


def _how(kept: dict[str, Any], truth: str) -> str:
    """One of ``_HOW``: how a verdict stands to the truth."""
    points = kept["conclusion"] in {*_CONCLUDES, _SUSPECTS}
    if truth == _HEALTHY:
        return "wrong" if points else "right" if kept["conclusion"] in _NOTHING else "silent"
    if not points:
        return "silent"
    if kept["first"] != truth:
        return "wrong"
    return "suspected" if kept["conclusion"] == _SUSPECTS else "right"


def page(figures: dict[str, Any]) -> Iterator[str]:
    """The figures as a page for people."""
    yield "# Figures"
    yield ""
    yield f"Written by `make soak` with phonebench {figures['agent_version']} on {figures['cores']} cores, not by hand."
    yield ""
    yield "Emulated phones diagnosed through the real adb server. Right: the true part is named first, or, on a healthy"
    yield "phone, none. Suspected: it is first, to be confirmed by hand. Silent: no part is named. Wrong: another part"
    yield "is named first. Emulated phones are not real phones."
    yield ""
    yield "| fault | true part | phones | right | suspected | silent | wrong |"
    yield "|---|---|---|---|---|---|---|"
    for row in figures["diagnosis"]:
        yield "| " + " | ".join(str(row[key]) for key in ("fault", "truth", "phones", *_HOW)) + " |"
    for name, lines in figures["benchmarks"].items():
        yield from ("", f"## {name}", "", "```text", *lines, "```")


def _command(*arguments: str, home: str | None) -> subprocess.CompletedProcess[str]:
    env = {**os.environ, **({"PHONEBENCH_HOME": home} if home else {})}
    return subprocess.run(
        [sys.executable, "-m", "agent", *arguments],
        cwd=ROOT,
        env=env,
        stdout=subprocess.PIPE,
        text=True,
        encoding="utf-8",
        timeout=_DEADLINE_S,
        check=False,
    )


def _write(path: Path, text: str) -> None:
    """Write at once: a shard is there whole or not at all."""
    draft = path.with_suffix(".draft")
    draft.write_text(text, encoding="utf-8")
    draft.replace(path)


def main() -> int:
    """Run what is missing, then write the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=20, help="phones per fault")
    parser.add_argument("--no-benchmarks", action="store_true", help="only the diagnoses")
    asked = parser.parse_args()
    SHARDS.mkdir(exist_ok=True)
    library = faults()
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        jobs = [pool.submit(diagnose, fault["id"], seed) for fault in library for seed in range(1, asked.seeds + 1)]
        for number, job in enumerate(jobs, 1):
            job.result()
            sys.stderr.write(f"\r{number}/{len(jobs)}")
    sys.stderr.write("\n")
    if not asked.no_benchmarks:
        for bench in sorted((ROOT / "benchmarks").glob("bench_*.py")):
            sys.stderr.write(f"{bench.stem}\n")
            measure(bench)
    figures = summary(library, asked.seeds)
    _write(FIGURES, json.dumps(figures, indent=2) + "\n")
    _write(PAGE, "\n".join(page(figures)) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
