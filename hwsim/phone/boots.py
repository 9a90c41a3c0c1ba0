"""The history of boots: why the phone went down each time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

    from hwsim.phone.condition import Condition
    from hwsim.phone.phone import Phone

_DAY_S = 86_400.0
_SAGGING_RATIO = 2.2  # from here on a load step at a low level pulls the voltage below the cut-off
_CLIFF_RATIO = 0.25  # a gauge that believes in this much more than there is ends with a cliff
_HOT_K_PER_W = 9.0  # from here on the processor reaches its shutdown temperature in a game
_FLIPS_PER_H = 2.0
_SUPPLY_FAULT = "supply fault"
SUPPLY_FAULT_NAMED = "reboot,pmic_off_fault,gp_fault0,pm0,smps2"
_READS_FAULTS = ("qcom", "gs")


@dataclass(frozen=True)
class Boot:
    """One start of the system."""

    at: datetime
    reason: str


def draw_boots(phone: Phone) -> list[Boot]:
    """Return the last boots, oldest first, as the condition of the parts makes them likely."""
    rng = phone.rng("boots")
    reasons, gap_s = _usual_ends(phone.health.worst)
    boots = []
    at_s = 0.0
    for _ in range(5):
        boots.append(Boot(at=phone.clock.at(at_s), reason=_told(phone, rng.choice(reasons))))
        at_s -= gap_s * rng.uniform(0.3, 1.7)
    if phone.condition.compiling_cores or phone.condition.update_half_done:
        boots[0] = Boot(at=boots[0].at, reason="reboot,ota")
    return boots[::-1]


def _told(phone: Phone, reason: str) -> str:
    """Return a reason as the boot loader tells it: only some read the power chip's fault register."""
    if reason != _SUPPLY_FAULT:
        return reason
    return SUPPLY_FAULT_NAMED if phone.profile.family in _READS_FAULTS else "reboot,hard_reset"


def _usual_ends(condition: Condition) -> tuple[list[str], float]:
    """Return the reasons, as often as they are likely, and the mean time between boots (seconds)."""
    rows = (
        (condition.battery_resistance_ratio > _SAGGING_RATIO, ["shutdown,battery"] * 6 + ["reboot,longkey"], 1.0),
        (bool(condition.battery_shutdown_period_s), ["reboot,undervoltage"] * 5 + ["reboot"], 0.5),
        (_believed_too_much(condition), ["shutdown,battery"] * 5 + ["reboot,userrequested"], 1.0),
        (bool(condition.modem_crash_period_s), ["reboot,userrequested", "reboot", "kernel_panic,subsys-restart"], 0.7),
        (bool(condition.pmic_fault_period_s), [_SUPPLY_FAULT] * 4 + ["reboot"], 0.3),
        (condition.paste_k_per_w > _HOT_K_PER_W, ["shutdown,thermal"] * 4 + ["reboot,userrequested"], 0.6),
        (condition.ram_flips_per_h > _FLIPS_PER_H, ["kernel_panic", "kernel_panic,bug", "watchdog", "reboot"], 0.6),
        (bool(condition.power_key_held_period_s), ["reboot,longkey"] * 6 + ["reboot"], 0.2),
        (bool(condition.storage_link_error_period_s), ["kernel_panic", "reboot", "reboot,userrequested"], 1.0),
        # Who cannot touch the screen cannot choose "restart" on it, either.
        (not condition.touch_on_bus, ["reboot,longkey", "reboot", "reboot", "reboot"], 2.0),
    )
    for so, reasons, days in rows:
        if so:
            return reasons, days * _DAY_S
    return ["reboot,userrequested", "reboot,ota", "shutdown,userrequested", "reboot"], 6 * _DAY_S


def _believed_too_much(condition: Condition) -> bool:
    return condition.battery_learned_ratio - condition.battery_full_ratio > _CLIFF_RATIO
