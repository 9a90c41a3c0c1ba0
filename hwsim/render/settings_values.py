"""The settings provider's three tables: defaults of a phone that is in use, and what somebody has changed."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from hwsim.phone.phone import Phone

TABLES = ("system", "secure", "global")
DELETED = "\0deleted"
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

_WAITS_FOR_ACCOUNT = {
    ("secure", "secure_frp_mode"): "1",
    ("secure", "user_setup_complete"): "0",
    ("global", "device_provisioned"): "0",
}


def all_settings(phone: Phone) -> dict[tuple[str, str], str]:
    """Return every setting by table and name."""
    android_id = {("secure", "android_id"): f"{phone.rng('android_id').getrandbits(64):016x}"}
    both = {**_DEFAULTS, **android_id, **phone.settings, **_locked(phone)}
    return {key: value for key, value in both.items() if value != DELETED}


def _locked(phone: Phone) -> dict[tuple[str, str], str]:
    """Return what a phone that waits for its former owner's account shows: nobody else can write it."""
    return _WAITS_FOR_ACCOUNT if phone.condition.frp_locked else {}


def setting(phone: Phone, table: str, name: str, default: str) -> str:
    """Return one setting, or what the services take when it is not there."""
    value = phone.settings.get((table, name), _DEFAULTS.get((table, name), default))
    return default if value == DELETED else value


def whole_setting(phone: Phone, table: str, name: str, default: int) -> int:
    """Return one setting as a number; text that is none counts as not there, as the services take it."""
    value = setting(phone, table, name, str(default))
    return int(value) if value.removeprefix("-").isdecimal() else default
