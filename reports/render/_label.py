"""The fault label: ticket, phone, conclusion, symptom codes and a QR code, for a printer of 8 dots a millimetre.

One layout serves all kinds. As ZPL the label is one picture: no text of anybody's stands among the printer's commands.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from html import escape
from itertools import groupby
from typing import Final, Literal

from PIL import Image, ImageDraw, ImageFont

from probes import show
from reports._i18n import translator
from reports._mark import mark
from reports._outline import outline
from reports.fonts import Font, chinese, chinese_file, latin, latin_file, legible
from reports.render._html import label_code
from reports.render._outlines import path_of
from reports.render._paper import Paper, symptom_name
from reports.render._qr import QUIET, qr_modules, qr_path

WIDTH, HEIGHT = 480, 320
"""Dots: 60 by 40 mm."""
DOTS_PER_MM: Final = 8
LABELS: Final = ("png", "svg", "zpl")
_DPI: Final = 203
_EDGE: Final = 10
_QR_SIDE: Final = 200
_INK: Final = 150
_TEXT_LIMIT: Final = 120
_SWOLLEN: Final = "battery.swollen"
_RUN_LENGTHS: Final = {number: chr(ord("F") + number) for number in range(1, 20)} | {
    20 * number: chr(ord("f") + number) for number in range(1, 21)
}


@dataclass(frozen=True, slots=True)
class Line:
    """A line of text, its left end, its foot and its size in dots; already cut to its room."""

    text: str
    x: int
    foot: int
    size: int


@dataclass(frozen=True, slots=True)
class Layout:
    """Where everything stands, in dots."""

    lines: tuple[Line, ...]
    modules: tuple[tuple[bool, ...], ...]
    qr_x: int
    qr_y: int
    module: int


def label(paper: Paper, kind: str) -> bytes:
    """The fault label of a diagnosis; the same paper gives the same bytes.

    Raises:
        ValueError: the kind is not one of ``LABELS``.
    """
    return label_of(tuple(_words(paper)), label_code(paper).text(), kind)


def label_of(words: Sequence[tuple[str, int]], code: str, kind: str) -> bytes:
    """A label out of lines, each with the size of its letters in dots, and what its QR code says.

    Raises:
        ValueError: the kind is not one of ``LABELS``.
    """
    if kind not in LABELS:
        raise ValueError(f"a label is one of {', '.join(LABELS)}")
    found = layout(words, code)
    if kind == "svg":
        return _svg(found)
    picture = _picture(found)
    return _png(picture) if kind == "png" else zpl_of(picture)


def layout(words: Sequence[tuple[str, int]], code: str) -> Layout:
    """Put the words of a label in their places; lines for which there is no room are left out."""
    modules = qr_modules(code)
    module = max(2, _QR_SIDE // (len(modules) + 2 * QUIET))
    side = module * (len(modules) + 2 * QUIET)
    narrow, wide = WIDTH - side - _EDGE, WIDTH - 2 * _EDGE
    lines, foot = list[Line](), _EDGE
    for text, size in words:
        if not text:
            continue
        foot += round(size * 1.28)
        room = narrow if foot - size < side else wide
        if foot < HEIGHT - 2:
            lines.append(Line(_fitted(legible(text, _TEXT_LIMIT), size, room), _EDGE, foot, size))
    quiet = module * QUIET
    return Layout(tuple(lines), modules, WIDTH - side + quiet, quiet, module)


def _words(paper: Paper) -> Iterator[tuple[str, int]]:
    """Each line with its size, the most important first."""
    diagnosis, tr = paper.diagnosis, translator(paper.language)
    page = outline(diagnosis, paper.language, paper.names)
    yield paper.ticket or diagnosis.run_id, 30
    swollen = any(found.code == _SWOLLEN for result in diagnosis.results for found in result.findings)
    if swollen:
        yield tr(mark("SWOLLEN BATTERY: do not charge")), 26
    yield " ".join(page.headline.split()), 26
    yield page.sureness, 20
    yield f"{diagnosis.phone.brand} {diagnosis.phone.model}".strip(), 20
    yield paper.phone_number, 20
    yield f"{diagnosis.created_at:%Y-%m-%d %H:%M}", 18
    yield from ((symptom_name(code, paper.language), 20) for code in paper.codes[:3])
    yield diagnosis.run_id if paper.ticket else "", 16


def _font_of(char: str) -> Literal["latin", "chinese"]:
    return "latin" if latin().has(char) or not chinese().has(char) else "chinese"


def _metrics(char: str) -> Font:
    return latin() if _font_of(char) == "latin" else chinese()


def _advance(char: str, size: int) -> float:
    font = _metrics(char)
    return font.advance(char) * size / font.units_per_em


def _fitted(text: str, size: int, room: int) -> str:
    used, dots = 0.0, _advance("…", size)
    for number, char in enumerate(text):
        used += _advance(char, size)
        if used > room - dots and sum(_advance(one, size) for one in text[number + 1 :]) + used > room:
            return f"{text[:number]}…"
    return text


@cache
def _drawing_font(name: str, size: int) -> ImageFont.FreeTypeFont:
    file = latin_file() if name == "latin" else chinese_file()
    return ImageFont.truetype(str(file), size, layout_engine=ImageFont.Layout.BASIC)


def _picture(found: Layout) -> Image.Image:
    picture = Image.new("L", (WIDTH, HEIGHT), 255)
    pen = ImageDraw.Draw(picture)
    for line in found.lines:
        x = float(line.x)
        for name, chars in groupby(line.text, _font_of):
            run = "".join(chars)
            pen.text((round(x), line.foot), run, fill=0, font=_drawing_font(name, line.size), anchor="ls")
            x += sum(_advance(char, line.size) for char in run)
    for row, cells in enumerate(found.modules):
        for column, is_dark in enumerate(cells):
            if is_dark:
                left, top = found.qr_x + column * found.module, found.qr_y + row * found.module
                pen.rectangle((left, top, left + found.module - 1, top + found.module - 1), fill=0)
    return picture.point(lambda grey: 255 if grey > _INK else 0, mode="1")


def _png(picture: Image.Image) -> bytes:
    out = io.BytesIO()
    picture.save(out, "PNG", dpi=(_DPI, _DPI), optimize=True)
    return out.getvalue()


def _svg(found: Layout) -> bytes:
    """The label with its letters as outlines: it looks the same wherever it is printed."""
    drawn = list[str]()
    for line in found.lines:
        x = float(line.x)
        for char in line.text:
            font = _metrics(char)
            drawn.append(path_of(font, char, x=x, foot=line.foot, size=line.size))
            x += _advance(char, line.size)
    code = qr_path(found.modules, size=found.module, x=found.qr_x, y=found.qr_y)
    words = escape(show(" · ".join(line.text for line in found.lines), 600))
    size = f'width="{WIDTH / DOTS_PER_MM:g}mm" height="{HEIGHT / DOTS_PER_MM:g}mm" viewBox="0 0 {WIDTH} {HEIGHT}"'
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" {size} role="img"><title>{words}</title>'
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#fff"/><path d="{"".join(drawn)}"/>'
        f'<path d="{code}" shape-rendering="crispEdges"/></svg>\n'
    ).encode()


def zpl_of(picture: Image.Image) -> bytes:
    """A black and white picture as a ZPL label: one graphic field, packed as the ZPL II guide has it for ``^GF``."""
    width, height = picture.size
    row_bytes = (width + 7) // 8
    rows = _rows(picture.point(lambda grey: 0 if grey else 255, mode="1").tobytes().hex().upper(), 2 * row_bytes)
    whole = row_bytes * height
    field = f"^GFA,{whole},{whole},{row_bytes},{''.join(rows)}"
    return f"^XA^PW{width}^LL{height}^LH0,0^FO0,0{field}^FS^PQ1^XZ\n".encode()


def _rows(digits: str, length: int) -> Iterator[str]:
    """Rows of hexadecimal digits, packed: ``:`` is the row above, ``,`` the rest of a row in white."""
    above = ""
    for start in range(0, len(digits), length):
        row = digits[start : start + length]
        if row == above:
            yield ":"
        else:
            inked = row.rstrip("0")
            white = "," if len(inked) < length else ""
            yield re.sub(r"(.)\1{2,}", lambda found: _repeated(found[1], len(found[0])), inked) + white
        above = row


def _repeated(digit: str, times: int) -> str:
    letters = ""
    while times:
        some = next(number for number in sorted(_RUN_LENGTHS, reverse=True) if number <= times)
        letters += _RUN_LENGTHS[some]
        times -= some
    return letters + digit
