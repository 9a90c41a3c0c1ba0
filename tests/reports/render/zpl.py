"""Reads back the graphic field of a ZPL label, as the ZPL II programming guide describes ``^GFA`` and its packing."""

from __future__ import annotations

import re
from itertools import pairwise

from PIL import Image, ImageOps


def picture_of(raw: bytes) -> Image.Image:
    """The label as a printer would print it."""
    found = re.search(rb"\^GFA,(\d+),(\d+),(\d+),([^^]+)\^FS", raw)
    assert found
    whole, row_bytes = int(found[1]), int(found[3])
    digits = unpacked(found[4].decode(), 2 * row_bytes)
    assert len(digits) == 2 * whole
    picture = Image.frombytes("1", (8 * row_bytes, whole // row_bytes), bytes.fromhex(digits))
    return ImageOps.invert(picture.convert("L"))


def unpacked(packed: str, width: int) -> str:
    rows, row, times = [""], "", 0
    for char in packed:
        if "G" <= char <= "Y":
            times += ord(char) - ord("F")
        elif "g" <= char <= "z":
            times += 20 * (ord(char) - ord("f"))
        elif char == ":":
            rows.append(rows[-1])
        elif char == ",":
            rows.append(row.ljust(width, "0"))
            row = ""
        else:
            row += char * max(times, 1)
            times = 0
            if len(row) == width:
                rows.append(row)
                row = ""
    assert not row
    assert all(len(one) == width for _before, one in pairwise(rows))
    return "".join(rows)
