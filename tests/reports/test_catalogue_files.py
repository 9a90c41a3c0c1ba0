"""The translations are complete, in step with the texts, and the only place where Chinese stands."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog

from agent.cli import language
from docs.tools import catalogue_files
from probes import BenchError, Unplugged
from reports import CONCLUSIONS, REASONS, VERDICTS, Language, translator

ROOT = Path(__file__).resolve().parent.parent.parent
CJK = re.compile("[\u3000-\u303f\u3400-\u4dbf\u4e00-\u9fff\uff00-\uffef]")


def damaged(change: Callable[[Catalog], object]) -> list[str]:
    catalogue = catalogue_files.read()
    change(catalogue)
    return list(catalogue_files.troubles(catalogue, catalogue_files.compiled(catalogue)))


def test_the_catalogue_files_are_complete_and_compiled() -> None:
    assert list(catalogue_files.troubles(catalogue_files.read(), catalogue_files.MO.read_bytes())) == []


def test_a_text_that_is_missing_is_named() -> None:
    told = damaged(lambda catalogue: catalogue.delete("Ruled out"))
    assert any(line.startswith("missing: 'Ruled out' (reports/_terminal.py") for line in told)


def test_a_text_that_nothing_shows_any_more_is_named() -> None:
    assert "no longer used: 'Old words'" in damaged(lambda catalogue: catalogue.add("Old words", "x"))


def test_an_empty_translation_is_named() -> None:
    assert "not translated: 'Why'" in damaged(lambda catalogue: setattr(catalogue.get("Why"), "string", ""))


def test_a_fuzzy_translation_is_named() -> None:
    def blur(catalogue: Catalog) -> None:
        message = catalogue.get("Why")
        assert message is not None
        message.flags.add("fuzzy")

    assert "fuzzy: 'Why'" in damaged(blur)


def test_a_lost_placeholder_and_a_changed_command_are_named() -> None:
    wrong = damaged(lambda catalogue: setattr(catalogue.get("{percent} sure"), "string", "{share}"))
    assert "placeholders or commands differ: '{percent} sure' -> '{share}'" in wrong
    text = "run `phonebench doctor` and try again"
    wrong = damaged(lambda catalogue: setattr(catalogue.get(text), "string", "`doctor`"))
    assert f"placeholders or commands differ: {text!r} -> '`doctor`'" in wrong


def test_a_stale_mo_file_is_named() -> None:
    wrong = list(catalogue_files.troubles(catalogue_files.read(), b""))
    assert "the .mo file is not what the .po file compiles to" in wrong


def test_both_readers_of_the_catalogue_give_the_same_words(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(language, "_state", {})
    assert language.choose("zh-CN")
    to_chinese = translator(Language.ZH)
    for text in (*CONCLUSIONS.values(), *VERDICTS.values(), *REASONS.values()):
        assert language.tr(text) == to_chinese(text)
        assert CJK.search(to_chinese(text)), text


def test_the_cure_of_an_error_is_said_in_the_language_of_the_operator() -> None:
    line = Unplugged("the phone went away", device="S1").line(translator(Language.ZH))
    assert CJK.search(line)
    assert line.startswith("the phone went away (S1): ")
    assert line.endswith("[E_LINK_UNPLUGGED]")
    assert BenchError("x").line() == f"x: {BenchError.cure} [E_BENCH]"


def test_code_holds_no_chinese() -> None:
    folders = ("agent", "fixtures", "hwsim", "probes", "reports")
    files = [file for folder in folders for file in (ROOT / folder).rglob("*.py")]
    assert files
    assert [str(file) for file in files if CJK.search(file.read_text(encoding="utf-8"))] == []
