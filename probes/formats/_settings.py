"""``settings list NAMESPACE`` and ``dumpsys settings``: the owner's switches, by namespace and key."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from ._reading import frozen, lines, put, require

_PAIR = re.compile(r"([A-Za-z][\w.:+/-]{1,120})=(.{0,4000})")
_HEADING = re.compile(r"(GLOBAL|SECURE|SYSTEM) SETTINGS \(user (\d{1,6})\)")
_ROW = re.compile(r"_id:\d{1,9} name:([\w.:+/-]{1,120}) (?:pkg:\S{1,200} )?value:(.{0,4000})")
_TAIL = re.compile(r" (?:default:|defaultFromSettings:|defaultSystemSet:|tag:|preserve_in_restore:).{0,4000}$")
_MAX_SETTINGS = 4000
# every Android has some of these in each namespace; a list of other pairs is not a list of settings
_USUAL = frozenset(
    {
        *(
            "adb_enabled",
            "airplane_mode_on",
            "auto_time",
            "bluetooth_on",
            "device_provisioned",
            "mode_ringer",
            "wifi_on",
        ),
        *("accessibility_enabled", "android_id", "default_input_method", "location_mode", "user_setup_complete"),
        *("accelerometer_rotation", "font_scale", "screen_brightness", "screen_off_timeout", "volume_music"),
    }
)


@dataclass(frozen=True, slots=True)
class SettingsList:
    """The settings of one namespace, as printed."""

    values: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class SettingsDump:
    """The settings of the first user by namespace: ``global``, ``secure``, ``system``."""

    namespaces: Mapping[str, Mapping[str, str]]


def parse_settings_list(text: str) -> SettingsList:
    """Read ``settings list global|secure|system``; a value may go on over several lines, which are left out.

    Raises:
        NotUnderstood: none of the keys that every phone has is there.
    """
    values: dict[str, str] = {}
    for line in lines(text):
        if found := _PAIR.fullmatch(line):
            put(values, found[1], found[2].strip(), cap=_MAX_SETTINGS)
    require(_USUAL & set(values), "list of settings", text)
    return SettingsList(values=frozen(values))


def parse_settings_dump(text: str) -> SettingsDump:
    """Read ``dumpsys settings`` as a bug report holds it. Settings without a user stand under user 0 or -1.

    Raises:
        NotUnderstood: no heading names a namespace.
    """
    spaces: dict[str, dict[str, str]] = {}
    current: dict[str, str] | None = None
    for line in lines(text):
        if found := _HEADING.match(line):
            name = found[1].lower()
            current = spaces.setdefault(name, {}) if name not in spaces else None  # the first user's come first
        elif current is not None and (found := _ROW.match(line)):
            put(current, found[1], _TAIL.sub("", found[2]).strip(), cap=_MAX_SETTINGS)
    require(spaces, "settings dump", text)
    return SettingsDump(namespaces=frozen({name: frozen(table) for name, table in spaces.items()}))
