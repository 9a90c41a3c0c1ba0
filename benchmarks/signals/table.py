"""All families in one table and one picture.

``python -m benchmarks.signals.table`` writes docs/signal-speed.md and docs/signal-speed.svg.
"""

from __future__ import annotations

import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # one core, before numpy starts its threads

import platform
import re
import subprocess
import sys
import tempfile
import tracemalloc
from collections.abc import Callable
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import scipy

from benchmarks.signals import bench_audio, bench_image, bench_motion

DOCS = Path(__file__).resolve().parents[2] / "docs"
PHONE_MS = 100.0
PHONE_MB = 150.0
HEAD = """# Speed of the signal analysers

Written by `python -m benchmarks.signals.table`; CPU time on one thread, best of seven, all in one run: ours, what a
user would pick instead, and a floor for comparison (one transform of, or one pass over the data). Each peer's answer is
compared with ours before anything is timed. The tables of the tracker and of the inverse depend on the sweep alone;
making them (0.2 s once) is not counted.

"""


def phone() -> Callable[[], None]:
    """All that one phone asks: its sound, ten seconds of its motion, one picture."""
    sound, motion, picture = bench_audio.phone_share(), bench_motion.phone_share(), bench_image.chart()

    def work() -> None:
        sound()
        motion()
        bench_image.image_share(picture)

    return work


def phone_peak_mb() -> dict[str, float]:
    """Peak memory of processes of their own: after the imports, with the recordings, and after one phone's work."""
    with tempfile.TemporaryDirectory() as folder:
        np.save(Path(folder) / "sound.npy", bench_audio.recording())
        np.save(Path(folder) / "picture.npy", bench_image.chart())
        out = {}
        for what in ("imports", "recordings", "work"):
            command = [sys.executable, "-m", "benchmarks.signals.table", what, folder]
            environ = os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
            done = subprocess.run(
                command, capture_output=True, text=True, check=True, timeout=300, env=environ, cwd=DOCS.parent
            )
            out[what] = float(done.stdout)
    return out


def peak_of(what: str, folder: str) -> float:
    """Peak resident memory of this process in megabytes after the imports, the reading or the work."""
    cv2.setNumThreads(1)
    if what != "imports":
        sound, picture = np.load(Path(folder) / "sound.npy"), np.load(Path(folder) / "picture.npy")
        if what == "work":
            bench_audio.phone_work(sound)()
            bench_motion.phone_share()()
            bench_image.image_share(picture)
    status = Path("/proc/self/status").read_text(encoding="ascii")  # getrusage would start with the parent's peak
    return float(re.findall(r"VmHWM:\s+(\d+)", status)[0]) / 1024.0


def exponent(points: list[tuple[float, float]]) -> float:
    """The slope of a line through log time over log size."""
    size, cost = np.log(np.array(points)).T
    return float(np.polyfit(size, cost, 1)[0])


def memory_mb(work: Callable[[], Any]) -> float:
    """Peak of what one call allocates beside its input, in megabytes."""
    work()
    tracemalloc.start()
    work()
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return peak / 1e6


def draw(growth: dict[str, list[tuple[float, float]]], path: Path) -> None:
    """Cost over size, one panel for each kind of size."""
    import matplotlib as mpl
    import matplotlib.pyplot as plt

    mpl.use("svg")
    plt.rcParams["svg.hashsalt"] = "phonebench"
    kinds = list(dict.fromkeys(name.rsplit(", ", 1)[1] for name in growth))
    figure, panels = plt.subplots(1, len(kinds), figsize=(4.2 * len(kinds), 3.8), squeeze=False)
    for panel, kind in zip(panels[0], kinds, strict=True):
        for name, points in growth.items():
            if name.endswith(f", {kind}"):
                label = f"{name.rsplit(', ', 1)[0]} ({exponent(points):.2f})"
                panel.loglog(*zip(*points, strict=True), marker="o", markersize=3, label=label)
        panel.set_xlabel(kind)
        panel.set_ylabel("CPU ms")
        panel.grid(visible=True, which="both", alpha=0.3)
        panel.legend(fontsize=7)
    figure.suptitle("Cost over size (fitted exponent)")
    figure.tight_layout()
    figure.savefig(path, metadata={"Date": None})


def page(rows: list[dict[str, Any]], growth: dict[str, list[tuple[float, float]]], peaks: dict[str, float]) -> str:
    """The page in Markdown."""
    lines = [
        "| workload | compared with | ours ms | theirs ms | floor ms | ratio | wanted | |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for one in rows:
        times = " | ".join(f"{one[key]:.2f}" for key in ("ours_ms", "peer_ms", "floor_ms"))
        met = "met" if one["met"] else "**missed**"
        lines.append(
            f"| {one['workload']} | {one['peer']} | {times} | {one['ratio']:.1f} | {one['wanted']:g} | {met} |"
        )
    held, libraries = peaks["recordings"] - peaks["imports"], peaks["imports"]
    used = peaks["work"] - libraries
    lines.append("")
    lines.append(
        f"Peak memory of one phone: {used:.0f} MB (wanted: {PHONE_MB:.0f}), {held:.0f} MB of it the recordings; "
        f"the sweep's tables are included. Python and its libraries take another {libraries:.0f} MB."
    )
    lines += ["", "## How cost grows", "", "![Cost over size](signal-speed.svg)", ""]
    lines += ["| analyser, over | sizes | exponent | of the larger half |", "|---|---|---|---|"]
    for name, points in growth.items():
        span, larger = f"{points[0][0]:g} ... {points[-1][0]:g}", points[len(points) // 2 :]
        lines.append(f"| {name} | {span} | {exponent(points):.2f} | {exponent(larger):.2f} |")
    sweep, sound = bench_audio.played(), bench_audio.recording()
    sizes = ", ".join(f"{name} {memory_mb(work):.1f} MB" for name, work in bench_audio.works(sound, sweep))
    tables_mb = bench_audio.plan(sweep).nbytes / 1e6
    versions = {"Python": platform.python_version(), "numpy": np.__version__, "scipy": scipy.__version__}
    names = ", ".join(f"{name} {version}" for name, version in versions.items())
    lines += ["", f"Memory beside 10 s x 8 channels: {sizes}; the tracker's tables {tables_mb:.0f} MB."]
    lines += ["", f"{names}, OpenCV {cv2.__version__}."]
    return HEAD + "\n".join(lines) + "\n"


def main() -> None:
    """Measure everything and write both files."""
    cv2.setNumThreads(1)
    rows = [*bench_audio.rows(), *bench_motion.rows(), *bench_image.rows()]
    cost = bench_audio.best_ms(phone())[0]
    rows.append(
        bench_audio.row("one phone: sound, motion, picture", "the 100 ms that it may take", (cost, PHONE_MS, 0.0), 1.0)
    )
    growth = {**bench_audio.growth(), **bench_motion.growth()}
    text = page(rows, growth, phone_peak_mb())
    draw(growth, DOCS / "signal-speed.svg")
    (DOCS / "signal-speed.md").write_text(text, encoding="utf-8")
    print(text)


if __name__ == "__main__":
    if len(sys.argv) == 3:
        print(peak_of(sys.argv[1], sys.argv[2]))
    else:
        main()
