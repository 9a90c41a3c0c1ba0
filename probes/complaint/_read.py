"""From what a customer says to symptom codes, with the words that spoke for each."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Annotated, Final

from pydantic import Field, StrictBool, StrictFloat, StrictStr

from probes._catalogue import symptoms
from probes._limits import Record
from probes._text import show
from probes.complaint._groups import GroupGuess, load_group_model
from probes.complaint._lexicon import Lexicon, load_lexicon
from probes.complaint._wording import MAX_CHARS, Clause, clauses, plain

_CODE: Final = re.compile(r"(?<![a-z0-9])([a-z]{2,3}-\d\d)(?![\d])")
_SAID_CODE: Final = 9.0
_OFFICIAL: Final = 7.0
_PHRASE: Final = (2.4, 0.25, 5.0)  # weight of a phrase of two characters, of each further one, and the most
_LATIN_PHRASE: Final = (3.0, 0.06, 5.0)
_FURTHER: Final = 0.25  # what each further reason adds, as a share of its weight
_APART: Final = 0.6  # terms in different clauses of a sentence
_FAR_APART: Final = 0.4  # terms in different sentences
_NAMED: Final = 2.0  # from this weight on a symptom counts as said
_SHOWN: Final = 6
_PLUS: Final = " + "
_NOTHING: Final = 1.0  # weight of "none of these"
_HINTING: Final = 0.4
_HINT: Final = 1.2  # how loudly the group model speaks where the rules are silent


class Guess(Record):
    """A symptom that a complaint may mean.

    Attributes:
        code: code of the catalogue.
        score: sum of the rules' weights; about e-fold odds a unit.
        share: this symptom's part of all that was understood, 0..1.
        because: the words that spoke for it, loudest first.
    """

    code: StrictStr
    score: StrictFloat
    share: Annotated[StrictFloat, Field(ge=0.0, le=1.0)]
    because: tuple[StrictStr, ...]


class Complaint(Record):
    """A complaint, read.

    Attributes:
        text: what was said, safe to show, cut to 400 characters.
        guesses: symptoms, likeliest first; empty where nothing was understood.
        named: symptoms that the text names by itself, in the order of their weight: it may hold several complaints.
        denied: symptoms that the text says are not the case.
        groups: groups of the open repair records that the words resemble; only for texts in Latin script.
        was_cut: whether the text was longer than what is read.
    """

    text: StrictStr
    guesses: tuple[Guess, ...] = ()
    named: tuple[StrictStr, ...] = ()
    denied: tuple[StrictStr, ...] = ()
    groups: tuple[GroupGuess, ...] = ()
    was_cut: StrictBool = False

    @property
    def is_understood(self) -> bool:
        """Whether at least one symptom was named."""
        return bool(self.named)


@dataclass(frozen=True, slots=True)
class _Reason:
    code: str
    weight: float
    words: tuple[str, ...]


def read_complaint(text: str) -> Complaint:
    """Read a complaint in Chinese, English, German or French, or symptom codes. Never raises on what is said."""
    lexicon = load_lexicon()
    body = plain(text).translate(lexicon.variants)
    parts = clauses(body, lexicon.joints, lexicon.denials)
    reasons = [*_codes(body), *_spoken(lexicon, parts)]
    groups = load_group_model().guess(" ".join(part.text for part in parts))
    guesses = _ranked(reasons)
    named = tuple(
        guess.code
        for number, guess in enumerate(guesses)
        if guess.score >= _NAMED and _own_words(guess, guesses[:number])
    )
    if not named:
        guesses = _ranked([*reasons, *_hints(groups)])
    denied = _ranked(list(_spoken(lexicon, [Clause(part.denied, "", 0) for part in parts if part.denied])))
    return Complaint(
        text=show(text, 400),
        guesses=guesses,
        named=named,
        denied=tuple(guess.code for guess in denied if guess.score >= _NAMED and guess.code not in named),
        groups=groups,
        was_cut=len(text) > MAX_CHARS,
    )


def _codes(body: str) -> Iterator[_Reason]:
    for match in _CODE.finditer(body):
        if match[1].upper() in symptoms():
            yield _Reason(match[1].upper(), _SAID_CODE, (match[1].upper(),))


def _spoken(lexicon: Lexicon, parts: Sequence[Clause]) -> Iterator[_Reason]:
    """Reasons in each clause at full weight, and over clauses and sentences at less."""
    for part in parts:
        yield from _phrases(lexicon, part.text)
        yield from _joined(lexicon, part.text, part.denied, 1.0)
    if len(parts) < 2:
        return
    for number in dict.fromkeys(part.sentence for part in parts):
        same = [part for part in parts if part.sentence == number]
        if len(same) > 1:
            text, denied = ",".join(part.text for part in same), ",".join(part.denied for part in same)
            yield from _joined(lexicon, text, denied, _APART)
    yield from _joined(lexicon, ";".join(p.text for p in parts), ";".join(p.denied for p in parts), _FAR_APART)


def _phrases(lexicon: Lexicon, text: str) -> Iterator[_Reason]:
    for code, pattern in lexicon.phrases:
        said = {match[0].strip() for match in pattern.finditer(text) if match[0].strip()}
        for words in said:
            first, each, most = _LATIN_PHRASE if words.isascii() else _PHRASE
            yield _Reason(code, min(most, first + each * (len(words) - 2)), (words,))
    for code, pattern in lexicon.official:
        for match in pattern.finditer(text):
            yield _Reason(code, _OFFICIAL, (match[0],))


def _joined(lexicon: Lexicon, text: str, denied: str, share: float) -> Iterator[_Reason]:
    said: dict[str, str] = {}
    for name, pattern in lexicon.terms.items():
        match = pattern.search(f"{text},{denied}" if name.startswith("no_") else text)
        if match is not None:
            said[name] = match[0].strip()
    for rule in lexicon.rules:
        if all(name in said for name in rule.all) and not any(name in said for name in rule.without):
            yield _Reason(rule.code, rule.weight * share, tuple(said[name] for name in rule.all))


def _hints(groups: Sequence[GroupGuess]) -> Iterator[_Reason]:
    for guess in groups if groups and groups[0].share >= _HINTING else ():
        for code, part in guess.codes:
            yield _Reason(code, _HINT * guess.share * part, guess.because)


def _ranked(reasons: Sequence[_Reason]) -> tuple[Guess, ...]:
    by_code: dict[str, dict[tuple[str, ...], float]] = {}
    for reason in reasons:
        same = by_code.setdefault(reason.code, {})
        same[reason.words] = max(reason.weight, same.get(reason.words, 0.0))
    scores = {code: _total(list(same.values())) for code, same in by_code.items()}
    whole = math.exp(_NOTHING) + sum(math.exp(score) for score in scores.values())
    order = sorted(scores, key=lambda code: (-scores[code], code))[:_SHOWN]
    return tuple(
        Guess(
            code=code,
            score=round(scores[code], 3),
            share=round(math.exp(scores[code]) / whole, 4),
            because=_words(by_code[code]),
        )
        for code in order
    )


def _total(weights: list[float]) -> float:
    first, *rest = sorted(weights, reverse=True)
    return first + _FURTHER * sum(rest)


def _words(said: dict[tuple[str, ...], float]) -> tuple[str, ...]:
    loudest = sorted(said, key=lambda words: -said[words])
    return tuple(dict.fromkeys(show(_PLUS.join(dict.fromkeys(words)), 60) for words in loudest))[:4]


def _own_words(guess: Guess, likelier: Sequence[Guess]) -> bool:
    """Whether a symptom rests on words that no likelier one rests on: only then it is a complaint of its own."""
    taken = {piece for other in likelier for piece in _pieces(other.because)}
    if not likelier or guess.score >= _OFFICIAL:
        return True
    return any(not any(_is_mostly(piece, other) for other in taken) for piece in _pieces(guess.because[:1]))


def _is_mostly(piece: str, other: str) -> bool:
    return piece in other or (other in piece and 2 * len(other) > len(piece))


def _pieces(because: Sequence[str]) -> Iterator[str]:
    for words in because:
        yield from words.split(_PLUS)
