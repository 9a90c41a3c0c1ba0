"""``dumpsys sensorservice``: which sensors the phone lists, from Android 2.3 to today."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from ._reading import append, frozen, hexadecimal, lines, number, put, require

# from 7.1 on: `0x00000001) Name | Vendor | ver: 1 | type: android.sensor.accelerometer(1) | perm: n/a`
_NEW = re.compile(
    r"(0x[0-9a-fA-F]{8,16})\) ([^|]{0,200})\|([^|]{0,200})\| ver: (-?\d{1,9}) \| type: (.{0,200}?)\((-?\d{1,9})\)"
)
_HANDLE = re.compile(r"0x[0-9a-fA-F]{8}")
_OLD_TYPE = re.compile(r"[a-z]{2,20}\.[A-Za-z0-9_.]{2,100}")
_TOTAL = re.compile(r"(?:Total )?(\d{1,6}) h/w sensors(?:, (\d{1,6}) running)?")
_EVENTS = re.compile(r"([^:|]{1,200}): last (\d{1,6}) events?\b")
_MAX_RATE = re.compile(r"maxRate=\s{0,8}(\d{1,9}(?:\.\d{1,9})?)Hz")
_LAST = re.compile(r"last=<([^>]{0,200})>")
_NONE = "No Sensors on the device"
_LIST = "Sensor List:"
_LIST_ENDS = ("Fusion States", "Recent Sensor events", "Active sensors", "Socket Buffer", "[")
# the framework's own fused sensors: handles spell '_grv', '_rov' ... and begin with 0x5f
_VIRTUAL = 0x5F
_HANDLE_SHIFT = 24
_MAX_SENSORS = 1000


@dataclass(frozen=True, slots=True)
class Sensor:
    """One line of the sensor list.

    ``type_raw`` is the printed type with its blanks (some phones pad it), ``last_values`` what Android 2.3 prints.
    """

    name: str
    vendor: str
    handle: int
    type_raw: str | None
    type_number: int | None
    max_rate_hz: float | None = None
    last_values: tuple[float, ...] = ()

    @property
    def type_name(self) -> str | None:
        """The type without blanks, such as ``android.sensor.light``; None where the layout has none."""
        return (self.type_raw or "").strip() or None

    @property
    def is_framework(self) -> bool:
        """Whether the framework computes this sensor itself, so that it says nothing of hardware."""
        return self.handle >> _HANDLE_SHIFT == _VIRTUAL


@dataclass(frozen=True, slots=True)
class SensorService:
    """The sensor list. ``total_hw`` and ``running`` count hardware only; ``sensors`` holds the framework's too.

    ``recent_events`` is the number of events that the service still remembers, by sensor name.
    """

    total_hw: int | None
    running: int | None
    sensors: tuple[Sensor, ...]
    recent_events: Mapping[str, int] = field(default_factory=lambda: frozen({}))

    @property
    def hardware(self) -> tuple[Sensor, ...]:
        """The sensors that are not the framework's own."""
        return tuple(sensor for sensor in self.sensors if not sensor.is_framework)

    def of_type(self, type_name: str) -> tuple[Sensor, ...]:
        """Return the hardware sensors of ``type_name``."""
        return tuple(sensor for sensor in self.hardware if sensor.type_name == type_name)


def parse_sensorservice(text: str) -> SensorService:
    """Read ``dumpsys sensorservice``; a phone that lists none gives an empty tuple.

    Raises:
        NotUnderstood: there is neither a sensor list nor a count nor the line that says that there are none.
    """
    total: re.Match[str] | None = None
    sensors: list[Sensor] = []
    events: dict[str, int] = {}
    listing = seen = False
    for line in lines(text):
        if line.startswith((_LIST, _NONE)):
            listing = seen = True
        elif total is None and (found := _TOTAL.match(line)):
            total = found
        elif listing and line.startswith(_LIST_ENDS):
            listing = False
        elif listing and (sensor := _new(line) or _old(line)):
            append(sensors, sensor, cap=_MAX_SENSORS)
        elif listing and sensors and (found := _MAX_RATE.search(line)):
            sensors[-1] = _with_rate(sensors[-1], found[1])
        elif found := _EVENTS.match(line):
            put(events, found[1].strip(), int(found[2]), cap=_MAX_SENSORS)
    require(seen or total, "sensorservice dump", text)
    return SensorService(
        total_hw=int(total[1]) if total else None,
        running=int(total[2]) if total and total[2] else None,
        sensors=tuple(sensors),
        recent_events=frozen(events),
    )


def _new(line: str) -> Sensor | None:
    found = _NEW.match(line)
    handle = hexadecimal(found[1]) if found else None
    if found is None or handle is None:
        return None
    return Sensor(
        name=found[2].strip(),
        vendor=found[3].strip(),
        handle=handle,
        type_raw=found[5],
        type_number=int(found[6]),
    )


def _old(line: str) -> Sensor | None:
    parts = [part.strip() for part in line.split("|", 12)]
    at = next((place for place, part in enumerate(parts) if place and _HANDLE.fullmatch(part)), None)
    if at is None or line[:1].isspace():
        return None
    kind = next((part for part in parts[1:] if _OLD_TYPE.fullmatch(part)), None)
    rate = _MAX_RATE.search(line)
    last = _LAST.search(line)
    values = [number(token) for token in last[1].split(",")] if last else []
    return Sensor(
        name=parts[0],
        vendor=parts[1] if at > 1 else "",
        handle=int(parts[at], 16),
        type_raw=kind,
        type_number=None,
        max_rate_hz=number(rate[1]) if rate else None,
        last_values=tuple(value for value in values if value is not None),
    )


def _with_rate(sensor: Sensor, rate: str) -> Sensor:
    if sensor.max_rate_hz is not None:
        return sensor
    return Sensor(
        name=sensor.name,
        vendor=sensor.vendor,
        handle=sensor.handle,
        type_raw=sensor.type_raw,
        type_number=sensor.type_number,
        max_rate_hz=number(rate),
        last_values=sensor.last_values,
    )
