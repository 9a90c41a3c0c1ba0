"""Where the loader of a unit answers: a TCP port that is taken for it once, and open while the phone is in fastboot."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from hwsim.fastboot.loader import Bootloader
from hwsim.fastboot.tcp import FastbootProtocol
from hwsim.held_port import hold_port

if TYPE_CHECKING:
    import socket
    from collections.abc import Callable

    from hwsim.phone.phone import Phone

_TARGETS = ("bootloader", "fastboot")


class FastbootPort:
    """The fastboot side of one place in a rack.

    ``reboot`` starts the way out of the mode, as the daemon's service does out of the system. While the phone is
    elsewhere nobody listens, so a host sees what it sees with a real one: no answer.
    """

    def __init__(self, phone: Phone, reboot: Callable[[str], None], *, port: int = 0) -> None:
        self._reboot = reboot
        self._loader = Bootloader(phone, self._leave)
        self._held: socket.socket | None = hold_port(port)
        self.port: int = self._held.getsockname()[1]
        self._server: asyncio.Server | None = None
        self._links: list[FastbootProtocol] = []
        self.inside = False
        self.on_change: list[Callable[[], None]] = []

    @property
    def loader(self) -> Bootloader:
        """The loader of the phone that is in this place now."""
        return self._loader

    def follow(self, phone: Phone) -> None:
        """Be the loader of another phone."""
        if phone is not self._loader.phone:
            self._loader = Bootloader(phone, self._leave)
            self.leave()

    def takes(self, target: str) -> bool:
        """Tell whether a restart to ``target`` ends here."""
        if target == "fastboot" and not self._loader.dialect.has_fastbootd:
            target = "bootloader"
        return target in _TARGETS and self._loader.present

    async def enter(self, target: str, *, plugged: bool = True) -> None:
        """Be in the loader, or in fastbootd for ``fastboot``, until a host says where to go."""
        self._loader.userspace = target == "fastboot" and self._loader.dialect.has_fastbootd
        self._loader.staged = None
        self.inside = True
        if plugged:
            await self.plug()
        self._tell()

    def leave(self) -> None:
        """Be in the mode no longer."""
        self.inside = False
        self.unplug()
        self._tell()

    async def plug(self) -> None:
        """Answer hosts, if the phone is in the mode."""
        if not self.inside or self._server is not None:
            return
        held, self._held = self._held or hold_port(self.port), None
        self._server = await asyncio.get_running_loop().create_server(self._link, sock=held)

    def unplug(self) -> None:
        """Pull the cable; the port stays ours."""
        if self._server is None:
            return
        self._server.close()
        self._server = None
        for link in self._links:
            link.abort()
        self._links.clear()
        self._held = hold_port(self.port)

    def close(self) -> None:
        """Give the port back."""
        self.leave()
        if self._held is not None:
            self._held.close()
            self._held = None

    def _link(self) -> FastbootProtocol:
        link = FastbootProtocol(self._loader)
        self._links = [*(one for one in self._links if one.alive), link]
        return link

    def _tell(self) -> None:
        for tell in self.on_change:
            tell()

    def _leave(self, target: str) -> None:
        self._reboot(target)
