"""Emulated phones in this process, on a bus that pyusb looks at through a backend that notes what is opened."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pytest

from agent.links import UsbBus
from hwsim.usb.bus import Bus
from hwsim.usb.functions.hub import make_hub
from hwsim.usb.modes import phone_device
from hwsim.usb.pyusb_backend import EmulatedBackend
from tests.hwsim.rig import one_phone

if TYPE_CHECKING:
    from hwsim.unit import Unit


class _NoPorts:
    def holds(self, _port: int) -> bool:
        return True

    def switch(self, port: int, *, on: bool) -> None:
        """Nothing hangs on it."""


class WatchedBackend(EmulatedBackend):
    """Notes the path of each device that is opened."""

    def __init__(self, bus: Bus) -> None:
        super().__init__(bus)
        self.opened: list[str] = []

    def open_device(self, dev: Any) -> Any:
        self.opened.append(dev.path)
        return super().open_device(dev)


class Plugs:
    """A hub at 1-1 and a hand that plugs phones into it."""

    def __init__(self) -> None:
        self._bus = Bus()
        self.backend = WatchedBackend(self._bus)
        self.usb = UsbBus(self.backend)
        self._units: list[Unit] = []
        self._bus.plug(make_hub(_NoPorts(), count=7, serial="HUB"), "1-1")

    def plug(self, path: str, mode: str, profile: str = "google_16", *, seed: int = 7) -> str:
        """Plug a phone in and return its serial."""
        unit = one_phone(profile, seed=seed)
        self._units.append(unit)
        device = phone_device(unit, mode, on_abort=lambda: None)
        if device is None:
            self.unplug(path)
        else:
            self._bus.plug(device, path)
        return unit.phone.identity.serial

    def close(self) -> None:
        """Give back what the phones hold."""
        for unit in self._units:
            if unit.fastboot is not None:
                unit.fastboot.close()

    def unplug(self, path: str) -> None:
        self._bus.unplug(path)


@pytest.fixture
def plugs() -> Iterator[Plugs]:
    made = Plugs()
    yield made
    made.close()
