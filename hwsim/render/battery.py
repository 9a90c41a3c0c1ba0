"""``dumpsys battery``.

Layouts seen: Android 7 to 10 (Pixel, vivo) and One UI with its extras; 11, 12, 13 and 16 unverified.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hwsim.render.shell_state import shell_state

if TYPE_CHECKING:
    from hwsim.phone.phone import Phone

DOCK_SINCE = 33
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


def battery_values(phone: Phone) -> dict[str, int]:
    """Return what the battery service holds, by the names of ``dumpsys battery set``.

    Somebody who sets a value stops the updates: then these stay as they were at that moment.
    """
    state = shell_state(phone)
    if state.battery_updates_stopped:
        return state.battery
    phone.refresh()
    battery = phone.battery
    return {
        "ac": 0,
        "usb": int(battery.supply_ma > 0),
        "wireless": 0,
        "dock": 0,
        "counter": battery.charge_counter_uah,
        "status": status_number(phone),
        "health": health_number(phone),
        "present": 1,
        "level": battery.level,
        "voltage": round(battery.voltage_mv),
        "temp": round(battery.reading_c * 10),
        "invalid": 0,
    }


def show_battery(phone: Phone) -> str:
    """Return the state of the battery service."""
    values, profile = battery_values(phone), phone.profile
    samsung = profile.manufacturer == "samsung"
    told = phone.battery.supply_ma > 0 and not samsung
    yes = {name: str(bool(values[name])).lower() for name in ("ac", "usb", "wireless", "dock", "present")}
    lines = ["Current Battery Service state:"]
    if shell_state(phone).battery_updates_stopped:
        lines.append("  (UPDATES STOPPED -- use 'reset' to restart)")
    lines += [f"  AC powered: {yes['ac']}", f"  USB powered: {yes['usb']}", f"  Wireless powered: {yes['wireless']}"]
    if profile.sdk >= DOCK_SINCE:
        lines.append(f"  Dock powered: {yes['dock']}")
    lines.append(f"  Max charging current: {500000 if told else 0}")
    if samsung:
        lines.append(_SENT.format("Max charging current"))
    lines.append(f"  Max charging voltage: {5000000 if told else 0}")
    lines += [f"  Charge counter: {values['counter']}", f"  status: {values['status']}"]
    lines += [f"  health: {values['health']}", f"  present: {yes['present']}", f"  level: {values['level']}"]
    lines += ["  scale: 100", f"  voltage: {values['voltage']}"]
    if samsung:
        lines.append(_SENT.format("voltage"))
        lines.append(f" The last voltage value sent via the battery changed broadcast: {values['voltage'] - 6}")
    lines += [f"  temperature: {values['temp']}", "  technology: Li-ion"]
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
