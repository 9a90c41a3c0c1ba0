"""Run the trials of the detection table and write it: ``python -m benchmarks.detection [--only audio.,touch.]``.

What is done lies in ``.soak/detection.jsonl`` and is not run again while the probe keeps its version; a kill loses only
the trials that ran at that moment. Several machines or processes share the work with ``--shard 1/3`` and so on (their
files can be joined with ``cat``); ``--jobs`` starts that many processes here.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from benchmarks.detection.cells import FAULTY_SEEDS, HEALTHY_SEEDS, Cell, all_cells
from benchmarks.detection.claims import FOLDER, Claim, read_claims, read_unseen
from benchmarks.detection.rows import FILE, Rows, read_rows
from benchmarks.detection.table import is_detected, is_false, make_table, page
from benchmarks.detection.trial import Pace, is_shaky, run_trials

ROOT: Final = Path(__file__).resolve().parents[2]
TABLE: Final = ROOT / "docs" / "detection.json"
PAGE: Final = ROOT / "docs" / "detection.md"
_LONGEST_S: Final = 10.0
_PHONES: Final = 2  # per process: one works while the other waits for its phone


def commit() -> str:
    """The commit that runs, with a plus where files differ from it."""
    git = ["git", "-C", str(ROOT)]
    head = subprocess.run([*git, "rev-parse", "--short=12", "HEAD"], capture_output=True, text=True, check=False)
    changed = subprocess.run(
        [*git, "status", "--porcelain", "--untracked-files=no"], capture_output=True, text=True, check=False
    )
    return (head.stdout.strip() or "unknown") + ("+" if changed.stdout.strip() else "")


def run_missing(claims: Sequence[Claim], cells: Sequence[Cell], rows: Path, speed: float) -> None:
    """Run the trials that have no row yet; what was shaky is run again in less of a hurry."""
    done = read_rows(rows)
    waiting = [cell for cell in cells if cell not in done]
    file = Rows(rows)
    try:
        for pace in _paces(speed):
            waiting = _run_at(pace, waiting, claims, file)
    finally:
        file.close()


def _run_at(pace: float, waiting: Sequence[Cell], claims: Sequence[Claim], file: Rows) -> list[Cell]:
    """Run trials, keep a row of each, tell how far they are, and return the shaky ones that have no row yet."""
    shaky: list[Cell] = []
    count = 0

    def told(cell: Cell, outcome: dict[str, Any]) -> None:
        nonlocal count
        count += 1
        if pace > 1.0 and is_shaky(outcome):
            shaky.append(cell)
        else:
            file.add(cell, outcome)
            _tell(claims, cell, outcome, f"{count}/{len(waiting)}")

    if waiting:
        run_trials(waiting, told, phones=_PHONES, pace=Pace(pace, _LONGEST_S), stamp={"commit": commit()})
    return shaky


def _paces(speed: float) -> list[float]:
    """From the speed that was asked for down to that of real phones."""
    paces = [speed]
    while paces[-1] > 1.0:
        paces.append(max(1.0, paces[-1] / 5.0))
    return paces


def _tell(claims: Sequence[Claim], cell: Cell, outcome: dict[str, Any], place: str) -> None:
    """A line for what is not as claimed, and a line now and then."""
    claim = next((one for one in claims if (one.mode, one.probe) == (cell.mode, cell.probe)), None)
    if is_false(outcome) if claim is None else not is_detected(outcome, claim):
        found = sorted({one["code"] for one in outcome["findings"]})
        where = f"{cell.mode}:{cell.severity:g} on {cell.profile} seed {cell.seed}, {cell.probe}"
        print(f"{place} {where}: {outcome['verdict']} {outcome['said']} {found}", flush=True)
    elif place.partition("/")[0].endswith("00"):
        print(place, flush=True)


def _split(argv: Sequence[str], number: int, shards: int, jobs: int) -> None:
    """Cut a shard into one for each process, and wait for all; what a process leaves undone is run afterwards."""
    command = [sys.executable, "-m", "benchmarks.detection", *argv, "--no-table", "--jobs", "1"]
    parts = [f"{number + place * shards}/{jobs * shards}" for place in range(jobs)]
    started = [subprocess.Popen([*command, "--shard", part], cwd=ROOT) for part in parts]
    for process in started:
        process.wait()


def _asked(argv: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.detection", description=__doc__)
    parser.add_argument("--only", default="", help="modes or probes that begin with one of these, by commas")
    parser.add_argument("--seeds", type=int, default=FAULTY_SEEDS, help="phones per claim and severity")
    parser.add_argument("--healthy", type=int, default=HEALTHY_SEEDS, help="healthy phones per probe")
    parser.add_argument("--shard", default="1/1", metavar="I/N", help="every Nth trial, beginning with the Ith")
    parser.add_argument("--jobs", type=int, default=2, help="processes")
    parser.add_argument("--speed", type=float, default=20.0, help="seconds of the phones in one of ours")
    parser.add_argument("--partly", action="store_true", help="run nothing, write the table of what there is")
    parser.add_argument("--no-table", action="store_true", help="only run trials")
    parser.add_argument("--claims", type=Path, default=FOLDER, help="folder of claims")
    parser.add_argument("--rows", type=Path, default=FILE, help="file of rows")
    return parser.parse_args(argv)


def main(argv: Sequence[str]) -> int:
    """Run what is missing, then write table and page where everything was run."""
    asked = _asked(argv)
    begins = tuple(asked.only.split(","))
    claims = [one for one in read_claims(asked.claims) if one.mode.startswith(begins) or one.probe.startswith(begins)]
    cells = all_cells(claims, asked.seeds, asked.healthy)
    number, shards = (int(part) for part in asked.shard.split("/"))
    if asked.jobs > 1 and not asked.partly:
        _split(argv, number, shards, asked.jobs)
    if not asked.partly:
        run_missing(claims, cells[number - 1 :: shards], asked.rows, asked.speed)
    if asked.no_table or shards > 1:
        return 0
    table = make_table(claims, read_rows(asked.rows), asked.seeds, asked.healthy, partly=asked.partly)
    lines = page(table, read_unseen(asked.claims))
    if asked.only:  # a part of the table is for the eye, the files hold all of it
        print("\n".join(lines))
        return 0
    TABLE.write_text(json.dumps(table, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    PAGE.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
