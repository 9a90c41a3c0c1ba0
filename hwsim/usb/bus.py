"""A bus with ports: what is plugged in where, and who wants to hear of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from hwsim.usb.descriptors import Identity
from hwsim.usb.device import UsbDevice
from hwsim.usb.functions.hub import HubFunction

if TYPE_CHECKING:
    from collections.abc import Iterator

BUS_NUMBER = 1
_ADDRESSES = 127
ROOT_PORTS = 15


@dataclass(frozen=True, eq=False)
class Place:
    """A device on the bus: ``path`` is ``1-2.3`` as Linux names it, ``address`` what enumeration gave it."""

    device: UsbDevice
    path: str
    address: int

    @property
    def parent(self) -> str:
        """Return the path of the hub that it hangs on: ``usb1`` is the root."""
        if self.address == 1:
            return ""
        head, dot, _port = self.path.rpartition(".")
        return head if dot else f"usb{BUS_NUMBER}"

    @property
    def ports(self) -> tuple[int, ...]:
        """Return the port numbers on the way from the root, empty for the root itself."""
        return () if self.address == 1 else tuple(int(port) for port in self.path.partition("-")[2].split("."))


class Listener(Protocol):
    """Who shows the bus to a client."""

    def arrived(self, place: Place) -> None:
        """A device was enumerated."""

    def left(self, place: Place) -> None:
        """A device is gone; its transfers have ended."""


class _RootPorts:
    def __init__(self, bus: Bus) -> None:
        self._bus = bus

    def holds(self, port: int) -> bool:
        return self._bus.at(f"{BUS_NUMBER}-{port}") is not None

    def switch(self, port: int, *, on: bool) -> None:
        """Do nothing: a root hub's ports are always on."""


@dataclass
class Bus:
    """Devices by path. The root hub is always there."""

    listeners: list[Listener] = field(default_factory=list)
    _places: dict[str, Place] = field(default_factory=dict)
    _last: int = 1

    def __post_init__(self) -> None:
        identity = Identity(
            0x1D6B,
            0x0002,
            0x0601,
            "hwsim",
            "emulated host controller",
            "0000:00:14.0",
            (9, 0, 1),
            power_ma=0,
            self_powered=True,
        )
        root = Place(
            UsbDevice(identity, [HubFunction(_RootPorts(self), count=ROOT_PORTS, switchable=False)]),
            f"usb{BUS_NUMBER}",
            1,
        )
        self._places[root.path] = root

    def __iter__(self) -> Iterator[Place]:
        return iter(list(self._places.values()))

    def at(self, path: str) -> Place | None:
        """Return what is plugged in at a path."""
        return self._places.get(path)

    def plug(self, device: UsbDevice, path: str) -> Place:
        """Plug a device in and let it be enumerated; what was there before goes away first."""
        self.unplug(path)
        place = Place(device, path, self._free_address())
        self._places[path] = place
        device.attached()
        for listener in self.listeners:
            listener.arrived(place)
        return place

    def unplug(self, path: str) -> None:
        """Pull a device out, and with a hub all that hangs on it."""
        for below in [other for other in self._places if other.startswith(f"{path}.")]:
            self.unplug(below)
        place = self._places.pop(path, None)
        if place is None:
            return
        place.device.detached()
        for listener in self.listeners:
            listener.left(place)

    def _free_address(self) -> int:
        taken = {place.address for place in self._places.values()}
        for step in range(1, _ADDRESSES + 1):
            address = (self._last - 1 + step) % _ADDRESSES + 1
            if address not in taken:
                self._last = address
                return address
        raise ValueError("all addresses of the bus are taken")
