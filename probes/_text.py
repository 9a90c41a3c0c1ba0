"""Text that came from a phone, kept apart from text that is ours.

A phone is hostile input. Its output reaches a person only through ``show()`` and a program only through
``parse()``; an f-string cannot leak it by accident, because ``str()`` and ``format()`` refuse.
"""

from __future__ import annotations

import codecs
import unicodedata
from collections.abc import Callable
from typing import NoReturn, TypeVar

T = TypeVar("T")

SHOW_LIMIT = 200
_ELLIPSIS = "…"
# Cc control, Cf format (bidi, zero width), Cs surrogate, Co private use, Zl/Zp line and paragraph separators
_HIDDEN = frozenset({"Cc", "Cf", "Cs", "Co", "Zl", "Zp"})
_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


def decode(raw: bytes) -> str:
    r"""Decode phone output: byte order mark honoured, broken bytes replaced, line ends made ``\n``.

    >>> decode(b"a\r\r\nb\xff")
    'a\nb\ufffd'
    """
    encoding = next((name for bom, name in _BOMS if raw.startswith(bom)), "utf-8")
    text = raw.decode(encoding, errors="replace")
    return text.replace("\r\r\n", "\n").replace("\r\n", "\n")


def show(text: str, limit: int = SHOW_LIMIT) -> str:
    r"""Make ``text`` safe for a terminal, a log line or a page: hidden characters escaped.

    The result has at most ``limit`` characters, escapes and ellipsis included: records bound their texts, and a phone
    that sends control characters may not break them.

    >>> show("ok\x1b[31m")
    'ok\\x1b[31m'
    >>> show("abcdef", 4)
    'abc…'
    """
    pieces = [_visible(char) for char in text[: limit + 1]]
    if sum(map(len, pieces)) <= limit:
        return "".join(pieces)
    kept, room = list[str](), limit - len(_ELLIPSIS)
    for piece in pieces:
        room -= len(piece)
        if room < 0:
            break
        kept.append(piece)
    return "".join(kept) + _ELLIPSIS


def _visible(char: str) -> str:
    if unicodedata.category(char) not in _HIDDEN:
        return char
    code = ord(char)
    if code <= 0xFF:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code <= 0xFFFF else f"\\U{code:08x}"


class DeviceText:
    """Bytes that a phone sent. ``parse`` for programs, ``show`` for people, ``raw`` for keeping."""

    __slots__ = ("_raw",)

    def __init__(self, raw: bytes) -> None:
        self._raw = raw

    @property
    def raw(self) -> bytes:
        """The bytes as they came."""
        return self._raw

    def parse(self, parser: Callable[[str], T]) -> T:
        """Give the decoded text to ``parser`` and return what it makes of it."""
        return parser(decode(self._raw))

    def show(self, limit: int = SHOW_LIMIT) -> str:
        """Text for a person: controls, bidi and zero-width characters escaped, at most ``limit`` characters."""
        return show(decode(self._raw[: 4 * (limit + 1)]), limit)

    def __len__(self) -> int:
        return len(self._raw)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, DeviceText) and other._raw == self._raw

    def __hash__(self) -> int:
        return hash(self._raw)

    def __repr__(self) -> str:
        return f"DeviceText({len(self._raw)} bytes: {self.show(40)!r})"

    def __str__(self) -> NoReturn:
        raise TypeError("device text is not text for people: use .show() or .parse()")

    def __format__(self, spec: str) -> NoReturn:
        raise TypeError("device text is not text for people: use .show() or .parse()")
