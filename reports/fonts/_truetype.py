"""Reads TrueType files: which letters there are, how wide, their outlines, and a smaller font of some of them.

fontTools can do this and much more; it takes 0.7 s for what is done here in a hundredth of that, and a report page
must not take 0.2 s. Tables are as in the OpenType specification 1.9 (``glyf``, ``loca``, ``cmap`` formats 4 and 12).
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterable, Iterator
from functools import cached_property
from typing import Final, NamedTuple

_ON_CURVE: Final = 0x01
_REPEAT: Final = 0x08
_X_SHORT, _X_SAME, _Y_SHORT, _Y_SAME = 0x02, 0x10, 0x04, 0x20
_WORDS, _XY, _SCALE, _MORE, _XY_SCALE, _MATRIX = 0x01, 0x02, 0x08, 0x20, 0x40, 0x80
_KEPT: Final[tuple[bytes, ...]] = (b"OS/2", b"name")
_MAGIC: Final = 0xB1B0AFBA
_DEEPEST: Final = 6


class Point(NamedTuple):
    """A point of an outline in font units, upwards; off the curve it is the control point of a quadratic curve."""

    x: float
    y: float
    is_on: bool


Outline = list[list[Point]]
"""Closed contours."""


class Font:
    """A TrueType font in memory.

    Attributes:
        units_per_em: font units in the height of a line.
    """

    def __init__(self, data: bytes) -> None:
        """Read the directory of a file.

        Raises:
            ValueError: it is no TrueType font, or lacks a table.
        """
        self._data = data
        try:
            self._tables = dict(_directory(data))
            head = self._table(b"head")
            self.units_per_em = int(struct.unpack_from(">H", head, 18)[0])
            self._long_loca = bool(struct.unpack_from(">h", head, 50)[0])
            self._count = int(struct.unpack_from(">H", self._table(b"maxp"), 4)[0])
            self._wide = int(struct.unpack_from(">H", self._table(b"hhea"), 34)[0])
        except (struct.error, KeyError) as error:
            raise ValueError("this is no TrueType font that can be read") from error

    def has(self, char: str) -> bool:
        """Whether the font can draw that character."""
        return ord(char) in self._glyphs

    def advance(self, char: str) -> int:
        """How far the pen goes for a character, in font units."""
        return self._metric(self._glyphs.get(ord(char), 0))[0]

    def outline(self, char: str) -> Outline:
        """The contours of a character; those of the box for what is not there."""
        return self._contours(self._glyphs.get(ord(char), 0), 0)

    def subset(self, chars: Iterable[str]) -> bytes:
        """A font with these characters only; what is not there is left out. The same characters give the same bytes."""
        wanted = {code: glyph for code in sorted(map(ord, set(chars))) if (glyph := self._glyphs.get(code))}
        old = [0, *dict.fromkeys(wanted.values())]
        for glyph in old:  # it grows while parts of composed letters are found
            old += [part for part, _at in self._parts(self._raw(glyph)) if part not in old]
        new = {glyph: number for number, glyph in enumerate(old)}
        glyf, ends = bytearray(), [0]
        for glyph in old:
            glyf += self._renumbered(self._raw(glyph), new)
            glyf += bytes(-len(glyf) % 4)
            ends.append(len(glyf))
        tables = {tag: self._table(tag) for tag in _KEPT if tag in self._tables}
        tables |= {
            b"cmap": _cmap({code: new[glyph] for code, glyph in wanted.items()}),
            b"glyf": bytes(glyf),
            b"head": self._patched(b"head", 50, 1),
            b"hhea": self._patched(b"hhea", 34, len(old)),
            b"hmtx": b"".join(struct.pack(">Hh", *self._metric(glyph)) for glyph in old),
            b"loca": struct.pack(f">{len(ends)}I", *ends),
            b"maxp": self._patched(b"maxp", 4, len(old)),
            b"post": struct.pack(">IIhhIIIII", 0x00030000, 0, -100, 50, 0, 0, 0, 0, 0),
        }
        return _file(tables)

    def woff(self, chars: Iterable[str]) -> bytes:
        """The same as ``subset``, packed as WOFF 1.0 (W3C recommendation of 2012) for a page."""
        return _packed(self.subset(chars))

    def _table(self, tag: bytes) -> bytes:
        start, length = self._tables[tag]
        return self._data[start : start + length]

    def _patched(self, tag: bytes, offset: int, number: int) -> bytes:
        table = bytearray(self._table(tag))
        struct.pack_into(">H", table, offset, number)
        return bytes(table)

    @cached_property
    def _glyphs(self) -> dict[int, int]:
        cmap = self._table(b"cmap")
        glyphs = dict[int, int]()
        for number in range(struct.unpack_from(">H", cmap, 2)[0]):
            start = struct.unpack_from(">I", cmap, 8 + 8 * number)[0]
            kind = struct.unpack_from(">H", cmap, start)[0]
            if kind == 4:
                glyphs |= dict(_format_4(cmap[start:]))
            elif kind == 12:
                glyphs |= dict(_format_12(cmap[start:]))
        return glyphs

    @cached_property
    def _offsets(self) -> tuple[int, ...]:
        loca, many = self._table(b"loca"), self._count + 1
        if self._long_loca:
            return struct.unpack_from(f">{many}I", loca)
        return tuple(2 * half for half in struct.unpack_from(f">{many}H", loca))

    @cached_property
    def _metrics(self) -> bytes:
        return self._table(b"hmtx")

    def _metric(self, glyph: int) -> tuple[int, int]:
        """Advance width and left side bearing."""
        if glyph < self._wide:
            return struct.unpack_from(">Hh", self._metrics, 4 * glyph)
        advance = struct.unpack_from(">H", self._metrics, 4 * (self._wide - 1))[0]
        return advance, struct.unpack_from(">h", self._metrics, 4 * self._wide + 2 * (glyph - self._wide))[0]

    def _raw(self, glyph: int) -> bytes:
        start = self._tables[b"glyf"][0]
        return self._data[start + self._offsets[glyph] : start + self._offsets[glyph + 1]]

    @staticmethod
    def _parts(raw: bytes) -> list[tuple[int, int]]:
        """Glyphs that a composed one is made of, each with the place of its description."""
        if not raw or struct.unpack_from(">h", raw)[0] >= 0:
            return []
        parts, at, flags = list[tuple[int, int]](), 10, _MORE
        while flags & _MORE:
            flags, glyph = struct.unpack_from(">HH", raw, at)
            parts.append((glyph, at))
            at += 4 + (4 if flags & _WORDS else 2)
            at += 2 if flags & _SCALE else 4 if flags & _XY_SCALE else 8 if flags & _MATRIX else 0
        return parts

    def _renumbered(self, raw: bytes, new: dict[int, int]) -> bytes:
        changed = bytearray(raw)
        for glyph, at in self._parts(raw):
            struct.pack_into(">H", changed, at + 2, new[glyph])
        return bytes(changed)

    def _contours(self, glyph: int, depth: int) -> Outline:
        raw = self._raw(glyph)
        if not raw or depth > _DEEPEST:
            return []
        if struct.unpack_from(">h", raw)[0] >= 0:
            return _simple(raw)
        return [contour for part, at in self._parts(raw) for contour in self._placed(raw, part, at, depth)]

    def _placed(self, raw: bytes, part: int, at: int, depth: int) -> Outline:
        flags = struct.unpack_from(">H", raw, at)[0]
        dx, dy = struct.unpack_from(">hh" if flags & _WORDS else ">bb", raw, at + 4) if flags & _XY else (0, 0)
        scale_at = at + (8 if flags & _WORDS else 6)
        a, b, c, d = 1.0, 0.0, 0.0, 1.0
        if flags & _SCALE:
            a = d = struct.unpack_from(">h", raw, scale_at)[0] / 16384
        elif flags & _XY_SCALE:
            a, d = (number / 16384 for number in struct.unpack_from(">hh", raw, scale_at))
        elif flags & _MATRIX:
            a, b, c, d = (number / 16384 for number in struct.unpack_from(">hhhh", raw, scale_at))
        return [
            [Point(a * x + c * y + dx, b * x + d * y + dy, on) for x, y, on in contour]
            for contour in self._contours(part, depth + 1)
        ]


def _directory(data: bytes) -> Iterator[tuple[bytes, tuple[int, int]]]:
    if data[:4] not in {b"\0\1\0\0", b"true"}:
        raise ValueError("this is no TrueType font")
    for number in range(struct.unpack_from(">H", data, 4)[0]):
        tag, _sum, start, length = struct.unpack_from(">4sIII", data, 12 + 16 * number)
        yield tag, (start, length)


def _format_4(table: bytes) -> Iterator[tuple[int, int]]:
    many = struct.unpack_from(">H", table, 6)[0] // 2
    row = f">{many}H"
    ends, starts, deltas, offsets = (struct.unpack_from(row, table, 14 + 2 * k * many + 2 * (k > 0)) for k in range(4))
    at = 16 + 6 * many
    for n, (first, last, delta, offset) in enumerate(zip(starts, ends, deltas, offsets, strict=True)):
        for code in range(first, min(last, 0xFFFE) + 1):
            glyph = code
            if offset:
                glyph = struct.unpack_from(">H", table, at + 2 * n + offset + 2 * (code - first))[0]
            if not offset or glyph:
                glyph = (glyph + delta) & 0xFFFF
            if glyph:
                yield code, glyph


def _format_12(table: bytes) -> Iterator[tuple[int, int]]:
    for number in range(struct.unpack_from(">I", table, 12)[0]):
        first, last, glyph = struct.unpack_from(">III", table, 16 + 12 * number)
        yield from ((code, glyph + code - first) for code in range(first, last + 1))


def _simple(raw: bytes) -> Outline:
    many = struct.unpack_from(">h", raw)[0]
    ends = struct.unpack_from(f">{many}H", raw, 10)
    at = 10 + 2 * many
    at += 2 + struct.unpack_from(">H", raw, at)[0]
    flags = list[int]()
    while ends and len(flags) <= ends[-1]:
        flag = raw[at]
        at += 1
        again = raw[at] if flag & _REPEAT else 0
        at += 1 if flag & _REPEAT else 0
        flags += [flag] * (1 + again)
    xs, at = _coordinates(raw, at, flags, _X_SHORT, _X_SAME)
    ys, at = _coordinates(raw, at, flags, _Y_SHORT, _Y_SAME)
    points = [Point(x, y, bool(flag & _ON_CURVE)) for x, y, flag in zip(xs, ys, flags, strict=True)]
    starts = (0, *(end + 1 for end in ends))
    return [points[start : end + 1] for start, end in zip(starts, ends, strict=False)]


def _coordinates(raw: bytes, at: int, flags: list[int], short: int, same: int) -> tuple[list[int], int]:
    here, found = 0, list[int]()
    for flag in flags:
        if flag & short:
            here += raw[at] if flag & same else -raw[at]
            at += 1
        elif not flag & same:
            here += struct.unpack_from(">h", raw, at)[0]
            at += 2
        found.append(here)
    return found, at


def _cmap(glyphs: dict[int, int]) -> bytes:
    groups = b"".join(struct.pack(">III", code, code, glyph) for code, glyph in sorted(glyphs.items()))
    table = struct.pack(">HHIII", 12, 0, 16 + len(groups), 0, len(glyphs)) + groups
    return struct.pack(">HHHHI", 0, 1, 3, 10, 12) + table


def _file(tables: dict[bytes, bytes]) -> bytes:
    many = len(tables)
    power = 1 << (many.bit_length() - 1)
    out = bytearray(struct.pack(">IHHHH", 0x00010000, many, 16 * power, power.bit_length() - 1, 16 * (many - power)))
    at, body, head_at = 12 + 16 * many, bytearray(), 0
    for tag in sorted(tables):
        data = bytearray(tables[tag])
        if tag == b"head":
            struct.pack_into(">I", data, 8, 0)
            head_at = at + len(body)
        out += struct.pack(">4sIII", tag, _sum(data), at + len(body), len(data))
        body += data + bytes(-len(data) % 4)
    out += body
    struct.pack_into(">I", out, head_at + 8, (_MAGIC - _sum(out)) & 0xFFFFFFFF)
    return bytes(out)


def _packed(font: bytes) -> bytes:
    rows = [
        (tag, start, length, zlib.compress(font[start : start + length], 9))
        for tag, (start, length) in _directory(font)
    ]
    many = len(rows)
    at, entries, body = 44 + 20 * many, bytearray(), bytearray()
    for tag, start, length, small in rows:
        kept = small if len(small) < length else font[start : start + length]
        plain = bytearray(font[start : start + length])
        if tag == b"head":
            struct.pack_into(">I", plain, 8, 0)  # its checksum leaves out the one of the file
        entries += struct.pack(">4sIIII", tag, at + len(body), len(kept), length, _sum(plain))
        body += kept + bytes(-len(kept) % 4)
    whole = at + len(body)
    head = struct.pack(">4sIIHHIHHIIIII", b"wOFF", 0x00010000, whole, many, 0, len(font), 1, 0, 0, 0, 0, 0, 0)
    return head + bytes(entries) + bytes(body)


def _sum(data: bytes | bytearray) -> int:
    padded = bytes(data) + bytes(-len(data) % 4)
    total: int = sum(struct.unpack(f">{len(padded) // 4}I", padded))
    return total & 0xFFFFFFFF
