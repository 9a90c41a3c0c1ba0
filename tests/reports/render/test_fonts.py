"""Our own reader of fonts agrees with fontTools, and a font of some letters draws them the same."""

from __future__ import annotations

import importlib
import io
import random
from typing import Any

import pytest

from reports.fonts import Font, chinese, chinese_file, latin, latin_file

TTFont: Any = importlib.import_module("fontTools.ttLib").TTFont  # it has no types
FONTS = [(chinese, chinese_file), (latin, latin_file)]


@pytest.mark.parametrize("which", FONTS, ids=["chinese", "latin"])
def test_outlines_and_widths_are_those_that_fonttools_reads(which: tuple[object, object]) -> None:
    ours, file = (chinese(), chinese_file()) if which is FONTS[0] else (latin(), latin_file())
    theirs = TTFont(file)
    names = theirs.getBestCmap()
    for code in random.Random(1).sample(sorted(names), 150):
        points, _ends, flags = theirs["glyf"][names[code]].getCoordinates(theirs["glyf"])
        mine = [point for contour in ours.outline(chr(code)) for point in contour]
        assert [(round(one.x), round(one.y)) for one in mine] == [tuple(point) for point in points]
        assert [one.is_on for one in mine] == [bool(flag & 1) for flag in flags]
        assert ours.advance(chr(code)) == theirs["hmtx"][names[code]][0]


def test_a_small_font_draws_its_letters_as_the_large_one_does() -> None:
    letters = "".join(chr(0x4E00 + number) for number in range(60) if chinese().has(chr(0x4E00 + number)))
    raw = chinese().subset(letters)
    assert raw == chinese().subset(reversed(letters))
    small = Font(raw)
    assert all(small.outline(char) == chinese().outline(char) for char in letters)
    assert not small.has("\u6545") or "\u6545" in letters
    read = TTFont(io.BytesIO(raw), checkChecksums=2)
    assert sorted(read.getBestCmap()) == sorted(map(ord, letters))
    packed = TTFont(io.BytesIO(chinese().woff(letters)))
    assert packed.flavor == "woff"
    assert sorted(packed.getBestCmap()) == sorted(map(ord, letters))
