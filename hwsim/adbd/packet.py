"""Packets of the adb transport: a 24-byte little-endian header, then the payload."""

from __future__ import annotations

import struct
from typing import NamedTuple

HEADER = struct.Struct("<6I")

A_CNXN = 0x4E584E43
A_AUTH = 0x48545541
A_OPEN = 0x4E45504F
A_OKAY = 0x59414B4F
A_CLSE = 0x45534C43
A_WRTE = 0x45545257

VERSION_WITH_CHECKSUM = 0x01000000
VERSION_SKIP_CHECKSUM = 0x01000001
MAX_PAYLOAD_BYTES = 1024 * 1024

_STAGING_BYTES = 64 * 1024
_MASK = 0xFFFFFFFF

Payload = bytes | bytearray | memoryview


class FramingError(Exception):
    """The peer sent bytes that are no adb packet; the connection cannot go on."""


class Packet(NamedTuple):
    """One packet as it came off the wire; the sum is kept so that a receiver can check it."""

    command: int
    arg0: int
    arg1: int
    payload: Payload
    checksum: int


def checksum(payload: Payload) -> int:
    """Return the sum of all payload bytes modulo 2**32, as versions up to 0x01000000 require."""
    return sum(payload) & _MASK


def encode_header(command: int, arg0: int, arg1: int, payload: Payload, *, with_checksum: bool) -> bytes:
    """Return the 24 bytes that go before ``payload``."""
    total = checksum(payload) if with_checksum else 0
    return HEADER.pack(command, arg0, arg1, len(payload), total, command ^ _MASK)


class Framer:
    """Cuts a byte stream into packets, reading large payloads straight into their final buffer.

    Use it from ``asyncio.BufferedProtocol``: hand out ``buffer()``, then call ``advance(n)``.
    """

    def __init__(self, *, max_payload_bytes: int = MAX_PAYLOAD_BYTES) -> None:
        self._max_payload_bytes = max_payload_bytes
        self._staging = bytearray(_STAGING_BYTES)
        self._view = memoryview(self._staging)
        self._start = 0
        self._end = 0
        self._header: tuple[int, ...] | None = None
        self._payload = bytearray()
        self._filled = 0

    def buffer(self) -> memoryview:
        """Return the space into which the next bytes from the wire belong (never empty)."""
        if self._header is not None:
            return memoryview(self._payload)[self._filled :]
        if self._start == self._end:
            self._start = self._end = 0
        elif self._end == _STAGING_BYTES:
            rest = bytes(self._view[self._start : self._end])
            self._view[: len(rest)] = rest
            self._start, self._end = 0, len(rest)
        return self._view[self._end :]

    def advance(self, count: int) -> list[Packet]:
        """Take note of ``count`` new bytes and return the packets that are now complete."""
        if self._header is not None:
            self._filled += count
            if self._filled < len(self._payload):
                return []
            return [self._finish()]
        self._end += count
        packets: list[Packet] = []
        while self._end - self._start >= HEADER.size and self._header is None:
            self._take_header()
            packets.extend(self._take_payload())
        return packets

    def feed(self, data: Payload) -> list[Packet]:
        """Take bytes that are already in memory; the same as filling ``buffer()`` piece by piece."""
        packets: list[Packet] = []
        view = memoryview(data)
        while view:
            space = self.buffer()
            count = min(len(space), len(view))
            space[:count] = view[:count]
            packets.extend(self.advance(count))
            view = view[count:]
        return packets

    def _take_header(self) -> None:
        header = HEADER.unpack_from(self._staging, self._start)
        if header[0] ^ _MASK != header[5]:
            raise FramingError(f"magic {header[5]:#010x} does not belong to command {header[0]:#010x}")
        if header[3] > self._max_payload_bytes:
            raise FramingError(f"payload of {header[3]} bytes is over the limit of {self._max_payload_bytes}")
        self._start += HEADER.size
        self._header = header

    def _take_payload(self) -> list[Packet]:
        assert self._header is not None  # noqa: S101 - set by _take_header on the line before the only call
        length = self._header[3]
        have = min(length, self._end - self._start)
        self._payload = bytearray(length)
        self._payload[:have] = self._view[self._start : self._start + have]
        self._start += have
        self._filled = have
        return [self._finish()] if have == length else []

    def _finish(self) -> Packet:
        assert self._header is not None  # noqa: S101 - both callers hold a header
        command, arg0, arg1, _length, total, _magic = self._header
        packet = Packet(command, arg0, arg1, self._payload, total)
        self._header, self._payload, self._filled = None, bytearray(), 0
        return packet
