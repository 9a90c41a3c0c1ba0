"""``settings``: three tables of names and values."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from hwsim.phone.phone import Phone
    from hwsim.shell_commands.process import Process

_TABLES = ("system", "secure", "global")
_DEFAULTS = {
    ("global", "airplane_mode_on"): "0",
    ("global", "adb_enabled"): "1",
    ("global", "development_settings_enabled"): "1",
    ("global", "device_provisioned"): "1",
    ("global", "wifi_on"): "1",
    ("global", "bluetooth_on"): "1",
    ("global", "auto_time"): "1",
    ("global", "stay_on_while_plugged_in"): "0",
    ("global", "window_animation_scale"): "1.0",
    ("secure", "user_setup_complete"): "1",
    ("secure", "location_mode"): "3",
    ("secure", "install_non_market_apps"): "1",
    ("system", "screen_brightness"): "102",
    ("system", "screen_brightness_mode"): "1",
    ("system", "screen_off_timeout"): "60000",
    ("system", "volume_music_speaker"): "7",
    ("system", "haptic_feedback_enabled"): "1",
    ("system", "accelerometer_rotation"): "0",
}
_USAGE = "Settings provider (settings) commands:\n  help\n  get [--user <USER_ID> | current] NAMESPACE KEY\n"


async def run_settings(process: Process) -> int:
    """Get, put, list or delete."""
    words = [word for word in process.arguments if not word.startswith("--user") and word != "current"]
    action, table = [*words, "", ""][:2]
    if action not in ("get", "put", "list", "delete") or table not in _TABLES:
        process.err(_USAGE)
        return 255
    values = _values(process.phone)
    if action == "list":
        rows = sorted((key, value) for (where, key), value in values.items() if where == table)
        process.out("".join(f"{key}={value}\n" for key, value in rows))
        return 0
    if len(words) < (4 if action == "put" else 3):
        process.err("Bad arguments")
        return 255
    key = (table, words[2])
    if action == "get":
        process.out(values.get(key, "null") + "\n")
    elif action == "put":
        process.phone.settings[key] = words[3]
    else:
        process.out(f"Deleted {int(key in values)} rows\n")
        process.phone.settings[key] = _DELETED
    return 0


_DELETED = "\0deleted"


def _values(phone: Phone) -> dict[tuple[str, str], str]:
    both = {**_DEFAULTS, ("secure", "android_id"): f"{phone.rng('android_id').getrandbits(64):016x}", **phone.settings}
    return {key: value for key, value in both.items() if value != _DELETED}
