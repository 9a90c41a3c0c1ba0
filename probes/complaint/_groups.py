"""Which group of real repair attempts a complaint in Latin script resembles: softmax regression over pieces of words.

The weights are fitted to the open MobiFix records by ``python -m docs.tools.complaint_groups``. The data file has a
licence of its own, CC BY-SA 4.0, and names its source; this code has not.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from math import sqrt
from typing import TYPE_CHECKING, Annotated, Final

from pydantic import Field, StrictFloat, StrictStr

from probes._limits import Record
from probes._text import show
from probes.complaint._wording import plain

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

_WORD: Final = re.compile(r"[^\W\d_]+|\d+")
_PIECES: Final = (3, 4)
_SHOWN: Final = 3
_MAX_WORDS: Final = 400
_MAX_LETTERS: Final = 40

# What the groups of the records mean as symptoms, with the part of each: our own estimate (prior).
_CODES: Final[Mapping[str, tuple[tuple[str, float], ...]]] = {
    "battery_power": (("BAT-01", 0.6), ("PWR-01", 0.3), ("PWR-02", 0.1)),
    "boot": (("PWR-03", 0.7), ("PWR-01", 0.3)),
    "camera": (("CAM-01", 0.6), ("CAM-03", 0.4)),
    "charger": (("ACC-01", 1.0),),
    "charging_port": (("CHG-01", 1.0),),
    "display_touch": (("DSP-01", 0.4), ("HSG-02", 0.3), ("TCH-01", 0.2), ("DSP-02", 0.1)),
    "headphone_jack": (("AUD-07", 1.0),),
    "keys": (("KEY-01", 1.0),),
    "liquid": (("HSG-02", 1.0),),
    "main_board": (("PWR-01", 0.6), ("SYS-01", 0.4)),
    "microphone": (("AUD-03", 1.0),),
    "sim_reader": (("SIM-01", 1.0),),
    "software": (("SYS-02", 0.8), ("PWR-03", 0.2)),
    "software_config": (("NTF-02", 0.5), ("NTF-01", 0.5)),
    "speaker_earpiece": (("AUD-02", 0.6), ("AUD-04", 0.4)),
    "storage": (("SYS-02", 1.0),),
}


class GroupGuess(Record):
    """A group that a text resembles.

    Attributes:
        group: name of the group in the data file.
        share: probability by the fitted weights, 0..1.
        because: the words that spoke for it, loudest first.
    """

    group: StrictStr
    share: Annotated[StrictFloat, Field(ge=0.0, le=1.0)]
    because: tuple[StrictStr, ...]

    @property
    def codes(self) -> tuple[tuple[str, float], ...]:
        """The symptoms that the group stands for, with the part of each."""
        return _CODES.get(self.group, ())


@dataclass(frozen=True, slots=True)
class GroupModel:
    """Softmax regression: one weight for each piece of a word and group.

    Attributes:
        groups: names, in the order of the weights.
        bias: shape (groups,).
        weights: piece to its weights, shape (groups,).
    """

    groups: tuple[str, ...]
    bias: Floats
    weights: Mapping[str, Floats]

    def shares(self, text: str) -> Floats:
        """Probability of each group, shape (groups,)."""
        known = [self.weights[piece] for pieces in features(text).values() for piece in pieces if piece in self.weights]
        return softmax(self.bias + _scaled(known) if known else self.bias)

    def guess(self, text: str) -> tuple[GroupGuess, ...]:
        """The likeliest groups, each with its words; empty where no piece of the text is known."""
        by_word = {
            word: known
            for word, pieces in features(text).items()
            if (known := [self.weights[piece] for piece in pieces if piece in self.weights])
        }
        if not by_word:
            return ()
        shares = self.shares(text)
        spoken = {word: sum(known[1:], start=known[0]) for word, known in by_word.items()}
        order = (-shares).argsort(kind="stable")[:_SHOWN]
        return tuple(
            GroupGuess(
                group=self.groups[row],
                share=round(float(shares[row]), 4),
                because=_loudest({word: float(weight[row]) for word, weight in spoken.items()}),
            )
            for row in order
        )


def features(text: str) -> dict[str, frozenset[str]]:
    """The pieces that are looked at, by the word that they stand in; a piece counts once a text.

    >>> sorted(features("Fix it")["it"])
    ['=it', '_it', '_it_', 'it_']
    """
    found: dict[str, frozenset[str]] = {}
    seen: set[str] = set()
    for match in list(_WORD.finditer(plain(text)))[:_MAX_WORDS]:
        word = match[0][:_MAX_LETTERS]
        framed = f"_{word}_"
        pieces = {framed[at : at + size] for size in _PIECES for at in range(len(framed) - size + 1)}
        fresh = frozenset({f"={word}", *pieces} - seen)
        seen |= fresh
        if fresh:
            found.setdefault(word, fresh)
    return found


def softmax(scores: Floats) -> Floats:
    """Probabilities of scores along the last axis."""
    import numpy as np  # noqa: PLC0415  it takes a fifth of a second, and few commands read a complaint

    powers = np.exp(scores - scores.max(axis=-1, keepdims=True))
    shares: Floats = powers / powers.sum(axis=-1, keepdims=True)
    return shares


def _scaled(known: Sequence[Floats]) -> Floats:
    """The sum over the pieces of a text, divided by the length of the vector that they make."""
    return sum(known[1:], start=known[0]) / sqrt(len(known))


def _loudest(weights: Mapping[str, float]) -> tuple[str, ...]:
    speaking = sorted((word for word in weights if weights[word] > 0), key=lambda word: -weights[word])
    return tuple(show(word, 40) for word in speaking[:4])


@cache
def load_group_model() -> GroupModel:
    """The weights that ship with us."""
    import numpy as np  # noqa: PLC0415  as above

    data = json.loads(resources.files("probes.complaint").joinpath("mobifix_groups.json").read_text(encoding="utf-8"))
    groups = tuple(data["groups"])
    return GroupModel(
        groups=groups,
        bias=np.array(data["bias"], dtype=np.float64),
        weights={piece: np.array(_dense(row, len(groups))) for piece, row in data["weights"].items()},
    )


def _dense(row: Iterable[float], groups: int) -> list[float]:
    """A row as it is stored, in hundredths: pairs of group number and weight."""
    dense = [0.0] * groups
    pairs = list(row)
    for number, weight in zip(pairs[::2], pairs[1::2], strict=True):
        dense[int(number)] = weight / 100
    return dense
