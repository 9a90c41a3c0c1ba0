"""The ways into a modem: a pseudo terminal, sockets, and calls in the same process."""

from __future__ import annotations

import asyncio
import contextlib
import os
import pty
import tty
from pathlib import Path

from hwsim.modem.line import Line
from hwsim.modem.modem import Modem
from hwsim.modem.port import Port
from hwsim.modem.timeline import HandTimeline, Timeline

_READ_BYTES = 4096
_BACKLOG_MAX_BYTES = 256 * 1024


class Runner:
    """Runs a timeline's actions on an event loop when they fall due; ``speed`` of its seconds pass in a real one."""

    def __init__(self, timeline: Timeline, loop: asyncio.AbstractEventLoop, *, speed: float = 1.0) -> None:
        self._timeline = timeline
        self._loop = loop
        self._speed = speed
        self._handle: asyncio.TimerHandle | None = None
        self._armed_s: float | None = None
        timeline.on_change = self.arm
        self.arm()

    def arm(self) -> None:
        """Wake up when the next action is due."""
        due_s = self._timeline.next_due_s
        if due_s is None or (self._armed_s is not None and self._armed_s <= due_s):
            return
        if self._handle is not None:
            self._handle.cancel()
        self._armed_s = due_s
        self._handle = self._loop.call_later(max(0.0, due_s - self._timeline.now_s()) / self._speed, self._run)

    def catch_up(self) -> None:
        """Run what is due although nobody waited for it: the clock has jumped."""
        if self._handle is not None:
            self._handle.cancel()
        self._run()

    def stop(self) -> None:
        """Let no more happen."""
        self._timeline.on_change = _nothing
        if self._handle is not None:
            self._handle.cancel()

    def _run(self) -> None:
        self._handle = self._armed_s = None
        try:
            self._timeline.run_due()
        finally:
            self.arm()


class PtyFront:
    """A port on a pseudo terminal, with a symbolic link that keeps its name.

    The terminal's own end stays open here as well: otherwise reading fails whenever no program holds it.
    """

    def __init__(self, modem: Modem, link: Path, *, line: Line) -> None:
        self._loop = asyncio.get_running_loop()
        self._ours, self._theirs = pty.openpty()
        tty.setraw(self._theirs)
        os.set_blocking(self._ours, False)
        self.path = os.ttyname(self._theirs)
        self._link = link
        self._backlog = bytearray()
        if link.is_symlink():  # one that an earlier run left; a file of somebody's is not ours to replace
            link.unlink()
        link.symlink_to(self.path)
        self._port = Port(modem, self._send, line=line)
        self._loop.add_reader(self._ours, self._read)

    def close(self) -> None:
        """Take the terminal away."""
        self._port.close()
        self._loop.remove_reader(self._ours)
        self._loop.remove_writer(self._ours)
        for end in (self._ours, self._theirs):
            os.close(end)
        self._link.unlink(missing_ok=True)

    def _read(self) -> None:
        with contextlib.suppress(BlockingIOError):
            self._port.feed(os.read(self._ours, _READ_BYTES))

    def _send(self, data: bytes) -> None:
        # Without a reader the terminal fills up; like on a real line, what does not fit is lost.
        if len(self._backlog) + len(data) <= _BACKLOG_MAX_BYTES:
            self._backlog += data
        self._flush()

    def _flush(self) -> None:
        try:
            while self._backlog:
                del self._backlog[: os.write(self._ours, self._backlog)]
        except BlockingIOError:
            self._loop.add_writer(self._ours, self._flush)
        else:
            self._loop.remove_writer(self._ours)


class SocketProtocol(asyncio.Protocol):
    """One connection to a socket; it takes up a port that an earlier one left, with its settings, as on a real line."""

    def __init__(self, modem: Modem, line: Line, left: list[Port]) -> None:
        self._modem = modem
        self._line = line
        self._left = left
        self._port: Port | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Open a port."""
        if not isinstance(transport, asyncio.WriteTransport):
            raise TypeError("a stream was expected")
        if self._left:
            self._port = self._left.pop(0)
            self._port.attach(transport.write)
        else:
            self._port = Port(self._modem, transport.write, line=self._line)

    def data_received(self, data: bytes) -> None:
        """Hand on what came."""
        if self._port is not None:
            self._port.feed(data)

    def connection_lost(self, _error: Exception | None) -> None:
        """Close the port."""
        if self._port is not None:
            self._port.attach(_lost)
            self._left.append(self._port)


async def listen_tcp(modem: Modem, port: int, *, line: Line) -> asyncio.Server:
    """Serve ports on a TCP port of this machine only; 0 takes a free one."""
    loop, left = asyncio.get_running_loop(), list[Port]()
    return await loop.create_server(lambda: SocketProtocol(modem, line, left), "127.0.0.1", port)


async def listen_abstract(modem: Modem, name: str, *, line: Line) -> asyncio.Server:
    """Serve ports on an abstract unix socket of exactly this name."""
    loop, left = asyncio.get_running_loop(), list[Port]()
    return await loop.create_unix_server(lambda: SocketProtocol(modem, line, left), "\0" + name)


class Direct:
    """A port in the same process, whose time passes only when told."""

    def __init__(self, modem: Modem, timeline: HandTimeline, *, line: Line | None = None) -> None:
        self._timeline = timeline
        self._said = bytearray()
        self.port = Port(modem, self._said.extend, line=line)

    def send(self, data: bytes) -> None:
        """Send bytes."""
        self.port.feed(data)

    def take(self) -> bytes:
        """Return what was said since the last time."""
        said = bytes(self._said)
        self._said.clear()
        return said

    def ask(self, command: str, *, wait_s: float = 0.0) -> bytes:
        """Send a command with its end of line, let some time pass and return what was said."""
        self.send(command.encode("latin-1") + b"\r")
        self._timeline.advance(wait_s)
        return self.take()


def _nothing() -> None:
    pass


def _lost(_data: bytes) -> None:
    """Nobody is at the other end."""
