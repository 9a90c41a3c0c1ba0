"""``dumpsys battery``.

Layouts seen: Android 7 to 10 (Pixel, vivo), One UI 2 and 6 with their extras, the last three lines and the sentences
of 14 and later on a Pixel 8 Pro, an Honor and a HyperOS phone; 11 to 13 unverified.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hwsim.phone.charge_path import contact_moment
from hwsim.phone.misconfiguration import charge_limit_percent
from hwsim.render.shell_state import shell_state

if TYPE_CHECKING:
    from hwsim.phone.phone import Phone

DOCK_SINCE = 33
_CHARGING_STATE_SINCE, _SENTENCES_SINCE = 34, 35
_SENT = " Time when the latest updated value of the {} was sent via battery changed broadcast: {}"
_LONG_LIFE, _FULL_PERCENT = 4, 100
_GOOD, _HOT, _COLD = 2, 3, 7
_OVERHEAT_C = 60.0
_CHARGING, _DISCHARGING, _NOT_CHARGING, _FULL = 2, 3, 4, 5


def plugged(phone: Phone) -> bool:
    """Tell whether a supply is felt at this moment: a loose port makes and breaks contact."""
    chance = phone.rng(f"contact/{phone.boot_count}/{contact_moment(phone.clock.uptime_s)}")
    battery = phone.battery
    return battery.supply_ma > 0 and (battery.supply_kind == "wireless" or battery.path.touches(chance))


def status_number(phone: Phone) -> int:
    """Return BatteryManager's status constant."""
    battery = phone.battery
    if not plugged(phone):
        return _DISCHARGING
    if battery.full:
        return _FULL
    return _CHARGING if battery.charging else _NOT_CHARGING


def health_number(phone: Phone) -> int:
    """Return BatteryManager's health constant: cold or hot as the reading says, else good, worn or not."""
    reading_c = phone.battery.reading_c
    return _COLD if reading_c < 0 else _HOT if reading_c >= _OVERHEAT_C else _GOOD


def supplies(phone: Phone) -> dict[str, int]:
    """Return which kind of supply is there, 1 for the one that is."""
    felt, fed = plugged(phone), phone.battery.supply_kind
    return {kind: int(felt and fed == kind) for kind in ("ac", "usb", "wireless")}


def offered_ua(phone: Phone) -> int:
    """Return the current that the supply says it can give (microampere), 0 without one."""
    return round(phone.battery.supply_ma) * 1000 * int(plugged(phone))


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
        **supplies(phone),
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
    sentences = profile.sdk >= (_CHARGING_STATE_SINCE if samsung else _SENTENCES_SINCE)
    sent = "0" if samsung else _span(phone.plugged_since_s)
    lines.append(f"  Max charging current: {offered_ua(phone) if told else 0}")
    if sentences:
        lines.append(_SENT.format("Max charging current", sent))
    lines.append(f"  Max charging voltage: {5000000 if told else 0}")
    lines += [f"  Charge counter: {values['counter']}", f"  status: {values['status']}"]
    lines += [f"  health: {values['health']}", f"  present: {yes['present']}", f"  level: {values['level']}"]
    lines += ["  scale: 100", f"  voltage: {values['voltage']}"]
    if sentences:
        lines.append(_SENT.format("voltage", sent))
        lines.append(f" The last voltage value sent via the battery changed broadcast: {values['voltage'] - 6}")
    lines += [f"  temperature: {values['temp']}", "  technology: Li-ion"]
    if profile.sdk >= _CHARGING_STATE_SINCE:
        lines += ["  Charging state: 0", f"  Charging policy: {_policy(phone)}"]
    if sentences:
        lines.append(f"  Capacity level: {-1 if samsung else 3}")
    if samsung:
        lines += _samsung_extras(phone) if sentences else _older_samsung_extras(phone)
    return "\n".join(lines) + "\n"


def _policy(phone: Phone) -> int:
    """Return BatteryManager's charging policy: 4 where the owner wants a long life of the battery, else 0."""
    return _LONG_LIFE if charge_limit_percent(phone) < _FULL_PERCENT else 0


def _span(seconds: float) -> str:
    """Return a time span as Android's TimeUtils prints it."""
    minutes, rest_s = divmod(max(seconds, 0.0), 60)
    shown = f"{int(minutes) % 60}m{int(rest_s)}s{int(rest_s % 1 * 1000)}ms"
    return f"+{int(minutes) // 60}h{shown}" if minutes >= 60 else f"+{shown}"


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
        f"  mSavedBatteryAsoc: {_asoc_percent(phone)}",
        "  mSavedBatteryMaxTemp: 412",
        f"  mSavedBatteryUsage: {condition.battery_cycles * 100}",
        f"LLB CAL: {phone.profile.patch[:4]}0105",
        f" mProtectBatteryMode: {int(charge_limit_percent(phone) < _FULL_PERCENT)}",
        " mProtectionThreshold: 80",
    ]


def _older_samsung_extras(phone: Phone) -> list[str]:
    """Return the lines of One UI 2 (Android 10): calibration dates by week, then what is backed up of the battery."""
    battery, now = phone.battery, phone.clock.now
    calibrated_year = int(phone.profile.patch[:4]) - 1
    weeks = (now.year - calibrated_year) * 52 + now.month * 4
    return [
        "  batteryMiscEvent: 0",
        "  batteryCurrentEvent: 0",
        "  mSecPlugTypeSummary: 2",
        "  LED Charging: true",
        "  LED Low Battery: true",
        f"  current now: {round(battery.current_ma)}",
        f"  charge counter: {battery.charge_counter_uah}",
        "  Adaptive Fast Charging Settings: true",
        "USE_FAKE_BATTERY: false",
        "FEATURE_WIRELESS_FAST_CHARGER_CONTROL: false",
        "  mWasUsedWirelessFastChargerPreviously: false",
        "  mWirelessFastChargingSettingsEnable: true",
        f"LLB CAL: {calibrated_year}0109",
        "LLB MAN: ",
        f"LLB CURRENT: YEAR{now.year}M{now.month}D{now.day}",
        f"LLB DIFF: {weeks}",
        "FEATURE_HICCUP_CONTROL: true",
        "FEATURE_SUPPORTED_DAILY_BOARD: false",
        "SEC_FEATURE_USE_WIRELESS_POWER_SHARING: false",
        "BatteryInfoBackUp",
        f"  mSavedBatteryAsoc: {_asoc_percent(phone)}",
        "  mSavedBatteryMaxTemp: 431",
        "  mSavedBatteryMaxCurrent: 2310",
        f"  mSavedBatteryUsage: {phone.condition.battery_cycles * 100}",
        "  FEATURE_SAVE_BATTERY_CYCLE: true",
        "  SEC_FEATURE_PREVENT_SWELLING: false",
    ]


def _asoc_percent(phone: Phone) -> int:
    """Return Samsung's figure of health: a battery as it leaves the box counts as whole."""
    return round(100 * min(phone.condition.battery_full_ratio / 0.93, 1.0))
