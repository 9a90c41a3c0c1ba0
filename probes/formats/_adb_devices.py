"""``adb devices -l``: what the adb server sees."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from ._reading import append, frozen, lines, require

_HEADER = "List of devices attached"
_STATES = (
    "device|offline|unauthorized|authorizing|connecting|recovery|sideload|bootloader|rescue|host|detached|unknown"
    "|no permissions.{0,300}?"
)
_LINE = re.compile(
    r"(\(no serial number\)|\S{1,200})\s{1,40}(" + _STATES + r")(?:\s{1,8}((?:[a-z_]{2,20}:|\d+-).{0,600}))?\s{0,8}"
)
_PAIR = re.compile(r"\b(usb|product|model|device|transport_id|features):(\S{1,200})")


@dataclass(frozen=True, slots=True)
class AdbDevice:
    """One line of the list; ``state`` is ``no permissions`` without the explanation that adb adds."""

    serial: str
    state: str
    properties: Mapping[str, str]

    @property
    def usb_path(self) -> str | None:
        """The USB port path, such as ``1-3.2``, when the server knows it."""
        return self.properties.get("usb")


@dataclass(frozen=True, slots=True)
class AdbDevices:
    """The devices in the order of the list."""

    devices: tuple[AdbDevice, ...]

    @property
    def states(self) -> Mapping[str, str]:
        """State by serial."""
        return {device.serial: device.state for device in self.devices}


def parse_adb_devices(text: str) -> AdbDevices:
    """Read ``adb devices`` or ``adb devices -l``; lines of a starting daemon may stand in front.

    Raises:
        NotUnderstood: the header line is missing.
    """
    devices: list[AdbDevice] = []
    listing = False
    for line in lines(text):
        if line.startswith(_HEADER):
            listing = True
        elif listing and not line.startswith("*") and (found := _LINE.fullmatch(line)):
            state = found[2] if not found[2].startswith("no permissions") else "no permissions"
            pairs = frozen(dict(_PAIR.findall(found[3] or "")))
            append(devices, AdbDevice(serial=found[1], state=state, properties=pairs), cap=1000)
    require(listing, "adb device list", text)
    return AdbDevices(devices=tuple(devices))
