"""Identities inside what ``service call`` prints: a parcel as hexadecimal words, with its strings in UTF-16."""

from __future__ import annotations

import re
import struct
from collections.abc import Callable
from typing import Final

_LINE: Final = re.compile(
    r"(?m)^(?P<head>[^\n]*?0x[0-9a-f]{8}: )(?P<words>(?:[0-9a-f]{8} )+)(?P<gap> *)'(?P<shown>[^\n]*)'"
)
_DIGITS: Final = re.compile(r"(?<![0-9])\+?[0-9]{7,22}(?![0-9])")


def mask_parcels(text: str, mask: Callable[[str], str]) -> str:
    """Replace runs of digits in the strings of parcels; ``mask`` returns as many characters as it gets."""
    if "Parcel(" not in text:
        return text
    return re.sub(r"Parcel\((?:(?!Parcel\().)*?'\)", lambda found: _one(found[0], mask), text, flags=re.DOTALL)


def _one(parcel: str, mask: Callable[[str], str]) -> str:
    lines = list(_LINE.finditer(parcel))
    raw = b"".join(struct.pack("<I", int(word, 16)) for line in lines for word in line["words"].split())
    said = raw.decode("utf-16-le", "surrogatepass")
    masked = _DIGITS.sub(lambda run: mask(run[0]), said)
    if masked == said or len(masked) != len(said):
        return parcel
    left = masked.encode("utf-16-le", "surrogatepass")

    def rewrite(line: re.Match[str]) -> str:
        nonlocal left
        count = 4 * len(line["words"].split())
        mine, left = left[:count], left[count:]
        words = "".join(f"{word:08x} " for (word,) in struct.iter_unpack("<I", mine))
        shown = "".join(chr(byte) if 0x20 <= byte < 0x7F else "." for byte in mine)
        return f"{line['head']}{words}{line['gap']}'{shown:<{len(line['shown'])}}'"

    return _LINE.sub(rewrite, parcel)
