"""The wire between umockdev's preload library and what serves a device node: one connection for each open file.

Messages are three machine words: what, and two arguments. A client asks (ioctl, read, write); until it hears DONE,
it hands out and takes in pieces of its memory, or runs the system call itself. Protocol of umockdev 0.16 and 0.17
(private to it: tests hold us to the version that is installed).
"""

from __future__ import annotations

import asyncio
import struct
from collections.abc import Callable, Generator
from dataclasses import dataclass
from typing import Protocol, cast

_MESSAGE = struct.Struct("=3Q")
_IOCTL, _RESULT, _DONE, _RUN, _PEEK, _POKE, _READ, _WRITE = 1, 2, 3, 4, 5, 6, 7, 8
_MINUS_ONE = 0xFFFF_FFFF_FFFF_FFFF


@dataclass(frozen=True)
class Peek:
    """Wish for a piece of the client's memory."""

    address: int
    length: int


class Later:
    """Wish to wait until ``resume`` is called; the client's system call blocks meanwhile."""

    def __init__(self) -> None:
        self.resume: Callable[[], None] = _nobody


class RunIt(Exception):
    """The client shall make the system call itself."""


Steps = Generator[Peek | Later, bytes, int]


class File(Protocol):
    """What serves one open file; errors are OSError with Linux's number."""

    def ioctl(self, channel: Channel, request: int, argument: int) -> Steps:
        """Serve one request and return its result; memory is read by yielding Peek, written by ``channel.poke``."""

    def read(self, channel: Channel, address: int, length: int) -> Steps:
        """Serve a system call that reads."""

    def closed(self) -> None:
        """The client closed the file, or died."""


class Channel(asyncio.Protocol):
    """One open file of one client."""

    def __init__(self, file: File) -> None:
        self._file = file
        self._transport: asyncio.Transport | None = None
        self._arrived = bytearray()
        self._leaving = bytearray()  # what goes out with the next message, in one system call
        self._wanted = _MESSAGE.size
        self._steps: Steps | None = None
        self._peeking = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin."""
        self._transport = cast("asyncio.Transport", transport)

    def connection_lost(self, _error: Exception | None) -> None:
        """End."""
        self._transport = None
        self._file.closed()
        steps, self._steps = self._steps, None
        if steps is not None:
            steps.close()

    def data_received(self, data: bytes) -> None:
        """Take what the client says: messages, or the memory that was asked for."""
        self._arrived += data
        while len(self._arrived) >= self._wanted:
            piece = bytes(self._arrived[: self._wanted])
            del self._arrived[: self._wanted]
            self._wanted = _MESSAGE.size
            if self._peeking:
                self._peeking = False
                self._advance(piece)
            else:
                self._message(*_MESSAGE.unpack(piece))

    def poke(self, address: int, data: bytes | bytearray | memoryview) -> None:
        """Write to the client's memory; only while a call is served."""
        if data:
            self._leaving += _MESSAGE.pack(_POKE, address, len(data))
            self._leaving += data

    def _message(self, what: int, first: int, second: int) -> None:
        if what == _IOCTL:
            self._steps = self._file.ioctl(self, first & 0xFFFF_FFFF, second)
            self._advance(None)
        elif what == _READ:
            self._steps = self._file.read(self, first, second)
            self._advance(None)
        elif what == _WRITE:
            self._say(_RUN, 0, 0)
        elif what == _RESULT:
            self._say(_DONE, first, second)
        elif self._transport is not None:
            self._transport.abort()

    def _advance(self, piece: bytes | None) -> None:
        steps = self._steps
        if steps is None:
            return
        try:
            wish = steps.send(cast("bytes", piece))
        except StopIteration as done:
            self._finish(done.value & _MINUS_ONE, 0)
        except RunIt:
            self._steps = None
            self._say(_RUN, 0, 0)
        except OSError as error:
            self._finish(_MINUS_ONE, error.errno or 5)
        else:
            self._grant(wish)

    def _grant(self, wish: Peek | Later) -> None:
        if isinstance(wish, Later):
            wish.resume = lambda: self._advance(b"")
        elif wish.length == 0:
            self._advance(b"")
        else:
            self._peeking, self._wanted = True, wish.length
            self._say(_PEEK, wish.address, wish.length)

    def _finish(self, result: int, error: int) -> None:
        self._steps = None
        self._say(_DONE, result, error)

    def _say(self, what: int, first: int, second: int) -> None:
        whole, self._leaving = self._leaving, bytearray()
        whole += _MESSAGE.pack(what, first, second)
        if self._transport is not None:
            self._transport.write(whole)


def _nobody() -> None:
    """Nobody waits."""


class PlainFile:
    """A node that is really there: the client's own system calls serve it."""

    def ioctl(self, _channel: Channel, _request: int, _argument: int) -> Steps:
        """Let the client do it."""
        raise RunIt
        yield Peek(0, 0)  # makes this a generator

    def read(self, _channel: Channel, _address: int, _length: int) -> Steps:
        """Let the client do it."""
        raise RunIt
        yield Peek(0, 0)  # makes this a generator

    def closed(self) -> None:
        """Nothing was held."""
