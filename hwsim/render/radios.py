"""``dumpsys nfc``, ``wifi``, ``bluetooth_manager`` and ``location``.

Layouts: the first lines of nfc seen on a Pixel with Android 8.1; wifi, bluetooth_manager and location unverified.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hwsim.phone.misconfiguration import SWITCHES
from hwsim.phone.misdeeds import culprit
from hwsim.render.air import satellite_kpis, scan_lines
from hwsim.render.settings_values import setting

if TYPE_CHECKING:
    from hwsim.phone.phone import Phone

_USERS_SINCE = 30
_CRASHES_KEPT = 100
_HEADSET_ADDRESS = "XX:XX:XX:XX:7E:21"
HEADSETS = ("WH-1000XM4", "JBL TUNE510BT", "Galaxy Buds2", "Soundcore Q20")


def wifi_on(phone: Phone) -> bool:
    """Tell whether Wi-Fi is up: it needs its chip and its switch, and plane mode wins."""
    return phone.condition.wifi_on_bus and setting(phone, "global", "wifi_on", "1") != "0" and not plane_mode(phone)


def bluetooth_on(phone: Phone) -> bool:
    """Tell whether Bluetooth is up: it needs its chip and its switch, and plane mode wins."""
    chip, switched_on = phone.condition.bluetooth_on_bus, setting(phone, "global", "bluetooth_on", "1") != "0"
    return chip and switched_on and not plane_mode(phone)


def plane_mode(phone: Phone) -> bool:
    """Tell whether plane mode is on."""
    return setting(phone, "global", "airplane_mode_on", "0") == "1"


def nfc_on(phone: Phone) -> bool:
    """Tell whether the NFC service is up: it needs its chip, its switch and no plane mode."""
    return phone.condition.nfc_on_bus and setting(phone, "global", "nfc_on", "1") != "0" and not plane_mode(phone)


def show_nfc(phone: Phone) -> str:
    """Return the NFC service's dump."""
    on = nfc_on(phone)
    lines = [f"mState={'on' if on else 'off'}", "mIsZeroClickRequested=true", "mScreenState=ON_UNLOCKED"]
    if on:
        lines += ["mTechMask: default", "mEnableLPD: true", "mEnableReader: false", "mEnableHostRouting: true"]
        lines.append("mEnableP2p: false")
    return "\n".join(lines) + "\n"


def show_wifi(phone: Phone) -> str:
    """Return the Wi-Fi service's dump: the switch and the state of the supplicant; nobody has joined a network."""
    on = wifi_on(phone)
    lines = [f"Wi-Fi is {'enabled' if on else 'disabled'}", "Verbose logging is off", "Stay-awake conditions: 0"]
    lines += ["mInIdleMode false", "mScanPending false", "", "WifiController:", " total records=4"]
    lines += [f"mAirplaneModeOn {str(plane_mode(phone)).lower()}", ""]
    state = "DISCONNECTED" if on else "UNINITIALIZED"
    joined = f"SSID: <unknown ssid>, BSSID: <none>, MAC: {phone.identity.wifi_mac}"
    lines.append(f"mWifiInfo {joined}, Supplicant state: {state}, RSSI: -127")
    lines += ["Latest scan results:", *scan_lines(phone)] if on else []
    return "\n".join([*lines, "mNetworkInfo [type: WIFI[], state: DISCONNECTED/DISCONNECTED, available: false]"]) + "\n"


def show_bluetooth(phone: Phone) -> str:
    """Return the Bluetooth manager's dump."""
    on = bluetooth_on(phone)
    address = "XX:XX:XX:XX:" + phone.identity.wifi_mac[-5:].upper()
    lines = ["Bluetooth Status", f"  enabled: {str(on).lower()}", f"  state: {'ON' if on else 'OFF'}"]
    lines += [f"  address: {address}", f"  name: {phone.profile.model}"]
    if on:
        minutes, seconds = divmod(int(phone.clock.uptime_s), 60)
        lines.append(f"  time since enabled: {minutes // 60:02d}:{minutes % 60:02d}:{seconds:02d}.000")
    lines += ["", "Enable log:", "  No Bluetooth toggles since boot" if on else "  -", "", *_bluetooth_crashes(phone)]
    name = phone.rng("headset").choice(HEADSETS) if phone.settings.get((SWITCHES, "headset")) == "1" else ""
    lines += ["", "0 BLE apps registered", "", "Bonded devices:"]
    lines += [f"  {_HEADSET_ADDRESS} [ DUAL ] {name}"] if name else []
    if name and on:
        lines += ["", "Profile: A2dpService", f"  Active Device: {_HEADSET_ADDRESS}", f"  {name}: Connected"]
    return "\n".join([*lines, ""]) + "\n"


def _bluetooth_crashes(phone: Phone) -> list[str]:
    """Return how often the stack has died since boot, and when, at most the last hundred times."""
    period_s = phone.condition.bluetooth_crash_period_s if culprit(phone, "bluetooth") else 0.0
    count = min(int(phone.clock.uptime_s / period_s), _CRASHES_KEPT) if period_s else 0
    times = [phone.clock.at(phone.clock.uptime_s - (index + 0.4) * period_s) for index in reversed(range(count))]
    lines = [f"Bluetooth crashed {count} time{'' if count == 1 else 's'}"]
    lines += [f"(last {_CRASHES_KEPT})"] if count == _CRASHES_KEPT else []
    return lines + [f"  {at:%m-%d %H:%M:%S.000}" for at in times]


def show_location(phone: Phone) -> str:
    """Return the location service's dump: which providers may be used, and how satellites were heard."""
    on = setting(phone, "secure", "location_mode", "3") != "0"
    lines = ["Current Location Manager state:" if phone.profile.sdk < _USERS_SINCE else "Location Manager State:"]
    lines += [f"  Location Setting: {str(on).lower()}", "  Location Providers:"]
    for provider in ("passive", "gps", "network", "fused"):
        allowed = on and (provider != "gps" or phone.condition.gnss_on_bus)
        lines += [f"    {provider} provider:", "      last location=null", f"      enabled={str(allowed).lower()}"]
    used = on and phone.condition.gnss_on_bus
    return "\n".join([*lines, *(f"      {line}" for line in satellite_kpis(phone, used=used))]) + "\n"
