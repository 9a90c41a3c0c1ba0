"""Which part took the level away: two outputs times two inputs of a phone, without any transducer of the bench.

Method: generalised least squares. Each cell is the sum of its output, its input and its path; good parts scatter as
production does (`audio_golden`). A shift of one part, of both outputs together (their common amplifier) or of one path
is put in where it explains the four cells best. That both inputs together are down cannot be told from both outputs
together: two parts at once are the rarer case, and a bench microphone settles it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from probes.hardware.audio_golden import INPUT_STD_DB, OUTPUT_STD_DB, PATH_STD_DB

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_SUSPECTS: Final[dict[str, tuple[int, int, int, int]]] = {
    "speaker": (1, 1, 0, 0),
    "earpiece": (0, 0, 1, 1),
    "bottom": (1, 0, 1, 0),
    "top": (0, 1, 0, 1),
    "outputs": (1, 1, 1, 1),
    "path speaker-bottom": (1, 0, 0, 0),
    "path speaker-top": (0, 1, 0, 0),
    "path earpiece-bottom": (0, 0, 1, 0),
    "path earpiece-top": (0, 0, 0, 1),
}
_PARTS: Final = ("speaker", "earpiece", "bottom", "top")
_LEAST_GAIN: Final = 4.0
"""Two sigmas: less is the scatter of production."""
_SECOND_GAIN: Final = 16.0
"""Four sigmas: a second part is only blamed where the first leaves much unexplained."""
_BLAMED: Final = 2


@dataclass(frozen=True, slots=True)
class Blame:
    """Levels in dB against a good phone, negative is quieter.

    Attributes:
        part_db: of ``speaker``, ``earpiece``, ``bottom``, ``top``.
        outputs_db: of both outputs together, 0 where something else explains the cells better.
        path_db: of the one path that alone is down, 0 where there is none.
    """

    part_db: dict[str, float]
    outputs_db: float
    path_db: float


def blame(loss_db: NDArray[np.float64]) -> Blame:
    """Take the (outputs, inputs) differences to a good phone apart; all four must be numbers."""
    import numpy as np  # noqa: PLC0415  most runs of the command line need no arrays

    cells = loss_db.reshape(4)
    design = np.array([_SUSPECTS[part] for part in _PARTS], dtype=np.float64).T
    spread = np.diag([OUTPUT_STD_DB**2, OUTPUT_STD_DB**2, INPUT_STD_DB**2, INPUT_STD_DB**2])
    inverse: NDArray[np.float64] = np.asarray(
        np.linalg.inv(design @ spread @ design.T + PATH_STD_DB**2 * np.eye(4)), dtype=np.float64
    )
    named, shift = _search(cells, inverse)
    left = cells - sum((np.array(_SUSPECTS[name]) * db for name, db in zip(named, shift, strict=True)), np.zeros(4))
    usual = spread @ design.T @ inverse @ left
    found = dict(zip(named, shift, strict=True))
    paths = [db for name, db in found.items() if name.startswith("path")]
    return Blame(
        part_db={part: float(usual[at]) + found.get(part, 0.0) for at, part in enumerate(_PARTS)},
        outputs_db=found.get("outputs", 0.0),
        path_db=min(paths, default=0.0),
    )


def _search(cells: NDArray[np.float64], inverse: NDArray[np.float64]) -> tuple[list[str], list[float]]:
    """Names and shifts of what is blamed, the one that explains most first; only what is quieter is blamed."""
    named: list[str] = []
    shift: list[float] = []
    explained = 0.0
    for number in range(_BLAMED):
        tried = {name: _fit(cells, inverse, [*named, name]) for name in _SUSPECTS if name not in named}
        quieter = {name: fit for name, fit in tried.items() if max(fit[1]) < 0.0}
        if not quieter:
            break
        best = max(quieter, key=lambda name: quieter[name][0])
        least = _SECOND_GAIN if number else _LEAST_GAIN
        if quieter[best][0] - explained < least:
            break
        explained, shift = quieter[best]
        named.append(best)
    return named, shift


def _fit(cells: NDArray[np.float64], inverse: NDArray[np.float64], names: list[str]) -> tuple[float, list[float]]:
    """How much of the sum of squares these shifts explain, and the shifts (dB)."""
    import numpy as np  # noqa: PLC0415  most runs of the command line need no arrays

    shape = np.array([_SUSPECTS[name] for name in names], dtype=np.float64).T
    normal = shape.T @ inverse @ shape
    if np.linalg.cond(normal) > 1e9:  # two names for the same cells, such as both outputs beside speaker and earpiece
        return 0.0, [0.0] * len(names)
    right = shape.T @ inverse @ cells
    shift = np.linalg.solve(normal, right)
    return float(right @ shift), [float(db) for db in shift]
