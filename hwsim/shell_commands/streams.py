"""Where commands read and write: the terminal, a pipe, a buffer or nowhere."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from hwsim.adbd.machine import Terminal

_PIPE_BYTES = 64 * 1024
_TERMINAL_BYTES = 256 * 1024


class PipeClosed(Exception):
    """The reader of a pipe has gone."""


class Source(Protocol):
    """Something to read from."""

    async def read(self) -> bytes:
        """Return the next piece, empty at the end."""


class Sink(Protocol):
    """Something to write to."""

    def write(self, data: bytes) -> None:
        """Take data; it may wait for ``flush``."""

    async def flush(self) -> None:
        """Hand over what waits; may wait for the reader."""


class TerminalSource:
    """Standard input of the session."""

    def __init__(self, terminal: Terminal) -> None:
        self._terminal = terminal

    async def read(self) -> bytes:
        """Return the next piece, empty at the end."""
        return await self._terminal.read()


class TerminalSink:
    """Standard output or standard error of the session."""

    def __init__(self, terminal: Terminal, *, error: bool) -> None:
        self._terminal = terminal
        self._put = terminal.err if error else terminal.out

    def write(self, data: bytes) -> None:
        """Buffer data."""
        self._put(data)

    async def flush(self) -> None:
        """Send to the host."""
        await self._terminal.flush()


class BytesSource:
    """Input that is already there."""

    def __init__(self, data: bytes = b"") -> None:
        self._data = data

    async def read(self) -> bytes:
        """Return everything once."""
        data, self._data = self._data, b""
        return data


class BufferSink:
    """Output that somebody will look at later."""

    def __init__(self) -> None:
        self.data = bytearray()

    def write(self, data: bytes) -> None:
        """Keep data."""
        self.data += data

    async def flush(self) -> None:
        """Do nothing: it is all here."""


class NullSink:
    """``/dev/null``."""

    def write(self, data: bytes) -> None:
        """Forget data."""

    async def flush(self) -> None:
        """Do nothing."""


class Pipe:
    """A pipe between two commands; writing waits while it is full."""

    def __init__(self) -> None:
        self._data = bytearray()
        self._ended = False
        self._broken = False
        self._changed = asyncio.Condition()

    def write(self, data: bytes) -> None:
        """Put data in; raises PipeClosed when the reader has gone."""
        if self._broken:
            raise PipeClosed
        self._data += data

    async def flush(self) -> None:
        """Wake the reader and wait while the pipe is full."""
        async with self._changed:
            self._changed.notify_all()
            await self._changed.wait_for(lambda: self._broken or len(self._data) < _PIPE_BYTES)
        if self._broken:
            raise PipeClosed

    async def read(self) -> bytes:
        """Return what is there, waiting for some; empty at the end."""
        async with self._changed:
            await self._changed.wait_for(lambda: bool(self._data) or self._ended)
            data = bytes(self._data)
            self._data.clear()
            self._changed.notify_all()
            return data

    async def end(self) -> None:
        """The writer has finished."""
        async with self._changed:
            self._ended = True
            self._changed.notify_all()

    async def break_off(self) -> None:
        """The reader has finished."""
        async with self._changed:
            self._broken = True
            self._changed.notify_all()
