"""All phones of a rack on one bus: switchable hubs of seven ports, a phone at each, and the live front over it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hwsim.usb.bus import BUS_NUMBER, ROOT_PORTS, Bus
from hwsim.usb.functions.hub import make_hub
from hwsim.usb.live.bed import Bed
from hwsim.usb.live.preload import NoLiveBus
from hwsim.usb.port import UsbPort

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from hwsim.unit import Unit

HUB_PORTS = 7


class UsbWiring:
    """Phones on an emulated bus below ``folder``: phone 0 is at ``1-1.1``, phone 7 at ``1-2.1``.

    Raises:
        NoLiveBus: umockdev's library is missing, the folder cannot be used, or there are more phones than ports.
        NoSuchMode: one of the phones has no such mode.
    """

    def __init__(self, units: Sequence[Unit], folder: Path, *, mode: str = "adb") -> None:
        if len(units) > HUB_PORTS * ROOT_PORTS:
            raise NoLiveBus(f"a bus has room for {HUB_PORTS * ROOT_PORTS} phones")
        self.bus = Bus()
        self._bed = Bed(self.bus, folder)
        self.ports = [
            UsbPort(unit, self.bus, f"{BUS_NUMBER}-{index // HUB_PORTS + 1}.{index % HUB_PORTS + 1}", mode=mode)
            for index, unit in enumerate(units)
        ]
        self.environment: Mapping[str, str] = {}

    async def start(self) -> None:
        """Plug all in; ``environment`` is then what a client's process needs."""
        for first in range(0, len(self.ports), HUB_PORTS):
            number = first // HUB_PORTS + 1
            ports = _Ports(self.ports[first : first + HUB_PORTS])
            hub = make_hub(ports, count=HUB_PORTS, serial=f"HWSIMHUB{number:02}")
            self.bus.plug(hub, f"{BUS_NUMBER}-{number}")
        for port in self.ports:
            await port.start()
        self.environment = await self._bed.start()

    def stop(self) -> None:
        """Take the bus away."""
        for port in self.ports:
            port.stop()
        self._bed.stop()


class _Ports:
    def __init__(self, ports: Sequence[UsbPort]) -> None:
        self._ports = ports

    def holds(self, port: int) -> bool:
        return port <= len(self._ports) and bool(self._ports[port - 1].mode_now)

    def switch(self, port: int, *, on: bool) -> None:
        if port <= len(self._ports):
            self._ports[port - 1].power(on=on)
