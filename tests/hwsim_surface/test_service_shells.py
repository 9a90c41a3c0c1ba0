"""What the tools in front of the services answer, and what they refuse a stock shell user."""

from __future__ import annotations

import json

import pytest

from probes.formats import parse_service_call
from tests.hwsim.rig import PROFILES, ManualClock, ask, one_phone


@pytest.mark.parametrize("name", PROFILES)
def test_the_imei_is_told_to_android_14_when_the_shell_says_who_asks(name: str) -> None:
    unit = one_phone(name)
    call = parse_service_call(ask(unit, "service call iphonesubinfo 1 s16 com.android.shell").out)
    if unit.phone.profile.sdk < 35:
        assert call.text == unit.phone.identity.imeis[0]
    else:
        assert call.status == -1


def test_the_call_for_one_slot_moved_with_android_11() -> None:
    for name, number in (("vivo_9", 3), ("motorola_11", 4)):
        unit = one_phone(name)
        call = parse_service_call(ask(unit, f"service call iphonesubinfo {number} i32 1 s16 com.android.shell").out)
        assert call.text == unit.phone.identity.imeis[1]


def test_an_unknown_call_is_no_data_message_and_an_unknown_service_does_not_exist() -> None:
    unit = one_phone()
    assert parse_service_call(ask(unit, "service call iphonesubinfo 99").out).error_text == "Not a data message"
    assert ask(unit, "service call nosuch 1") == (10, "", "service: Service nosuch does not exist\n")
    assert ask(unit, "cmd nosuch x") == (20, "", "cmd: Can't find service: nosuch\n")
    assert "Failed transaction (2147483646)" in ask(unit, "cmd telephony.registry x").err


@pytest.mark.parametrize("name", PROFILES)
def test_a_start_is_told_with_the_lines_of_its_version(name: str) -> None:
    unit = one_phone(name)
    first = ask(unit, "am start -W -n com.android.settings/.Settings").out.splitlines()
    modern = unit.phone.profile.sdk >= 29
    assert first[0] == "Starting: Intent { cmp=com.android.settings/.Settings }"
    assert ("LaunchState: COLD" in first) == modern
    assert any(line.startswith("ThisTime: ") for line in first) != modern
    assert first[-1] == "Complete"
    assert "mCurrentFocus=Window{4b1f2c8 u0 com.android.settings/.Settings}" in ask(unit, "dumpsys window").out
    ask(unit, "am force-stop com.android.settings")
    assert "com.android.settings" not in ask(unit, "dumpsys window").out


def test_what_cannot_be_started_is_told() -> None:
    unit = one_phone()
    gone = ask(unit, "am start -n com.not.there/.Main")
    assert (gone.code, gone.err.splitlines()[1]) == (1, "Error: Activity class {com.not.there/.Main} does not exist.")
    assert "Error: Activity not started, unable to resolve Intent" in ask(unit, "am start -a no.such.ACTION").err


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("am broadcast -a android.intent.action.BOOT_COMPLETED", "not allowed to send broadcast"),
        ("am broadcast -a android.intent.action.AIRPLANE_MODE --ez state true", "not allowed to send broadcast"),
        ("am start -n com.android.settings/.SubSettings", "not exported from uid 1000"),
        ("content query --uri content://telephony/siminfo", "requires android.permission.READ_PRIVILEGED_PHONE_STATE"),
        ("cmd phone ims enable", "requires android.permission.MODIFY_PHONE_STATE"),
    ],
)
def test_a_stock_shell_user_is_denied_by_name(line: str, reason: str) -> None:
    answer = ask(one_phone(), line)
    assert answer.code != 0
    assert "java.lang.SecurityException: Permission Denial: " in answer.err
    assert "uid=2000" in answer.err
    assert reason in answer.err


def test_a_xiaomi_lets_nobody_touch_other_apps_through_adb() -> None:
    for line in ("input tap 3 4", "cmd input keyevent 26"):
        answer = ask(one_phone("xiaomi_12"), line)
        assert answer.code == 255
        assert "java.lang.SecurityException: Injecting to another application requires INJECT_EVENTS" in answer.err
        assert ask(one_phone("samsung_14"), line) == (0, "", "")


def test_packages_cannot_be_switched_off_by_the_shell() -> None:
    unit = one_phone()
    assert (
        "Shell cannot change component state for com.android.settings"
        in ask(unit, "pm disable com.android.settings").err
    )
    assert "Unknown package: no.such" in ask(unit, "cmd package suspend no.such").err


def test_an_exception_names_its_action_since_android_11() -> None:
    line = "am broadcast -a android.intent.action.MASTER_CLEAR"
    assert "\nException occurred while executing 'broadcast':\n" in ask(one_phone("motorola_11"), line).err
    assert "\nException occurred while executing:\n" in ask(one_phone("vivo_9"), line).err


def test_a_vibration_of_android_9_is_short() -> None:
    unit = one_phone("vivo_9")
    assert ask(unit, "cmd vibrator vibrate 201").code == 255
    assert ask(unit, "cmd vibrator vibrate 200").code == 0
    ask(unit, "settings put global zen_mode 2")
    assert "Do Not Disturb" in ask(unit, "cmd vibrator vibrate 100").out


def test_the_volume_tools_move_what_the_audio_service_shows() -> None:
    unit = one_phone()
    assert "volume is 11 in range [0..15]" in ask(unit, "cmd media_session volume --stream 3 --set 11 --get").out
    assert "   streamVolume:11\n" in ask(unit, "dumpsys audio").out
    ask(unit, "cmd audio set-volume 3 99")
    assert ask(unit, "cmd audio get-stream-volume 3").out == "volume is 15 in range [0..15]\n"
    assert ask(one_phone("samsung_14"), "cmd audio set-volume 3 4").code == 255
    assert ask(one_phone("samsung_14"), "media volume --get").code == 127
    assert "volume is 7" in ask(one_phone("vivo_9"), "media volume --stream 3 --get").out


def test_radio_switches_move_what_the_services_show() -> None:
    unit = one_phone()
    ask(unit, "svc wifi disable; svc bluetooth disable")
    assert ask(unit, "cmd wifi status").out.startswith("Wifi is disabled")
    assert "  state: OFF" in ask(unit, "dumpsys bluetooth_manager").out
    ask(unit, "cmd wifi set-wifi-enabled enabled; cmd bluetooth_manager enable")
    assert "Wi-Fi is enabled" in ask(unit, "dumpsys wifi").out
    ask(unit, "cmd connectivity airplane-mode enable")
    assert "Wi-Fi is disabled" in ask(unit, "dumpsys wifi").out
    ask(unit, "cmd location set-location-enabled false")
    assert "Location Setting: false" in ask(unit, "dumpsys location").out


def test_stay_on_while_plugged_in_is_kept() -> None:
    unit = one_phone()
    ask(unit, "svc power stayon usb")
    assert "mStayOn=true" in ask(unit, "dumpsys power").out
    assert ask(unit, "svc power dance").code == 1


def test_a_posted_notification_is_listed() -> None:
    unit = one_phone()
    assert ask(unit, "cmd notification post -t Title tag1 text").code == 0
    assert "|tag1|2000" in ask(unit, "dumpsys notification").out
    ask(unit, "cmd notification set_dnd none")
    assert "mZenMode=ZEN_MODE_NO_INTERRUPTIONS" in ask(unit, "dumpsys notification").out


def test_settings_can_be_asked_as_content() -> None:
    unit = one_phone()
    ask(unit, "settings put system screen_brightness 33")
    where = "--where \"name='screen_brightness'\""
    line = f"content query --uri content://settings/system --projection name:value {where}"
    assert ask(unit, line).out == "Row: 0 name=screen_brightness, value=33\n"
    assert ask(unit, "content query --uri content://call_log/calls").out == "No result found.\n"
    assert "Could not find provider: x" in ask(unit, "content query --uri content://x/y").err
    assert ask(unit, "content insert --uri content://settings/system").code == 1


def test_the_sim_table_is_told_by_old_versions() -> None:
    row = ask(one_phone("vivo_9"), "content query --uri content://telephony/siminfo").out
    assert row.startswith("Row: 0 _id=1, icc_id=8999")


def test_trade_in_mode_speaks_json_since_android_16() -> None:
    unit = one_phone()
    status = json.loads(ask(unit, "tradeinmode getstatus").out)
    assert status["battery"]["cycle_count"] == unit.phone.condition.battery_cycles
    assert status["imeis"] == list(unit.phone.identity.imeis)
    assert status["battery"]["manufacturing_date"] < status["battery"]["first_usage_date"]
    worn = json.loads(ask(one_phone("google_16", "storage.worn"), "tradeinmode getstatus").out)
    assert worn["storage"]["useful_lifetime_remaining"] < status["storage"]["useful_lifetime_remaining"]
    assert ask(one_phone("samsung_14"), "tradeinmode getstatus").code == 127


def test_the_system_is_not_up_at_once_after_a_restart() -> None:
    clock = ManualClock()
    unit = one_phone(clock=clock)
    assert ask(unit, "getprop sys.boot_completed").out == "1\n"
    unit.phone.restart("reboot,adb")
    assert ask(unit, "getprop sys.boot_completed").out == "0\n"
    assert "mBootCompleted=false" in ask(unit, "dumpsys power").out
    clock.now_s += 10
    assert ask(unit, "getprop sys.boot_completed").out == "1\n"
