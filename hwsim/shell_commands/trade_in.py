"""``tradeinmode getstatus`` of Android 16: what the phone tells a buyer, as JSON.

Keys as source.android.com names them; unverified on a phone, also whether one that is set up answers at all.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from hwsim.render.battery import health_number

if TYPE_CHECKING:
    from hwsim.phone.phone import Phone
    from hwsim.shell_commands.process import Process

_SINCE = 36
_DAY_S = 86_400
_PERCENT_PER_LIFE_STEP = 10  # JEDEC: life time estimates count up in tenths


async def run_tradeinmode(process: Process) -> int:
    """Print the state of battery, flash and locks; other actions of the tool are for a phone at its first start."""
    if process.phone.profile.sdk < _SINCE:
        process.err("/system/bin/sh: tradeinmode: inaccessible or not found")
        return 127
    if process.arguments[:1] == ["getstatus"]:
        process.out(json.dumps(_status(process.phone), indent=4) + "\n")
        return 0
    if process.arguments[:1] in (["evaluate"], ["enter"], ["poweroff"], ["reset"]):
        process.err("Failed to enter evaluation mode: device is not in trade-in mode")
        return 1
    process.err("usage: tradeinmode getstatus [-c CHALLENGE] | evaluate | poweroff | reset")
    return 1


def _status(phone: Phone) -> dict[str, object]:
    phone.refresh()
    first_use_s = round(phone.clock.at(0).timestamp()) - phone.condition.battery_cycles * _DAY_S * 2
    first_use_s -= first_use_s % _DAY_S
    life = max(0, 100 - _PERCENT_PER_LIFE_STEP * (max(phone.storage.life_a, phone.storage.life_b) - 1))
    return {
        "battery": {
            "cycle_count": phone.condition.battery_cycles,
            "health": round(100 * min(phone.condition.battery_full_ratio, 1.0)),
            "state": health_number(phone),
            "manufacturing_date": first_use_s - 90 * _DAY_S,
            "first_usage_date": first_use_s,
        },
        "storage": {"useful_lifetime_remaining": life, "capacity_bytes": phone.profile.storage_gb * 10**9},
        "locks": {"factory_reset_protection": False},
        "product": {"manufacturer": phone.profile.manufacturer, "model": phone.profile.model},
        "imeis": list(phone.identity.imeis),
        "serial": phone.identity.serial,
    }
