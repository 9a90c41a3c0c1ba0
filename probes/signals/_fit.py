"""Nonlinear least squares with the covariance of what it found."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy import optimize

from probes.signals._validity import Float


@dataclass(frozen=True, slots=True, kw_only=True)
class Fit:
    """Parameters, one sigma of each from the residuals, their root mean square, and whether the search ended."""

    numbers: Float
    std: Float
    rms: float
    done: bool


def fit(
    excess: Callable[..., Float],
    start: Float,
    *given: Any,
    slopes: Callable[..., Float] | None = None,
    spare: int | None = None,
) -> Fit:
    """Levenberg-Marquardt on ``excess(numbers, *given)``; ``spare`` degrees of freedom when they are not n - p."""
    found = optimize.least_squares(
        excess, start, jac=slopes or "2-point", args=given, method="lm", xtol=1e-14, ftol=1e-14, gtol=1e-14
    )
    rest, jacobian = np.asarray(found.fun, dtype=np.float64), np.asarray(found.jac, dtype=np.float64)
    power = float(rest @ rest)
    freedom = max(rest.size - start.size if spare is None else spare, 1)
    covariance = np.linalg.pinv(jacobian.T @ jacobian) * (power / freedom)
    numbers = np.asarray(found.x, dtype=np.float64)
    std = np.sqrt(np.maximum(np.diag(covariance), 0.0))
    return Fit(
        numbers=numbers,
        std=std,
        rms=math.sqrt(power / rest.size),
        done=bool(found.status > 0) and bool(np.isfinite(numbers).all()),
    )
