"""``dumpsys battery``: what the battery service believes of the cell."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from ._reading import flag, frozen, lines, number, put, require, whole

# A key is short. Vendors put whole sentences between the fields ("... was sent via broadcast: 0"); they are no fields.
_FIELD = re.compile(r"  ?([A-Za-z][A-Za-z0-9 _]{1,28}):[ ]?(.{0,200})")
_STOPPED = "UPDATES STOPPED"
# android.os.BatteryManager BATTERY_STATUS_* and BATTERY_HEALTH_*
_STATUS = {1: "unknown", 2: "charging", 3: "discharging", 4: "not_charging", 5: "full"}
_HEALTH = {
    1: "unknown",
    2: "good",
    3: "overheat",
    4: "dead",
    5: "over_voltage",
    6: "unspecified_failure",
    7: "cold",
}
_PLUGS = {"AC powered": "ac", "USB powered": "usb", "Wireless powered": "wireless", "Dock powered": "dock"}
# A lithium cell lies between 2 and 5 V, two in series below 10 V: the size of the number tells its unit.
_VOLTS_BELOW = 20
_MICROVOLTS_FROM = 100_000
_NO_TEMPERATURE = -2730  # 0 K in tenths: the gauge gave no reading
_TENTHS = 10

RawField = bool | int | str


@dataclass(frozen=True, slots=True)
class Battery:
    """The battery service's state; None where the dump says nothing or says "no reading".

    ``raw_fields`` keeps every field as printed. ``updates_stopped`` is True when somebody froze the service with
    ``dumpsys battery set``: then no value is a measurement.
    """

    raw_fields: Mapping[str, RawField]
    status: int | None
    status_name: str | None
    health: int | None
    health_name: str | None
    present: bool | None
    level: int | None
    scale: int | None
    percent: int | None
    plugged: tuple[str, ...]
    voltage_mv: int | None
    temperature_c: float | None
    technology: str | None
    charge_counter_uah: int | None
    max_charging_current_ua: int | None
    max_charging_voltage_uv: int | None
    updates_stopped: bool


def parse_battery(text: str) -> Battery:
    """Read ``dumpsys battery`` of any Android version.

    Raises:
        NotUnderstood: the text has no battery level, or nothing around it that belongs to a battery.
    """
    raw: dict[str, RawField] = {}
    stopped = False
    for line in lines(text):
        if line.startswith("["):
            break  # an event log with old levels may follow
        stopped = stopped or _STOPPED in line
        if found := _FIELD.fullmatch(line):
            put(raw, found[1], _typed(found[1], found[2].strip()), cap=200)
    require("level" in raw and raw.keys() & {"voltage", "temperature", "scale", "status"}, "battery dump", text)
    return _battery(raw, stopped=stopped)


def _typed(key: str, value: str) -> RawField:
    if key == "present" or key.endswith("powered"):
        known = flag(value)
    elif value in {"true", "false"}:
        known = value == "true"
    else:
        known = None
    if known is not None:
        return known
    as_int = whole(value)
    return value if as_int is None else as_int


def _battery(raw: Mapping[str, RawField], *, stopped: bool) -> Battery:
    status, health = _int(raw, "status"), _int(raw, "health")
    level, scale = _int(raw, "level"), _int(raw, "scale")
    present = raw.get("present")
    technology = raw.get("technology")
    charge = _int(raw, "Charge counter")
    return Battery(
        raw_fields=frozen(raw),
        status=status,
        status_name=_STATUS.get(status or 0),
        health=health,
        health_name=_HEALTH.get(health or 0),
        present=present if isinstance(present, bool) else None,
        level=level,
        scale=scale,
        percent=_percent(level, scale),
        plugged=tuple(name for key, name in _PLUGS.items() if raw.get(key) is True),
        voltage_mv=_millivolts(raw.get("voltage")),
        temperature_c=_celsius(_int(raw, "temperature")),
        technology=technology if isinstance(technology, str) and technology else None,
        charge_counter_uah=charge or None,  # 0 means that the gauge does not count
        max_charging_current_ua=_int(raw, "Max charging current"),
        max_charging_voltage_uv=_int(raw, "Max charging voltage"),
        updates_stopped=stopped,
    )


def _int(raw: Mapping[str, RawField], key: str) -> int | None:
    value = raw.get(key)
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _percent(level: int | None, scale: int | None) -> int | None:
    full = 100 if scale is None else scale
    if level is None or full <= 0 or not 0 <= level <= full:
        return None
    return round(100 * level / full)


def _millivolts(value: RawField | None) -> int | None:
    volts = number(str(value)) if value is not None and not isinstance(value, bool) else None
    if volts is None or volts <= 0:
        return None
    if volts < _VOLTS_BELOW:
        return round(volts * 1000)
    return round(volts / 1000) if volts >= _MICROVOLTS_FROM else round(volts)


def _celsius(tenths: int | None) -> float | None:
    return None if tenths is None or tenths <= _NO_TEMPERATURE else tenths / _TENTHS
