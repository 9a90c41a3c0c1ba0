"""The companion's frames, version 1: a header of 16 bytes in network order, then a body.

Header: type (8 bit), flags (8), stream or request id (16), length of the body (32), time in ns of the phone's BOOTTIME
(64). Before its first frame the phone sends ``MAGIC``, so that a host finds the beginning behind whatever the linker
or the runtime printed.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Iterator
from enum import IntEnum
from typing import Any, NamedTuple

MAGIC = b"\0PBC1\r\n\x1a"
PROTO = 1
HEADER = struct.Struct(">BBHIq")
MAX_BODY_BYTES = 1024 * 1024
GAP = 1
ERROR = 2


class Kind(IntEnum):
    """What a frame is; REQ and PING come from the host."""

    HELLO = 1
    REQ = 2
    RES = 3
    EVT = 4
    PING = 5
    PONG = 6
    DATA = 16
    EOS = 17


class BadFrame(Exception):
    """The bytes are no frame of this protocol: the connection cannot go on."""


class Frame(NamedTuple):
    """One frame as it came in."""

    kind: int
    flags: int
    id: int
    t_ns: int
    body: bytes


def encode(kind: Kind, *, id_: int = 0, t_ns: int = 0, body: bytes = b"", flags: int = 0) -> bytes:
    """Return the bytes of one frame."""
    return HEADER.pack(kind, flags, id_, len(body), t_ns) + body


def encode_json(kind: Kind, content: dict[str, Any], *, id_: int = 0, t_ns: int = 0, flags: int = 0) -> bytes:
    """Return a frame whose body is JSON."""
    return encode(kind, id_=id_, t_ns=t_ns, body=json.dumps(content, separators=(",", ":")).encode(), flags=flags)


class Framer:
    """Cuts what comes in into frames, wherever the pieces are torn; holds at most one frame."""

    def __init__(self) -> None:
        self._held = bytearray()
        self._begun = False

    def feed(self, data: bytes | bytearray | memoryview) -> Iterator[Frame]:
        """Take bytes and yield the frames that they complete; raises BadFrame for a body that is too long.

        A host that sends the magic first is understood as well.
        """
        self._held += data
        if not self._begun:
            if len(self._held) < len(MAGIC) and MAGIC.startswith(self._held):
                return
            if self._held.startswith(MAGIC):
                del self._held[: len(MAGIC)]
            self._begun = True
        while len(self._held) >= HEADER.size:
            kind, flags, id_, length, t_ns = HEADER.unpack_from(self._held)
            if length > MAX_BODY_BYTES:
                raise BadFrame(f"a body of {length} bytes")
            end = HEADER.size + length
            if len(self._held) < end:
                return
            body = bytes(self._held[HEADER.size : end])
            del self._held[:end]
            yield Frame(kind, flags, id_, t_ns, body)


def parse_request(body: bytes) -> tuple[str, dict[str, str]]:
    """Return the operation (first line) and its ``key=value`` lines; raises ValueError for another shape."""
    op, *lines = body.decode("ascii").split("\n")
    arguments = {}
    for line in lines:
        if line:
            key, equals, value = line.partition("=")
            if not equals:
                raise ValueError(f"{line[:40]!r} is no key=value")
            arguments[key] = value
    return op, arguments
