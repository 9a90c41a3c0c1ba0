"""Frames of the companion's protocol, version 1.

A header of 16 bytes in network order: type (8 bit), flags (8), stream or request id (16), length of the body (32), time
in nanoseconds of the phone's BOOTTIME (64); then the body. The phone's first frame stands behind ``MAGIC``: what the
linker or the runtime prints before it is noise.
"""

from __future__ import annotations

import struct
from enum import IntEnum, IntFlag
from typing import TYPE_CHECKING, Final, NamedTuple

from probes import ProtocolBroken

if TYPE_CHECKING:
    from collections.abc import Mapping

    from agent.links.wire import Wire

PROTO: Final = 1
MAGIC: Final = b"\0PBC1\r\n\x1a"
BODY_MAX_BYTES: Final = 1024 * 1024
NOISE_MAX_BYTES: Final = 64 * 1024
_HEADER: Final = struct.Struct(">BBHIq")


class Kind(IntEnum):
    """Types of frames."""

    HELLO = 1
    REQ = 2
    RES = 3
    EVT = 4
    PING = 5
    PONG = 6
    DATA = 16
    EOS = 17


class Flag(IntFlag):
    """Flags of a frame: data were lost before it; the answer is an error."""

    GAP = 1
    ERROR = 2


class Frame(NamedTuple):
    """One frame."""

    kind: int
    flags: int
    id: int
    t_ns: int
    body: bytes


def request(op: str, arguments: Mapping[str, object], number: int) -> bytes:
    """Return the bytes of a request."""
    body = "\n".join([op, *(f"{key}={value}" for key, value in arguments.items())]).encode("ascii")
    return _HEADER.pack(Kind.REQ, 0, number, len(body), 0) + body


def ping(number: int) -> bytes:
    """Return the bytes of a ping."""
    return _HEADER.pack(Kind.PING, 0, number, 0, 0)


def skip_noise(wire: Wire) -> bytes:
    """Read up to and including the magic; return what stood before it.

    Raises:
        ProtocolBroken: no magic within the first 64 KiB, or the program ended before.
    """
    seen = bytearray()
    while not seen.endswith(MAGIC):
        if len(seen) > NOISE_MAX_BYTES:
            raise ProtocolBroken("the companion does not speak its protocol")
        byte = wire.available(1)
        if not byte:
            raise ProtocolBroken("the companion ended before it said anything")
        seen += byte
    return bytes(seen[: -len(MAGIC)])


def read_frame(wire: Wire) -> Frame:
    """Read the next frame.

    Raises:
        ProtocolBroken: a body over 1 MiB.
        LinkError: the stream ended.
    """
    kind, flags, number, length, t_ns = _HEADER.unpack(wire.exactly(_HEADER.size))
    if length > BODY_MAX_BYTES:
        raise ProtocolBroken(f"the companion announces a body of {length} bytes")
    return Frame(kind, flags, number, t_ns, b"".join(bytes(piece) for piece in wire.pieces(length)))
