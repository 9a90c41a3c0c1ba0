"""Fakes of the adb server's smart socket: canned answers in memory, and a scripted one on loopback."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

import pytest

from agent.links import AdbLink, AdbServer, Exchange
from agent.links.deadline import Deadline

MODERN = b"shell_v2,cmd,stat_v2,ls_v2"


class End(Enum):
    """What happens behind the last byte of a canned answer."""

    EOF = "eof"
    RESET = "reset"
    STALL = "stall"


class FrozenClock:
    """A clock that stands still: only a socket's own wait can end a call."""

    def monotonic_s(self) -> float:
        return 1000.0

    def monotonic_ns(self) -> int:
        return 1_000_000_000_000


class _Staged(socket.socket):
    """Our end of a connection: what the other end says next lies ready as soon as we have asked."""

    stages: deque[bytes]
    peer: socket.socket
    end: End

    def sendall(self, data: Any, flags: int = 0, /) -> None:
        super().sendall(data, flags)
        if self.stages:
            self.peer.sendall(self.stages.popleft())
            if not self.stages and self.end is not End.STALL:
                self.peer.shutdown(socket.SHUT_WR)

    def recv_into(self, *args: Any, **kwargs: Any) -> int:
        count = super().recv_into(*args, **kwargs)
        if not count and self.end is End.RESET:
            raise ConnectionResetError(104, "Connection reset by peer")
        return count


@dataclass
class Canned:
    """Plays one adb server; each connection gets the next answer, stage by stage as it asks."""

    answers: deque[tuple[tuple[bytes, ...], End]] = field(default_factory=deque)
    kept: list[socket.socket] = field(default_factory=list)
    clock: FrozenClock = field(default_factory=FrozenClock)

    def expect(self, *stages: bytes, end: End = End.EOF) -> None:
        self.answers.append((stages, end))

    def dial(self, _deadline: Deadline) -> socket.socket:
        if not self.answers:
            raise ConnectionRefusedError(111, "Connection refused")
        stages, end = self.answers.popleft()
        ours, theirs = socket.socketpair()
        self.kept.append(theirs)
        staged = _Staged(fileno=ours.detach())
        staged.stages, staged.peer, staged.end = deque(stages), theirs, end
        return staged

    def requests(self) -> list[bytes]:
        """What each connection was sent so far."""
        sent = []
        for peer in self.kept:
            peer.setblocking(False)
            with contextlib.suppress(BlockingIOError):
                sent.append(peer.recv(1 << 20))
        return sent

    def forget(self) -> None:
        self.answers.clear()
        for peer in self.kept:
            peer.close()
        self.kept.clear()

    def server(self) -> AdbServer:
        return AdbServer(dial=self.dial, clock=self.clock)

    def opened(self, features: bytes = MODERN, *, trace: Callable[[Exchange], None] | None = None) -> AdbLink:
        """Open a link; only a true stall ends a call, for its clock stands still."""
        self.expect(okay_text(b"device"))
        self.expect(okay_text(features))
        link = AdbLink(self.server(), "SERIAL1", transport_id=7, clock=self.clock, trace=trace)
        link.open(deadline_s=5)
        return link


def okay_text(text: bytes) -> bytes:
    return b"OKAY%04x%b" % (len(text), text)


@pytest.fixture
def canned() -> Iterator[Canned]:
    fake = Canned()
    yield fake
    fake.forget()


@pytest.fixture
def ends() -> type[End]:
    return End


class ScriptedServer:
    """An adb server on loopback that knows one phone and lets a function play its service.

    Connections that ask for a service go to ``play``; state and features are answered as of a modern phone. Its
    version is one that no adb has.
    """

    def __init__(self, play: Callable[[socket.socket], None]) -> None:
        self._play = play
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._threads: list[threading.Thread] = []
        self.stopped = threading.Event()
        self._acceptor = threading.Thread(target=self._accept, daemon=True)
        self._acceptor.start()

    @property
    def server(self) -> AdbServer:
        return AdbServer(port=self._listener.getsockname()[1])

    def link(self) -> AdbLink:
        return AdbLink(self.server, "SERIAL1", transport_id=7)

    def stop(self) -> None:
        self.stopped.set()
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for thread in (self._acceptor, *self._threads):
            thread.join(10)
            assert not thread.is_alive()

    def _accept(self) -> None:
        while True:
            try:
                connection, _address = self._listener.accept()
            except OSError:
                return
            thread = threading.Thread(target=self._serve, args=(connection,), daemon=True)
            self._threads.append(thread)
            thread.start()

    def _serve(self, connection: socket.socket) -> None:
        with connection, contextlib.suppress(OSError):
            request = self._request(connection)
            if not request:
                return
            if request == b"host:version":
                connection.sendall(okay_text(b"0001"))
            elif request.endswith(b":get-state"):
                connection.sendall(okay_text(b"device"))
            elif request.endswith(b":features"):
                connection.sendall(okay_text(MODERN))
            else:
                connection.sendall(b"OKAY")
                self._request(connection)
                connection.sendall(b"OKAY")
                self._play(connection)
                # closing with unread requests would reset the connection
                connection.shutdown(socket.SHUT_WR)
                while connection.recv(1 << 16):
                    pass

    @staticmethod
    def _request(connection: socket.socket) -> bytes:
        length = connection.recv(4, socket.MSG_WAITALL)
        return connection.recv(int(length, 16), socket.MSG_WAITALL) if length else b""


@pytest.fixture
def scripted() -> Iterator[Callable[[Callable[[socket.socket], None]], ScriptedServer]]:
    running: list[ScriptedServer] = []

    def make(play: Callable[[socket.socket], None]) -> ScriptedServer:
        running.append(ScriptedServer(play))
        return running[-1]

    yield make
    for server in running:
        server.stop()


@pytest.fixture
def free_port() -> Callable[[], int]:
    """A port for a server that cannot take over a listening socket."""

    def find() -> int:
        with socket.create_server(("127.0.0.1", 0)) as listener:
            return int(listener.getsockname()[1])

    return find
