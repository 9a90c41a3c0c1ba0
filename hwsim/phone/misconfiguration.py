"""Where a setting of the library is kept on a phone of this make, and which of its apps a setting names.

The table ``switch`` holds what Android and the makers keep outside the settings provider: the privacy toggles, the
developer's "sensors off" tile, a headset that is connected, what the network forwards, the access point.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from hwsim.phone.phone import Phone

Settings = dict[tuple[str, str], str]

SWITCHES = "switch"
"""The table of switches that ``settings list`` does not show."""
CHARGE_LIMIT = (SWITCHES, "charge_limit")
_CHARGE_LIMIT_KEYS = {
    "samsung": ("global", "protect_battery", 0),
    "Google": ("secure", "charge_optimization_mode", 35),
    "OPPO": ("system", "regular_charge_protection_switch_state", 30),
    "OnePlus": ("system", "regular_charge_protection_switch_state", 30),
    "realme": ("system", "regular_charge_protection_switch_state", 30),
}
"""Who keeps the limit of 80 % in a setting, and from which level of Android on; the others' own apps keep it."""
LIMITED_PERCENT = 80
SWITCHED_OFF = ("apn", "camera", "charge_limit", "forwarding", "headset", "microphone", "sensors")
"""What the owner can switch off in the phone's menus."""


def charge_limit_key(phone: Phone) -> tuple[str, str]:
    """Return where a phone keeps its charge limit. Keys as public guides name them; unverified on phones."""
    table, name, since = _CHARGE_LIMIT_KEYS.get(phone.profile.manufacturer, (*CHARGE_LIMIT, 0))
    return (table, name) if phone.profile.sdk >= since else CHARGE_LIMIT


def charge_limit_percent(phone: Phone) -> int:
    """Return the level at which charging ends by the owner's will; 100 when it does not."""
    return LIMITED_PERCENT if phone.settings.get(charge_limit_key(phone), "0") == "1" else 100


def spelled(phone: Phone, settings: Settings) -> Settings:
    """Return settings of the library as this phone has them: its own keys, and its own apps for ``{role}``."""
    packages = {role: app.package for role, app in phone.software.roles.items()}
    found = {}
    for key, value in settings.items():
        where = charge_limit_key(phone) if key == CHARGE_LIMIT else key
        found[where] = value.format_map(packages) if "{" in value else value
    return found


def switch_off(phone: Phone, name: str) -> None:
    """Do what the owner does in the settings app to a switch: a headset, an access point, a forwarding, a limit."""
    phone.logbook.freeze()
    phone.settings.pop(charge_limit_key(phone) if name == CHARGE_LIMIT[1] else (SWITCHES, name), None)
    phone.refresh()


def forget_app(phone: Phone, package: str) -> None:
    """Take an app that is gone out of the settings that name it, as the services do."""
    for key, value in list(phone.settings.items()):
        if key[0] == "secure" and package in value.replace("/", ":").split(":"):
            del phone.settings[key]
