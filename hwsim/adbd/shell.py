"""The services ``shell:``, ``shell,v2:`` and ``exec:``.

Version 2 frames everything as one id byte, a 32-bit length and data: 0 stdin, 1 stdout, 2 stderr, 3 exit code,
4 close stdin, 5 window size (packages/modules/adb, shell_protocol.h).
"""

from __future__ import annotations

import asyncio
import contextlib
import struct
from typing import TYPE_CHECKING

from hwsim.adbd.stream import StreamClosed

if TYPE_CHECKING:
    from hwsim.adbd.machine import Machine
    from hwsim.adbd.stream import Stream

_HEAD = struct.Struct("<BI")
_STDIN, _STDOUT, _STDERR, _EXIT, _CLOSE_STDIN = range(5)
_FLUSH_AT_BYTES = 256 * 1024
_INTERRUPT = 0x03
_END_OF_INPUT = 0x04
_ERASE = (0x08, 0x7F)
_EXIT_INTERRUPTED = 130


async def serve_shell(stream: Stream, machine: Machine) -> None:
    """Run the command that the service string names and stream its output."""
    head, _, command = stream.service.partition(":")
    options = head.split(",")[1:]
    wants_pty = "pty" in options or (not command and "raw" not in options)
    terminal = V2Terminal(stream, pty=wants_pty) if "v2" in options else PlainTerminal(stream, pty=wants_pty)
    code = await _run(machine, command, terminal) if wants_pty else await machine.run(command, terminal)
    terminal.finish(code)
    await terminal.flush()


async def _run(machine: Machine, command: str, terminal: PlainTerminal) -> int:
    """Run with a terminal in front: keystrokes are read all the time, so that ctrl-C works."""
    runner = asyncio.ensure_future(machine.run(command, terminal))
    terminal.interruptible = runner
    keys = asyncio.ensure_future(terminal.pump())
    try:
        return await runner
    except asyncio.CancelledError:
        if terminal.interrupted:
            return _EXIT_INTERRUPTED
        runner.cancel()
        raise
    finally:
        keys.cancel()
        with contextlib.suppress(asyncio.CancelledError, StreamClosed):
            await keys


class PlainTerminal:
    """Version 1 and ``exec:``: one stream of bytes, no exit code; stderr lands among stdout."""

    def __init__(self, stream: Stream, *, pty: bool) -> None:
        self.pty = pty
        self.interrupted = False
        self.interruptible: asyncio.Future[int] | None = None
        self._stream = stream
        self._pending: list[bytes] = []
        self._pending_bytes = 0
        self._lines: asyncio.Queue[bytes] = asyncio.Queue()
        self._line = bytearray()
        self._ended = False

    def out(self, data: bytes) -> None:
        """Buffer standard output."""
        self._put(_STDOUT, data)

    def err(self, data: bytes) -> None:
        """Buffer standard error."""
        self._put(_STDOUT if self.pty else _STDERR, data)

    async def flush(self) -> None:
        """Send what is buffered."""
        if self._pending:
            data = b"".join(self._pending)
            self._pending, self._pending_bytes = [], 0
            await self._stream.write(data)

    async def read(self) -> bytes:
        """Return the next piece of standard input, empty at its end."""
        if self._ended:
            return b""
        data = await (self._lines.get() if self.pty else self._receive())
        self._ended = not data
        return data

    def finish(self, code: int) -> None:
        """Note the exit code; version 1 has no way to tell it."""

    async def pump(self) -> None:
        """Take keystrokes: echo them, edit the line, hand over whole lines, obey ctrl-C."""
        while data := await self._receive():
            for key in data:
                self._key(key)
            await self.flush()
        self._lines.put_nowait(b"")

    def _key(self, key: int) -> None:
        if key == _INTERRUPT:
            self.interrupted = True
            self.out(b"^C\n")
            if self.interruptible is not None:
                self.interruptible.cancel()
        elif key == _END_OF_INPUT:
            self._lines.put_nowait(bytes(self._line))
            self._line.clear()
        elif key in _ERASE:
            if self._line:
                self._line.pop()
                self.out(b"\b \b")
        elif key in b"\r\n":
            self.out(b"\n")
            self._lines.put_nowait(bytes(self._line) + b"\n")
            self._line.clear()
        else:
            self._line.append(key)
            self.out(bytes([key]))

    def _put(self, channel: int, data: bytes) -> None:
        if data:
            if self.pty:
                data = data.replace(b"\n", b"\r\n")
            framed = self._frame(channel, data)
            self._pending.append(framed)
            self._pending_bytes += len(framed)

    @property
    def wants_flush(self) -> bool:
        """Tell whether enough is buffered to be sent now."""
        return self._pending_bytes >= _FLUSH_AT_BYTES

    def _frame(self, _channel: int, data: bytes) -> bytes:
        return data

    async def _receive(self) -> bytes:
        return bytes(await self._stream.read())


class V2Terminal(PlainTerminal):
    """Version 2: channels apart, exit code told, end of stdin told."""

    def __init__(self, stream: Stream, *, pty: bool) -> None:
        super().__init__(stream, pty=pty)
        self._inbox = bytearray()

    def finish(self, code: int) -> None:
        """Queue the exit code packet."""
        self._pending.append(_HEAD.pack(_EXIT, 1) + bytes([code & 0xFF]))

    def _frame(self, channel: int, data: bytes) -> bytes:
        return _HEAD.pack(channel, len(data)) + data

    async def _receive(self) -> bytes:
        while True:
            channel, data = await self._next_packet()
            if channel == _STDIN and data:
                return data
            if channel in (_CLOSE_STDIN, None):
                return b""

    async def _next_packet(self) -> tuple[int | None, bytes]:
        while True:
            if len(self._inbox) >= _HEAD.size:
                channel, length = _HEAD.unpack_from(self._inbox)
                end = _HEAD.size + length
                if len(self._inbox) >= end:
                    data = bytes(self._inbox[_HEAD.size : end])
                    del self._inbox[:end]
                    return channel, data
            piece = await self._stream.read()
            if not piece:
                return None, b""
            self._inbox += piece
