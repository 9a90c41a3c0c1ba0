"""How often the rules read what customers say as the symptom that they mean, on lists of wordings."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest

from probes import symptoms
from probes.complaint import read_complaint

HERE = Path(__file__).parent


def listed(name: str) -> dict[str, Any]:
    return tomllib.loads((HERE / name).read_text(encoding="utf-8"))


PHRASES: dict[str, list[str]] = listed("phrases_zh.toml")
LATIN: dict[str, dict[str, list[str]]] = listed("everyday_latin.toml")


def first(text: str) -> str:
    guesses = read_complaint(text).guesses
    return guesses[0].code if guesses else ""


def share_read(wordings: dict[str, list[str]]) -> float:
    hits = [first(text) == code for code, texts in wordings.items() for text in texts]
    return sum(hits) / len(hits)


@pytest.mark.parametrize("phrase", PHRASES)
def test_every_phrase_of_law_and_standards_is_read(phrase: str) -> None:
    read = read_complaint(phrase)
    assert read.guesses[0].code in PHRASES[phrase]
    assert set(PHRASES[phrase]) <= set(read.named)


@pytest.mark.parametrize("code", symptoms())
def test_a_symptom_is_read_by_its_code_and_by_its_name_in_both_languages(code: str) -> None:
    row = symptoms()[code]
    assert [first(text) for text in (code, code.lower(), row.zh, row.en)] == [code] * 4


def test_what_chinese_customers_say_every_day_is_read_four_times_out_of_five() -> None:
    """The wordings were committed before any rule was written; whoever wrote the rules did not read them."""
    wordings = listed("everyday_zh.toml")
    assert set(wordings) == set(symptoms())
    assert min(map(len, wordings.values())) >= 10
    assert share_read(wordings) >= 0.85


def test_the_wordings_that_the_rules_were_made_with_are_read() -> None:
    assert share_read(listed("development_zh.toml")) >= 0.95


@pytest.mark.parametrize("language", LATIN)
def test_what_other_customers_say_is_read(language: str) -> None:
    assert set(LATIN[language]) == set(symptoms())
    assert share_read(LATIN[language]) >= 0.9
