"""The daemon of one phone: a listening port that can be unplugged, plugged in again and disturbed."""

from __future__ import annotations

import asyncio
import errno
import random
from contextlib import suppress
from typing import TYPE_CHECKING

from hwsim.adbd.auth import TOKEN_BYTES
from hwsim.adbd.chaos import Chaos
from hwsim.adbd.connection import Connection
from hwsim.adbd.machine import Gate
from hwsim.held_port import hold_port

if TYPE_CHECKING:
    import socket
    from collections.abc import Callable

    from hwsim.adbd.chaos import Mischief
    from hwsim.adbd.machine import Machine
    from hwsim.adbd.stream import Stream

_TRIES, _AGAIN_S = 20, 0.25


class AdbdServer:
    """Listens for adb hosts on the loopback interface; ``port`` is known after ``start``."""

    def __init__(self, machine: Machine, *, port: int = 0, seed: int = 0) -> None:
        self.machine = machine
        self.port = port
        self.gate = Gate()
        self.chaos = Chaos()
        self.mischief: Mischief | None = None
        self._random = random.Random(seed)
        self._server: asyncio.Server | None = None
        self._held: socket.socket | None = None
        self._wanted = False
        self._connections: set[Connection] = set()
        self.on_listening: list[Callable[[bool], None]] = []

    @property
    def listening(self) -> bool:
        """Tell whether a host could connect now."""
        return self._server is not None

    def token(self) -> bytes:
        """Return a fresh authorisation token."""
        return self._random.randbytes(TOKEN_BYTES)

    def draw_chaos(self, service: str) -> Chaos:
        """Return the disturbance that was ordered for this phone, or else the one that chance has for this answer."""
        if self.mischief is None or self.chaos.kind != "none":
            return self.chaos
        return self.mischief.draw(service) or self.chaos

    def call_host(self, phone_side: str) -> Stream | None:
        """Call a socket inside the phone that leads to a host; None when no host has asked for it."""
        for connection in self._connections:
            host_side = connection.reversals.target(phone_side)
            if host_side is not None and connection.alive:
                return connection.call_host(host_side)
        return None

    async def start(self) -> None:
        """Listen; the same port again after ``stop``. Somebody may have snatched it while it was let go for a blink."""
        self._wanted = True
        tries = 0
        while self._server is None and self._wanted:
            try:
                await self._listen()
            except OSError as error:
                tries += 1
                if error.errno != errno.EADDRINUSE or tries >= _TRIES:
                    raise
                await asyncio.sleep(_AGAIN_S)

    async def _listen(self) -> None:
        loop = asyncio.get_running_loop()
        held, self._held = self._held or hold_port(self.port), None
        try:
            server = await loop.create_server(self.make_connection, sock=held)
        except OSError:
            held.close()
            raise
        if self._server is not None or not self._wanted:  # pulled, or started by another, meanwhile
            server.close()
            self._hold()
            return
        self._server = server
        self.port = server.sockets[0].getsockname()[1]
        self._tell_listening()

    def stop(self) -> None:
        """Pull the cable: all links die and nobody listens any more; the port stays ours."""
        self._wanted = False
        if self._server is not None:
            self._server.close()
            self._server = None
            self._hold()
            self._tell_listening()
        self.drop_links()

    def close(self) -> None:
        """Stop, and give the port back."""
        self.stop()
        if self._held is not None:
            self._held.close()
            self._held = None

    def _hold(self) -> None:
        if self._server is None and self._held is None:
            with suppress(OSError):  # snatched: the next start tries for a while to have it back
                self._held = hold_port(self.port)

    def drop_links(self) -> None:
        """End all connections while still listening."""
        for connection in list(self._connections):
            connection.abort()
        self._connections.clear()

    def tap_allow(self) -> bool:
        """The owner taps "allow" on the screen; False when no host has offered a key."""
        answers = [connection.tap_allow() for connection in self._connections]  # every link gets the tap
        return any(answers)

    def make_connection(self) -> Connection:
        """Return the daemon's end of a new link, whatever carries it."""
        self._connections = {link for link in self._connections if link.alive}
        connection = Connection(self)
        self._connections.add(connection)
        return connection

    def _tell_listening(self) -> None:
        for tell in self.on_listening:
            tell(self.listening)
