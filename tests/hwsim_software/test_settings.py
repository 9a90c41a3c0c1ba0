"""Settings have effects: on charge, sensors, microphones, radio and clock."""

from __future__ import annotations

import numpy as np
import pytest

from hwsim.faults import library, parse_faults
from hwsim.operator_hand import BadDeed
from hwsim.operator_hand import ask as ask_owner
from hwsim.phone.misconfiguration import charge_limit_key, switch_off
from hwsim.phone.profile import profiles
from tests.hwsim.rig import ManualClock, ask, one_phone
from tests.hwsim_companion.wire import Talk, records, samples

HOUR_S = 3600.0


@pytest.mark.parametrize("profile", ["samsung_14", "google_16", "oppo_13", "vivo_9"])
def test_a_charge_limit_ends_charging_at_eighty_percent_and_its_end_lets_it_go_on(profile: str) -> None:
    clock = ManualClock()
    unit = one_phone(profile, "setting.charge_limit", clock=clock)
    clock.now_s = 14 * HOUR_S
    out = ask(unit, "dumpsys battery").out
    assert "status: 4" in out
    assert 80 <= unit.phone.battery.level <= 92
    assert ("Charging policy: 4" in out) == (unit.phone.profile.sdk >= 34)
    before = unit.phone.battery.level
    table, key = charge_limit_key(unit.phone)
    if table == "switch":
        switch_off(unit.phone, "charge_limit")
    else:
        assert ask(unit, f"settings get {table} {key}").out == "1\n"
        ask(unit, f"settings put {table} {key} 0")
    clock.now_s += 2 * HOUR_S
    assert "status: 4" not in ask(unit, "dumpsys battery").out
    assert unit.phone.battery.level > before


def test_every_setting_of_the_library_is_cured_by_healing_the_phone() -> None:
    for fault_id, fault in library().items():
        if fault.cause == "configuration" and fault.fits(profiles()["google_16"]):
            unit = one_phone("google_16", fault_id)
            assert unit.phone.settings
            unit.heal()
            assert unit.phone.settings == {}, fault_id


@pytest.mark.parametrize("fault_id", ["setting.mic_privacy", "app.microphone_hog", "setting.sensors_off"])
def test_a_microphone_that_is_blocked_or_held_gives_zeros(fault_id: str) -> None:
    talk = Talk("google_16", fault_id)
    answer = talk.ask("audio.start", channels=1)
    heard, _firsts = samples(talk.run(0.4), answer["stream"], channels=1)
    assert len(heard) > 4000
    assert not heard.any()
    assert answer["client_silenced"] == (fault_id == "app.microphone_hog")


def test_a_microphone_that_is_let_go_hears_again() -> None:
    talk = Talk("google_16", "setting.mic_privacy")
    assert ask(talk.unit, "cmd sensor_privacy disable 0 microphone").code == 0
    heard, _firsts = samples(talk.run(0.4), talk.ask("audio.start", channels=1)["stream"], channels=1)
    heard, _firsts = samples(talk.run(0.4), 1, channels=1)
    assert heard.any()


def test_sensors_that_are_off_keep_their_streams_open_and_tell_nothing() -> None:
    talk = Talk("google_16", "setting.sensors_off")
    stream = talk.ask("sensor.start", type=1, hz=400)["stream"]
    assert len(records(talk.run(0.5), stream)) == 0
    switch_off(talk.unit.phone, "sensors")
    later = records(talk.run(0.5), stream)
    assert len(later) == pytest.approx(100, abs=5)  # at the 200 Hz of those who may not listen
    assert (np.diff(later["t"].astype(np.int64)) > 0).all()


def test_flight_mode_shows_in_every_radio_and_goes_with_its_setting() -> None:
    unit = one_phone("samsung_14", "setting.flight_mode")
    line = "dumpsys telephony.registry | grep -c POWER_OFF; dumpsys wifi | head -1; dumpsys nfc | head -1"
    assert ask(unit, line).out == "2\nWi-Fi is disabled\nmState=off\n"
    ask(unit, "settings put global airplane_mode_on 0")
    assert ask(unit, line).out == "0\nWi-Fi is enabled\nmState=on\n"


def test_data_fail_for_four_reasons_that_can_be_told_apart() -> None:
    def told(fault_id: str) -> tuple[bool, bool, bool, bool]:
        unit = one_phone("xiaomi_12", fault_id)
        registry, net = ask(unit, "dumpsys telephony.registry").out, ask(unit, "dumpsys connectivity").out
        first = registry.split("Phone Id=1")[0]
        wanted, connected = "mUserMobileDataState= true" in first, "mDataConnectionState=2" in first
        return wanted, connected, "VALIDATED" in net, "Active default network: none" in net

    assert told("healthy") == (True, True, True, False)
    assert told("setting.mobile_data_off") == (False, False, False, True)
    assert told("setting.wrong_apn") == (True, False, False, True)
    assert told("app.vpn_block") == (True, True, True, True)
    assert told("setting.proxy") == (True, True, False, False)


def test_an_owner_undoes_what_no_shell_can_reach() -> None:
    for name, line, pattern in (
        ("wrong_apn", "dumpsys telephony.registry", "mDataConnectionState=2"),
        ("call_forwarding", "dumpsys telephony.registry", "mDataConnectionState=2"),
    ):
        unit = one_phone("motorola_11", f"setting.{name}")
        switch_off(unit.phone, {"wrong_apn": "apn", "call_forwarding": "forwarding"}[name])
        assert pattern in ask(unit, line).out
        assert "mCallForwarding=true" not in ask(unit, line).out


def test_a_clock_that_was_never_set_is_right_once_the_network_may_set_it() -> None:
    unit = one_phone("vivo_9", "system.clock_wrong")
    assert ask(unit, "date +%Y").out == "2010\n"
    assert "CertificateNotYetValidException" in ask(unit, "logcat -d").out
    ask(unit, "settings put global auto_time 1")
    assert ask(unit, "date +%Y").out == "2026\n"


def test_what_the_former_owner_locked_no_setting_unlocks() -> None:
    unit = one_phone("oppo_13", "system.frp_locked")
    ask(unit, "settings put secure secure_frp_mode 0; settings put global device_provisioned 1")
    assert ask(unit, "settings get secure secure_frp_mode; settings get global device_provisioned").out == "1\n0\n"
    assert "setupwizard" in ask(unit, "dumpsys window | grep mCurrentFocus").out


def test_a_headset_takes_the_sound_until_bluetooth_is_off() -> None:
    unit = one_phone("samsung_14", "setting.bluetooth_route")
    assert "AUDIO_DEVICE_OUT_BLUETOOTH_A2DP" in ask(unit, "dumpsys media.audio_policy").out
    assert "Connected" in ask(unit, "dumpsys bluetooth_manager").out
    ask(unit, "settings put global bluetooth_on 0")
    assert "A2DP" not in ask(unit, "dumpsys media.audio_policy").out
    assert "mBluetoothName=null" in ask(unit, "dumpsys audio").out


def test_old_phones_have_no_privacy_switches() -> None:
    for fault in ("setting.mic_privacy", "setting.camera_privacy", "setting.extra_dim"):
        assert not parse_faults(fault)[0].fault.fits(profiles()["motorola_11"])
    assert "Can't find service" in ask(one_phone("vivo_9"), "dumpsys sensor_privacy").err


def test_half_an_update_leaves_two_builds_in_one_phone() -> None:
    for profile in ("google_16", "samsung_14", "xiaomi_12"):
        unit = one_phone(profile, "system.half_update")
        out = ask(unit, "getprop ro.build.fingerprint; getprop ro.vendor.build.fingerprint").out.splitlines()
        assert out[0] != out[1]
        assert out[1].endswith(":user/release-keys")


@pytest.mark.parametrize(
    ("fault_id", "what", "line", "sign"),
    [
        ("setting.sensors_off", "sensors", "dumpsys sensorservice", "Sensor Privacy: enabled"),
        ("setting.bluetooth_route", "headset", "dumpsys audio", "bt_a2dp"),
        ("setting.call_forwarding", "forwarding", "dumpsys telephony.registry", "mCallForwarding=true"),
        ("setting.mic_privacy", "microphone", "dumpsys audio", "mMicMuteFromPrivacyToggle=true"),
    ],
)
def test_the_owner_is_asked_at_the_bench_to_switch_it_off(fault_id: str, what: str, line: str, sign: str) -> None:
    unit = one_phone("google_16", fault_id)
    before = ask(unit, line).out
    answers = {ask_owner(unit.phone, {"do": "switch_off", "what": what})["answer"] for _ in range(2)}
    assert answers == {"done"}
    assert sign in before
    assert sign not in ask(unit, line).out


def test_the_owner_cannot_switch_off_what_is_no_switch() -> None:
    with pytest.raises(BadDeed, match="apn, camera, charge_limit"):
        ask_owner(one_phone().phone, {"do": "switch_off", "what": "gravity"})
