"""``dumpsys battery``.

Layouts seen: Android 7 to 10 (Pixel, vivo) and One UI with its extras; 11, 12, 13 and 16 unverified.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from hwsim.phone.phone import Phone

_DOCK_SINCE = 33
_CHARGING_STATE_SINCE = 34
_SENT = " Time when the latest updated value of the {} was sent via battery changed broadcast: 0"
_GOOD, _COLD = 2, 7
_CHARGING, _DISCHARGING, _NOT_CHARGING, _FULL = 2, 3, 4, 5


def status_number(phone: Phone) -> int:
    """Return BatteryManager's status constant."""
    battery = phone.battery
    if battery.supply_ma <= 0:
        return _DISCHARGING
    if battery.full:
        return _FULL
    return _CHARGING if battery.charging else _NOT_CHARGING


def health_number(phone: Phone) -> int:
    """Return BatteryManager's health constant: cold when the reading says so, else good (as phones do, worn or not)."""
    return _COLD if phone.battery.reading_c < 0 else _GOOD


def show_battery(phone: Phone) -> str:
    """Return the state of the battery service."""
    phone.refresh()
    battery, profile = phone.battery, phone.profile
    samsung = profile.manufacturer == "samsung"
    plugged = battery.supply_ma > 0
    told = plugged and not samsung
    lines = ["Current Battery Service state:", "  AC powered: false", f"  USB powered: {str(plugged).lower()}"]
    lines.append("  Wireless powered: false")
    if profile.sdk >= _DOCK_SINCE:
        lines.append("  Dock powered: false")
    lines.append(f"  Max charging current: {500000 if told else 0}")
    if samsung:
        lines.append(_SENT.format("Max charging current"))
    lines.append(f"  Max charging voltage: {5000000 if told else 0}")
    lines += [f"  Charge counter: {battery.charge_counter_uah}", f"  status: {status_number(phone)}"]
    lines += [f"  health: {health_number(phone)}", "  present: true", f"  level: {battery.level}", "  scale: 100"]
    lines.append(f"  voltage: {round(battery.voltage_mv)}")
    if samsung:
        lines.append(_SENT.format("voltage"))
        lines.append(f" The last voltage value sent via the battery changed broadcast: {round(battery.voltage_mv) - 6}")
    lines += [f"  temperature: {round(battery.reading_c * 10)}", "  technology: Li-ion"]
    if profile.sdk >= _CHARGING_STATE_SINCE:
        lines += ["  Charging state: 0", "  Charging policy: 0", f"  Capacity level: {-1 if samsung else 3}"]
    if samsung:
        lines += _samsung_extras(phone)
    return "\n".join(lines) + "\n"


def _samsung_extras(phone: Phone) -> list[str]:
    battery, condition = phone.battery, phone.condition
    return [
        "  batteryMiscEvent: 65536",
        "  batteryCurrentEvent: 0",
        "  mSecPlugTypeSummary: 2",
        "  LED Charging: true",
        "  LED Low Battery: true",
        f"  current now: {round(battery.current_ma)}",
        f"  charge counter: {battery.charge_counter_uah}",
        "  Adaptive Fast Charging Settings: true",
        "  Super Fast Charging Settings: true",
        "FEATURE_WIRELESS_FAST_CHARGER_CONTROL: false",
        f"  mSavedBatteryAsoc: {round(100 * min(condition.battery_full_ratio / 0.93, 1.0))}",
        "  mSavedBatteryMaxTemp: 412",
        f"  mSavedBatteryUsage: {condition.battery_cycles * 100}",
        f"LLB CAL: {phone.profile.patch[:4]}0105",
        " mProtectBatteryMode: 0",
        " mProtectionThreshold: 80",
    ]
