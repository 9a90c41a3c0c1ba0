"""A complaint as clauses of plain text, without what the customer says is *not* the case. Input is hostile."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

MAX_CHARS: Final = 4_000
"""Only so much of a complaint is read: what customers say fits, and what does not fit is no complaint."""

_MAX_CLAUSES: Final = 60
_GERMAN: Final = str.maketrans({"ß": "ss", "æ": "ae", "œ": "oe", "\u2019": "'", "\u00b4": "'", "`": "'"})
_SPACE: Final = re.compile(r"\s+")
_BESIDE_HAN: Final = re.compile(r"(?<=[\u3400-\u9fff]) +| +(?=[\u3400-\u9fff])")
_SENTENCE: Final = re.compile(r"[\u3002!?;\n]+|[.](?=\s|$)")
_CLAUSE: Final = re.compile(r"[,\u3001:()\[\]\"\u201c\u201d]+| - ")


@dataclass(frozen=True, slots=True)
class Clause:
    """A piece of a complaint.

    Attributes:
        text: what counts of it: plain text, without the part that is denied.
        denied: what the customer says is not the case.
        sentence: number of the sentence that it belongs to.
    """

    text: str
    denied: str
    sentence: int


def plain(text: str) -> str:
    r"""Lower case, one width, no accents, no control characters; line ends stay as sentence ends.

    >>> plain("Écran  NOIR\u200b!")
    'ecran noir!'
    """
    folded = unicodedata.normalize("NFKC", text[: MAX_CHARS * 2]).lower().translate(_GERMAN)
    kept = [
        "\n" if char in "\r\n" else char if unicodedata.category(char)[0] not in "CM" or char == "\t" else ""
        for char in unicodedata.normalize("NFKD", folded)
    ]
    lines = (_BESIDE_HAN.sub("", _SPACE.sub(" ", line).strip()) for line in "".join(kept)[:MAX_CHARS].split("\n"))
    return "\n".join(line for line in lines if line)


def clauses(text: str, joints: Sequence[re.Pattern[str]], denials: Sequence[re.Pattern[str]]) -> tuple[Clause, ...]:
    """Split plain text into clauses.

    Args:
        text: result of :func:`plain`.
        joints: words between two statements ("but"), at which a clause ends, too.
        denials: what says that something is not the case; its group ``denied`` is taken out.
    """
    found: list[Clause] = []
    for number, sentence in enumerate(part for part in _SENTENCE.split(text) if part.strip()):
        pieces = _CLAUSE.split(sentence)
        for joint in joints:
            pieces = [piece for long in pieces for piece in joint.split(long)]
        found += [_without_denied(piece.strip(), number, denials) for piece in pieces if piece.strip()]
    return tuple(found[:_MAX_CLAUSES])


def _without_denied(text: str, sentence: int, denials: Sequence[re.Pattern[str]]) -> Clause:
    denied: list[str] = []
    for denial in denials:
        match = denial.search(text)
        if match is not None:
            denied.append(match["denied"].strip())
            text = f"{text[: match.start('denied')]} {text[match.end('denied') :]}".strip()
    return Clause(text, " ".join(denied), sentence)
