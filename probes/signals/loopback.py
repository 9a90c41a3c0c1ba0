"""Which transducer lost level: speakers times microphones, taken apart.

Method: additive model with one outlier (least squares). In dB against golden levels, each band by itself: ``loss[i, j]
= speaker[i] + microphone[j] + path[i, j]``. The bench's own speaker and microphone are known to be good and fix the
zero. All but one path are taken to be clear: the one cell whose removal explains most is set aside when what it
explains could not be chance.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import product

import numpy as np
import numpy.typing as npt
from scipy.special import ndtr

from probes.signals._validity import Float, Judged, Reason, WrongShape, WrongValue, as_reals, checked_number, nan_like

BAD_CELL_STD = 4.0
"""A cell is set aside when the others miss it by more than this many standard deviations (and ``least_db``)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Loopback(Judged):
    """Losses in dB (positive is louder than golden); I speakers, J microphones, B bands.

    Attributes:
        speaker_db: (I, B), the bench's is 0; NaN where the cells that are left do not determine it.
        speaker_std_db: (I, B) standard deviations.
        microphone_db: (J, B), the bench's is 0.
        microphone_std_db: (J, B).
        path_db: (I, J, B) what is left of each cell, 0 where it explains nothing beyond noise.
        bad_cell: (B, 2) the cell set aside in each band, -1 for none.
        speaker_confidence: (I, B) probability that the speaker's loss exceeds the limit.
        microphone_confidence: (J, B) the same for the microphones.
        scatter_db: (B,) rms of what is left after the fit, NaN without spare cells.
        ambiguous: (B,) two different cells explain the data about as well: no single one is to be blamed.
    """

    speaker_db: Float
    speaker_std_db: Float
    microphone_db: Float
    microphone_std_db: Float
    path_db: Float
    bad_cell: npt.NDArray[np.int64]
    speaker_confidence: Float
    microphone_confidence: Float
    scatter_db: Float
    ambiguous: npt.NDArray[np.bool_]


def decompose(
    loss_db: npt.ArrayLike,
    *,
    bench_speaker: int,
    bench_microphone: int,
    std_db: float = 0.5,
    limit_db: float = 3.0,
    least_db: float = 1.5,
) -> Loopback:
    """Take a matrix of level differences apart.

    Args:
        loss_db: (speakers, microphones) or (speakers, microphones, bands), measured less golden, NaN for a gap.
        bench_speaker: the row of the bench's speaker (known to be good).
        bench_microphone: the column of the bench's microphone (or of a wire).
        std_db: how well one cell repeats.
        limit_db: the loss from which a part counts as bad, for the confidences.
        least_db: a cell is never set aside for less.

    Returns:
        A `Loopback`; bands in which nothing can be determined are NaN, and when all are, the reason is `NOT_COVERED`.
    """
    cells = as_reals(loss_db, name="loss_db")
    cells = cells[:, :, np.newaxis] if cells.ndim == 2 else cells
    if cells.ndim != 3 or 0 in cells.shape:
        raise WrongShape(
            f"loss_db must be (speakers, microphones) or (speakers, microphones, bands), not {cells.shape}"
        )
    rows, columns, bands = cells.shape
    if not (0 <= bench_speaker < rows and 0 <= bench_microphone < columns):
        raise WrongValue(
            f"the bench's cell ({bench_speaker}, {bench_microphone}) is not in a {rows} x {columns} matrix"
        )
    std = checked_number(std_db, name="std_db", above=1e-6)
    limit = checked_number(limit_db, name="limit_db", above=0.0)
    least = checked_number(least_db, name="least_db", above=0.0)
    design = _design(rows, columns, bench_speaker, bench_microphone)
    found = [_band(cells[:, :, band].ravel(), design, std, least) for band in range(bands)]
    value, spread = np.array([one.value for one in found]).T, np.array([one.spread for one in found]).T
    bad = np.array([one.bad for one in found])
    path = np.moveaxis(np.array([one.rest for one in found]).reshape(bands, rows, columns), 0, 2)
    confidence = ndtr((-value - limit) / spread)
    nothing = not np.isfinite(np.delete(value, (bench_speaker, rows + bench_microphone), axis=0)).any()
    reasons: tuple[Reason, ...] = ()
    if nothing:
        reasons = (Reason.NOT_FINITE,) if not np.isfinite(cells).any() else (Reason.NOT_COVERED,)
    return Loopback(
        speaker_db=value[:rows],
        speaker_std_db=spread[:rows],
        microphone_db=value[rows:],
        microphone_std_db=spread[rows:],
        path_db=path,
        bad_cell=np.where(bad[:, np.newaxis] < 0, -1, np.stack([bad // columns, bad % columns], axis=1)),
        speaker_confidence=confidence[:rows],
        microphone_confidence=confidence[rows:],
        scatter_db=np.array([one.scatter for one in found]),
        ambiguous=np.array([one.ambiguous for one in found]),
        reasons=reasons,
        remarks=(Reason.AMBIGUOUS,) if any(one.ambiguous for one in found) else (),
    )


@dataclass(frozen=True, slots=True, eq=False)
class _Band:
    value: Float
    spread: Float
    rest: Float
    bad: int
    scatter: float
    ambiguous: bool


def _design(rows: int, columns: int, bench_row: int, bench_column: int) -> Float:
    """(cells, rows + columns): which parameters make up which cell; those of the bench are fixed to zero."""
    design = np.zeros((rows * columns, rows + columns))
    for row, column in product(range(rows), range(columns)):
        design[row * columns + column, [row, rows + column]] = 1.0
    design[:, [bench_row, rows + bench_column]] = 0.0
    return design


def _fit(cells: Float, design: Float, used: npt.NDArray[np.bool_]) -> tuple[Float, Float, float, int]:
    """Values and unit deviations (NaN where undetermined), sum of squares and spare equations of the used cells."""
    some = design[used]
    inverse = np.linalg.pinv(some)
    value = inverse @ cells[used]
    sure = np.abs(np.linalg.pinv(some) @ some - np.eye(design.shape[1])).max(axis=1) < 1e-9
    fixed = ~design.any(axis=0)
    rest = cells[used] - some @ value
    unit = np.sqrt(np.sum(inverse**2, axis=1))
    known = sure | fixed
    spare = int(used.sum()) - int(np.linalg.matrix_rank(some)) if used.any() else 0
    return np.where(known, value, np.nan), np.where(known, unit, np.nan), float(rest @ rest), spare


def _band(cells: Float, design: Float, std: float, least: float) -> _Band:
    """One band: fit, set one cell aside when that is called for, fit again."""
    used = np.isfinite(cells)
    if not used.any():
        blank = nan_like(design.shape[1])
        return _Band(blank, blank, nan_like(len(cells)), -1, math.nan, False)
    value, unit, squares, spare = _fit(cells, design, used)
    bad, ambiguous = -1, False
    if spare >= 2:
        gained = {}
        for cell in np.flatnonzero(used).tolist():
            left = used.copy()
            left[cell] = False
            gained[cell] = squares - _fit(cells, design, left)[2]
        bad, ambiguous = _outlier(cells, design, used, std=std, least=least, gained=gained)
        if bad >= 0:
            used[bad] = False
            value, unit, squares, spare = _fit(cells, design, used)
    model = design @ np.nan_to_num(value)
    scatter = math.sqrt(squares / spare) if spare > 0 else math.nan
    sigma = max(std, scatter) if spare > 0 else std
    rest = np.where(np.isfinite(cells), cells - model, np.nan)
    rest = np.where(np.abs(rest) > max(least, 2.0 * sigma), rest, np.where(np.isfinite(rest), 0.0, np.nan))
    fixed = ~design.any(axis=0)
    return _Band(value, np.where(fixed, 1e-9, unit * sigma), rest, bad, scatter, ambiguous)


def _outlier(
    cells: Float, design: Float, used: npt.NDArray[np.bool_], *, std: float, least: float, gained: dict[int, float]
) -> tuple[int, bool]:
    """The cell to set aside (-1 for none), and whether another would explain as much."""
    best = max(gained, key=lambda cell: gained[cell])
    left = used.copy()
    left[best] = False
    value = _fit(cells, design, left)[0]
    missed = cells[best] - float(design[best] @ value)  # NaN when only this cell knows a part: then it stays
    chance = BAD_CELL_STD**2 * std**2
    if not (abs(missed) > least and gained[best] > chance):
        return -1, False
    rivals = [cell for cell, gain in gained.items() if cell != best and gained[best] - gain < chance / 4.0]
    return (-1, True) if rivals else (best, False)
