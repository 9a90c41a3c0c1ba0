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
    from hwsim.fastboot.port import FastbootPort
    from hwsim.faults import Ailment
    from hwsim.modem.modem import Modem
    from hwsim.phone.files import FileSystem
    from hwsim.phone.profile import Profile
    from hwsim.usb.port import UsbPort

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
_STARTS_RATIO = 0.5


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
        self._went_off_for = ""
        self._modem: PhoneModem | None = None
        self._modem_link: Path | None = None
        self.modem_at: dict[str, str | int] = {}
        self.fastboot: FastbootPort | None = None
        self.usb: UsbPort | None = None
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
        """Go down in a moment and come back after the boot time.

        A mode other than normal ends in a boot as well, but for the boot loader where fastboot is served.
        """
        self._down = asyncio.get_running_loop().create_task(self._reboot(target))

    def lose_power(self, reason: str) -> None:
        """Be off this instant; on the cable some phones start by themselves, others wait for their power key."""
        if not self._went_off_for:
            self._went_off_for = reason
            self._down = asyncio.get_running_loop().create_task(self._brown_out())

    def hold_power_key(self) -> None:
        """Start a phone that is off; one that is on is not held for long enough to restart."""
        if self._went_off_for and (self._down is None or self._down.done()):
            self._down = asyncio.get_running_loop().create_task(self._start_up())

    async def plug(self) -> None:
        """Put the cable back: the port feeds the phone again, unless a hub has switched it off."""
        if self.usb is not None and self.usb.holds_back():
            return
        self.plugged = True
        self.phone.connect_supply(plugged=True)
        if self.fastboot is not None and self.fastboot.inside:
            await self.fastboot.plug()
        elif self._is_up() and (self.usb is None or not self.usb.outside):
            await self.server.start()
        if self.usb is not None:
            self.usb.update()

    def unplug(self) -> None:
        """Pull the cable: no data, and no supply either."""
        self.plugged = False
        self.phone.connect_supply(plugged=False)
        self.server.stop()
        if self.fastboot is not None:
            self.fastboot.unplug()
        if self.usb is not None:
            self.usb.update()

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

    def modem(self) -> Modem:
        """Return the phone's modem for another front than terminal and socket; it works from now on."""
        if self._modem is None or self._modem.phone is not self.phone:
            self.close_modem()
            self._modem = PhoneModem(self.phone)
        return self._modem.modem

    def close_modem(self) -> None:
        """Serve the modem no longer."""
        if self._modem is not None:
            self._modem.close()
            self._modem = None

    def open_fastboot(self, port: int = 0) -> FastbootPort:
        """Keep a TCP port for the boot loader; from now on a restart to the boot loader stays there.

        Raises OSError where the port is taken.
        """
        if self.fastboot is None:
            from hwsim.fastboot.port import FastbootPort  # noqa: PLC0415 - most racks serve no boot loader

            self.fastboot = FastbootPort(self.phone, self.reboot, port=port)
        return self.fastboot

    async def follow_phone(self) -> None:
        """Serve the modem of the phone that is now in this place, if one was served; and let due things happen."""
        if self.usb is not None:
            self.usb.update()
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
        self.phone.power_lost, self.phone.power_key_held = self.lose_power, self.hold_power_key
        self._went_off_for = ""
        self.phone.call_host = self._call_host
        if self.fastboot is not None:
            self.fastboot.follow(self.phone)

    def _call_host(self, phone_side: str) -> Stream | None:
        return self.server.call_host(phone_side)  # the daemon outlives the phone that is put behind it

    def heal(self) -> None:
        """Make the phone healthy from now on."""
        self.break_part(())

    def _is_up(self) -> bool:
        return not self._went_off_for and (self._down is None or self._down.done())

    async def _brown_out(self) -> None:
        self.server.stop()
        if self.usb is not None:
            self.usb.update()
        if self.plugged and self.phone.rng("starts by itself").random() < _STARTS_RATIO:
            await self._start_up()

    async def _start_up(self) -> None:
        self.phone.restart(self._went_off_for)
        await asyncio.sleep(self._boot_s)
        self._went_off_for = ""
        if self.plugged:
            await self.server.start()

    async def _reboot(self, target: str) -> None:
        await asyncio.sleep(_GOING_DOWN_S)
        self.server.stop()
        if self.fastboot is not None:
            self.fastboot.leave()
            if self.fastboot.takes(target):
                await self.fastboot.enter(target, plugged=self.plugged)
                return
        if self.usb is not None:
            self.usb.leave()
            if self.usb.takes(target):
                self.usb.enter(target)
                return
        self.phone.restart(_REBOOT_REASONS.get(target, f"reboot,{target}"))
        await asyncio.sleep(self._boot_s)
        if self.plugged:
            await self.server.start()


async def _echo(stream: Stream) -> None:
    while data := await stream.read():
        await stream.write(data)
