"""The settings that look like a fault, one check each. Keys: AOSP's (android.provider.Settings) or the makers' own."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from probes._text import show
from probes.software._settings_facts import Facts, Look

_DIM_OF_255: Final = 12
_SLOW_FACTOR: Final = 3.0
_SHORT_MS: Final = 10_000
_TILTED: Final = 0.5
_GSM_ONLY: Final = "1"
_LONG_LIFE: Final = 4  # BatteryManager.CHARGING_POLICY_ADAPTIVE_LONGLIFE
_NOT_CHARGING: Final = 4
_LIMIT_PERCENT: Final = (80, 85)
_TALKBACK: Final = "talkback"


@dataclass(frozen=True, slots=True)
class Check:
    """One setting: ``name`` is also the code of its finding, after ``setting.``."""

    name: str
    label: str
    look: Callable[[Facts], Look | None]


def _is(space: str, key: str, *values: str) -> Callable[[Facts], Look | None]:
    """Unusual where a setting has one of the values."""
    return lambda facts: facts.look(space, facts.value(space, key) in values, key)


def _number(facts: Facts, space: str, key: str) -> float | None:
    try:
        return float(facts.value(space, key) or "")
    except ValueError:
        return None


def _silent(facts: Facts) -> Look | None:
    if facts.audio is not None and facts.audio.value.ringer_mode is not None:
        mode = facts.audio.value.ringer_mode
        return Look(mode == "SILENT", facts.audio.evidence(f"ringer mode {show(mode, 30)}"))
    return facts.look("global", facts.value("global", "mode_ringer") == "0", "mode_ringer")


def _volume(stream: str, device: str, *, at_most: int) -> Callable[[Facts], Look | None]:
    def look(facts: Facts) -> Look | None:
        audio = facts.audio
        level = audio.value.streams[stream].volume(device) if audio and stream in audio.value.streams else None
        if audio is None or level is None:
            return None
        # a ringer that is switched off shows a volume of nothing, too: that is said by its own check
        quiet = level <= at_most and not (stream == "STREAM_RING" and audio.value.ringer_mode in {"SILENT", "VIBRATE"})
        return Look(quiet, audio.evidence(f"{stream} on {device}: {level}"))

    return look


def _privacy(sensor: str) -> Callable[[Facts], Look | None]:
    def look(facts: Facts) -> Look | None:
        on = getattr(facts.privacy.value, sensor) if facts.privacy else None
        if facts.privacy is None or on is None:
            return None
        return Look(bool(on), facts.privacy.evidence(f"{sensor}: {'withheld' if on else 'given'}"))

    return look


def _bluetooth_route(facts: Facts) -> Look | None:
    stream = facts.audio.value.streams.get("STREAM_MUSIC") if facts.audio else None
    if facts.audio is None or stream is None or not stream.devices:
        return None
    taken = any(device.startswith(("bt_", "bluetooth", "ble_", "hearing_aid")) for device in stream.devices)
    return Look(taken, facts.audio.evidence(f"music plays to {show(', '.join(stream.devices), 80)}"))


def _charge_limit(facts: Facts) -> Look | None:
    for space, key in (
        ("global", "protect_battery"),
        ("secure", "charge_optimization_mode"),
        ("system", "regular_charge_protection_switch_state"),
    ):
        if facts.value(space, key) not in {None, "0"}:
            return facts.look(space, True, key)
    if facts.battery is None:
        return None
    battery = facts.battery.value
    policy = battery.raw_fields.get("Charging policy")
    low, high = _LIMIT_PERCENT
    # a phone on the cable that rests at 80 % in good health does so because it was told to
    rests = battery.status == _NOT_CHARGING and bool(battery.plugged) and low <= (battery.percent or 0) <= high
    unusual = policy == _LONG_LIFE or (rests and battery.health_name == "good")
    return Look(unusual, facts.battery.evidence(f"status {battery.status_name}, {battery.percent} %, policy {policy}"))


def _mobile_data(facts: Facts) -> Look | None:
    slot = facts.in_service
    if facts.registry is not None and slot is not None and slot.user_mobile_data is not None:
        return Look(not slot.user_mobile_data, facts.registry.evidence(f"mUserMobileDataState {slot.user_mobile_data}"))
    return facts.look("global", facts.value("global", "mobile_data") == "0", "mobile_data")


def _wrong_apn(facts: Facts) -> Look | None:
    if facts.registry is None:
        return None
    if facts.apn_failures is None:
        return Look(False, facts.registry.evidence())
    refused = [line for line in facts.apn_failures.value.splitlines() if "MISSING_UNKNOWN_APN" in line]
    return Look(bool(refused), facts.apn_failures.evidence(refused[-1] if refused else ""))


def _forwarding(facts: Facts) -> Look | None:
    slots = [slot.call_forwarding for slot in facts.registry.value.slots] if facts.registry else []
    if facts.registry is None or all(state is None for state in slots):
        return None
    return Look(any(slots), facts.registry.evidence(f"mCallForwarding {any(slots)}"))


def _off(key: str) -> Callable[[Facts], Look | None]:
    """A radio that is switched off by itself; in plane mode all are off, and that is said once."""

    def look(facts: Facts) -> Look | None:
        plane = facts.value("global", "airplane_mode_on") == "1"
        return facts.look("global", facts.value("global", key) == "0" and not plane, key)

    return look


def _nfc(facts: Facts) -> Look | None:
    plane = facts.value("global", "airplane_mode_on") == "1"
    if facts.nfc is not None:
        state = facts.nfc.value.state
        return Look(state == "off" and not plane, facts.nfc.evidence(f"mState={show(state, 30)}"))
    if facts.value("global", "nfc_on") is None:
        return None
    return facts.look("global", facts.value("global", "nfc_on") == "0" and not plane, "nfc_on")


def _brightness(facts: Facts) -> Look | None:
    level = _number(facts, "system", "screen_brightness")
    dark = facts.value("system", "screen_brightness_mode") != "1" and level is not None and level <= _DIM_OF_255
    return facts.look("system", dark, "screen_brightness", "screen_brightness_mode")


def _grayscale(facts: Facts) -> Look | None:
    on = facts.value("secure", "accessibility_display_daltonizer_enabled") == "1"
    keys = ("accessibility_display_daltonizer_enabled", "accessibility_display_daltonizer")
    return facts.look("secure", on and facts.value("secure", keys[1]) == "0", *keys)


def _talkback(facts: Facts) -> Look | None:
    if facts.accessibility is not None and facts.accessibility.value.touch_exploration is not None:
        on = facts.accessibility.value.touch_exploration
        return Look(on, facts.accessibility.evidence(f"touchExplorationEnabled={on}"))
    on = facts.value("secure", "touch_exploration_enabled") == "1"
    services = (facts.value("secure", "enabled_accessibility_services") or "").lower()
    running = facts.value("secure", "accessibility_enabled") == "1" and _TALKBACK in services
    return facts.look("secure", on or running, "touch_exploration_enabled", "enabled_accessibility_services")


def _balance(facts: Facts) -> Look | None:
    balance = _number(facts, "system", "master_balance")
    return facts.look("system", abs(balance or 0.0) >= _TILTED, "master_balance")


def _rotation(facts: Facts) -> Look | None:
    turned = facts.value("system", "user_rotation") not in {None, "0"}
    locked = facts.value("system", "accelerometer_rotation") == "0" and turned
    return facts.look("system", locked, "accelerometer_rotation", "user_rotation")


def _haptics(facts: Facts) -> Look | None:
    """Touch feedback alone is often off; that nothing at all may vibrate is unusual."""
    system = facts.spaces.get("system", {})
    keys = ("vibrate_on", "ring_vibration_intensity", "notification_vibration_intensity", "haptic_feedback_enabled")
    off = system.get("vibrate_on") == "0" or all(system.get(key) == "0" for key in keys[1:])
    return facts.look("system", off, *keys)


def _proxy(facts: Facts) -> Look | None:
    proxy = facts.value("global", "http_proxy")
    return facts.look("global", proxy not in {None, "", ":0", "null"}, "http_proxy")


def _slow(facts: Facts) -> Look | None:
    keys = ("window_animation_scale", "transition_animation_scale", "animator_duration_scale")
    slow = any((_number(facts, "global", key) or 0.0) >= _SLOW_FACTOR for key in keys)
    return facts.look("global", slow, *keys)


def _network_mode(facts: Facts) -> Look | None:
    keys = ("preferred_network_mode", "preferred_network_mode1")
    told = [value for key in keys if (value := facts.value("global", key)) is not None]
    old = bool(told) and all(value.split(",")[0] == _GSM_ONLY for value in told)
    return facts.look("global", old, *keys)


def _timeout(facts: Facts) -> Look | None:
    timeout_ms = _number(facts, "system", "screen_off_timeout")
    return facts.look("system", timeout_ms is not None and 0 < timeout_ms <= _SHORT_MS, "screen_off_timeout")


CHECKS: Final = (
    Check("silent_mode", "Ringer silent", _silent),
    Check("dnd", "Do not disturb", _is("global", "zen_mode", "1", "2", "3")),
    Check("ring_volume_zero", "Ring volume at nothing", _volume("STREAM_RING", "speaker", at_most=0)),
    Check("media_volume_zero", "Media volume at nothing", _volume("STREAM_MUSIC", "speaker", at_most=0)),
    Check("call_volume_low", "Call volume at its lowest", _volume("STREAM_VOICE_CALL", "earpiece", at_most=1)),
    Check("bluetooth_route", "Sound goes to Bluetooth", _bluetooth_route),
    Check("audio_balance", "Sound on one side only", _balance),
    Check("mic_privacy", "Microphone withheld by its switch", _privacy("microphone")),
    Check("camera_privacy", "Camera withheld by its switch", _privacy("camera")),
    Check("sensors_off", "All sensors off", _privacy("all_sensors")),
    Check("flight_mode", "Plane mode", _is("global", "airplane_mode_on", "1")),
    Check("mobile_data_off", "Mobile data off", _mobile_data),
    Check("wrong_apn", "Access point unknown to the network", _wrong_apn),
    Check("network_2g_only", "2G only", _network_mode),
    Check("call_forwarding", "Calls forwarded", _forwarding),
    Check("tty_mode", "Teletype mode", _is("secure", "preferred_tty_mode", "1", "2", "3")),
    Check("wifi_off", "Wi-Fi off", _off("wifi_on")),
    Check("bluetooth_off", "Bluetooth off", _off("bluetooth_on")),
    Check("nfc_off", "NFC off", _nfc),
    Check("location_off", "Location off", _is("secure", "location_mode", "0")),
    Check("proxy", "Proxy set", _proxy),
    Check("private_dns", "Private DNS of one's own", _is("global", "private_dns_mode", "hostname")),
    Check("charge_limit", "Charging limited", _charge_limit),
    Check("battery_saver", "Battery saver", _is("global", "low_power", "1")),
    Check("brightness_low", "Brightness at its lowest", _brightness),
    Check("extra_dim", "Extra dim", _is("secure", "reduce_bright_colors_activated", "1")),
    Check("color_inversion", "Colours inverted", _is("secure", "accessibility_display_inversion_enabled", "1")),
    Check("grayscale", "Colours as grey", _grayscale),
    Check("magnification", "Magnification", _is("secure", "accessibility_display_magnification_enabled", "1")),
    Check("touch_exploration", "Screen reader takes touches", _talkback),
    Check("rotation_locked", "Rotation locked across", _rotation),
    Check("haptics_off", "Vibration off", _haptics),
    Check("short_timeout", "Screen off after seconds", _timeout),
    Check("pointer_location", "Lines under the finger", _is("system", "pointer_location", "1")),
    Check("slow_animations", "Animations slowed down", _slow),
    Check("finish_activities", "Apps closed at once", _is("global", "always_finish_activities", "1")),
)
"""Every check, in the order of the table that it is shown in."""
