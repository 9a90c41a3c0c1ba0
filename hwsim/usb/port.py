"""One phone's place on the bus: which device is there now, as cable, hub, mode and the phone's doings have it."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from hwsim.usb.modes import OUTSIDE, NoSuchMode, check_mode, phone_device

if TYPE_CHECKING:
    from collections.abc import Coroutine

    from hwsim.phone.phone import Phone
    from hwsim.unit import Unit
    from hwsim.usb.bus import Bus

_RELINK_S = 0.2
_AFTER_RESTART = {
    "recovery": "recovery",
    "sideload": "sideload",
    "sideload-auto-reboot": "sideload",
    "edl": "edl",
    "download": "download",
    "bootloader": "download",  # where there is no fastboot: a Samsung
}


class UsbPort:
    """Shows a unit on the bus at ``path``; ``mode`` is its setting while Android runs, ``outside`` a mode beside it."""

    def __init__(self, unit: Unit, bus: Bus, path: str, *, mode: str) -> None:
        check_mode(unit.phone.profile, mode)
        self.unit = unit
        self.path = path
        self.powered = True
        self.mode = "adb" if mode in OUTSIDE else mode
        self.outside = mode if mode in OUTSIDE else ""
        self._bus = bus
        self._cable = True
        self._held_back = False
        self._stopped = False
        self.flapping = False
        self._shown: tuple[str, Phone] | None = None
        self._tasks: set[asyncio.Task[None]] = set()

    @property
    def mode_now(self) -> str:
        """Return the mode in which the phone is seen on the bus; empty while nothing is seen."""
        return self._shown[0] if self._shown is not None else ""

    async def start(self) -> None:
        """Follow the unit from now on."""
        self.unit.usb = self
        self.unit.server.on_listening.append(self._listening)
        self.unit.open_fastboot().on_change.append(self.update)
        if self.outside:
            await self.set_mode(self.outside)
        self.update()

    def stop(self) -> None:
        """Leave the bus."""
        for task in self._tasks:
            task.cancel()
        self._stopped = True
        self._hide()

    def update(self) -> None:
        """Show what should be seen now; does nothing while that has not changed."""
        wanted = self._wanted()
        now = (wanted, self.unit.phone) if wanted else None
        if now == self._shown:
            return
        self._hide()
        device = phone_device(self.unit, wanted, on_abort=self._relink) if wanted else None
        self._shown = now
        if device is not None:
            self._bus.plug(device, self.path)

    def takes(self, target: str) -> bool:
        """Tell whether a restart to ``target`` ends in a mode outside Android that is shown here."""
        mode = _AFTER_RESTART.get(target, "")
        try:
            check_mode(self.unit.phone.profile, mode)
        except ValueError:
            return False
        return True

    def enter(self, target: str) -> None:
        """Be in the mode that a restart to ``target`` leads to, until another restart."""
        self.outside = _AFTER_RESTART[target]
        self.update()

    def leave(self) -> None:
        """Be in no mode outside Android any more."""
        self.outside = ""
        self.update()

    async def set_mode(self, mode: str) -> None:
        """Change what the phone is on USB; a mode outside Android ends Android, one inside brings it back.

        Raises:
            NoSuchMode: this phone has no such mode.
        """
        check_mode(self.unit.phone.profile, mode)
        fastboot = self.unit.open_fastboot()
        fastboot.leave()
        self.outside = ""
        if mode == "fastboot":
            self.unit.server.stop()
            await fastboot.enter("bootloader", plugged=self.unit.plugged)
        elif mode in OUTSIDE:
            self.outside = mode
            self.unit.server.stop()
        else:
            self.mode = mode
            if self.unit.plugged:
                await self.unit.server.start()
        self.update()

    def power(self, *, on: bool) -> None:
        """Switch the supply of the port: without, the phone runs on its battery and is not seen."""
        self.powered = on
        if not on:
            self._cable = self.unit.plugged
            self.unit.unplug()
        elif self._cable:
            self._start(self.unit.plug())
        self.update()

    def holds_back(self) -> bool:
        """Take note that the cable was put in; tell whether the port gives no power now."""
        self._cable = True
        return not self.powered

    def flap(self, *, times: int, out_s: float, in_s: float) -> None:
        """Let the device leave the bus and come back a number of times, as with a bad plug; power stays."""
        self._start(self._flap(times, out_s, in_s))

    def _wanted(self) -> str:
        unit = self.unit
        self._settle_for_less()
        if self._stopped or self._held_back or not self.powered or not unit.plugged:
            return ""
        if unit.fastboot is not None and unit.fastboot.inside:
            return "fastboot"
        return self.outside or (self.mode if unit.server.listening else "")

    def _settle_for_less(self) -> None:
        """Be in a mode that there is: another phone may have been put in this place."""
        try:
            check_mode(self.unit.phone.profile, self.outside or self.mode)
        except NoSuchMode:
            self.outside = ""

    def _listening(self, _listens: bool) -> None:
        self.update()

    def _relink(self) -> None:
        self._start(self._flap(1, _RELINK_S, 0.0))

    def _hide(self) -> None:
        self._shown = None
        self._bus.unplug(self.path)

    async def _flap(self, times: int, out_s: float, in_s: float) -> None:
        self.flapping = True
        try:
            for _time in range(times):
                self._held_back = True
                self.update()
                await asyncio.sleep(out_s)
                self._held_back = False
                self.update()
                await asyncio.sleep(in_s)
        finally:
            self._held_back = self.flapping = False

    def _start(self, doing: Coroutine[None, None, None]) -> None:
        task = asyncio.get_running_loop().create_task(doing)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
