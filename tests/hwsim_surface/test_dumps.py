"""Every dump on every profile goes through the parsers of real phones' output and agrees with the model."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING, Any

import pytest

from probes.formats import PARSERS
from tests.hwsim.rig import PROFILES, ask, one_phone
from tests.hwsim.test_faults import GIVEAWAYS

if TYPE_CHECKING:
    from hwsim.unit import Unit

SHOWN_BY = {
    "audio": "dumpsys audio",
    "battery": "dumpsys battery",
    "display": "dumpsys display",
    "fingerprint": "dumpsys fingerprint",
    "getevent": "getevent -lp",
    "hardware_properties": "dumpsys hardware_properties",
    "input": "dumpsys input",
    "power": "dumpsys power",
    "service_call": "service call iphonesubinfo 1 s16 com.android.shell",
    "storaged": "dumpsys storaged",
    "telephony": "dumpsys telephony.registry",
    "usb": "dumpsys usb",
}
ADDED_TEXT = (
    "alarm audio batteryproperties bluetooth_manager display fingerprint hardware_properties location "
    "media.audio_flinger media.audio_policy media_session netstats notification power procstats storaged "
    "SurfaceFlinger usb wifi window"
)
ADDED = ADDED_TEXT.split()
EXTRA = (
    "cmd wifi status; cmd notification post t x; cmd media_session volume --get; tradeinmode getstatus; "
    "am start -a nothing; am broadcast -a android.intent.action.BOOT_COMPLETED; content query --uri content://x/y; "
    "getevent -i; input nothing; svc nothing; service call iphonesubinfo 1; cmd phone get-imei"
)


@cache
def unit_of(name: str) -> Unit:
    return one_phone(name)


def parsed(unit: Unit, kind: str) -> Any:
    return PARSERS[kind](ask(unit, SHOWN_BY[kind]).out)


@pytest.mark.parametrize("name", PROFILES)
@pytest.mark.parametrize("kind", SHOWN_BY)
def test_the_parsers_of_real_phones_accept_it(kind: str, name: str) -> None:
    if kind not in unit_of(name).phone.profile.missing_services:
        parsed(unit_of(name), kind)


@pytest.mark.parametrize("name", PROFILES)
def test_the_power_and_battery_services_agree(name: str) -> None:
    unit = unit_of(name)
    power = parsed(unit, "power")
    assert power.battery_level == unit.phone.battery.level
    assert (power.plug, power.is_powered, power.wakefulness) == ("usb", True, "Awake")


@pytest.mark.parametrize("name", PROFILES)
def test_the_display_is_as_large_as_the_panel(name: str) -> None:
    unit = unit_of(name)
    screen = parsed(unit, "display").main
    assert [screen.width_px, screen.height_px, screen.density_dpi] == unit.phone.profile.screen
    assert (screen.name, screen.state, screen.is_builtin) == (unit.phone.profile.screen_name, "ON", True)
    assert ask(unit, "wm size").out == f"Physical size: {screen.width_px}x{screen.height_px}\n"


@pytest.mark.parametrize("name", PROFILES)
def test_brightness_is_a_ratio_since_android_11(name: str) -> None:
    unit = one_phone(name)
    ask(unit, "settings put system screen_brightness 51")
    expected = 0.2 if unit.phone.profile.sdk >= 30 else 51.0
    assert parsed(unit, "display").brightness_raw == pytest.approx(expected)


@pytest.mark.parametrize("name", PROFILES)
def test_the_usb_port_follows_the_cable(name: str) -> None:
    unit = one_phone(name)
    assert parsed(unit, "usb").connected
    assert parsed(unit, "usb").ports[0].data_role == "device"
    unit.phone.connect_supply(plugged=False)
    gone = parsed(unit, "usb")
    assert (gone.connected, gone.kernel_state, gone.ports[0].connected) == (False, "DISCONNECTED", False)


@pytest.mark.parametrize("name", PROFILES)
def test_streams_are_within_their_range_and_the_microphone_is_not_muted(name: str) -> None:
    unit = unit_of(name)
    audio = parsed(unit, "audio")
    assert len(audio.streams) == 11
    for stream in audio.streams.values():
        assert stream.min_index <= stream.volume(stream.devices[0]) <= stream.max_index
    assert audio.ringer_mode == "NORMAL"
    assert audio.is_mic_muted is (None if unit.phone.profile.sdk < 30 else False)


@pytest.mark.parametrize(("mode", "shown"), [("0", "SILENT"), ("1", "VIBRATE"), ("9", "NORMAL"), ("x", "NORMAL")])
def test_a_silenced_phone_rings_at_zero(mode: str, shown: str) -> None:
    unit = one_phone()
    ask(unit, f"settings put global mode_ringer {mode}")
    audio = parsed(unit, "audio")
    assert audio.ringer_mode == shown
    assert (audio.streams["STREAM_RING"].volume("speaker") == 0) == (shown != "NORMAL")
    assert audio.streams["STREAM_MUSIC"].volume("speaker") > 0


@pytest.mark.parametrize("name", PROFILES)
def test_temperatures_are_those_of_the_thermal_sensors(name: str) -> None:
    unit = unit_of(name)
    found = parsed(unit, "hardware_properties")
    assert found.of("Battery")[0] == pytest.approx(unit.phone.battery.reading_c, abs=0.06)
    assert len(found.of("CPU")) == len(found.cpu_usage) == 4


@pytest.mark.parametrize("name", PROFILES)
def test_the_touchscreen_is_on_its_node_with_its_size(name: str) -> None:
    unit = unit_of(name)
    wide, high = unit.phone.profile.screen[:2]
    for line, x_name, y_name in (
        ("getevent -lp", "ABS_MT_POSITION_X", "ABS_MT_POSITION_Y"),
        ("getevent -p", "0035", "0036"),
        ("getevent -i", "0035", "0036"),
    ):
        touch = PARSERS["getevent"](ask(unit, line).out).touch  # type: ignore[attr-defined] # each kind has its own class
        assert touch.name == unit.phone.profile.touch_name
        assert (touch.axes[x_name].high, touch.axes[y_name].high) == (wide - 1, high - 1)


def test_a_touch_controller_off_its_bus_is_no_input_device() -> None:
    unit = one_phone("xiaomi_12")
    unit.phone.change_condition(replace(unit.phone.condition, touch_on_bus=False))
    assert parsed(unit, "getevent").touch is None
    assert parsed(unit, "input").touch is None


@pytest.mark.parametrize("name", PROFILES)
def test_a_vibration_is_in_the_service_of_its_version(name: str) -> None:
    unit = one_phone(name)
    new = unit.phone.profile.sdk >= 31
    line = "cmd vibrator_manager synced -f oneshot -a 150 200" if new else "cmd vibrator vibrate -f 150 why"
    assert ask(unit, line).code == 0
    dump = ask(unit, f"dumpsys {'vibrator_manager' if new else 'vibrator'}")
    found = PARSERS["vibrator"](dump.out)
    (past,) = found.vibrations  # type: ignore[attr-defined] # each kind has its own class
    assert (past.duration_ms, past.uid) == (150, 2000)
    other = "vibrator" if new else "vibrator_manager"
    assert ask(unit, f"dumpsys {other}").err == f"Can't find service: {other}\n"
    assert ask(unit, f"cmd {other} cancel").code == 20


@pytest.mark.parametrize("name", [name for name in PROFILES if name not in ("vivo_9", "tecno_14")])
def test_nfc_is_off_without_its_chip_or_in_plane_mode(name: str) -> None:
    unit = one_phone(name)
    assert "mState=on\n" in ask(unit, "dumpsys nfc").out
    ask(unit, "settings put global airplane_mode_on 1")
    assert "mState=off\n" in ask(unit, "dumpsys nfc").out
    assert "Wi-Fi is disabled" in ask(unit, "dumpsys wifi").out
    broken = one_phone(name)
    broken.phone.change_condition(replace(broken.phone.condition, nfc_on_bus=False))
    assert "mState=off\n" in ask(broken, "dumpsys nfc").out


@pytest.mark.parametrize("name", PROFILES)
def test_the_health_service_reads_the_battery_itself(name: str) -> None:
    unit = one_phone(name)
    ask(unit, "dumpsys battery set level 3")
    service = "android.hardware.health.IHealth/default"
    dump = ask(unit, f"dumpsys {service}")
    if unit.phone.profile.sdk < 33:
        assert dump.err == f"Can't find service: {service}\n"
        dump = ask(unit, "dumpsys batteryproperties")
    assert f"level: {unit.phone.battery.level} voltage: " in dump.out
    assert f"charge counter: {unit.phone.battery.charge_counter_uah}\n" in dump.out


@pytest.mark.parametrize("name", PROFILES)
def test_no_added_dump_is_empty_and_none_gives_the_game_away(name: str) -> None:
    unit = unit_of(name)
    running = [service for service in ADDED if service not in unit.phone.profile.missing_services]
    answers = [ask(unit, EXTRA), *(ask(unit, f"dumpsys {service}") for service in running)]
    assert all(len(answer.out) > 40 for answer in answers)
    text = "".join(answer.out + answer.err for answer in answers).lower()
    found = GIVEAWAYS.search(text)
    assert found is None, text[found.start() - 80 : found.end() + 80]


@pytest.mark.parametrize("name", PROFILES)
def test_a_seed_makes_the_same_dumps_again(name: str) -> None:
    line = "; ".join(f"dumpsys {service}" for service in ADDED) + "; content query --uri content://settings/secure"
    assert ask(one_phone(name), line) == ask(one_phone(name), line)


def test_the_compositor_tells_layers_and_frame_time() -> None:
    unit = one_phone()
    assert "StatusBar" in ask(unit, "dumpsys SurfaceFlinger --list").out
    assert re.fullmatch(r"8333\d{3}\n", ask(unit, "dumpsys SurfaceFlinger --latency").out)
