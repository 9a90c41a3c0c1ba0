"""The health service's own dump and ``dumpsys hardware_properties``.

Layouts: hardware_properties seen on a Pixel with Android 10 (used for all); the health HAL's text
(``batteryproperties``, ``android.hardware.health.IHealth/default`` from 13 on) follows AOSP and is unverified.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hwsim.render.battery import DOCK_SINCE, health_number, offered_ua, status_number, supplies
from hwsim.render.thermal import temperatures

if TYPE_CHECKING:
    from hwsim.phone.phone import Phone

AIDL_SINCE = 33
AIDL_NAME = "android.hardware.health.IHealth/default"
_NO_LIMIT = "-3.4028235E38"
_KINDS = (("CPU", 0), ("GPU", 1), ("Battery", 2), ("Skin", 3))
_THROTTLING = {"CPU": "95.0", "GPU": "95.0", "Battery": _NO_LIMIT, "Skin": "54.0"}
_SHUTDOWN = {"CPU": "125.0", "GPU": "125.0", "Battery": "60.0", "Skin": "60.0"}


def show_battery_monitor(phone: Phone) -> str:
    """Return what the health service last read from the kernel; what a shell user overrides does not reach it."""
    phone.refresh()
    battery = phone.battery
    online = supplies(phone)
    sources = " ".join(f"{kind}: {online[kind]}" for kind in ("ac", "usb", "wireless"))
    plugged = int(battery.supply_ma > 0)
    dock = " dock: 0" if phone.profile.sdk >= DOCK_SINCE else ""
    learned = round(battery.learned_full_mah * 1000)
    lines = [
        f"{sources}{dock} current_max: {offered_ua(phone)} voltage_max: {5000000 * plugged}",
        f"status: {status_number(phone)} health: {health_number(phone)} present: 1",
        f"level: {battery.level} voltage: {round(battery.voltage_mv)} temp: {round(battery.reading_c * 10)}",
        f"current now: {round(battery.current_ma * 1000)}",
        f"charge counter: {battery.charge_counter_uah}",
        f"cycle count: {phone.condition.battery_cycles}",
        f"Full charge: {learned}",
    ]
    return "\n".join(lines) + "\n"


def show_hardware_properties(phone: Phone) -> str:
    """Return temperatures with their limits and the time each core has worked."""
    found = temperatures(phone)
    lines = ["****** Dump of HardwarePropertiesManagerService ******"]
    for name, kind in _KINDS:
        values = [f"{value:.1f}" for _sensor, number, value in found if number == kind]
        lines.append(f"{name} temperatures: [{', '.join(values)}]")
        for title, limit in (
            ("throttling", _THROTTLING[name]),
            ("shutdown", _SHUTDOWN[name]),
            ("vr throttling", "58.0" if name == "Skin" else _NO_LIMIT),
        ):
            lines.append(f"{name} {title} temperatures: [{', '.join([limit] * len(values))}]")
    lines += ["Fan speed: []", ""]
    ticks = round(phone.clock.uptime_s * 100)
    for core, (name, kind, _value) in enumerate(found):
        if kind == 0 and name.startswith("CPU"):
            lines.append(f"Cpu usage of core: {core}, active = {ticks // (5 + core)}, total = {ticks - 11 * core}")
    lines.append("****** End of HardwarePropertiesManagerService dump ******")
    return "\n".join(lines) + "\n"
