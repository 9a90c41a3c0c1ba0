"""``/sys/class/power_supply/*/uevent``: what each gauge and charger driver says."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from ._reading import frozen, lines, put, require, whole

# bug reports put a title with the path before each file, `grep . /sys/.../uevent` puts the path before each line
_PATH = re.compile(r".{0,200}?/power_supply/([^/\s]{1,64})/uevent")
_PROPERTY = re.compile(r"(?:[^=]{0,200}/power_supply/([^/\s]{1,64})/uevent:)?POWER_SUPPLY_([A-Z0-9_]{1,64})=(.{0,400})")
_MICRO_PER_MILLI = 1000
_TENTHS = 10
_MAX_SUPPLIES = 64


@dataclass(frozen=True, slots=True)
class PowerSupply:
    """One supply. ``fields`` holds every property as printed, without the ``POWER_SUPPLY_`` prefix.

    Microvolts, microamperes and microampere-hours as the kernel prints them (Documentation/power/power_supply_class).
    The sign of a current differs between drivers, even on one phone, and is left as it is.
    """

    name: str
    fields: Mapping[str, str]

    def integer(self, key: str) -> int | None:
        """Return the property ``key`` as an integer, None when it is absent or no number."""
        return whole(self.fields.get(key))

    @property
    def voltage_mv(self) -> float | None:
        """Voltage now, in mV."""
        return _milli(self.integer("VOLTAGE_NOW"))

    @property
    def current_raw_ma(self) -> float | None:
        """Current now in mA, with the driver's own sign."""
        return _milli(self.integer("CURRENT_NOW"))

    @property
    def temperature_c(self) -> float | None:
        """Temperature in degrees Celsius; the kernel prints tenths."""
        tenths = self.integer("TEMP")
        return None if tenths is None else tenths / _TENTHS

    @property
    def charge_full_mah(self) -> float | None:
        """What the gauge takes for a full charge today, in mAh."""
        return _milli(self.integer("CHARGE_FULL"))

    @property
    def charge_full_design_mah(self) -> float | None:
        """What the cell held when new, in mAh."""
        return _milli(self.integer("CHARGE_FULL_DESIGN"))

    @property
    def cycle_count(self) -> int | None:
        """Full charge cycles that the gauge has counted."""
        return self.integer("CYCLE_COUNT")

    @property
    def health_ratio(self) -> float | None:
        """Full charge today over full charge when new, None unless both are plausible."""
        full, design = self.charge_full_mah, self.charge_full_design_mah
        return full / design if full and design and full > 0 and design > 0 else None


@dataclass(frozen=True, slots=True)
class PowerSupplies:
    """Every supply of the text by name, in the order of the text."""

    supplies: Mapping[str, PowerSupply]

    @property
    def battery(self) -> PowerSupply | None:
        """The supply that is the phone's battery: the one called so, else the first of TYPE Battery."""
        named = self.supplies.get("battery")
        of_type = (item for item in self.supplies.values() if item.fields.get("TYPE") == "Battery")
        return named if named is not None else next(of_type, None)


def parse_power_supply(text: str) -> PowerSupplies:
    """Read one uevent file or many, with or without titles between them.

    Raises:
        NotUnderstood: there is no property of a supply.
    """
    tables: dict[str, dict[str, str]] = {}
    current: dict[str, str] | None = None
    for line in lines(text):
        if found := _PROPERTY.match(line):
            if found[1]:
                current = tables.setdefault(found[1], {}) if len(tables) < _MAX_SUPPLIES else {}
            elif current is None or (found[2] == "NAME" and "NAME" in current):
                current = _anonymous(tables)
            put(current, found[2], found[3].strip(), cap=200)
        elif found := _PATH.match(line):
            current = tables.setdefault(found[1], {}) if len(tables) < _MAX_SUPPLIES else {}
        elif not line.strip():
            current = None
    require(any(tables.values()), "power_supply uevent", text)
    return PowerSupplies(supplies=frozen(_named(tables)))


def _anonymous(tables: dict[str, dict[str, str]]) -> dict[str, str]:
    table: dict[str, str] = {}
    if len(tables) < _MAX_SUPPLIES:
        tables[f"#{len(tables)}"] = table
    return table


def _named(tables: Mapping[str, dict[str, str]]) -> dict[str, PowerSupply]:
    named: dict[str, PowerSupply] = {}
    for key, table in tables.items():
        name = table.get("NAME") or key
        named.setdefault(name, PowerSupply(name=name, fields=frozen(table)))
    return named


def _milli(micro: int | None) -> float | None:
    return None if micro is None else micro / _MICRO_PER_MILLI
