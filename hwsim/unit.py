"""One emulated phone with its daemon: what a cable would be plugged into."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from hwsim.adbd.server import AdbdServer
from hwsim.phone.modem_port import PhoneModem
from hwsim.phone.phone import Phone, Times
from hwsim.shell_commands.interpreter import Shell

if TYPE_CHECKING:
    from pathlib import Path

    from hwsim.adbd.machine import SocketServer, Terminal
    from hwsim.adbd.stream import Stream
    from hwsim.faults import Ailment
    from hwsim.phone.files import FileSystem
    from hwsim.phone.profile import Profile

FEATURES = "shell_v2,cmd,stat_v2,ls_v2,fixed_push_mkdir,apex,sendrecv_v2,fixed_push_symlink_timestamp"
STATES = ("online", "unauthorized", "offline")
_REBOOT_REASONS = {
    "": "reboot,adb",
    "bootloader": "bootloader",
    "recovery": "recovery",
    "sideload": "recovery",
    "fastboot": "fastboot",
}
_DELAYED_ACK_SINCE = 14
_GOING_DOWN_S = 0.15


class Unit:
    """A phone with what is wrong with it, and the ports it answers on."""

    def __init__(
        self,
        *,
        profile: Profile,
        seed: int,
        ailments: tuple[Ailment, ...],
        times: Times,
        port: int = 0,
        boot_s: float = 2.0,
    ) -> None:
        self._times = times
        self._down: asyncio.Task[None] | None = None
        self._modem: PhoneModem | None = None
        self._modem_link: Path | None = None
        self.modem_at: dict[str, str | int] = {}
        self.renew(profile=profile, seed=seed, ailments=ailments)
        self.server = AdbdServer(self, port=port, seed=seed)
        self.plugged = True
        self._boot_s = boot_s

    @property
    def files(self) -> FileSystem:
        """The phone's file system."""
        return self.phone.files

    def banner(self) -> bytes:
        """Return the identity string that adb hosts show with ``devices -l``."""
        p = self.phone.profile
        parts = (f"ro.product.name={p.product}", f"ro.product.model={p.model}", f"ro.product.device={p.device}")
        # sent in one packet after the other since Android 14, where the host knows of it, too
        features = f"{FEATURES},delayed_ack" if int(p.release) >= _DELAYED_ACK_SINCE else FEATURES
        return f"device::{';'.join(parts)};features={features}".encode()

    async def run(self, command: str, terminal: Terminal) -> int:
        """Run a command line on the phone."""
        self.phone.refresh()
        return await Shell(self.phone).run(command, terminal)

    def socket_server(self, name: str) -> SocketServer | None:
        """Return what listens inside the phone: a program that was started, or echo (an abstract socket and TCP 7)."""
        return _echo if name in ("localabstract:echo", "tcp:7") else self.phone.sockets.get(name)

    def reboot(self, target: str) -> None:
        """Go down in a moment and come back after the boot time; a mode other than normal ends in a boot as well."""
        reason = _REBOOT_REASONS.get(target, f"reboot,{target}")
        self._down = asyncio.get_running_loop().create_task(self._reboot(reason))

    async def plug(self) -> None:
        """Put the cable back: the port feeds the phone again."""
        self.plugged = True
        self.phone.connect_supply(plugged=True)
        if self._down is None or self._down.done():
            await self.server.start()

    def unplug(self) -> None:
        """Pull the cable: no data, and no supply either."""
        self.plugged = False
        self.phone.connect_supply(plugged=False)
        self.server.stop()

    async def open_modem(self, link: Path | None = None) -> dict[str, str | int]:
        """Serve the phone's modem and return where; it stays there when another phone is put in this place.

        ``link`` names a terminal to serve it on, beside its TCP port. Raises OSError where it cannot be served.
        """
        if self._modem is not None and link in (None, self._modem_link):
            return self.modem_at
        self.close_modem()
        self._modem, self._modem_link = PhoneModem(self.phone), link
        try:
            self.modem_at = await self._modem.listen(pty_link=link, tcp_port=int(self.modem_at.get("tcp", 0)))
        except OSError:
            self.close_modem()
            raise
        return self.modem_at

    def close_modem(self) -> None:
        """Serve the modem no longer."""
        if self._modem is not None:
            self._modem.close()
            self._modem = None

    async def follow_phone(self) -> None:
        """Serve the modem of the phone that is now in this place, if one was served; and let due things happen."""
        if self._modem is None:
            return
        if self._modem.phone is not self.phone:
            self.close_modem()
            await self.open_modem(self._modem_link)
        else:
            self._modem.catch_up()

    def set_state(self, state: str) -> None:
        """Make adb hosts see the phone as ``online``, ``unauthorized`` or ``offline``."""
        gate = self.server.gate
        gate.silent = state == "offline"
        gate.auth_required = state == "unauthorized"
        gate.allowed.clear()
        self.server.drop_links()

    def break_part(self, ailments: tuple[Ailment, ...]) -> None:
        """Let faults begin now, in place of those that the phone has; none makes it healthy."""
        self.phone.fall_ill(ailments)

    def renew(self, *, profile: Profile, seed: int, ailments: tuple[Ailment, ...]) -> None:
        """Put another phone in this place, which has had its faults since before it was switched on."""
        if self._down is not None:
            self._down.cancel()
            self._down = None
        self.phone = Phone(profile=profile, seed=seed, ailments=ailments, times=self._times)
        self.phone.reboot_requested = self.reboot
        self.phone.call_host = self._call_host

    def _call_host(self, phone_side: str) -> Stream | None:
        return self.server.call_host(phone_side)  # the daemon outlives the phone that is put behind it

    def heal(self) -> None:
        """Make the phone healthy from now on."""
        self.break_part(())

    async def _reboot(self, reason: str) -> None:
        await asyncio.sleep(_GOING_DOWN_S)
        self.server.stop()
        self.phone.restart(reason)
        await asyncio.sleep(self._boot_s)
        if self.plugged:
            await self.server.start()


async def _echo(stream: Stream) -> None:
    while data := await stream.read():
        await stream.write(data)
