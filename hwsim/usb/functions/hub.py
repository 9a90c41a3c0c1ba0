"""A hub whose ports can be switched one by one: USB 2.0, chapter 11."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, Protocol

from hwsim.usb.descriptors import INTERRUPT, Endpoint, Identity, Interface
from hwsim.usb.device import Function, Setup, Stall, UsbDevice

if TYPE_CHECKING:
    from hwsim.usb.device import Bytes

_GET_STATUS, _CLEAR_FEATURE, _SET_FEATURE, _GET_DESCRIPTOR = 0, 1, 3, 6
_HUB_DESCRIPTOR = 0x29
_POWER, _RESET, _ENABLE = 8, 4, 1
_CHANGES = range(16, 21)
_CONNECTED, _ENABLED, _POWERED, _HIGH_SPEED = 0x0001, 0x0002, 0x0100, 0x0400
_SWITCHED_ONE_BY_ONE, _NOT_SWITCHED = 0x0009, 0x000A


class Ports(Protocol):
    """What hangs on the hub."""

    def holds(self, port: int) -> bool:
        """Tell whether a device is at a port, counted from 1."""

    def switch(self, port: int, *, on: bool) -> None:
        """Switch the supply of a port."""


class HubFunction(Function):
    """The hub's only interface; ``switchable`` says whether its ports have switches of their own."""

    interfaces = (Interface(triple=(9, 0, 0), endpoints=(Endpoint(True, INTERRUPT, 1, 12),), driver="hub"),)

    def __init__(self, ports: Ports, *, count: int, switchable: bool = True) -> None:
        super().__init__()
        self.downstream_ports = count
        self._ports = ports
        self._switchable = switchable
        self._off: set[int] = set()

    def control(self, setup: Setup, _data: Bytes) -> bytes:
        """Answer a request to the hub (recipient 0) or to a port (recipient 3); raises Stall."""
        if setup.request == _GET_DESCRIPTOR and setup.value >> 8 == _HUB_DESCRIPTOR:
            return self._descriptor()
        if setup.recipient == 0:
            return bytes(4) if setup.request == _GET_STATUS else b""
        port = setup.index & 0xFF
        if not 1 <= port <= self.downstream_ports:
            raise Stall
        if setup.request == _GET_STATUS:
            return struct.pack("<HH", self._status(port), 0)
        if setup.request not in (_SET_FEATURE, _CLEAR_FEATURE):
            raise Stall
        self._change(port, setup.value, on=setup.request == _SET_FEATURE)
        return b""

    def _change(self, port: int, feature: int, *, on: bool) -> None:
        if feature == _POWER and self._switchable:
            if on == (port in self._off):
                self._off ^= {port}
                self._ports.switch(port, on=on)
        elif feature not in (_POWER, _RESET, _ENABLE, *_CHANGES):
            raise Stall

    def _status(self, port: int) -> int:
        if port in self._off:
            return 0
        return _POWERED | (_CONNECTED | _ENABLED | _HIGH_SPEED if self._ports.holds(port) else 0)

    def _descriptor(self) -> bytes:
        bitmap_bytes = self.downstream_ports // 8 + 1
        kind = _SWITCHED_ONE_BY_ONE if self._switchable else _NOT_SWITCHED
        head = struct.pack("<BBBHBB", 7 + 2 * bitmap_bytes, _HUB_DESCRIPTOR, self.downstream_ports, kind, 50, 100)
        return head + bytes(bitmap_bytes) + b"\xff" * bitmap_bytes


def make_hub(ports: Ports, *, count: int, serial: str) -> UsbDevice:
    """Return a hub that can be plugged in. Its IDs are those of Linux's own gadgets: no maker's hub is copied."""
    identity = Identity(
        0x1D6B, 0x0105, 0x0100, "hwsim", "switchable hub", serial, (9, 0, 1), power_ma=100, self_powered=True
    )
    return UsbDevice(identity, [HubFunction(ports, count=count)])
