"""What follows from software and settings for the rest of the phone: its load, its charge and its clock."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from hwsim.phone.misconfiguration import charge_limit_percent
from hwsim.phone.misdeeds import IDLE_MA, begin_misdeeds, extra_load_ma

if TYPE_CHECKING:
    from hwsim.phone.phone import Phone

_UNSET_CLOCK = datetime(2010, 1, 1, tzinfo=UTC).timestamp()


def settle(phone: Phone) -> None:
    """Bring apps, load, charge limit and wall clock in line with condition and settings."""
    begin_misdeeds(phone)
    phone.battery.load_ma = IDLE_MA + extra_load_ma(phone)
    phone.battery.limit_percent = charge_limit_percent(phone)
    by_hand = phone.settings.get(("global", "auto_time"), "1") == "0"
    phone.clock.set_wrong(_UNSET_CLOCK if phone.condition.clock_unset and by_hand else None)


def data_writable(phone: Phone) -> bool:
    """Tell whether the user's partition takes writes: a check at the next start mends what made it read-only."""
    return not phone.condition.data_damaged or phone.boot_count > phone.software.began.get("data", phone.boot_count)
