"""Throughput of the log engine beside the other ways to look for the same patterns in the same bytes.

Prints MB/s and ratios. The input is invented: lines of a healthy phone with one line in two hundred that matches.
``python benchmarks/bench_logs.py [megabytes]``
"""

from __future__ import annotations

import random
import re
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from probes.logs import LogSource, load_signatures, scan

CHUNK_BYTES = 1 << 18
SLICE_BYTES = 1 << 20  # the regular expressions see this much only: they are slow
MB = 1e6
MATCH_EVERY = 200
HEALTHY = (
    "<6>[{t:12.6f}] [{c}:    kworker/{c}:1:  {p:4d}] regulator_acme: l{p} enabled, {p} uV",
    "[{t:12.6f}] wlan: [{p}:I:HDD] station {p} rate {c} rssi -{c}",
    "01-02 03:04:05.678  {p:4d}  {p:4d} D AcmeService: job {p} of {c} done in {t:.3f} ms",
    "01-02 03:04:05.678 radio  {p:4d}  {p:4d} D RILJ    : [{p}]> SIGNAL_STRENGTH [PHONE{c}]",
    "<4>[{t:12.6f}] healthd: battery l={c} v={p} t=31.{c} h=2 st=3 c=-{p} chg=u",
)


def lines(size_bytes: int) -> Iterator[bytes]:
    noise = random.Random(1)
    examples = [example for one in load_signatures() for example in one.examples]
    written = number = 0
    while written < size_bytes:
        number += 1
        shape = noise.choice(HEALTHY)
        text = shape.format(t=number / 100, c=noise.randrange(8), p=noise.randrange(1, 9999))
        if number % MATCH_EVERY == 0:
            text = f"[{number / 100:12.6f}] {noise.choice(examples)}"
        line = text.encode() + b"\n"
        written += len(line)
        yield line


def chunks(path: Path) -> Iterator[bytes]:
    with path.open("rb") as stream:
        while chunk := stream.read(CHUNK_BYTES):
            yield chunk


def engine_seconds(path: Path) -> float:
    scan([LogSource("warm", [b"compile the patterns"])])
    start = time.perf_counter()
    report = scan([LogSource("kernel", chunks(path))])
    seconds = time.perf_counter() - start
    print(f"  {len(report.findings)} findings, {report.sources[0].lines} lines")
    return seconds


def alternation_seconds(path: Path, patterns: list[str]) -> float:
    """One big Python alternation, line by line, over a slice; scaled up to the file."""
    either = re.compile("|".join(f"(?:{pattern})" for pattern in patterns).encode())
    head = path.read_bytes()[:SLICE_BYTES]
    start = time.perf_counter()
    sum(1 for line in head.splitlines() if either.search(line))
    return (time.perf_counter() - start) * path.stat().st_size / len(head)


def ripgrep_seconds(path: Path, patterns: list[str], folder: Path) -> float | None:
    program = shutil.which("rg")
    if program is None:
        return None
    listing = folder / "patterns.txt"
    listing.write_text("\n".join(patterns) + "\n", encoding="utf-8")
    start = time.perf_counter()
    subprocess.run([program, "-a", "-c", "-f", listing, path], check=True, stdout=subprocess.DEVNULL, timeout=600)
    return time.perf_counter() - start


def main() -> None:
    size_mb = int(sys.argv[1]) if len(sys.argv) > 1 else 50
    patterns = [re.sub(r"\?P<\w+>", "?:", one.pattern) for one in load_signatures()]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        path = folder / "log.txt"
        with path.open("wb") as stream:
            stream.writelines(lines(int(size_mb * MB)))
        size = path.stat().st_size / MB
        ours_s = engine_seconds(path)
        print(f"engine             {size / ours_s:8.1f} MB/s  ({len(patterns)} signatures, findings included)")
        python_s = alternation_seconds(path, patterns)
        print(f"re, line by line   {size / python_s:8.1f} MB/s  engine is {python_s / ours_s:.1f} times as fast")
        if rg_s := ripgrep_seconds(path, patterns, folder):
            print(f"rg -f, count only  {size / rg_s:8.1f} MB/s  engine is {rg_s / ours_s:.1f} times as fast")
        peak_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        print(f"peak memory        {peak_mb:8.1f} MB    (with Python, numpy and the slice above)")


if __name__ == "__main__":
    main()
