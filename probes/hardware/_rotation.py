"""How far a phone was turned, once by gravity and once by its gyroscope.

`probes.signals.gyro` solves for small errors of a gyroscope that works; this ratio of two paths also holds for one that
says nothing at all. What turns about the vertical is seen by neither path: the gyroscope's share along gravity is left
out.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

from probes._captures import Track

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_STEP_S: Final = 0.1  # a path of noise grows with each step: few steps, each far longer than the noise
_LEAST_STEP_RAD: Final = 0.04  # 23 degrees in a second
_REST_S: Final = 0.6
_QUIET_RATIO: Final = 0.1
_QUIET_RAD_S: Final = 0.1


def gravity_path_rad(force: Track) -> float:
    """The way that the direction of gravity went through the phone, in radians."""
    return float(_steps_rad(force).sum())


def rotation_ratio(rates: Track, force: Track) -> float:
    """The turn that the gyroscope tells over the one that gravity tells, the middle of all steps of a turn.

    Both tracks lie on one clock. The bias is that of the quietest time; steps in which gravity rests are left out.
    """
    import numpy as np  # noqa: PLC0415  `phonebench --help` needs no arrays

    edges = _grid(force)
    turning, arrows, real = _means(rates, edges), _unit(_means(force, edges)), _steps_rad(force)
    quiet = np.argsort(np.append(real, np.inf))[:3]
    turning = turning - turning[quiet].mean(axis=0)
    across = turning - (turning * arrows).sum(axis=1, keepdims=True) * arrows
    told = np.linalg.norm(across[1:] + across[:-1], axis=1) / 2.0 * _STEP_S
    moving = real > _LEAST_STEP_RAD
    return float(np.median(told[moving] / real[moving])) if moving.any() else math.nan


def whole_turn_rad(rates: Track) -> float | None:
    """The angle of a turn about one axis of the phone, by its gyroscope; None where rest does not frame it.

    The bias is that of the rest before; what comes after must be as quiet again as that rest, or the turn was cut off.
    """
    import numpy as np  # noqa: PLC0415  `phonebench --help` needs no arrays

    at_s = (rates.t_ns - rates.t_ns[0]) / 1e9
    early, late = at_s < _REST_S, at_s > at_s[-1] - _REST_S / 2.0
    turning = rates.values - rates.values[early].mean(axis=0)
    fastest = float(np.linalg.norm(turning, axis=1).max())
    after = float(np.linalg.norm(turning[late].mean(axis=0)))
    if not rates.is_whole or after > max(_QUIET_RATIO * fastest, _QUIET_RAD_S):
        return None
    return float(np.linalg.norm(np.trapezoid(turning, at_s, axis=0)))


def _steps_rad(force: Track) -> NDArray[np.float64]:
    import numpy as np  # noqa: PLC0415  `phonebench --help` needs no arrays

    arrows = _unit(_means(force, _grid(force)))
    steps: NDArray[np.float64] = np.arccos(np.clip((arrows[1:] * arrows[:-1]).sum(axis=1), -1.0, 1.0))
    return steps


def _grid(track: Track) -> NDArray[np.int64]:
    import numpy as np  # noqa: PLC0415  `phonebench --help` needs no arrays

    step_ns = round(_STEP_S * 1e9)
    return np.arange(int(track.t_ns[0]), int(track.t_ns[-1]) - step_ns, step_ns, dtype=np.int64)


def _means(track: Track, edges: NDArray[np.int64]) -> NDArray[np.float64]:
    """Mean of the samples from each edge on; a gap takes the sample that comes next."""
    import numpy as np  # noqa: PLC0415  `phonebench --help` needs no arrays

    places = np.minimum(np.searchsorted(track.t_ns, edges), len(track.t_ns) - 1)
    sums = np.concatenate((np.zeros((1, track.values.shape[1])), np.cumsum(track.values, axis=0)))
    ends = np.append(places[1:], min(places[-1] + max(int(np.median(np.diff(places))), 1), len(track.t_ns)))
    counts = np.maximum(ends - places, 1)[:, None]
    means: NDArray[np.float64] = (sums[places + counts[:, 0]] - sums[places]) / counts
    return means


def _unit(rows: NDArray[np.float64]) -> NDArray[np.float64]:
    import numpy as np  # noqa: PLC0415  `phonebench --help` needs no arrays

    unit: NDArray[np.float64] = rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-9)
    return unit
