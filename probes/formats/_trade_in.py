"""``tradeinmode getstatus`` (Android 16): what a phone tells a buyer of its battery, flash and locks, as JSON."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass

from ._reading import misfit

_MAX_CHARS = 65_536


@dataclass(frozen=True, slots=True)
class TradeIn:
    """The status; None where the phone leaves something out. ``battery_health_percent`` is of the design capacity."""

    battery_cycles: int | None
    battery_health_percent: float | None
    storage_life_left_percent: float | None
    frp_locked: bool | None
    serial: str | None


def parse_trade_in(text: str) -> TradeIn:
    """Read the JSON object that ``tradeinmode getstatus`` prints.

    Raises:
        NotUnderstood: it is not such an object, or too long for one.
    """
    try:
        data = json.loads(text) if len(text) <= _MAX_CHARS else None
    except (ValueError, RecursionError):
        data = None
    if not isinstance(data, dict) or not {"battery", "storage", "locks"} & set(data):
        raise misfit("trade-in status", text)
    battery, storage, locks = (_table(data, name) for name in ("battery", "storage", "locks"))
    cycles, locked, serial = battery.get("cycle_count"), locks.get("factory_reset_protection"), data.get("serial")
    return TradeIn(
        battery_cycles=cycles if isinstance(cycles, int) and not isinstance(cycles, bool) else None,
        battery_health_percent=_percent(battery.get("health")),
        storage_life_left_percent=_percent(storage.get("useful_lifetime_remaining")),
        frp_locked=locked if isinstance(locked, bool) else None,
        serial=serial if isinstance(serial, str) else None,
    )


def _table(data: dict[str, object], name: str) -> dict[str, object]:
    table = data.get(name)
    return table if isinstance(table, dict) else {}


def _percent(value: object) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return float(value) if math.isfinite(value) and 0 <= value <= 100 else None
