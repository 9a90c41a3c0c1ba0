"""``dumpsys thermalservice`` and ``dumpsys hardware_properties``: temperatures by sensor name."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from ._reading import append, flag, frozen, lines, number, put, require, whole

_STATUS = re.compile(r"Thermal Status: (-?\d{1,9})\s{0,8}")
_READING = re.compile(
    r"\s{0,40}Temperature\{mValue=([^,]{1,40}), mType=(-?\d{1,9}), mName=([^}]{0,120}), mStatus=(-?\d{1,9})\}\s{0,8}"
)
_COOLING = re.compile(r"\s{0,40}CoolingDevice\{mValue=(-?\d{1,18}), mType=(-?\d{1,9}), mName=([^}]{0,120})\}\s{0,8}")
_CACHED, _NOW = "Cached temperatures", "Current temperatures from HAL"
_PROPERTY = re.compile(r"([A-Za-z][A-Za-z ]{1,60}): \[([^\]]{0,4000})\]\s{0,8}")
_USAGE = re.compile(r"Cpu usage of core: (\d{1,4}), active = (\d{1,18}), total = (\d{1,18})")
# PowerManager and HardwarePropertiesManager print -Float.MAX_VALUE and NaN for "undefined"
_UNDEFINED_BELOW = -1e6


@dataclass(frozen=True, slots=True)
class Temperature:
    """One reading; ``kind`` is android.os.Temperature.TYPE_*, ``status`` 0 none ... 6 shutdown."""

    name: str
    temperature_c: float
    kind: int
    status: int


@dataclass(frozen=True, slots=True)
class ThermalService:
    """What the thermal service holds: ``cached`` is what each sensor last called back with, ``now`` is fresh."""

    thermal_status: int | None
    hal_ready: bool | None
    status_is_override: bool | None
    cached: tuple[Temperature, ...]
    now: tuple[Temperature, ...]
    cooling_devices: Mapping[str, int]

    @property
    def readings(self) -> tuple[Temperature, ...]:
        """The fresh readings, or the cached ones when the HAL gave none."""
        return self.now or self.cached


def parse_thermalservice(text: str) -> ThermalService:
    """Read ``dumpsys thermalservice`` (Android 10 and later).

    Raises:
        NotUnderstood: there is neither a thermal status nor the HAL line of this service.
    """
    values: dict[str, str] = {}
    readings: dict[str, list[Temperature]] = {_CACHED: [], _NOW: []}
    cooling: dict[str, int] = {}
    section = ""
    for line in lines(text):
        if found := _STATUS.fullmatch(line):
            put(values, "status", found[1])
        elif line.startswith(("HAL Ready:", "IsStatusOverride:")):
            put(values, line.partition(":")[0], line.partition(":")[2])
        elif (reading := _temperature(line)) and section in readings:
            append(readings[section], reading, cap=500)
        elif found := _COOLING.fullmatch(line):
            put(cooling, found[3], int(found[1]), cap=500)
        elif line.endswith(":"):
            section = line.rstrip(":").strip()
    require("status" in values or "HAL Ready" in values, "thermalservice dump", text)
    return ThermalService(
        thermal_status=whole(values.get("status")),
        hal_ready=flag(values.get("HAL Ready")),
        status_is_override=flag(values.get("IsStatusOverride")),
        cached=tuple(readings[_CACHED]),
        now=tuple(readings[_NOW]),
        cooling_devices=frozen(cooling),
    )


def _temperature(line: str) -> Temperature | None:
    found = _READING.fullmatch(line)
    value = number(found[1]) if found else None
    if found is None or value is None:
        return None
    return Temperature(name=found[3], temperature_c=value, kind=int(found[2]), status=int(found[4]))


@dataclass(frozen=True, slots=True)
class CpuUsage:
    """Ticks of one core since boot, ms."""

    core: int
    active_ms: int
    total_ms: int


@dataclass(frozen=True, slots=True)
class HardwareProperties:
    """Temperatures and limits by the printed name, in degrees Celsius; None for "undefined"."""

    temperatures_c: Mapping[str, tuple[float | None, ...]]
    fan_speeds_rpm: tuple[float | None, ...]
    cpu_usage: tuple[CpuUsage, ...]

    def of(self, part: str) -> tuple[float | None, ...]:
        """Return the present temperatures of ``part``: CPU, GPU, Battery or Skin."""
        return self.temperatures_c.get(f"{part} temperatures", ())


def parse_hardware_properties(text: str) -> HardwareProperties:
    """Read ``dumpsys hardware_properties``.

    Raises:
        NotUnderstood: there is no list of temperatures.
    """
    temperatures: dict[str, tuple[float | None, ...]] = {}
    fans: tuple[float | None, ...] = ()
    usage: list[CpuUsage] = []
    for line in lines(text):
        if found := _PROPERTY.fullmatch(line):
            if found[1].endswith("temperatures"):
                put(temperatures, found[1], tuple(_defined(found[2])), cap=60)
            elif found[1] == "Fan speed":
                fans = tuple(_defined(found[2]))
        elif found := _USAGE.match(line):
            append(usage, CpuUsage(core=int(found[1]), active_ms=int(found[2]), total_ms=int(found[3])), cap=256)
    require(temperatures, "hardware_properties dump", text)
    return HardwareProperties(temperatures_c=frozen(temperatures), fan_speeds_rpm=fans, cpu_usage=tuple(usage))


def _defined(inner: str) -> Iterator[float | None]:
    for token in inner.split(","):
        if token.strip():
            value = number(token.strip())
            yield None if value is None or value < _UNDEFINED_BELOW else value
