"""CPU and peak memory of the whole command on a bug report of 50 MB.

The report is invented: the sections of dumpstate around many lines of system log and kernel log in the shape of real
ones. Beside it, as a ratio, the plainest thing that a user could do instead: read all lines and search each for one
word list. Run: python benchmarks/bench_bugreport.py
"""

from __future__ import annotations

import os
import random
import re
import resource
import subprocess
import sys
import tempfile
from pathlib import Path
from time import process_time

SIZE_BYTES = 50_000_000
_TAGS = (
    "ActivityManager",
    "WindowManager",
    "BatteryService",
    "WifiHAL",
    "CamX",
    "SurfaceFlinger",
    "PowerManagerService",
)
_WORDS = (
    "start",
    "bound service",
    "took 12ms",
    "state changed",
    "queue empty",
    "no error",
    "failed to find, retry",
    "ok",
)


def write_report(path: Path, size_bytes: int = SIZE_BYTES, seed: int = 1) -> None:
    draw = random.Random(seed)
    with path.open("w", encoding="utf-8", newline="\n") as file:
        file.write("=" * 56 + "\n== dumpstate: 2026-11-20 10:00:00\n" + "=" * 56 + "\n\n")
        file.write("Build: BP2A.250605.031\nBuild fingerprint: 'google/x/x:16/BP2A/1:user/release-keys'\n\n")
        file.write(
            "------ SYSTEM PROPERTIES (getprop) ------\n[ro.product.model]: [Bench]\n[ro.build.version.release]: [16]\n"
        )
        file.write(
            "------ SYSTEM LOG (logcat -v threadtime -v printable -v uid -d *:v) ------\n--------- beginning of main\n"
        )
        second = 0.0
        while file.tell() < size_bytes * 0.8:
            second += draw.random()
            clock = f"11-19 {int(second // 3600) % 24:02d}:{int(second // 60) % 60:02d}:{second % 60:06.3f}"
            file.write(
                f"{clock} 1000 {draw.randrange(900, 9000):5d} {draw.randrange(900, 9000):5d} {draw.choice('VDIWE')} "
                f"{draw.choice(_TAGS)}: {draw.choice(_WORDS)} {draw.randrange(1 << 40):x}\n"
            )
        file.write("------ 12.1s was the duration of 'SYSTEM LOG' ------\n------ KERNEL LOG (dmesg) ------\n")
        second = 0.0
        while file.tell() < size_bytes:
            second += draw.random() / 10
            file.write(
                f"[{second:12.6f}][ T{draw.randrange(1, 999)}] binder: {draw.randrange(9999)}:"
                f"{draw.choice(_WORDS)} {draw.randrange(1 << 30):x}\n"
            )
        file.write("------ 0.2s was the duration of 'KERNEL LOG' ------\n")


def naive(path: Path) -> None:
    words = re.compile(r"fail|error|nack|timeout|crash|panic|not respond", re.IGNORECASE)
    found = 0
    with path.open(encoding="utf-8", errors="replace") as file:
        for line in file:
            found += words.search(line) is not None
    assert found


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "bugreport.txt"
        write_report(report)
        environment = {**os.environ, "PHONEBENCH_HOME": f"{folder}/home"}
        command = [sys.executable, "-m", "agent", "bugreport", str(report), "--json"]
        subprocess.run(
            command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False
        )  # fills caches
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        cpu_s = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
        started = process_time()
        naive(report)
        naive_s = process_time() - started
        print(f"bug report of {report.stat().st_size / 1e6:.0f} MB")
        print(
            f"  phonebench bugreport: {cpu_s:.2f} s CPU (wanted: under 3), "
            f"peak {after.ru_maxrss / 1024:.0f} MB (wanted: under 200)"
        )
        print(f"  one word list per line: {naive_s:.2f} s CPU; ours / that: {cpu_s / naive_s:.2f}")


if __name__ == "__main__":
    main()
