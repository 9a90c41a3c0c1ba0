"""The history of boots: why the phone went down each time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

    from hwsim.phone.phone import Phone

_DAY_S = 86_400.0
_SAGGING_RATIO = 2.2  # from here on a load step at a low level pulls the voltage below the cut-off


@dataclass(frozen=True)
class Boot:
    """One start of the system."""

    at: datetime
    reason: str


def draw_boots(phone: Phone) -> list[Boot]:
    """Return the last boots, oldest first, as the condition of the parts makes them likely."""
    rng = phone.rng("boots")
    condition = phone.condition
    reasons = ["reboot,userrequested", "reboot,ota", "shutdown,userrequested", "reboot"]
    gap_s = 6 * _DAY_S
    if condition.battery_resistance_ratio > _SAGGING_RATIO:
        reasons, gap_s = ["shutdown,battery"] * 6 + ["reboot,longkey"], _DAY_S
    elif condition.modem_crash_period_s:
        reasons, gap_s = ["reboot,userrequested", "reboot", "kernel_panic,subsys-restart"], 0.7 * _DAY_S
    elif condition.touch_on_bus is False:
        # Who cannot touch the screen cannot choose "restart" on it, either.
        reasons, gap_s = ["reboot,longkey", "reboot", "reboot", "reboot"], 2 * _DAY_S
    boots = []
    at_s = 0.0
    for _ in range(5):
        boots.append(Boot(at=phone.clock.at(at_s), reason=rng.choice(reasons)))
        at_s -= gap_s * rng.uniform(0.3, 1.7)
    return boots[::-1]
