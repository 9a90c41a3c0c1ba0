"""Smooth backgrounds of pictures: a polynomial surface fitted so that blemishes do not pull it."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.polynomial import legendre

from probes.signals._validity import Float

_ROUNDS: Final = 4
_OUTLIER_SIGMAS: Final = 3.0
_MAD_TO_STD: Final = 1.0 / 0.6744897501960817
_FIT_POINTS: Final = 20_000


def smooth_surface(plane: Float, *, degree: int) -> Float:
    """Least-squares polynomial of two variables, up to ``degree`` in total, without what lies 3 sigma off it.

    What is left out is found by the median absolute deviation, in four rounds; large planes are fitted on a grid of
    some 20,000 of their points. Shape as ``plane``; the error is the noise times the root of terms over points.
    """
    every = max(1, round((plane.size / _FIT_POINTS) ** 0.5))
    basis = [legendre.legvander(np.linspace(-1.0, 1.0, size), degree) for size in plane.shape]
    down, across = np.nonzero(np.add.outer(np.arange(degree + 1), np.arange(degree + 1)) <= degree)
    some = plane[::every, ::every]
    rows, columns = (one[::every] for one in basis)
    design = (rows[:, np.newaxis, down] * columns[np.newaxis, :, across]).reshape(some.size, -1)
    values = some.ravel()
    used = np.ones(some.size, bool)
    coefficients: Float = np.zeros(len(down))
    for _ in range(_ROUNDS):
        chosen = design[used]
        coefficients = np.linalg.lstsq(chosen.T @ chosen, chosen.T @ values[used], rcond=None)[0].astype(np.float64)
        away = np.abs(values - design @ coefficients)
        used = away <= max(_OUTLIER_SIGMAS * _MAD_TO_STD * float(np.median(away)), 1e-12 * float(np.abs(values).max()))
    full = np.zeros((degree + 1, degree + 1))
    full[down, across] = coefficients
    return np.asarray(basis[0] @ full @ basis[1].T)


def without_surface(plane: Float, *, degree: int) -> Float:
    """The plane less its least-squares polynomial, up to ``degree`` along each side: a projection, the same for all.

    What two planes have in common besides such surfaces is the same before and after (Frisch and Waugh).
    """
    down, across = (np.linalg.qr(legendre.legvander(np.linspace(-1.0, 1.0, size), degree))[0] for size in plane.shape)
    return np.asarray(plane - down @ (down.T @ plane @ across) @ across.T)
