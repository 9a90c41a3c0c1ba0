"""A USB modem on its own, without a phone around it: four serial ports, as a Quectel EC25 has them.

IDs and the order of the ports: public in Linux's option driver and in the udev rules that ModemManager ships. Its
network interface (QMI) is left out.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hwsim.modem.port import Port
from hwsim.usb.bus import BUS_NUMBER, Bus
from hwsim.usb.descriptors import Identity
from hwsim.usb.device import UsbDevice
from hwsim.usb.functions.serial import SerialFunction, Silence
from hwsim.usb.live.bed import Bed

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from hwsim.modem.modem import Modem

PATH = f"{BUS_NUMBER}-1"


def modem_stick(modem: Modem) -> UsbDevice:
    """Return the device: a diagnostic port and one for positions, both silent, and two AT ports of the modem."""

    def talk(send: Callable[[bytes], None]) -> Port:
        return Port(modem, send)

    ports = [
        SerialFunction(Silence, rules={"ID_MM_PORT_IGNORE": "1"}),
        SerialFunction(Silence, rules={"ID_MM_PORT_TYPE_GPS": "1"}),
        SerialFunction(talk, rules={"ID_MM_PORT_TYPE_AT_PRIMARY": "1"}),
        SerialFunction(talk, rules={"ID_MM_PORT_TYPE_AT_SECONDARY": "1"}),
    ]
    return UsbDevice(Identity(0x2C7C, 0x0125, 0x0318, modem.vendor.manufacturer, modem.vendor.model), ports)


class ModemOnUsb:
    """A modem stick on an emulated bus below ``folder``; ``plug`` and ``unplug`` are the hand at the plug.

    Raises:
        NoLiveBus: umockdev's library is missing, or the folder cannot be used.
    """

    def __init__(self, modem: Modem, folder: Path) -> None:
        self._modem = modem
        self._bus = Bus()
        self._bed = Bed(self._bus, folder)

    async def start(self) -> Mapping[str, str]:
        """Plug the stick in and return what a client's process needs."""
        self.plug()
        return await self._bed.start()

    def plug(self) -> None:
        """Put the stick in."""
        self._bus.plug(modem_stick(self._modem), PATH)

    def unplug(self) -> None:
        """Pull it out."""
        self._bus.unplug(PATH)

    def stop(self) -> None:
        """Take the bus away."""
        self._bed.stop()
