"""From byte chunks of any size to blocks of whole lines.

Where a chunk ends must not show in the result, so a block always ends at a line end. A line longer than
``LINE_CAP_BYTES`` is cut there: its head is scanned, its tail is dropped and counted in the offsets.
"""

from __future__ import annotations

import codecs
import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

BLOCK_BYTES = 1 << 20
LINE_CAP_BYTES = 1 << 13
_NEWLINE = 0x0A
_ANSI = re.compile(rb"\x1b\[[0-9;]{0,16}[A-Za-z]")
_WIDE = ((codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))


@dataclass(frozen=True)
class Block:
    """Whole lines of one source.

    ``ends`` are the positions of the newlines in ``data`` (a missing last one is counted at the end). ``removed``
    are (position in ``data``, bytes taken out before it): colour codes and tails of long lines.
    """

    data: bytes
    ends: npt.NDArray[np.int64]
    first_line_no: int
    offset_bytes: int
    removed: tuple[tuple[int, int], ...] = ()
    wide: bool = False

    def line_start(self, index: int) -> int:
        """Position in ``data`` of the first byte of line ``index`` (0 is the first line of the block)."""
        return int(self.ends[index - 1]) + 1 if index else 0

    def source_offset(self, position: int) -> int:
        """Place in the source, in bytes, of ``data[position]``."""
        if self.wide:
            return self.offset_bytes + len(self.data[:position].decode("utf-8", "replace").encode("utf-16-le"))
        place = bisect_right(self.removed, (position, 1 << 62)) - 1
        return self.offset_bytes + position + (self.removed[place][1] if place >= 0 else 0)


def blocks(chunks: Iterable[bytes]) -> Iterator[Block]:
    """Cut a stream into blocks of whole lines; memory is bounded whatever comes in."""
    stream = _pieces(chunks)
    head = b""
    for piece in stream:
        head += piece
        if len(head) >= len(codecs.BOM_UTF16_LE):
            break
    encoding = next((name for mark, name in _WIDE if head.startswith(mark)), "")
    if encoding:
        yield from _cut(_narrow(head[2:], stream, encoding), offset=2, wide=True)
        return
    yield from _cut(_chain(head, stream), offset=0, wide=False)


def _pieces(chunks: Iterable[bytes]) -> Iterator[bytes]:
    for chunk in chunks:
        for start in range(0, len(chunk), BLOCK_BYTES):
            yield bytes(chunk[start : start + BLOCK_BYTES])


def _chain(head: bytes, rest: Iterator[bytes]) -> Iterator[bytes]:
    yield head
    yield from rest


def _narrow(head: bytes, rest: Iterator[bytes], encoding: str) -> Iterator[bytes]:
    decoder = codecs.getincrementaldecoder(encoding)("replace")
    for piece in _chain(head, rest):
        yield decoder.decode(piece).encode("utf-8", "replace")
    yield decoder.decode(b"", final=True).encode("utf-8", "replace")


def _cut(stream: Iterator[bytes], *, offset: int, wide: bool) -> Iterator[Block]:
    """Gather pieces until a block is full, hand out its whole lines, keep the rest.

    Where a block ends depends on the bytes alone, not on how they came: what is noted once a block stays the same.
    """
    waiting: list[bytes] = []
    size, line_no, dropped = 0, 1, 0
    for piece in stream:
        waiting.append(piece)
        size += len(piece)
        while size >= BLOCK_BYTES:
            joined = b"".join(waiting)
            cut = joined.rfind(b"\n", 0, BLOCK_BYTES) + 1
            if cut:
                block = _block(joined[:cut], line_no, offset, dropped, wide=wide)
                yield block
                line_no += len(block.ends)
                offset += _source_size(joined[:cut], wide=wide) + dropped
                dropped = 0
                joined = joined[cut:]
            else:  # one line without an end: keep its head only
                dropped += _source_size(joined[LINE_CAP_BYTES:BLOCK_BYTES], wide=wide)
                joined = joined[:LINE_CAP_BYTES] + joined[BLOCK_BYTES:]
            waiting, size = [joined], len(joined)
    if tail := b"".join(waiting):
        yield _block(tail, line_no, offset, dropped, wide=wide)


def _source_size(data: bytes, *, wide: bool) -> int:
    return len(data.decode("utf-8", "replace").encode("utf-16-le")) if wide else len(data)


def _block(data: bytes, line_no: int, offset: int, dropped: int, *, wide: bool) -> Block:
    removed: tuple[tuple[int, int], ...] = ()
    first_end = data.find(b"\n")
    if dropped:  # bytes of the first line went away while it was still growing
        at = min(LINE_CAP_BYTES, first_end if first_end >= 0 else len(data))
        removed = ((at, dropped),)
    ends = _ends(data)
    longest = int(np.diff(ends, prepend=-1).max()) - 1
    if longest > LINE_CAP_BYTES or b"\x1b" in data:
        data, removed = _strip(data, ends, removed)
        ends = _ends(data)
    return Block(data, ends, line_no, offset, removed, wide)


def _ends(data: bytes) -> npt.NDArray[np.int64]:
    ends = np.flatnonzero(np.frombuffer(data, np.uint8) == _NEWLINE)
    return ends if data.endswith(b"\n") else np.append(ends, len(data))


def _strip(
    data: bytes, ends: npt.NDArray[np.int64], removed: tuple[tuple[int, int], ...]
) -> tuple[bytes, tuple[tuple[int, int], ...]]:
    """Take colour codes and the tails of long lines out, and remember where."""
    starts = np.append(0, ends[:-1] + 1)
    long = np.flatnonzero(ends - starts > LINE_CAP_BYTES)
    spans = [(int(starts[index]) + LINE_CAP_BYTES, int(ends[index])) for index in long]
    spans += [match.span() for match in _ANSI.finditer(data)]
    spans += [(position, position) for position, _ in removed]
    gone = dict(removed)
    kept: list[bytes] = []
    marks: list[tuple[int, int]] = []
    at = length = total = 0
    for start, end in sorted(spans):
        if start < at:  # a colour code inside a tail that is gone already
            continue
        kept.append(data[at:start])
        length += start - at
        total += end - start + gone.pop(start, 0)
        marks.append((length, total))
        at = end
    kept.append(data[at:])
    return b"".join(kept), tuple(marks)
