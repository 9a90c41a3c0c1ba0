"""Analysers of pictures against OpenCV: a 12-megapixel raw frame, and one edge; CPU time on one thread.

Each peer does the same work, and before anything is timed both must have found the same. ``rows()`` gives the numbers
for the table that all families share.
"""

from __future__ import annotations

import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # before numpy is loaded: its pool is made then

from collections.abc import Callable
from functools import lru_cache
from typing import Any, Final

import cv2
import numpy as np
import numpy.typing as npt

from benchmarks.signals.one_phone import EDGES, FLOOR_DN, picture_share
from benchmarks.signals.timing import best_ms, row, show
from probes.signals.checks_image import gaussian_edge
from probes.signals.defects import find_defects
from probes.signals.lines import find_lines
from probes.signals.shading import tile_means
from probes.signals.slanted_edge import slanted_edge

HEIGHT: Final = 3000
WIDTH: Final = 4000
DEFECTS: Final = 200
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
    for down, column in EDGES:
        raw[down : down + edge.shape[0], column : column + edge.shape[1]] = edge + noise
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


def rows() -> list[dict[str, Any]]:
    """Every row of the table; what is compared must agree first."""
    cv2.setNumThreads(1)
    raw, places = frame()
    edge = gaussian_edge(blur_px=0.8, angle_deg=5.0)
    for found in (defects_by_opencv(), our_defects()):
        assert np.array_equal(found, places)
    exact = cv2.resize(raw.astype(np.float64), (80, 60), interpolation=cv2.INTER_AREA)
    assert np.abs(tile_means(raw, rows=60, columns=80)[0] - exact).max() < 1e-3
    works: dict[str, Callable[[], object]] = {
        "read": raw.max,
        "read_edge": edge.max,
        "defects": our_defects,
        "search": defects_by_opencv,
        "median": lambda: cv2.medianBlur(raw, 5),
        "shading": lambda: tile_means(raw, rows=60, columns=80),
        "area": lambda: cv2.resize(raw, (80, 60), interpolation=cv2.INTER_AREA),
        "lines": lambda: find_lines(raw, mosaic=True),
        "sfr": lambda: slanted_edge(edge),
        "share": lambda: picture_share(chart()),
    }
    took = dict(zip(works, best_ms(*works.values()), strict=True))
    took |= {"2 ms": 2.0, "35 ms": 35.0}
    table = (
        ("12-Mpx raw: defect pixels", "defects", "search", "OpenCV: 5 x 5 median of each colour, threshold", 4.0),
        ("12-Mpx raw: defect pixels", "defects", "median", "OpenCV: one 5 x 5 median alone, nothing found", 4.0),
        ("12-Mpx raw: shading map 60 x 80", "shading", "area", "OpenCV: resize by area", 0.9),
        ("12-Mpx raw: rows and columns", "lines", "search", "OpenCV: 5 x 5 median of each colour, threshold", 1.0),
        ("slanted-edge SFR 300 x 400", "sfr", "2 ms", "the 2 ms that it may take", 1.0),
        ("12-Mpx raw: shading, defects, 5 edges", "share", "35 ms", "the 35 ms that it may take", 1.0),
    )
    floor = {"defects": "read", "shading": "read", "lines": "read", "share": "read", "sfr": "read_edge"}
    return [
        row("image", workload, peer, (took[ours], took[theirs], took[floor[ours]]), wanted)
        for workload, ours, theirs, peer, wanted in table
    ]


def main() -> None:
    show(rows())


if __name__ == "__main__":
    main()
