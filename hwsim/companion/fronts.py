"""What carries an engine's bytes: any pair of read and write (a stream of adb, stdin and stdout), TCP, or a caller.

Time goes on while a write waits for the host, as it does on a phone: the engine's own queue fills, and tells a loss.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable
from typing import TYPE_CHECKING, Protocol

from hwsim.adbd.stream import StreamClosed
from hwsim.companion.engine import TICK_S

if TYPE_CHECKING:
    from hwsim.shell_commands.process import Process

PIECE_BYTES = 256 * 1024
_LAST_WORDS_S = 2.0
LOOPBACK = "127.0.0.1"


class Speaks(Protocol):
    """An engine as a front sees it."""

    finished: bool

    def receive(self, data: bytes | bytearray | memoryview) -> None:
        """Take bytes of the host."""

    def advance(self) -> None:
        """Queue what is due by now."""

    def take(self, limit_bytes: int) -> bytes:
        """Return what goes out next."""

    def close(self) -> None:
        """Leave the phone as it was found."""


class Duplex(Protocol):
    """Something to read from and to write to; reading gives nothing at the end, writing waits for the other side."""

    async def read(self) -> bytes | bytearray | memoryview:
        """Return the next piece."""

    async def write(self, data: bytes) -> None:
        """Send a piece."""


async def carry(link: Duplex, engine: Speaks) -> None:
    """Serve one host to the end, whichever side brings it about; the engine is closed then."""
    changed = asyncio.Event()

    async def listen() -> None:
        with contextlib.suppress(StreamClosed, ConnectionError):
            while data := await link.read():
                engine.receive(data)
                changed.set()
        engine.finished = True

    async def send() -> None:
        with contextlib.suppress(StreamClosed, ConnectionError):
            while True:
                while piece := engine.take(PIECE_BYTES):
                    await link.write(piece)
                if engine.finished:
                    return
                changed.clear()
                await changed.wait()

    tasks = {asyncio.ensure_future(listen()), sender := asyncio.ensure_future(send())}
    try:
        while not engine.finished and not sender.done():
            engine.advance()
            changed.set()
            await asyncio.wait(tasks, timeout=TICK_S, return_when=asyncio.FIRST_COMPLETED)
        changed.set()
        await asyncio.wait({sender}, timeout=_LAST_WORDS_S)
    finally:
        for task in tasks:
            task.cancel()
        engine.close()


class StandardStreams:
    """Standard input and output of a command, as a host of the ``exec:`` service sees them."""

    def __init__(self, process: Process) -> None:
        self._process = process

    async def read(self) -> bytes:
        """Return the next piece of standard input."""
        return await self._process.stdin.read()

    async def write(self, data: bytes) -> None:
        """Write to standard output and wait until the host has it."""
        self._process.out_bytes(data)
        await self._process.stdout.flush()


class TcpLink:
    """One TCP connection."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer

    async def read(self) -> bytes:
        """Return the next piece."""
        return await self._reader.read(PIECE_BYTES)

    async def write(self, data: bytes) -> None:
        """Send a piece and wait while the buffers are full."""
        self._writer.write(data)
        await self._writer.drain()


async def listen_tcp(make_engine: Callable[[], Speaks], *, port: int = 0) -> asyncio.Server:
    """Serve an engine of its own to each client on the loopback interface; the caller closes the server."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await carry(TcpLink(reader, writer), make_engine())
        finally:
            writer.close()

    return await asyncio.start_server(serve, LOOPBACK, port)


class Direct:
    """An engine in the caller's own process, moved by the caller: nothing happens between two calls."""

    def __init__(self, engine: Speaks) -> None:
        self.engine = engine

    def send(self, data: bytes) -> None:
        """Give bytes to the phone."""
        self.engine.receive(data)

    def receive(self, limit_bytes: int = PIECE_BYTES) -> bytes:
        """Return what the phone has to say by now."""
        self.engine.advance()
        return self.engine.take(limit_bytes)
