"""``logcat -v long`` writes a head line, the message below it, and an empty line; here each message gets its head.

The lines stay as many as they were and offsets still lead to the line as it came, so evidence is found again.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import chain, islice

import numpy as np

from probes.logs.blocks import Block

_HEAD = re.compile(
    rb"\[ ((?:\d{4}-)?\d\d-\d\d \d\d:\d\d:\d\d\.\d{3,9}(?: [+-]\d{4})?|\s*\d{1,10}\.\d{3,9})"
    rb"(?: +([\w-]+):(?= *\d+: *\d+ ))? +(\d+): *(\d+) ([VDIWEFS])/(.*?) *\]\r?"
)
_FIRST_HEAD = re.compile(rb"^" + _HEAD.pattern + rb"$", re.MULTILINE)
_LOOK_BYTES = 1 << 16


def unfolded(blocks: Iterable[Block]) -> Iterator[Block]:
    """The blocks of one source; those of ``logcat -v long`` with the head before each line of its message."""
    stream = iter(blocks)
    first = next(stream, None)
    if first is None:
        return
    if not _FIRST_HEAD.search(first.data, 0, _LOOK_BYTES):
        yield first
        yield from stream
        return
    head = b""
    for block in chain([first], islice(stream, None)):
        lines = block.data.split(b"\n")[: len(block.ends)]
        starts: list[int] = []
        written: list[bytes] = []
        at = 0
        for line in lines:
            found = _HEAD.fullmatch(line)
            if found:
                head = b"%b %b%5b %5b %b %b: " % (found[1], found[2] + b" " if found[2] else b"", *found.groups()[2:])
            elif head and line.strip() and not line.startswith(b"--------- "):
                line = head + line  # noqa: PLW2901  the line with its head takes its place
            starts.append(at)
            written.append(line)
            at += len(line) + 1
        yield _as_block(block, written, starts)


def _as_block(block: Block, lines: list[bytes], starts: list[int]) -> Block:
    """The new lines as a block whose line starts lead to where the old lines start in the source."""
    moved = [
        (start, block.source_offset(block.line_start(number)) - block.offset_bytes - start)
        for number, start in enumerate(starts)
    ]
    data = b"\n".join(lines) + (b"\n" if block.data.endswith(b"\n") else b"")
    ends = np.asarray([start + len(line) for start, line in zip(starts, lines, strict=True)], np.int64)
    return Block(data, ends, block.first_line_no, block.offset_bytes, tuple(moved))
