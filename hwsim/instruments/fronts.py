"""The wires of an instrument: a pseudo terminal with a name that stays, and a TCP port of this machine."""

from __future__ import annotations

import asyncio
import contextlib
import os
import pty
import tty
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from hwsim.instruments.instrument import Instrument

_READ_BYTES = 4096
_BACKLOG_MAX_BYTES = 64 * 1024
_TICK_S = 0.1


class Wires:
    """Serves one instrument until it is closed; what is not taken away in time is lost, as on a real line."""

    def __init__(self, instrument: Instrument) -> None:
        self.instrument = instrument
        self._loop = asyncio.get_running_loop()
        self._stack = contextlib.ExitStack()
        self._writers: list[asyncio.WriteTransport] = []
        self._terminal: tuple[int, int] | None = None
        self._backlog = bytearray()
        self._ticker = self._loop.call_later(_TICK_S, self._tick)

    def open_terminal(self, link: Path) -> str:
        """Serve a terminal under a name, and return its own."""
        ours, theirs = pty.openpty()
        tty.setraw(theirs)
        os.set_blocking(ours, False)
        self._terminal = ours, theirs
        self._stack.callback(os.close, theirs)
        self._stack.callback(os.close, ours)
        if link.is_symlink():  # one that an earlier run left; a file of somebody's is not ours to replace
            link.unlink()
        link.symlink_to(os.ttyname(theirs))
        self._stack.callback(link.unlink, missing_ok=True)
        self._loop.add_reader(ours, self._read)
        self._stack.callback(self._loop.remove_reader, ours)
        self._stack.callback(self._loop.remove_writer, ours)
        return os.ttyname(theirs)

    async def listen(self, port: int = 0) -> int:
        """Serve a TCP port and return it."""
        server = await self._loop.create_server(lambda: _Connection(self), "127.0.0.1", port)
        self._stack.callback(server.close)
        found: int = server.sockets[0].getsockname()[1]
        return found

    def close(self) -> None:
        """Take the wires away."""
        self._ticker.cancel()
        self._stack.close()

    def took(self, writer: asyncio.WriteTransport, data: bytes) -> None:
        """Hand on what a connection sent."""
        if said := self.instrument.feed(data):
            writer.write(said)

    def joined(self, writer: asyncio.WriteTransport, *, there: bool) -> None:
        """Note who hears what the instrument says unasked."""
        self._writers = [one for one in self._writers if one is not writer] + [writer] * there

    def _tick(self) -> None:
        self._ticker = self._loop.call_later(_TICK_S, self._tick)
        self.instrument.tick()
        due = getattr(self.instrument, "due", None)
        if due is not None and (said := due()):
            for writer in self._writers:
                writer.write(said)
            self._send(said)

    def _read(self) -> None:
        if self._terminal is not None:
            with contextlib.suppress(BlockingIOError):
                self._send(self.instrument.feed(os.read(self._terminal[0], _READ_BYTES)))

    def _send(self, said: bytes) -> None:
        if self._terminal is None:
            return
        if len(self._backlog) + len(said) <= _BACKLOG_MAX_BYTES:
            self._backlog += said
        try:
            while self._backlog:
                del self._backlog[: os.write(self._terminal[0], self._backlog)]
        except BlockingIOError:
            self._loop.add_writer(self._terminal[0], self._send, b"")
        else:
            self._loop.remove_writer(self._terminal[0])


class _Connection(asyncio.Protocol):
    def __init__(self, wires: Wires) -> None:
        self._wires = wires
        self._writer: asyncio.WriteTransport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        if not isinstance(transport, asyncio.WriteTransport):
            raise TypeError("a stream was expected")
        self._writer = transport
        self._wires.joined(transport, there=True)

    def data_received(self, data: bytes) -> None:
        if self._writer is not None:
            self._wires.took(self._writer, data)

    def connection_lost(self, _error: Exception | None) -> None:
        if self._writer is not None:
            self._wires.joined(self._writer, there=False)
