"""``service call <service> <code>``: the parcel that came back."""

from __future__ import annotations

import re
from dataclasses import dataclass

from ._reading import append, hexadecimal, lines, require, whole

_WORD = re.compile(r"\b[0-9a-fA-F]{8}\b")
_ERROR = re.compile(r'Result: Parcel\(Error: (0x[0-9a-fA-F]{1,16}|-?\d{1,11})(?: "([^"]{0,200})")?')
_OPEN = "Result: Parcel("
_ROW = re.compile(r"\s{0,8}0x[0-9a-fA-F]{8}: ")
_MAX_WORDS = 65_536
_BITS = 32
_SIGN = 1 << 31
_HALF = 0xFFFF


@dataclass(frozen=True, slots=True)
class ServiceCall:
    """The reply. ``status`` is its first word (0 = no exception), ``text`` the string that follows, if one does.

    ``error_code`` and ``error_text`` are set instead when the call itself failed.
    """

    words: tuple[int, ...]
    status: int | None
    length: int | None
    text: str | None
    error_code: int | None = None
    error_text: str | None = None


def parse_service_call(text: str) -> ServiceCall:
    """Read the hexadecimal rows of a parcel.

    Raises:
        NotUnderstood: there is no parcel.
    """
    words: list[int] = []
    opened = False
    for line in lines(text):
        if found := _ERROR.match(line):
            code = whole(found[1])
            return ServiceCall((), None, None, None, None if code is None else _signed(code), found[2])
        begins = line.startswith(_OPEN)
        opened = opened or begins
        if opened and (begins or _ROW.match(line)):
            row = line.removeprefix(_OPEN).split("'", 1)[0].rpartition(": ")[2]
            for word in _WORD.findall(row):
                append(words, hexadecimal(word) or 0, cap=_MAX_WORDS)
    require(opened, "service call result", text)
    status = _signed(words[0]) if words else None
    length = _signed(words[1]) if len(words) > 1 else None
    return ServiceCall(tuple(words), status, length, _string(words, length))


def _string(words: list[int], length: int | None) -> str | None:
    """UTF-16, two characters in a word, the low half first."""
    if length is None or not 0 <= length <= 2 * (len(words) - 2):
        return None
    units = [unit for word in words[2:] for unit in (word & _HALF, word >> 16)][:length]
    raw = b"".join(unit.to_bytes(2, "little") for unit in units)
    return raw.decode("utf-16-le", errors="replace")


def _signed(word: int) -> int:
    low = word & ((1 << _BITS) - 1)
    return low - (1 << _BITS) if low & _SIGN else low
