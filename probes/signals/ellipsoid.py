"""Magnetometer: the ellipsoid of readings in all directions, its hard and soft iron, and the field that is left.

Fit: ``|matrix @ (reading - centre)| = field`` with a symmetric matrix, Levenberg-Marquardt on the distance in field
space, started from the linear quadric. The quadric alone is biased towards small ellipsoids: on a real recording its
centre is off by more than a microtesla.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from probes.signals._directions import least_share
from probes.signals._fit import fit
from probes.signals._validity import (
    Float,
    Judged,
    Reason,
    Samples,
    WrongShape,
    as_channels,
    checked_rate,
    flaws,
    nan_like,
    void,
)

_LEAST = 30
_WELL_SPREAD = 0.1
_ROWS, _COLUMNS = np.triu_indices(3)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ellipsoid(Judged):
    """Centre and shape, in the unit of the readings (microtesla).

    Attributes:
        centre: (3,) hard iron.
        centre_std: (3,) one sigma of it.
        matrix: (3, 3) symmetric, takes the soft iron out: ``matrix @ (reading - centre)`` lies on a sphere.
        matrix_std: (3, 3) one sigma of it.
        field: radius of that sphere; given, or such that the matrix keeps volumes.
        residual: root mean square distance from the sphere.
        residual_ratio: the same over the field.
        coverage: smallest share of the directions' scatter along any axis, a third at best.
    """

    centre: Float
    centre_std: Float
    matrix: Float
    matrix_std: Float
    field: float
    residual: float
    residual_ratio: float
    coverage: float

    def correct(self, readings: Samples) -> Float:
        """(3, samples) readings with hard and soft iron taken out."""
        values = np.asarray(readings, dtype=np.float64)
        if values.ndim != 2 or values.shape[0] != 3:
            raise WrongShape(f"readings must be (3, samples), not {values.shape}")
        return self.matrix @ (values - self.centre[:, None])


def ellipsoid(readings: Samples, *, field: float | None = None) -> Ellipsoid:
    """Fit (3, samples) readings of a magnetometer that was turned through all directions.

    Args:
        readings: microtesla, or any unit.
        field: the true magnitude at the place, when it is known; without it the matrix has determinant one.
    """
    values = as_channels(readings, name="readings", counts=True)
    if values.shape[0] != 3:
        raise WrongShape(f"readings must be (3, samples), not {values.shape}")
    wanted = None if field is None else checked_rate(field, name="field")
    square = nan_like(3, 3)
    reasons = flaws(values, at_least=_LEAST)
    start = None if reasons else _quadric(values.T)
    if start is None:
        return void(Ellipsoid, reasons or (Reason.NOT_COVERED,), shape=3, matrix=square, matrix_std=square)
    shift, scale, first = start
    points = (values.T - shift) / scale
    found = fit(_excess, first, points, slopes=_slopes)
    unit_matrix, centre = _symmetric(found.numbers), shift + found.numbers[6:] * scale
    arrows = (points - found.numbers[6:]) @ unit_matrix
    coverage = least_share(arrows)
    determinant = float(np.linalg.det(unit_matrix))
    if not found.done or coverage < _WELL_SPREAD or determinant <= 0.0:
        return void(Ellipsoid, (Reason.NOT_COVERED,), shape=3, matrix=square, matrix_std=square, coverage=coverage)
    magnitude = wanted if wanted is not None else scale / determinant ** (1.0 / 3.0)
    return Ellipsoid(
        centre=centre,
        centre_std=found.std[6:] * scale,
        matrix=unit_matrix * magnitude / scale,
        matrix_std=_symmetric(found.std) * magnitude / scale,
        field=magnitude,
        residual=found.rms * magnitude,
        residual_ratio=found.rms,
        coverage=coverage,
    )


def _symmetric(numbers: Float) -> Float:
    matrix = np.zeros((3, 3))
    matrix[_ROWS, _COLUMNS] = matrix[_COLUMNS, _ROWS] = numbers[:6]
    return matrix


def _excess(numbers: Float, points: Float) -> Float:
    return np.asarray(np.linalg.norm((points - numbers[6:]) @ _symmetric(numbers), axis=1) - 1.0)


def _slopes(numbers: Float, points: Float) -> Float:
    """Derivatives of `_excess` by the six numbers of the matrix and the three of the centre."""
    matrix, rest = _symmetric(numbers), points - numbers[6:]
    arrows = rest @ matrix
    unit = arrows / np.linalg.norm(arrows, axis=1, keepdims=True)
    by_matrix = unit[:, _ROWS] * rest[:, _COLUMNS] + unit[:, _COLUMNS] * rest[:, _ROWS] * (_ROWS != _COLUMNS)
    return np.column_stack((by_matrix, -unit @ matrix))


def _quadric(points: Float) -> tuple[Float, float, Float] | None:
    """Shift, scale and first guess (matrix, centre) from the linear quadric; None when it is no ellipsoid."""
    shift = (points.max(axis=0) + points.min(axis=0)) / 2.0
    scale = float(np.ptp(points, axis=0).max()) / 2.0
    unit = (points - shift) / scale
    doubled = 1.0 + (_ROWS != _COLUMNS)
    design = np.column_stack((unit[:, _ROWS] * unit[:, _COLUMNS] * doubled, 2.0 * unit))
    numbers, _, rank, _ = np.linalg.lstsq(design, np.ones(len(unit)), rcond=1e-10)
    if rank < 9:
        return None
    shape = _symmetric(numbers)
    try:
        centre = -np.linalg.solve(shape, numbers[6:])
    except np.linalg.LinAlgError:
        return None
    values, vectors = np.linalg.eigh(shape / (1.0 + float(centre @ shape @ centre)))
    if values[0] <= 0.0:
        return None
    root = vectors @ np.diag(np.sqrt(values)) @ vectors.T
    return shift, scale, np.concatenate((root[_ROWS, _COLUMNS], centre))
