"""The log engine beside ripgrep and beside one compiled alternation, on the same bytes and patterns, in one run.

The bytes are the logs of real phones (the folder ``corpora`` of PHONEBENCH_SHARED, or ``../shared``), repeated with a
shift, or invented lines where there are none. Times are processor seconds of one core. The engine reads all bytes,
with parsing, rules and evidence; the peers only count lines. They are slower by so much that they see a slice, and
their time is scaled up; ``--whole`` gives ripgrep everything.

``python benchmarks/bench_logs.py [--mb 50] [--slice-mb 10] [--whole]``
"""

from __future__ import annotations

import argparse
import json
import os
import random
import re
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from probes.logs import LogSource, load_signatures, scan
from probes.logs.blocks import blocks
from probes.logs.scanner import Scanner

CHUNK_BYTES = 1 << 20
LOOP_BYTES = 1 << 20  # the loop over lines sees this much only
MB = 1_000_000
MATCH_EVERY = 200
FOLDERS = ("kernel_log", "logcat", "radio_log", "healthd", "dropbox", "faults")
HEALTHY = (
    "<6>[{t:12.6f}] [{c}:    kworker/{c}:1:  {p:4d}] regulator_acme: l{p} enabled, {p} uV",
    "[{t:12.6f}] wlan: [{p}:I:HDD] station {p} rate {c} rssi -{c}",
    "01-02 03:04:05.678  {p:4d}  {p:4d} D AcmeService: job {p} of {c} done in {t:.3f} ms",
    "01-02 03:04:05.678 radio  {p:4d}  {p:4d} D RILJ    : [{p}]> SIGNAL_STRENGTH [PHONE{c}]",
    "<4>[{t:12.6f}] healthd: battery l={c} v={p} t=31.{c} h=2 st=3 c=-{p} chg=u",
)


@dataclass(frozen=True)
class Engine:
    """One run of the engine in a process of its own."""

    seconds: float
    peak_mb: float
    findings: int
    lines: int


def corpora_logs() -> list[bytes]:
    root = Path(os.environ.get("PHONEBENCH_SHARED") or Path(__file__).resolve().parents[2] / "shared") / "corpora"
    files = [
        file for folder in FOLDERS for file in sorted((root / folder).glob("*")) if file.suffix in {".txt", ".log"}
    ]
    return [file.read_bytes() for file in files]


def shifted(logs: Sequence[bytes], size_bytes: int) -> Iterator[bytes]:
    """The logs over and over, each time from another line on."""
    noise = random.Random(1)
    written = 0
    while True:
        for body in logs:
            start = body.find(b"\n", noise.randrange(len(body))) + 1
            part = body[start:] + body[:start]
            yield part if part.endswith(b"\n") else part + b"\n"
            written += len(part)
            if written >= size_bytes:
                return


def invented(size_bytes: int) -> Iterator[bytes]:
    noise = random.Random(1)
    examples = [example for one in load_signatures() for example in one.examples]
    written = number = 0
    while written < size_bytes:
        number += 1
        text = noise.choice(HEALTHY).format(t=number / 100, c=noise.randrange(8), p=noise.randrange(1, 9999))
        if number % MATCH_EVERY == 0:
            text = f"[{number / 100:12.6f}] {noise.choice(examples)}"
        line = text.encode() + b"\n"
        written += len(line)
        yield line


def chunks(path: Path) -> Iterator[bytes]:
    with path.open("rb") as stream:
        while chunk := stream.read(CHUNK_BYTES):
            yield chunk


def run_engine(path: Path) -> None:
    """The child: scan one file, say what it cost. Compiling the patterns happens once per version and is left out."""
    scan([LogSource("warm", [b"compile the patterns"])])
    start = time.process_time()
    report = scan([LogSource("kernel", chunks(path))])
    seconds = time.process_time() - start
    peak_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps([seconds, peak_mb, len(report.findings), report.sources[0].lines]))


def engine(path: Path) -> Engine:
    done = subprocess.run(
        [sys.executable, __file__, "--child", path], check=True, capture_output=True, text=True, timeout=3600
    )
    return Engine(*json.loads(done.stdout))


def patterns() -> list[str]:
    return [re.sub(r"\?P<\w+>", "?:", one.pattern) for one in load_signatures()]


def loop_seconds(head: bytes) -> float:
    """One compiled alternation of all patterns, line by line."""
    either = re.compile("|".join(f"(?:{pattern})" for pattern in patterns()).encode())
    start = time.process_time()
    sum(1 for line in head.splitlines() if either.search(line))
    return time.process_time() - start


def matching_lines(path: Path) -> int:
    """Lines that match a signature, by the engine's scanner alone."""
    scanner = Scanner([one.pattern.encode() for one in load_signatures()])
    return sum(len({line for line, _ in scanner.matches(block)}) for block in blocks(chunks(path)))


def ripgrep(path: Path, listing: Path, *options: str) -> tuple[float, int]:
    """Processor seconds, and the lines it counts."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    command = ["rg", "-a", "-c", "-j1", *options, "-f", str(listing), str(path)]
    done = subprocess.run(command, check=True, capture_output=True, text=True, timeout=7200)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, int(done.stdout)


def compare(path: Path, part: Path, folder: Path, *, whole: bool) -> None:
    size, part_size = path.stat().st_size, part.stat().st_size
    small, full = engine(part), engine(path)
    known = len(load_signatures())
    print(f"input              {size / MB:9.1f} MB, {full.lines} lines, {known} signatures, {full.findings} findings")
    print(f"engine             {size / MB / full.seconds:9.1f} MB/s   {full.seconds:.2f} s, all included")
    print(f"peak memory        {full.peak_mb:9.1f} MB     {small.peak_mb:.1f} MB after {part_size / MB:.0f} MB")
    head = part.read_bytes()[:LOOP_BYTES]
    loop_s = loop_seconds(head) * size / len(head)
    print(f"loop over lines    {size / MB / loop_s:9.1f} MB/s   {loop_s / full.seconds:.1f} times the engine's time")
    if shutil.which("rg") is None:
        print("ripgrep            not installed")
        return
    listing = folder / "patterns.txt"
    listing.write_text("\n".join(patterns()) + "\n", encoding="utf-8")
    for name, options in (("ripgrep", ()), ("rg --no-unicode", ("--no-unicode",))):
        target = path if whole else part
        seconds, lines = ripgrep(target, listing, *options)
        scaled = seconds * size / target.stat().st_size
        ours = matching_lines(target)
        print(
            f"{name:18} {size / MB / scaled:9.1f} MB/s   {scaled / full.seconds:.1f} times the engine's time; "
            f"lines that match: {lines}, ours {ours}"
        )


def main() -> None:
    words = argparse.ArgumentParser(description="The log engine beside ripgrep and a loop over lines.")
    words.add_argument("--mb", type=int, default=50, help="size of the input")
    words.add_argument("--slice-mb", type=int, default=10, help="what the peers see of it")
    words.add_argument("--whole", action="store_true", help="ripgrep sees all of it")
    words.add_argument("--child", type=Path, help=argparse.SUPPRESS)
    asked = words.parse_args()
    if asked.child:
        run_engine(asked.child)
        return
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        path, part = folder / "log.txt", folder / "part.txt"
        logs = corpora_logs()
        print("logs of real phones, repeated and shifted" if logs else "invented lines")
        with path.open("wb") as stream:
            for piece in shifted(logs, asked.mb * MB) if logs else invented(asked.mb * MB):
                stream.write(piece)
        with path.open("rb") as stream:
            body = stream.read(asked.slice_mb * MB)
        part.write_bytes(body[: body.rfind(b"\n") + 1])
        compare(path, part, folder, whole=asked.whole)


if __name__ == "__main__":
    main()
