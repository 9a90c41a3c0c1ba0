"""What settings and switches make of the phone: who may listen, look and feel, where sound goes, who is let in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hwsim.phone.misconfiguration import SWITCHES
from hwsim.phone.misdeeds import culprit
from hwsim.render.radios import HEADSETS, bluetooth_on
from hwsim.render.settings_values import setting

if TYPE_CHECKING:
    from hwsim.phone.apps import App
    from hwsim.phone.phone import Phone

_TOGGLES_SINCE, _SENSORS_OFF_SINCE = 31, 29
_DENIED = ("deny", "ignore")
OPS = {"camera": "CAMERA", "microphone": "RECORD_AUDIO", "overlay": "SYSTEM_ALERT_WINDOW"}
"""What an app must be allowed to hold each of these, as app operations call it."""


def switched(phone: Phone, name: str) -> bool:
    """Tell whether a switch outside the settings provider is on."""
    return phone.settings.get((SWITCHES, name), "0") == "1"


def microphone_blocked(phone: Phone) -> bool:
    """Tell whether the privacy switch silences every recording."""
    return (phone.profile.sdk >= _TOGGLES_SINCE and switched(phone, "microphone")) or sensors_blocked(phone)


def camera_blocked(phone: Phone) -> bool:
    """Tell whether the privacy switch blackens every picture."""
    return (phone.profile.sdk >= _TOGGLES_SINCE and switched(phone, "camera")) or sensors_blocked(phone)


def sensors_blocked(phone: Phone) -> bool:
    """Tell whether the developer's tile has turned all sensors off."""
    return phone.profile.sdk >= _SENSORS_OFF_SINCE and switched(phone, "sensors")


def holder(phone: Phone, device: str) -> App | None:
    """Return the app that holds the ``camera`` or the ``microphone``, or covers the screen (``overlay``)."""
    app = culprit(phone, device)
    if app is None or app_op(phone, app.package, OPS[device]) in _DENIED:
        return None
    return app


def app_op(phone: Phone, package: str, op: str) -> str:
    """Return what an app may do, by the name of the operation: allow, ignore, deny or default."""
    return phone.settings.get((SWITCHES, f"{op} {package}"), "allow")


def set_app_op(phone: Phone, package: str, op: str, mode: str) -> None:
    """Let an app do something, or not."""
    phone.settings[SWITCHES, f"{op} {package}"] = mode


def headset(phone: Phone) -> str:
    """Return the name of the headset that is connected over Bluetooth; empty when there is none."""
    there = switched(phone, "headset") and bluetooth_on(phone)
    return phone.rng("headset").choice(HEADSETS) if there else ""


def vpn_lockdown(phone: Phone) -> App | None:
    """Return the VPN that is always on and lets nothing pass beside it; none of them has a connection here."""
    package = setting(phone, "secure", "always_on_vpn_app", "")
    if setting(phone, "secure", "always_on_vpn_lockdown", "0") != "1":
        return None
    app = phone.software.find(package)
    return None if app is None or package in phone.software.disabled else app


def mobile_data_on(phone: Phone) -> bool:
    """Tell whether the owner lets the phone use mobile data."""
    return setting(phone, "global", "mobile_data", "1") != "0"


def access_point_right(phone: Phone) -> bool:
    """Tell whether the access point is the operator's own."""
    return not switched(phone, "apn")


def old_network_only(phone: Phone) -> bool:
    """Tell whether only GSM is allowed."""
    return setting(phone, "global", "preferred_network_mode", "22") == "1"


def accessibility_services(phone: Phone) -> list[str]:
    """Return the components of the accessibility services that are switched on and installed."""
    if setting(phone, "secure", "accessibility_enabled", "0") != "1":
        return []
    named = setting(phone, "secure", "enabled_accessibility_services", "").split(":")
    usable = {app.package for app in phone.software.apps} - phone.software.disabled
    return [name for name in named if name.split("/", 1)[0] in usable]
