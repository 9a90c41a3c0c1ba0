"""The words of customers, as data: terms in each language, phrases that name a symptom, and rules that join terms.

A pattern is written as people speak. A Latin word stands for itself; ``charg*`` stands for all words that begin so and
``*display`` for all that end so; `` .. `` leaves room for up to three words. In Chinese, ``..`` leaves room for up to
six characters. ``/`` separates alternatives in brackets: ``(not/never) charg*``.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Annotated, Final, TypeVar

from pydantic import Field, StrictFloat, StrictStr, ValidationError

from probes._catalogue import symptoms
from probes._errors import BadInput
from probes._limits import Record
from probes.complaint._wording import plain

_FILES: Final = ("zh.toml", "en.toml", "de.toml", "fr.toml")
_CHOICE: Final = re.compile(r"\(([^?)][^)]*)\)")
_HAN: Final = re.compile(r"[\u3400-\u9fff]")
_NO_LETTER_BEFORE: Final = "(?<![a-z0-9])"  # Chinese writes on right after a Latin word
_NO_LETTER_AFTER: Final = "(?![a-z0-9])"
_UMLAUT: Final = str.maketrans({"ä": "§a", "ö": "§o", "ü": "§u"})


class Rule(Record):
    """Terms that together speak for a symptom.

    Attributes:
        code: the symptom.
        all: terms of which each must be said.
        without: terms of which none may be said.
        weight: how loudly it speaks; about e-fold odds a unit. Prior: our own estimate.
    """

    code: StrictStr
    all: tuple[StrictStr, ...] = Field(min_length=1)
    without: tuple[StrictStr, ...] = ()
    weight: Annotated[StrictFloat, Field(gt=0.0, le=9.0)] = 3.0


@dataclass(frozen=True, slots=True)
class Lexicon:
    """Everything that reading a complaint needs.

    Attributes:
        terms: pattern of each term, over all languages.
        phrases: patterns that name a symptom by themselves.
        official: the same in the words of a law or standard: they name it beyond doubt.
        rules: what joins terms.
        joints: where clauses end beside punctuation.
        denials: what says that something is not the case.
        variants: characters that are read as others (traditional ones as simplified ones).
    """

    terms: dict[str, re.Pattern[str]]
    phrases: tuple[tuple[str, re.Pattern[str]], ...]
    official: tuple[tuple[str, re.Pattern[str]], ...]
    rules: tuple[Rule, ...]
    joints: tuple[re.Pattern[str], ...]
    denials: tuple[re.Pattern[str], ...]
    variants: dict[int, int]


class _Language(Record):
    variants: StrictStr = ""
    joints: tuple[StrictStr, ...] = ()
    denials: tuple[StrictStr, ...] = ()
    terms: dict[StrictStr, tuple[StrictStr, ...]]
    phrases: dict[StrictStr, tuple[StrictStr, ...]]
    official: dict[StrictStr, tuple[StrictStr, ...]] = Field(default_factory=dict)


class _Rules(Record):
    rule: tuple[Rule, ...]


_Data = TypeVar("_Data", _Language, _Rules)


@cache
def load_lexicon() -> Lexicon:
    """Read and check the word files that ship with us.

    Raises:
        BadInput: a file is not valid; says which.
    """
    languages = [_read(name, _Language) for name in _FILES]
    rules = _read("rules.toml", _Rules).rule
    spoken = _gathered(language.terms for language in languages)
    phrases = _gathered(language.phrases for language in languages)
    official = _gathered(language.official for language in languages)
    _check(rules, set(spoken), {*phrases, *official})
    return Lexicon(
        terms={name: _compiled(patterns) for name, patterns in spoken.items()},
        phrases=tuple((code, _compiled(patterns)) for code, patterns in phrases.items()),
        official=(*((code, _compiled(patterns)) for code, patterns in official.items()), *_names()),
        rules=rules,
        joints=tuple(_compiled(language.joints) for language in languages if language.joints),
        denials=tuple(re.compile(pattern) for language in languages for pattern in language.denials),
        variants={
            ord(old): ord(new)
            for language in languages
            for old, new in zip(language.variants[::2], language.variants[1::2], strict=True)
        },
    )


def _names() -> Iterator[tuple[str, re.Pattern[str]]]:
    """The catalogue's own names of the symptoms are official, too."""
    for code, row in symptoms().items():
        yield code, re.compile("|".join(re.escape(plain(name)) for name in (row.zh, row.en)))


def _gathered(tables: Iterable[Mapping[str, Sequence[str]]]) -> dict[str, list[str]]:
    """The patterns of all languages by term or symptom."""
    found: dict[str, list[str]] = {}
    for table in tables:
        for name, patterns in table.items():
            found.setdefault(name, []).extend(patterns)
    return found


def _check(rules: tuple[Rule, ...], terms: set[str], phrases: set[str]) -> None:
    unknown = ({rule.code for rule in rules} | phrases) - set(symptoms())
    if unknown:
        raise BadInput(f"complaint rules name symptoms that the catalogue does not have: {sorted(unknown)}")
    missing = {name for rule in rules for name in (*rule.all, *rule.without)} - terms
    if missing:
        raise BadInput(f"complaint rules name terms that no language has: {sorted(missing)}")


def _read(name: str, kind: type[_Data]) -> _Data:
    text = resources.files("probes.complaint").joinpath(name).read_text(encoding="utf-8")
    try:
        return kind.model_validate(tomllib.loads(text))
    except (tomllib.TOMLDecodeError, ValidationError) as error:
        raise BadInput(f"word file {name}: {error}") from error


def _compiled(patterns: Iterable[str]) -> re.Pattern[str]:
    return re.compile("|".join(_pattern(text) for text in sorted(set(patterns), key=len, reverse=True)))


def _pattern(text: str) -> str:
    """A pattern as it is written, as a regular expression; no part of it can be matched in many ways."""
    body = text.translate(_UMLAUT) if _HAN.search(text) is None else text
    body = _CHOICE.sub(lambda match: f"(?:{match[1].replace('/', '|')})", plain(body))
    if _HAN.search(body):
        return body.replace("..", r"[^\n,;]{0,6}?")
    for umlaut in "aou":
        body = body.replace(f"§{umlaut}", f"(?:{umlaut}e?)")
    start = "" if body.startswith("*") else _NO_LETTER_BEFORE
    end = "" if body.endswith("*") else _NO_LETTER_AFTER
    body = body.removeprefix("*").removesuffix("*").replace("*", "[a-z0-9']{0,20}")
    return start + body.replace(" .. ", r"(?: \S{1,30}){0,3}? ") + end
