"""The daemon of a recovery: the protocol of Android's, another banner, and a package that is taken."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hwsim.adbd.chaos import Chaos
from hwsim.adbd.connection import Connection
from hwsim.adbd.machine import Gate
from hwsim.adbd.stream import StreamClosed

if TYPE_CHECKING:
    from hwsim.adbd.machine import Machine, SocketServer, Terminal
    from hwsim.adbd.stream import Stream
    from hwsim.phone.files import FileSystem
    from hwsim.unit import Unit

_SIDELOAD = "sideload-host:"
_PACKAGE_MAX_BYTES = 8 << 30


class RecoveryDaemon:
    """Answers as ``recovery`` (with a shell, as a recovery for developers has) or ``sideload`` (without)."""

    def __init__(self, unit: Unit, *, state: str) -> None:
        self.gate = Gate()
        self.chaos = Chaos()
        self.machine: Machine = self
        self._unit = unit
        self._state = state
        self.packages_bytes: list[int] = []

    def make_connection(self) -> Connection:
        """Return the daemon's end of a new link."""
        return Connection(self)

    def token(self) -> bytes:
        """Return a token; none is ever asked for here."""
        return b""

    def draw_chaos(self, _service: str) -> Chaos:
        """Disturb nothing."""
        return self.chaos

    @property
    def files(self) -> FileSystem:
        """The files of the phone."""
        return self._unit.files

    def banner(self) -> bytes:
        """Return the identity string with the state in front."""
        profile = self._unit.phone.profile
        names = {"name": profile.product, "model": profile.model, "device": profile.device}
        told = ";".join(f"ro.product.{key}={value}" for key, value in names.items())
        return f"{self._state}::{told};features=shell_v2,cmd".encode()

    async def run(self, command: str, terminal: Terminal) -> int:
        """Run a command line; sideload has no shell and closes the stream."""
        if self._state == "sideload":
            raise StreamClosed
        return await self._unit.run(command, terminal)

    def socket_server(self, name: str) -> SocketServer | None:
        """Return what takes a package, in sideload."""
        if self._state != "sideload" or not name.startswith(_SIDELOAD):
            return None
        size, _, block = name.removeprefix(_SIDELOAD).partition(":")
        if not size.isdecimal() or not block.isdecimal() or not 0 < int(size) <= _PACKAGE_MAX_BYTES or int(block) < 1:
            return None

        async def take(stream: Stream) -> None:
            await self._take_package(stream, int(size), int(block))

        return take

    def reboot(self, target: str) -> None:
        """Leave the recovery."""
        self._unit.reboot(target)

    async def _take_package(self, stream: Stream, size_bytes: int, block_bytes: int) -> None:
        """Ask for each block by its number until all are there, as minadbd does; nothing is installed."""
        taken_bytes = 0
        for number in range(-(-size_bytes // block_bytes)):
            await stream.write(b"%08d" % number)
            wanted = min(block_bytes, size_bytes - taken_bytes)
            got = 0
            while got < wanted:
                piece = await stream.read()
                if not piece:
                    return
                got += len(piece)
            taken_bytes += got
        self.packages_bytes.append(taken_bytes)
        await stream.write(b"DONEDONE")
        await stream.drain()
