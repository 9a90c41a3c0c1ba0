"""What a phone says reaches a person only escaped and bounded, and never by accident."""

from __future__ import annotations

import json
import random
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from probes import DeviceText, decode, show

HIDDEN = {"Cc", "Cf", "Cs", "Co", "Zl", "Zp"}
EVIL = "name\x1b]52;c;AAAA\x07\r\n\u202etxt.exe\u200b\u2028\x00\x9b31m\ufeff"


def test_no_string_operation_leaks_device_text() -> None:
    text = DeviceText(EVIL.encode())
    with pytest.raises(TypeError):
        str(text)
    with pytest.raises(TypeError):
        f"{text}"
    with pytest.raises(TypeError):
        f"{text:>10}"
    with pytest.raises(TypeError):
        "{}".format(text)  # noqa: UP032  the old way is under test
    with pytest.raises(TypeError):
        "%s" % text  # noqa: UP031  the old way is under test
    with pytest.raises(TypeError):
        json.dumps({"text": text})
    with pytest.raises(TypeError):
        print(text)  # noqa: T201  print is under test
    for shown in (repr(text), f"{text!r}", repr([text])):
        assert shown.isprintable()


@pytest.mark.parametrize(
    "hidden",
    [
        *("\x1b", "\n", "\r", "\t", "\x00", "\x7f", "\x9b", "\u200b", "\u200f", "\u202e", "\u2066"),
        *("\ufeff", "\u2028", "\ue000", "\ud800", "\U000e0041"),
    ],
)
def test_hidden_characters_are_shown_by_their_number(hidden: str) -> None:
    shown = show(f"a{hidden}b")
    assert hidden not in shown
    assert shown.startswith("a\\")
    assert shown.endswith("b")
    assert f"{ord(hidden):x}" in shown


def test_words_of_any_language_stay_readable() -> None:
    words = "\u7535\u6c60 79 % \u2014 \u03a9 \u00e9"
    assert show(words) == words


@given(st.text(st.characters(), max_size=600), st.integers(1, 300))
def test_shown_text_is_bounded_and_printable(text: str, limit: int) -> None:
    shown = show(text, limit)
    assert len(shown) <= limit
    assert not HIDDEN & {unicodedata.category(char) for char in shown}


@given(st.binary(max_size=600))
def test_any_bytes_can_be_shown_and_parsed(raw: bytes) -> None:
    text = DeviceText(raw)
    assert len(text.show()) <= 200
    assert text.parse(len) == len(decode(raw))
    assert text.raw == raw
    assert len(text) == len(raw)


def test_ten_thousand_random_texts_never_hold_a_control() -> None:
    chance = random.Random(20261121)
    for _ in range(10_000):
        raw = chance.randbytes(chance.randrange(80)) + chance.choice([b"\x1b[2J", b"\n", b"\r\n", b"\xc2\x9b", b""])
        shown = DeviceText(raw).show()
        assert "\x1b" not in shown
        assert "\n" not in shown
        assert not HIDDEN & {unicodedata.category(char) for char in shown}


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        (b"a\r\nb\r\n", "a\nb\n"),
        (b"a\r\r\nb", "a\nb"),
        ("\ufeffä".encode(), "ä"),
        ("ä".encode("utf-16"), "ä"),
        (b"\xff\x00", "�\x00"),
        (b"\xc3", "�"),
    ],
)
def test_phone_output_is_decoded_whatever_it_is(raw: bytes, text: str) -> None:
    assert decode(raw) == text


def test_equal_bytes_are_equal_texts() -> None:
    assert DeviceText(b"a") == DeviceText(b"a")
    assert DeviceText(b"a") != DeviceText(b"b")
    assert DeviceText(b"a") != b"a"
    assert len({DeviceText(b"a"), DeviceText(b"a")}) == 1
