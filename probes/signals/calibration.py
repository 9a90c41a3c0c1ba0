"""Calibration of a three-axis accelerometer: six positions in a jig, or many positions by hand.

Six positions: ``measured = bias + matrix @ truth``, plain linear least squares of the twelve numbers. By hand: the nine
numbers that make the magnitude of ``matrix @ (measured - bias)`` the local gravity in every position (Tedaldi et al.,
ICRA 2014), least squares on the magnitude. The rotation of the sensor against the case shows in the jig only.
"""

from __future__ import annotations

import math
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

_LEAST_BY_HAND = 12
_WELL_SPREAD = 0.08


@dataclass(frozen=True, slots=True, kw_only=True)
class Calibration(Judged):
    """The numbers of a triad.

    Attributes:
        bias: (3,) what it says at zero, in the unit of the measurements.
        bias_std: (3,) one sigma of it.
        matrix: (3, 3) six positions: from truth to measurement (scale on the diagonal, cross-axis beside it). By hand:
            from measurement minus bias to truth, upper triangular.
        matrix_std: (3, 3) one sigma of it.
        residual: root mean square of what the model leaves, in the unit of the truth (by hand: of the magnitude).
        positions: positions that were used.
    """

    bias: Float
    bias_std: Float
    matrix: Float
    matrix_std: Float
    residual: float
    positions: int

    def correct(self, measured: Samples) -> Float:
        """Truth of (3, samples) or (3,) measurements by this calibration."""
        values = np.asarray(measured, dtype=np.float64)
        if values.ndim not in {1, 2} or values.shape[0] != 3:
            raise WrongShape(f"measured must be (3,) or (3, samples), not {values.shape}")
        rest = (values.T - self.bias).T
        by_hand = not np.any(np.tril(self.matrix, -1))
        return np.asarray(self.matrix @ rest if by_hand else np.linalg.solve(self.matrix, rest), dtype=np.float64)


def six_positions(measured: Samples, truth: Samples) -> Calibration:
    """Calibrate from (positions, 3) means against the (positions, 3) truth; at least four that span space, six usual.

    With four positions nothing is left to tell the uncertainty: the standard deviations are NaN.
    """
    said, meant = _triples(measured, "measured"), _triples(truth, "truth")
    if said.shape != meant.shape:
        raise WrongShape(f"measured {said.shape} and truth {meant.shape} differ")
    if reasons := flaws(np.concatenate((said, meant), axis=1).T, at_least=4):
        return _nothing(reasons, len(said))
    design = np.column_stack((np.ones(len(meant)), meant))
    if np.linalg.matrix_rank(design) < 4:
        return _nothing((Reason.NOT_ENOUGH_POSITIONS,), len(said))
    solution = np.asarray(np.linalg.lstsq(design, said, rcond=None)[0], dtype=np.float64)
    rest = said - design @ solution
    spare = len(said) - 4
    sigma = np.sqrt((rest**2).sum(axis=0) / spare) if spare else np.full(3, np.nan)
    share = np.sqrt(np.diag(np.linalg.inv(design.T @ design)))
    spread = np.outer(share, sigma)
    return Calibration(
        bias=solution[0],
        bias_std=spread[0],
        matrix=solution[1:].T.copy(),
        matrix_std=spread[1:].T.copy(),
        residual=math.sqrt(float((rest**2).mean())),
        positions=len(said),
    )


def nearest_axes(measured: Samples, *, magnitude: float = 1.0) -> Float:
    """The truth of six positions from their (positions, 3) means: ``magnitude`` on the axis that leads.

    NaN when any of them is not finite.
    """
    said = _triples(measured, "measured")
    size = checked_rate(magnitude, name="magnitude")
    if not np.isfinite(said).all() or not said.size:
        return np.full(said.shape, np.nan)
    rest: Float = said - (said.max(axis=0) + said.min(axis=0)) / 2.0
    truth: Float = np.zeros(rest.shape)
    leading = np.abs(rest).argmax(axis=1)
    rows = np.arange(len(rest))
    truth[rows, leading] = np.sign(rest[rows, leading]) * size
    return truth


def by_hand(measured: Samples, *, magnitude: float) -> Calibration:
    """Calibrate nine numbers from (positions, 3) means of a phone laid down in at least twelve ways without a jig.

    Args:
        measured: means of still stretches (`positions.still_positions`), in any unit: counts will do.
        magnitude: what every position should read, the local gravity (9.78..9.83 m/s2).
    """
    said = _triples(measured, "measured")
    size = checked_rate(magnitude, name="magnitude")
    if reasons := flaws(said.T, constant_is_bad=False):
        return _nothing(reasons, len(said))
    if len(said) < _LEAST_BY_HAND:
        return _nothing((Reason.NOT_ENOUGH_POSITIONS,), len(said))
    centre, radius = _sphere(said)
    if not math.isfinite(radius) or least_share(said - centre) < _WELL_SPREAD:
        return _nothing((Reason.NOT_COVERED,), len(said))
    unit = (said - centre) / radius  # numbers of size one: the fit does not see the unit of the measurements
    found = fit(_excess, np.array([1.0, 0, 0, 1, 0, 1, 0, 0, 0]), unit)
    if not found.done:
        return _nothing((Reason.NO_FIT,), len(said))
    return Calibration(
        bias=centre + found.numbers[6:] * radius,
        bias_std=found.std[6:] * radius,
        matrix=_upper(found.numbers) * (size / radius),
        matrix_std=_upper(found.std) * (size / radius),
        residual=found.rms * size,
        positions=len(said),
    )


def _excess(numbers: Float, unit: Float) -> Float:
    return np.asarray(np.linalg.norm((unit - numbers[6:]) @ _upper(numbers).T, axis=1) - 1.0)


def _upper(numbers: Float) -> Float:
    matrix = np.zeros((3, 3))
    matrix[np.triu_indices(3)] = numbers[:6]
    return matrix


def _sphere(points: Float) -> tuple[Float, float]:
    """Centre and radius of the sphere through the points, least squares on the squared radius."""
    shift = points.mean(axis=0)
    moved = points - shift
    scale = float(np.abs(moved).max()) or 1.0
    moved /= scale
    design = np.column_stack((2.0 * moved, np.ones(len(moved))))
    solution, _, _, _ = np.linalg.lstsq(design, (moved**2).sum(axis=1), rcond=None)
    square = float(solution[3] + solution[:3] @ solution[:3])
    return shift + solution[:3] * scale, math.sqrt(square) * scale if square > 0 else math.nan


def _triples(values: Samples, name: str) -> Float:
    array = np.asarray(values)
    if array.ndim != 2 or array.shape[1] != 3:
        raise WrongShape(f"{name} must be (positions, 3), not {array.shape}")
    rows: Float = as_channels(array, name=name, counts=True) if len(array) else np.zeros((0, 3))
    return rows


def _nothing(reasons: tuple[Reason, ...], positions: int) -> Calibration:
    square = nan_like(3, 3)
    return void(Calibration, reasons, shape=3, matrix=square, matrix_std=square, positions=positions)
