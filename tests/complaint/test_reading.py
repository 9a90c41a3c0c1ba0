"""Reading a complaint: what is denied, several complaints in one text, texts that mean nothing, hostile texts."""

from __future__ import annotations

import time
import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from probes import symptoms
from probes.complaint import MAX_CHARS, clauses, load_lexicon, plain, read_complaint


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("不是充电慢", "CHG-03"),
        ("充电没问题,屏幕有条绿线", "CHG-01"),
        ("没摔过,就是突然黑屏", "HSG-02"),
        ("并非死机", "PWR-03"),
        ("It is not a battery problem, the screen is black", "BAT-01"),
        ("my phone was never dropped", "HSG-02"),
        ("Die Kamera funktioniert einwandfrei, aber kein Ton", "CAM-01"),
        ("ce n'est pas la batterie", "BAT-01"),
    ],
)
def test_what_is_denied_is_no_complaint(text: str, code: str) -> None:
    read = read_complaint(text)
    assert code not in read.named
    assert code not in {guess.code for guess in read.guesses[:1]}


@pytest.mark.parametrize(
    ("text", "denied", "named"),
    [
        ("不是充电慢,是充不进电", "CHG-03", "CHG-01"),
        ("不是充电慢而是充不进电", "CHG-03", "CHG-01"),
        ("没摔过,电池鼓包了", "HSG-02", "BAT-02"),
    ],
)
def test_what_is_said_beside_a_denial_is_read(text: str, denied: str, named: str) -> None:
    read = read_complaint(text)
    assert denied in read.denied
    assert read.named[0] == named


@pytest.mark.parametrize(
    ("text", "code"),
    [("是不是电池坏了,掉电特别快", "BAT-01"), ("不是死机就是重启", "PWR-03"), ("触摸不是很灵敏", "TCH-01")],
)
def test_a_question_or_a_weak_word_is_no_denial(text: str, code: str) -> None:
    assert code in read_complaint(text).named


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("充电慢,而且屏幕有条绿线", {"CHG-03", "DSP-03"}),
        ("电池鼓包了,相机打不开", {"BAT-02", "CAM-01"}),
        ("The battery drains fast and the wifi won't connect", {"BAT-01", "NET-04"}),
        ("Kein Ton und die Kamera startet nicht", {"AUD-02", "CAM-01"}),
        ("Écran noir et la carte sim n'est pas détectée", {"DSP-01", "SIM-01"}),
    ],
)
def test_several_complaints_in_one_text_are_all_named(text: str, codes: set[str]) -> None:
    assert codes <= set(read_complaint(text).named)


def test_one_complaint_is_named_once() -> None:
    assert read_complaint("充电慢").named == ("CHG-03",)
    assert read_complaint("slow charging").named == ("CHG-03",)


def test_traditional_characters_and_full_width_letters_are_read() -> None:
    assert read_complaint("無法開機").named[0] == "PWR-01"
    assert read_complaint("連不上WiFi").named[0] == "NET-04"


def test_it_says_which_words_spoke() -> None:
    guess = read_complaint("我的手机充电特别慢").guesses[0]
    assert guess.code == "CHG-03"
    assert "充电特别慢" in guess.because


@pytest.mark.parametrize(
    "text", ["", " ", "?!...", "\ud800\udc00\ud800", "\x00\x1b[31m", "blah blah", "你好", "12345", "🙂🙂"]
)
def test_what_means_nothing_names_nothing(text: str) -> None:
    read = read_complaint(text)
    assert not read.named
    assert not read.is_understood


@pytest.mark.parametrize(
    "text", ["x" * 1_000_000, "充电," * 300_000, "(" * 10_000, "不是" * 50_000, "not " * 10_000, "\x1b[31m" * 5_000]
)
def test_a_megabyte_is_read_in_a_moment(text: str) -> None:
    begun = time.process_time()
    read = read_complaint(text)
    assert time.process_time() - begun < 3
    assert read.was_cut
    assert len(read.text) <= 400


@settings(max_examples=60, deadline=None)
@given(st.text(st.characters(), max_size=200))
def test_no_text_breaks_it_and_what_it_returns_is_safe_to_show(text: str) -> None:
    read = read_complaint(text)
    assert set(read.named) <= set(symptoms())
    shown = read.text + "".join(words for guess in read.guesses for words in guess.because)
    assert not {unicodedata.category(char) for char in shown} & {"Cc", "Cf", "Cs"}
    assert sum(guess.share for guess in read.guesses) <= 1.001


@given(st.text(max_size=300))
def test_plain_text_stays_as_it_is(text: str) -> None:
    once = plain(text)
    assert len(once) <= MAX_CHARS
    assert not any(char < " " and char != "\n" for char in once)


def test_clauses_end_at_punctuation_and_at_joints() -> None:
    lexicon = load_lexicon()
    parts = clauses(plain("充电正常,但是没信号。屏幕黑"), lexicon.joints, lexicon.denials)
    assert [(part.text, part.sentence) for part in parts if part.text] == [("没信号", 0), ("屏幕黑", 1)]
    assert parts[0].denied == "充电正常"
