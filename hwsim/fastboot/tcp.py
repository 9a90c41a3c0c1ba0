"""Fastboot over TCP: ``FB01`` both ways, then messages with their length in front (64 bit, big endian)."""

from __future__ import annotations

import asyncio
import struct
from typing import TYPE_CHECKING

from hwsim.fastboot.engine import COMMAND_MAX_BYTES, FastbootDevice

if TYPE_CHECKING:
    from hwsim.fastboot.loader import Bootloader

_HELLO = b"FB01"
_HEAD = struct.Struct(">Q")


class FastbootProtocol(asyncio.Protocol):
    """One connection of a host; what breaks the framing ends it."""

    def __init__(self, loader: Bootloader) -> None:
        self._device = FastbootDevice(loader)
        self._transport: asyncio.Transport | None = None
        self._inbox = bytearray()
        self._greeted = False
        self._message_left = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Greet the host."""
        if not isinstance(transport, asyncio.Transport):
            raise TypeError("a stream was expected")
        self._transport = transport
        transport.write(_HELLO)

    def data_received(self, data: bytes) -> None:
        """Take what came and answer each whole message."""
        self._inbox += data
        if not self._greeted and not self._greet():
            return
        while self._transport is not None and not self._transport.is_closing() and self._step():
            pass

    def connection_lost(self, _error: Exception | None) -> None:
        """Forget an unfinished download."""
        self._device.reset()
        self._transport = None

    @property
    def alive(self) -> bool:
        """Tell whether a host is still there."""
        return self._transport is not None

    def abort(self) -> None:
        """Pull the cable."""
        if self._transport is not None:
            self._transport.abort()

    def _greet(self) -> bool:
        if len(self._inbox) < len(_HELLO):
            return False
        hello = bytes(self._inbox[: len(_HELLO)])
        del self._inbox[: len(_HELLO)]
        self._greeted = hello[:2] == b"FB" and hello[2:].isdigit()
        if not self._greeted:
            self.abort()
        return self._greeted

    def _step(self) -> bool:
        """Handle one message, or the piece of an image that is there; tell whether there may be more."""
        if not self._message_left:
            if len(self._inbox) < _HEAD.size:
                return False
            (self._message_left,) = _HEAD.unpack_from(self._inbox)
            del self._inbox[: _HEAD.size]
            if not 0 < self._message_left <= (self._device.awaiting_bytes or COMMAND_MAX_BYTES):
                self.abort()
                return False
        if self._device.awaiting_bytes:
            return self._pass_piece()
        if len(self._inbox) < self._message_left:
            return False
        command = bytes(self._inbox[: self._message_left])
        del self._inbox[: self._message_left]
        self._message_left = 0
        self._answer(self._device.handle(command))
        return True

    def _pass_piece(self) -> bool:
        piece = bytes(self._inbox[: self._message_left])
        if not piece:
            return False
        del self._inbox[: len(piece)]
        self._message_left -= len(piece)
        self._answer(self._device.handle(piece))
        return True

    def _answer(self, packets: list[bytes]) -> None:
        if self._transport is not None:
            for packet in packets:
                self._transport.write(_HEAD.pack(len(packet)) + packet)
