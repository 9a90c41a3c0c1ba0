"""``dumpsys battery set|unplug|reset`` and ``cmd battery``: one shell behind both, as in the real service.

The words are those of AOSP's BatteryService (``get`` since 14, ``dock`` since 13); unverified on a phone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hwsim.render.battery import DOCK_SINCE, battery_values
from hwsim.render.shell_state import shell_state
from hwsim.shell_commands.reply import FAILED, Reply, unknown

if TYPE_CHECKING:
    from hwsim.phone.phone import Phone

_GET_SINCE = 34
_SUPPLIES = ("ac", "usb", "wireless", "dock")
_SETTABLE = (*_SUPPLIES, "status", "level", "counter", "temp", "present", "invalid")


def change_battery(phone: Phone, words: list[str]) -> Reply:
    """Override what the battery service shows, or let it follow the battery again."""
    words = [word for word in words if word != "-f"]
    action = words[0] if words else "help"
    state = shell_state(phone)
    if action == "reset":
        state.battery_updates_stopped = False
        state.battery = {}
        return Reply()
    if action == "unplug":
        _hold(phone, dict.fromkeys(_SUPPLIES, 0))
        return Reply()
    if action == "set":
        return _set(phone, words[1:])
    if action == "get" and phone.profile.sdk >= _GET_SINCE:
        return _get(phone, words[1:])
    return unknown(action)


def _set(phone: Phone, words: list[str]) -> Reply:
    if len(words) < 2:
        return Reply(err="No property specified\n" if not words else "No value specified\n", code=FAILED)
    key, value = words[:2]
    if key not in _SETTABLE or (key == "dock" and phone.profile.sdk < DOCK_SINCE):
        return Reply(err=f"Unknown set option: {key}\n", code=FAILED)
    if not value.removeprefix("-").isdecimal():
        return Reply(err=f"Bad value: {value}\n", code=FAILED)
    _hold(phone, {key: int(value)})
    return Reply()


def _get(phone: Phone, words: list[str]) -> Reply:
    values = battery_values(phone)
    key = words[0] if words else ""
    if key not in values:
        return Reply(err=f"Unknown get option: {key}\n" if key else "No property specified\n", code=FAILED)
    value = values[key]
    return Reply(f"{str(bool(value)).lower() if key in (*_SUPPLIES, 'present') else value}\n")


def _hold(phone: Phone, changes: dict[str, int]) -> None:
    """Keep the values of this moment, with changes, until somebody resets the service."""
    held = {**battery_values(phone), **changes}
    state = shell_state(phone)
    state.battery = held
    state.battery_updates_stopped = True
