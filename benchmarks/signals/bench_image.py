"""Analysers of pictures against OpenCV: a 12-megapixel raw frame, and one edge; CPU time on one thread.

Each peer does the same work, and before anything is timed both must have found the same. ``rows()`` gives the numbers
for the table that all families share.
"""

from __future__ import annotations

import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # before numpy is loaded: its pool is made then

import math
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

import cv2
import numpy as np
import numpy.typing as npt

from probes.signals.checks_image import gaussian_edge
from probes.signals.defects import find_defects
from probes.signals.lines import find_lines
from probes.signals.shading import shading, tile_means
from probes.signals.slanted_edge import slanted_edge, slanted_edges

HEIGHT: Final = 3000
WIDTH: Final = 4000
DEFECTS: Final = 200
FLOOR_DN: Final = 150.0
ROUNDS: Final = 7
EDGES: Final = ((1400, 1800), (200, 200), (200, 3400), (2500, 200), (2500, 3400))
Raw = npt.NDArray[np.uint16]


@lru_cache(maxsize=1)
def frame() -> tuple[Raw, npt.NDArray[np.intp]]:
    """A raw flat field with falloff, noise and planted defects, and where these are."""
    rng = np.random.default_rng(1)
    down = ((np.arange(HEIGHT, dtype=np.float32) - HEIGHT / 2) / 2500.0)[:, None] ** 2
    across = ((np.arange(WIDTH, dtype=np.float32) - WIDTH / 2) / 2500.0)[None, :] ** 2
    light = 560.0 * (1.0 - 0.3 * (down + across))
    light[::2, 1::2] *= 0.9
    light[1::2, 1::2] *= 0.7
    light += 6.0 * rng.standard_normal(light.shape, dtype=np.float32)
    raw = light.astype(np.uint16)
    places = np.sort(rng.choice(raw.size, DEFECTS, replace=False))
    raw.ravel()[places] = np.where(np.arange(DEFECTS) % 2, 1000, 20)
    return raw, places


@lru_cache(maxsize=1)
def chart() -> Raw:
    """The frame with five slanted edges laid over it."""
    raw = frame()[0].copy()
    edge = gaussian_edge(blur_px=0.8, angle_deg=5.0) * 4.0
    noise = np.random.default_rng(2).normal(0.0, 6.0, edge.shape)
    for row, column in EDGES:
        raw[row : row + edge.shape[0], column : column + edge.shape[1]] = edge + noise
    return raw


def defects_by_opencv() -> npt.NDArray[np.intp]:
    """The usual way: the 5 x 5 median of each colour, and what differs from it by more than the threshold."""
    raw = frame()[0]
    found = []
    for down in (0, 1):
        for across in (0, 1):
            plane = np.ascontiguousarray(raw[down::2, across::2])
            away = cv2.absdiff(plane, cv2.medianBlur(plane, 5))
            key = np.flatnonzero(away > np.uint16(FLOOR_DN))
            row, column = key // plane.shape[1], key % plane.shape[1]
            found.append((2 * row + down) * WIDTH + 2 * column + across)
    return np.sort(np.concatenate(found))


def our_defects() -> npt.NDArray[np.intp]:
    found = find_defects(frame()[0], mosaic=True, floor_dn=FLOOR_DN, white_dn=1023.0)
    return found.row_px * WIDTH + found.column_px


def best_ms(**works: Callable[[], object]) -> dict[str, float]:
    """Least CPU time of each in milliseconds; in every round each has its turn."""
    least = dict.fromkeys(works, math.inf)
    for _ in range(ROUNDS):
        for name, work in works.items():
            start = time.process_time()
            work()
            least[name] = min(least[name], 1e3 * (time.process_time() - start))
    return least


def image_share(raw: Raw) -> None:
    """What one phone asks of its picture: shading, defects and five edges."""
    assert shading(raw, mosaic=True, white_dn=1023.0).valid
    assert find_defects(raw, mosaic=True, floor_dn=FLOOR_DN, white_dn=1023.0).valid
    assert all(edge.valid for edge in slanted_edges(raw, [(row, column, 300, 400) for row, column in EDGES]))


def rows() -> list[dict[str, Any]]:
    """Every row of the table; what is compared must agree first."""
    cv2.setNumThreads(1)
    raw, places = frame()
    edge = gaussian_edge(blur_px=0.8, angle_deg=5.0)
    for found in (defects_by_opencv(), our_defects()):
        assert np.array_equal(found, places)
    exact = cv2.resize(raw.astype(np.float64), (80, 60), interpolation=cv2.INTER_AREA)
    assert np.abs(tile_means(raw, rows=60, columns=80)[0] - exact).max() < 1e-3
    took = best_ms(
        read=raw.max,
        read_edge=edge.max,
        defects=our_defects,
        search=defects_by_opencv,
        median=lambda: cv2.medianBlur(raw, 5),
        shading=lambda: tile_means(raw, rows=60, columns=80),
        area=lambda: cv2.resize(raw, (80, 60), interpolation=cv2.INTER_AREA),
        lines=lambda: find_lines(raw, mosaic=True),
        sfr=lambda: slanted_edge(edge),
        share=lambda: image_share(chart()),
    )
    took |= {"2 ms": 2.0, "35 ms": 35.0}
    table = (
        ("12-Mpx raw: defect pixels", "defects", "search", "OpenCV: 5 x 5 median of each colour, threshold", 4.0),
        ("12-Mpx raw: defect pixels", "defects", "median", "OpenCV: one 5 x 5 median alone, nothing found", 1.0),
        ("12-Mpx raw: shading map 60 x 80", "shading", "area", "OpenCV: resize by area", 0.9),
        ("12-Mpx raw: rows and columns", "lines", "search", "OpenCV: 5 x 5 median of each colour, threshold", 1.0),
        ("slanted-edge SFR 300 x 400", "sfr", "2 ms", "the 2 ms that it may take", 1.0),
        ("12-Mpx raw: shading, defects, 5 edges", "share", "35 ms", "the 35 ms that it may take", 1.0),
    )
    return [
        {
            "family": "image",
            "workload": workload,
            "peer": peer,
            "ours_ms": took[ours],
            "peer_ms": took[theirs],
            "floor_ms": took["read_edge" if ours == "sfr" else "read"],
            "ratio": took[theirs] / took[ours],
            "wanted": wanted,
            "met": took[theirs] >= wanted * took[ours],
        }
        for workload, ours, theirs, peer, wanted in table
    ]


def peak_mb() -> dict[str, float]:
    """Peak memory in processes of their own: one that only holds the frame, one that does the share of one phone."""
    found = {}
    with tempfile.TemporaryDirectory() as folder:
        np.save(Path(folder) / "frame.npy", chart())
        for what in ("frame", "share"):
            command = [sys.executable, __file__, what, str(Path(folder) / "frame.npy")]
            environ = os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
            done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=120, env=environ)
            found[what] = float(done.stdout)
    return found


def peak_of(what: str, path: str) -> float:
    """Peak resident memory of this process in megabytes, after the work."""
    cv2.setNumThreads(1)
    raw = np.load(path)
    if what == "share":
        image_share(raw)
    # not getrusage: its peak starts with that of the parent, which a child has for a moment before it starts anew
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return float(re.findall(r"VmHWM:\s+(\d+)", status)[0]) / 1024.0


def main() -> None:
    for one in rows():
        times = "".join(f"{one[name]:9.2f}" for name in ("ours_ms", "peer_ms", "floor_ms"))
        met = "" if one["met"] else "MISSED"
        print(f"{one['workload']:40}{one['peer']:50}{times}{one['ratio']:8.2f} x (wanted {one['wanted']:g} x) {met}")
    print("peak memory in MB:", {what: round(size) for what, size in peak_mb().items()}, "OpenCV", cv2.__version__)


if __name__ == "__main__":
    if len(sys.argv) == 3:
        print(peak_of(sys.argv[1], sys.argv[2]))
    else:
        main()
