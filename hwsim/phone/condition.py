"""The state of the parts: everything that a fault can change, and nothing that knows the name of a fault."""

from __future__ import annotations

from dataclasses import dataclass, fields


@dataclass
class Condition:
    """Physical and software state of one phone; the defaults are those of a healthy, used one.

    Ratios are of the design value; periods are mean simulated seconds between events, 0 meaning never.
    """

    battery_full_ratio: float = 0.93
    battery_resistance_ratio: float = 1.0
    battery_cycles: int = 240
    battery_gauge_stuck: bool = False
    thermistor_open: bool = False
    storage_life: int = 2
    storage_eol: int = 1
    storage_error_period_s: float = 0.0
    storage_fill_ratio: float = 0.46
    fsync_ms: float = 3.0
    camera_rear_on_bus: bool = True
    camera_front_on_bus: bool = True
    touch_on_bus: bool = True
    nfc_on_bus: bool = True
    sensor_hub_alive: bool = True
    modem_crash_period_s: float = 0.0
    system_server_crash_period_s: float = 0.0
    app_crash_period_s: float = 0.0
    app_drain_ma: float = 0.0


_FIELDS = {field.name: field.type for field in fields(Condition)}


def is_field(name: str) -> bool:
    """Tell whether a fault may drive ``name``."""
    return name in _FIELDS


def is_whole(name: str) -> bool:
    """Tell whether ``name`` counts in whole numbers."""
    return _FIELDS[name] == "int"
