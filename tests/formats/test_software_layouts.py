"""What the dumps about settings, rights and load say, field by field."""

from __future__ import annotations

import pytest

from probes import NotUnderstood
from probes import formats as f

Examples = dict[str, str]


def test_accessibility_knows_what_is_enabled_and_who_takes_keys(examples: Examples) -> None:
    found = f.parse_accessibility(examples["accessibility__13"])
    assert (found.touch_exploration, found.magnification) == (False, True)
    assert found.enabled == ("org.example.keys/org.example.keys.KeyService", "org.example.read/.ReadService")
    assert [(one.label, one.filters_keys) for one in found.bound] == [("Quick Keys", True)]


def test_bluetooth_counts_its_own_crashes(examples: Examples) -> None:
    found = f.parse_bluetooth(examples["bluetooth__13"])
    assert (found.enabled, found.state, found.crashes) == (True, "ON", 4)


def test_a_network_may_be_there_and_blocked(examples: Examples) -> None:
    found = f.parse_connectivity(examples["connectivity__13"])
    assert found.default_network is None
    assert [(one.transports, one.blocked, one.validated) for one in found.networks] == [
        (("CELLULAR",), True, False),
        (("WIFI",), False, True),
    ]


def test_cpuinfo_gives_shares_of_a_core_and_the_span(examples: Examples) -> None:
    found = f.parse_cpuinfo(examples["cpuinfo__13"])
    assert [(one.name, one.percent) for one in found.processes][:2] == [("org.example.spin", 187.0), ("dex2oat64", 0.0)]
    assert (found.total_percent, found.span_s) == (41.0, 240.0)


def test_device_policy_tells_an_owner_from_an_administrator(examples: Examples) -> None:
    found = f.parse_device_policy(examples["device_policy__13"])
    assert (found.owner, found.profile_owner) == ("org.example.fleet", None)
    assert [(one.package, one.policies) for one in found.admins] == [
        ("org.example.fleet", ("wipe-data", "force-lock")),
        ("com.example.stranger", ("reset-password",)),
    ]


def test_memory_is_listed_by_process_once(examples: Examples) -> None:
    found = f.parse_memory_use(examples["memory_use__13"])
    assert [(one.name, one.size_kb) for one in found.processes] == [
        ("org.example.leak", 2_300_000),
        ("system", 104_000),
    ]
    assert found.status == "low"


@pytest.mark.parametrize(
    ("name", "expected"),
    [("sensor_privacy__10", (True, None, None)), ("sensor_privacy__13", (False, True, False))],
)
def test_sensor_privacy_is_read_by_sensor_where_there_is_one(
    examples: Examples, name: str, expected: tuple[bool | None, ...]
) -> None:
    found = f.parse_sensor_privacy(examples[name])
    assert (found.all_sensors, found.microphone, found.camera) == expected


def test_settings_are_read_from_a_list_and_from_a_report(examples: Examples) -> None:
    listed = f.parse_settings_list(examples["settings_list__global"]).values
    assert (listed["airplane_mode_on"], listed["notes"], listed["empty"]) == ("0", "a=b", "")
    spaces = f.parse_settings_dump(examples["settings_dump__13"]).namespaces
    assert spaces["global"] == {"mode_ringer": "0", "airplane_mode_on": "1"}
    assert spaces["secure"] == {"location_mode": "3"}  # the first user's


def test_trade_in_status_is_read_and_odd_values_are_left_out(examples: Examples) -> None:
    found = f.parse_trade_in(examples["trade_in__16"])
    assert (found.battery_health_percent, found.storage_life_left_percent, found.frp_locked) == (78.0, 60.0, True)
    odd = f.parse_trade_in('{"battery": {"health": NaN, "cycle_count": true}, "locks": [], "storage": null}')
    assert (odd.battery_health_percent, odd.battery_cycles, odd.frp_locked) == (None, None, None)


@pytest.mark.parametrize("text", ["[" * 50_000, "{}", '{"battery": 1' + " " * 70_000 + "}"])
def test_a_trade_in_status_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(NotUnderstood):
        f.parse_trade_in(text)


def test_a_window_over_everything_takes_touches_or_lets_them_through(examples: Examples) -> None:
    found = f.parse_window(examples["window__13"])
    assert [(one.package, one.fills_screen, one.takes_touch) for one in found.overlays] == [
        ("org.example.cover", True, True),
        ("org.example.dim", True, False),
    ]
    assert (found.focus_package, found.focus_activity) == ("org.example.app", "org.example.app.Main")


@pytest.mark.parametrize(("told", "locked"), [("true", True), ("false", False), ("perhaps", None)])
def test_a_window_dump_says_whether_the_screen_is_locked(told: str, locked: bool | None) -> None:
    policy = "WINDOW MANAGER POLICY STATE (dumpsys window policy)\n    showing=true\n    KeyguardServiceDelegate\n"
    assert f.parse_window(f"{policy}      showing={told}\n      inputRestricted=true\n").locked is locked
    assert f.parse_window(policy).locked is None


def test_who_holds_a_camera_or_a_microphone_is_told() -> None:
    camera = f.parse_camera(
        "== Service global info: ==\nActive Camera Clients:\n[\n(Camera ID: 0, Cost: 100, PID: 9, Score: 200, State: 4"
        "User Id: 0, Client Package Name: org.example.mirror, Conflicting Client Devices: {})\n]\n"
    )
    assert [(one.camera, one.package) for one in camera.clients] == [("0", "org.example.mirror")]
    audio = f.parse_audio(
        "Audio Focus stack entries (last is top of stack):\nRecordActivityMonitor dump time: 1\n"
        "  session:9 -- source client=MIC, dev=MIC -- uid:10271 -- patch:31 -- pack:org.example.memo -- format x\n"
        "  session:8 -- source client=HOTWORD, dev=HOTWORD -- uid:10 -- patch:3 -- pack:org.example.ear -- silenced\n"
    )
    assert [(one.source, one.package, one.silenced) for one in audio.recorders] == [
        ("MIC", "org.example.memo", False),
        ("HOTWORD", "org.example.ear", True),
    ]


def test_a_sim_slot_tells_data_forwarding_and_technology() -> None:
    slot = f.parse_telephony(
        "last known state:\n  Phone Id=0\n    mServiceState={mVoiceRegState=0(IN_SERVICE), mDataRegState=0(IN_SERVICE),"
        " getRilVoiceRadioTechnology=16(GSM), getRilDataRadioTechnology=2(EDGE)}\n    mUserMobileDataState= false\n"
        "    mCallForwarding=true\n    mDataConnectionState=0\n"
    ).slots[0]
    assert (slot.user_mobile_data, slot.call_forwarding, slot.radio_technologies) == (False, True, ("GSM", "EDGE"))
