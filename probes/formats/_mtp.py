"""``mtp-detect`` of libmtp: what a phone in file-transfer mode says of itself."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from ._reading import append, frozen, lines, put, require, whole

_FIELD = re.compile(r"\s{1,12}([A-Za-z][A-Za-z ]{1,40}):(?: (.{0,400}))?")
_BATTERY = re.compile(r"\s{0,8}Battery level (\d{1,6}) of (\d{1,6})")
_PROPERTY = re.compile(r"\s{1,8}0x([0-9a-fA-F]{4}): (.{1,200})")
_DEVICE = "Device info:"
_PROPERTIES = "Device Properties Supported:"
_MAX_STORAGES = 32
_STORAGE = frozenset({"StorageDescription", "VolumeIdentifier", "MaxCapacity", "FreeSpaceInBytes"})


@dataclass(frozen=True, slots=True)
class MtpStorage:
    """One storage; ``fields`` as printed, blanks at the ends included."""

    fields: Mapping[str, str]

    @property
    def description(self) -> str:
        """The name that the phone shows for it."""
        return self.fields.get("StorageDescription", "").strip()

    @property
    def max_capacity_bytes(self) -> int | None:
        """Size in bytes."""
        return whole(self.fields.get("MaxCapacity"))

    @property
    def free_bytes(self) -> int | None:
        """Free space in bytes."""
        return whole(self.fields.get("FreeSpaceInBytes"))


@dataclass(frozen=True, slots=True)
class MtpDevice:
    """The first device of the text. ``battery`` is (level, full scale); ``fields`` as printed."""

    vendor_id: str | None
    product_id: str | None
    manufacturer: str | None
    model: str | None
    device_version: str | None
    serial: str | None
    battery: tuple[int, int] | None
    storages: tuple[MtpStorage, ...]
    properties: Mapping[str, str]
    fields: Mapping[str, str]

    @property
    def battery_percent(self) -> int | None:
        """Battery level in percent."""
        if self.battery is None or self.battery[1] <= 0:
            return None
        return round(100 * self.battery[0] / self.battery[1])


def parse_mtp_detect(text: str) -> MtpDevice:
    """Read an ``mtp-detect`` log.

    Raises:
        NotUnderstood: there is neither a USB vendor id nor a device information block.
    """
    fields: dict[str, str] = {}
    storages: list[dict[str, str]] = []
    properties: dict[str, str] = {}
    battery: tuple[int, int] | None = None
    section = ""
    for line in lines(text):
        if line[:1].strip():
            section = line
        if found := _BATTERY.match(line):
            battery = battery or (int(found[1]), int(found[2]))
        elif section.startswith(_PROPERTIES) and (found := _PROPERTY.fullmatch(line)):
            put(properties, found[1].lower(), found[2], cap=500)
        elif found := _FIELD.fullmatch(line):
            _keep(found[1], found[2] or "", fields, storages)
    require("idVendor" in fields or {"Manufacturer", "Device version"} <= fields.keys(), "mtp-detect log", text)
    return MtpDevice(
        vendor_id=_stripped(fields, "idVendor"),
        product_id=_stripped(fields, "idProduct"),
        manufacturer=_stripped(fields, "Manufacturer"),
        model=_stripped(fields, "Model"),
        device_version=_stripped(fields, "Device version"),
        serial=_stripped(fields, "Serial number"),
        battery=battery,
        storages=tuple(MtpStorage(fields=frozen(table)) for table in storages),
        properties=frozen(properties),
        fields=frozen(fields),
    )


def _keep(key: str, value: str, fields: dict[str, str], storages: list[dict[str, str]]) -> None:
    if key not in _STORAGE:
        put(fields, key, value, cap=200)
        return
    if not storages or key in storages[-1]:
        append(storages, {}, cap=_MAX_STORAGES)
    storages[-1].setdefault(key, value)


def _stripped(fields: Mapping[str, str], key: str) -> str | None:
    return fields.get(key, "").strip() or None
