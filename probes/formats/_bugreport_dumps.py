"""Which part of a bug report holds which kind of dump."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from probes._text import decode

from .bugreport import Blob, BugreportIndex, BugreportSection, section_bytes

_MAX_PARTS = 500


@dataclass(frozen=True, slots=True)
class DumpPlace:
    """Where a kind of dump may be: a service or a section, or several sections that belong together.

    ``joined_titles`` are whole titles, ``joined_commands`` pieces of the command.
    """

    services: tuple[str, ...] = ()
    titles: tuple[str, ...] = ()
    joined_titles: tuple[str, ...] = ()
    joined_commands: tuple[str, ...] = ()


DUMP_PLACES: Mapping[str, DumpPlace] = MappingProxyType(
    {
        "accessibility": DumpPlace(services=("accessibility",)),
        "audio": DumpPlace(services=("audio",)),
        "backlights": DumpPlace(titles=("BACKLIGHTS",)),
        "battery": DumpPlace(services=("battery",)),
        "batterystats": DumpPlace(services=("batterystats", "batteryinfo")),
        "batterystats_checkin": DumpPlace(titles=("CHECKIN BATTERYSTATS", "CHECKIN BATTERYINFO")),
        "bluetooth": DumpPlace(services=("bluetooth_manager",)),
        "camera": DumpPlace(services=("media.camera",)),
        "connectivity": DumpPlace(services=("connectivity",)),
        "cpuinfo": DumpPlace(services=("cpuinfo",)),
        "device_policy": DumpPlace(services=("device_policy",)),
        "df": DumpPlace(titles=("FILESYSTEMS & FREE SPACE", "FREE SPACE")),
        "diskstats": DumpPlace(services=("diskstats",)),
        "display": DumpPlace(services=("display",)),
        "dropbox": DumpPlace(services=("dropbox",)),
        "fingerprint": DumpPlace(services=("fingerprint",)),
        "getprop": DumpPlace(titles=("SYSTEM PROPERTIES",)),
        "hardware_properties": DumpPlace(services=("hardware_properties",)),
        "healthd": DumpPlace(titles=("KERNEL LOG", "LAST KMSG")),
        "input": DumpPlace(services=("input",)),
        "meminfo": DumpPlace(titles=("MEMORY INFO",)),
        "memory_use": DumpPlace(services=("meminfo",)),
        "modem_history": DumpPlace(joined_titles=("Modem SSR history", "RFSD error log")),
        "mount_service": DumpPlace(services=("mount",)),
        "nfc": DumpPlace(services=("nfc",)),
        "package_dump": DumpPlace(services=("package",)),
        "power": DumpPlace(services=("power",)),
        "power_supply": DumpPlace(joined_commands=("/sys/class/power_supply/",)),
        "proc_version": DumpPlace(titles=("KERNEL VERSION",)),
        "sensor_privacy": DumpPlace(services=("sensor_privacy",)),
        "sensorservice": DumpPlace(services=("sensorservice",)),
        "settings_dump": DumpPlace(services=("settings",)),
        "storage_health": DumpPlace(joined_commands=("/health_descriptor", "/err_stats/", "/sys/block/sda/")),
        "storaged": DumpPlace(services=("storaged",)),
        "telephony": DumpPlace(services=("telephony.registry",)),
        "thermalservice": DumpPlace(services=("thermalservice",)),
        "touch_rawdata": DumpPlace(joined_commands=("dump_syna",)),
        "uptime": DumpPlace(titles=("UPTIME",)),
        "usb": DumpPlace(services=("usb",)),
        "vibrator": DumpPlace(services=("vibrator_manager", "vibrator")),
        "window": DumpPlace(services=("window",)),
    }
)
"""Where dumpstate, from Android 2.3 to 16, puts each kind that it writes at all."""


def dump_from(blob: Blob, found: BugreportIndex, kind: str, *, cap_bytes: int) -> str | None:
    """Return the text of the dump ``kind`` for the parser of that name, None when the report does not hold it.

    Args:
        blob: the report.
        found: its index.
        kind: a key of ``PARSERS``.
        cap_bytes: how much of the report may be copied.
    """
    place = DUMP_PLACES.get(kind, DumpPlace())
    service = next((part for name in place.services if (part := found.service(name)) and part.size_bytes), None)
    single = service or found.section(*place.titles)
    if single is not None:
        return decode(section_bytes(blob, single, cap_bytes=cap_bytes))
    pieces: list[str] = []
    left = cap_bytes
    for part in _joined(found, place):
        body = section_bytes(blob, part, cap_bytes=left)
        left -= len(body)
        # the parsers of many small files know each by the title that stands before it
        command = f" ({part.command})" if part.command else ""
        pieces.append(f"------ {part.title}{command} ------\n{decode(body)}")
    return "\n".join(pieces) or None


def _joined(found: BugreportIndex, place: DumpPlace) -> Iterator[BugreportSection]:
    count = 0
    for part in found.sections:
        fits = part.title in place.joined_titles or any(piece in part.command for piece in place.joined_commands)
        if part.kind == "section" and fits and count < _MAX_PARTS:
            count += 1
            yield part
