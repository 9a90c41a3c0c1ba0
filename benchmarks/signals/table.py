"""All families in one table and one picture.

``python -m benchmarks.signals.table`` writes docs/signal-speed.md and docs/signal-speed.svg.
"""

from __future__ import annotations

import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # one core, before numpy starts its threads

import json
import platform
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

from benchmarks.signals.timing import row
from probes.signals.tracker_plan import plan

DOCS = Path(__file__).resolve().parents[2] / "docs"
FAMILIES = ("audio", "motion", "image")
PHONE_MS = 100.0
PHONE_MB = 150.0
HEAD = """# Speed of the signal analysers

Written by `python -m benchmarks.signals.table`; CPU time on one thread, best of seven: ours, what a user would pick
instead, and a floor for comparison (one transform of, or one pass over the data), taking turns in one process for each
family. Each peer's answer is compared with ours before anything is timed. The tables of the tracker and of the inverse
depend on the sweep alone; making them (0.2 s once) is not counted. A median of a whole raw picture mixes its colours
and finds nothing: of the two rows of defect pixels the first is the same work, the second shows what is left of it.
The impulse response grows faster than its record where the next power of two lies far away.

"""


def in_its_own_process(module: str, *arguments: str) -> Any:
    """What a program of ours prints as its last line, read as JSON.

    Each family is measured like that, as a user's script would run: what one leaves behind in the allocator makes
    another, or its peer, twice as slow or as fast.
    """
    environ = os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    command = [sys.executable, "-m", module, *arguments]
    done = subprocess.run(
        command, capture_output=True, text=True, check=False, timeout=900, env=environ, cwd=DOCS.parent
    )
    if done.returncode:
        raise SystemExit(f"{' '.join(arguments)}: {done.stderr}")
    return json.loads(done.stdout.splitlines()[-1])


def measured(what: str) -> Any:
    """The part of the work that a process of its own does."""
    from benchmarks.signals import bench_audio, bench_image, bench_motion

    families: dict[str, Any] = {"audio": bench_audio, "motion": bench_motion, "image": bench_image}
    kind, family = what.split(".")
    if kind == "memory":
        sweep, sound = bench_audio.played(), bench_audio.recording()
        sizes = {name: memory_mb(work) for name, work in bench_audio.works(sound, sweep)}
        return {**sizes, "the tracker's tables": plan(sweep).nbytes / 1e6}
    return getattr(families[family], kind)()


def one_phone() -> dict[str, Any]:
    """Peak memory and CPU time of all that one phone asks, in a process that does nothing else."""
    from benchmarks.signals import bench_audio, bench_image, bench_motion

    with tempfile.TemporaryDirectory() as folder:
        sound = np.rint(32767.0 * bench_audio.recording()).astype(np.int16)  # as phones record
        for name, recording in {
            "sound": sound,
            "motion": bench_motion.recording(10.0),
            "picture": bench_image.chart(),
        }.items():
            np.save(Path(folder) / f"{name}.npy", recording)
        found: dict[str, Any] = in_its_own_process("benchmarks.signals.one_phone", folder)
        return found


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


def page(
    rows: list[dict[str, Any]],
    growth: dict[str, list[tuple[float, float]]],
    phone: dict[str, Any],
    sizes: dict[str, float],
) -> str:
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
    held = ", ".join(f"{name} {size:.0f}" for name, size in phone["held_mb"].items())
    lines.append("")
    lines.append(
        f"Peak memory of one phone in a process of its own, Python and libraries included: {phone['whole_mb']:.0f} MB "
        f"(wanted: {PHONE_MB:.0f}); {phone['libraries_mb']:.0f} MB of it before the first recording is read. The "
        f"recordings (MB: {held}) are read one after the other."
    )
    lines += ["", "## How cost grows", "", "![Cost over size](signal-speed.svg)", ""]
    lines += ["| analyser, over | sizes | exponent | of the larger half |", "|---|---|---|---|"]
    for name, points in growth.items():
        span, larger = f"{points[0][0]:g} ... {points[-1][0]:g}", points[len(points) // 2 :]
        lines.append(f"| {name} | {span} | {exponent(points):.2f} | {exponent(larger):.2f} |")
    beside = ", ".join(f"{name} {size:.1f} MB" for name, size in sizes.items())
    versions = {"Python": platform.python_version(), "numpy": np.__version__, "scipy": scipy.__version__}
    names = ", ".join(f"{name} {version}" for name, version in versions.items())
    lines += ["", f"Memory beside 10 s x 8 channels: {beside}."]
    lines += ["", f"{names}, OpenCV {cv2.__version__}."]
    return HEAD + "\n".join(lines) + "\n"


def main() -> None:
    """Measure everything and write both files."""
    here = "benchmarks.signals.table"
    rows = [one for family in FAMILIES for one in in_its_own_process(here, f"rows.{family}")]
    phone = one_phone()
    times_ms = (phone["cost_ms"], PHONE_MS, 0.0)
    rows.append(row("all", "one phone: sound, motion, picture", "the 100 ms that it may take", times_ms, 1.0))
    growth = {**in_its_own_process(here, "growth.audio"), **in_its_own_process(here, "growth.motion")}
    text = page(rows, growth, phone, in_its_own_process(here, "memory.audio"))
    draw(growth, DOCS / "signal-speed.svg")
    (DOCS / "signal-speed.md").write_text(text, encoding="utf-8")
    print(text)


if __name__ == "__main__":
    cv2.setNumThreads(1)
    if len(sys.argv) == 2:
        print(json.dumps(measured(sys.argv[1])))
    else:
        main()
