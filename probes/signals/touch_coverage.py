"""Which parts of a touch panel answered: cells, rows and columns that a finger passed and that stayed silent.

Method: counts per cell, with the interval of a share. A cell is about the pitch of the electrodes (4..5 mm). Only cells
that the finger is known to have passed are judged; a row or column is dead when nothing in it answered while both of
its neighbours did.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import ndimage

from probes.signals._validity import (
    Float,
    Judged,
    Reason,
    Samples,
    as_series,
    checked_rate,
    flaws,
    same_length,
    void,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Coverage(Judged):
    """The grid, row 0 at y = 0.

    Attributes:
        passed: (rows, columns) 1 where the finger passed.
        heard: (rows, columns) 1 where it was reported.
        answered_ratio: share of the passed cells that answered.
        answered_std: one sigma of it (binomial).
        dead_rows: rows without an answer between two that answered, or at the edge beside one.
        dead_columns: the same of columns.
        dead_patches: connected silent cells apart from these rows and columns: (row, column, cells), largest first.
        unjudged: cells that the finger did not pass.
    """

    passed: Float
    heard: Float
    answered_ratio: float
    answered_std: float
    dead_rows: tuple[int, ...]
    dead_columns: tuple[int, ...]
    dead_patches: tuple[tuple[int, int, int], ...]
    unjudged: int


def coverage(
    passed_mm: tuple[Samples, Samples],
    heard_mm: tuple[Samples, Samples],
    *,
    size_mm: tuple[float, float],
    pitch_mm: float = 4.5,
) -> Coverage:
    """Compare where the finger went with where the panel reported it.

    Args:
        passed_mm: x and y of the finger's way, points no more than half a cell apart.
        heard_mm: x and y of the reports.
        size_mm: width and height of the panel.
        pitch_mm: edge of a cell [prior: usual pitch of electrodes].
    """
    width, height = (checked_rate(value, name="size_mm") for value in size_mm)
    pitch = checked_rate(pitch_mm, name="pitch_mm")
    ways = [tuple(as_series(part, name="position") for part in pair) for pair in (passed_mm, heard_mm)]
    for x, y in ways:
        same_length(x=x, y=y)
    shape = (max(math.ceil(height / pitch), 1), max(math.ceil(width / pitch), 1))
    reasons = flaws(np.array(ways[0]), constant_is_bad=False)
    if not reasons and ways[1][0].size:
        reasons = flaws(np.array(ways[1]), constant_is_bad=False)
    if reasons:
        return void(Coverage, reasons, shape=shape)
    passed, heard = (_grid(x, y, (width, height), shape) for x, y in ways)
    if not passed.any():
        return void(Coverage, (Reason.NOT_COVERED,), shape=shape)
    silent = passed & ~heard
    rows = _dead_lines(passed.sum(axis=1), (passed & heard).sum(axis=1))
    columns = _dead_lines(passed.sum(axis=0), (passed & heard).sum(axis=0))
    rest = silent.copy()
    rest[list(rows)], rest[:, list(columns)] = False, False
    answered = float((passed & heard).sum() / passed.sum())
    return Coverage(
        passed=passed.astype(np.float64),
        heard=heard.astype(np.float64),
        answered_ratio=answered,
        answered_std=math.sqrt(answered * (1.0 - answered) / float(passed.sum())),
        dead_rows=rows,
        dead_columns=columns,
        dead_patches=_patches(rest),
        unjudged=int((~passed).sum()),
        remarks=(Reason.NOT_COVERED,) if passed.mean() < 0.5 else (),
    )


def _grid(x: Float, y: Float, size: tuple[float, float], shape: tuple[int, int]) -> npt.NDArray[np.bool]:
    inside = (x >= 0) & (x <= size[0]) & (y >= 0) & (y <= size[1])
    rows = np.minimum((y[inside] / size[1] * shape[0]).astype(int), shape[0] - 1)
    columns = np.minimum((x[inside] / size[0] * shape[1]).astype(int), shape[1] - 1)
    grid: npt.NDArray[np.bool] = np.zeros(shape, dtype=np.bool)
    grid[rows, columns] = True
    return grid


def _dead_lines(passed: npt.NDArray[np.intp], heard: npt.NDArray[np.intp]) -> tuple[int, ...]:
    """Runs of lines passed at two cells or more, none heard, between lines heard or the panel's edge."""
    dead = (passed >= 2) & (heard == 0)
    if dead.all():
        return ()
    edges = np.flatnonzero(np.diff(np.concatenate(([False], dead, [False])).astype(np.int8))).reshape(-1, 2)
    out: list[int] = []
    for start, stop in edges:
        before, after = (heard[start - 1] > 0 if start else True), (heard[stop] > 0 if stop < dead.size else True)
        if before and after:
            out.extend(range(int(start), int(stop)))
    return tuple(out)


def _patches(silent: npt.NDArray[np.bool]) -> tuple[tuple[int, int, int], ...]:
    labels, count = ndimage.label(silent)
    if not count:
        return ()
    index = np.arange(1, count + 1)
    sizes = np.bincount(np.asarray(labels).ravel())[1:]
    centres = np.array(ndimage.center_of_mass(silent, labels, index), dtype=np.float64)
    found = [(round(row), round(column), int(size)) for (row, column), size in zip(centres, sizes, strict=True)]
    return tuple(sorted(found, key=lambda patch: (-patch[2], patch)))
