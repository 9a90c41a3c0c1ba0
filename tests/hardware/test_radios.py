"""Antennas, receivers and radio chips, on emulated phones through the real adb server."""

from __future__ import annotations

from unittest.mock import create_autospec

import pytest

from agent.sim_phone import SimPhone, SimPhones
from probes import (
    Capability,
    DeviceText,
    Excuse,
    HardwareBench,
    HardwareProbe,
    NotUnderstood,
    ProbeResult,
    Reading,
    Reply,
    Resource,
    Said,
    Verdict,
)
from probes.hardware.buses import SharedBuses
from probes.hardware.gnss import SatelliteLevel
from probes.hardware.radio_cellular import CellularLevel
from probes.hardware.radio_dumps import parse_satellites, parse_wifi_air
from probes.hardware.radio_presence import RadioPresence
from probes.hardware.radio_watch import LongRadioWatch, RadioWatch, drops
from probes.hardware.wifi import WifiLevel

QUICK: tuple[HardwareProbe, ...] = (CellularLevel(), WifiLevel(), SatelliteLevel(), RadioPresence(), SharedBuses())
FAST = 50.0
WATCHES = 4
"""Wi-Fi is looked at ten times in a watch: by chance, a clip is closed each time in some of them."""


def value(result: ProbeResult, name: str) -> float | str | None:
    return next(taken.value for taken in result.measurements if taken.name == name)


def reasons(result: ProbeResult) -> set[str | None]:
    return {taken.reason for taken in result.measurements if taken.verdict is Verdict.INCONCLUSIVE}


@pytest.mark.parametrize("profile", ["samsung_14", "xiaomi_12", "vivo_9", "oneplus_15"])
def test_healthy_phones_pass(sim_phones: SimPhones, profile: str) -> None:
    for seed in (11, 12):
        phone = sim_phones(profile=profile, seed=seed, speed=FAST)
        for probe in QUICK:
            result = phone.run(probe)
            assert result.verdict is Verdict.PASS, result
            assert not result.findings


def test_a_healthy_phone_passes_at_the_speed_of_a_real_one(sim_phone: SimPhone) -> None:
    result = sim_phone.run(CellularLevel())
    assert result.verdict is Verdict.PASS
    level_dbm = value(result, "rsrp_dbm")
    assert isinstance(level_dbm, float)
    assert -98 < level_dbm < -80


@pytest.mark.parametrize(
    ("probe", "fault", "finding", "function"),
    [
        (CellularLevel(), "antenna_cellular.lossy:0.3", "radio.level_low", ""),
        (WifiLevel(), "antenna_wifi.lossy:0.3", "wifi.level_low", ""),
        (WifiLevel(), "antenna_wifi.receiver_deaf:0.4", "wifi.deaf", "wifi"),
        (SatelliteLevel(), "antenna_satellite.lossy:0.3", "gnss.level_low", ""),
        (SatelliteLevel(), "gnss.dead:1", "gnss.will_not_start", "gnss"),
        (RadioPresence(), "wifi.chip_dead:1", "wifi.will_not_start", "wifi"),
        (RadioPresence(), "bluetooth.chip_dead:1", "bluetooth.will_not_start", "bluetooth"),
        (SharedBuses(), "board.sensor_bus_dead:1", "board.sensors_together", "sensor_hub"),
        (SharedBuses(), "board.camera_bus_dead:1", "board.cameras_together", "camera"),
    ],
    ids=lambda argument: str(argument) if isinstance(argument, str) else "",
)
def test_a_broken_part_is_found_and_named(
    sim_phones: SimPhones, probe: HardwareProbe, fault: str, finding: str, function: str
) -> None:
    for profile, seed in (("xiaomi_12", 5), ("samsung_10", 6)):
        phone = sim_phones(profile=profile, seed=seed, speed=FAST)
        phone.break_(fault)
        result = phone.run(probe)
        assert result.verdict is Verdict.FAIL, result
        (found,) = (found for found in result.findings if found.code == finding)
        assert found.components == (phone.truth.part,)
        assert found.function == function


@pytest.mark.parametrize(("profile", "seed"), [("xiaomi_12", 5), ("samsung_10", 6)])
def test_a_dead_nfc_chip_is_found_where_the_setting_tells_that_nfc_is_wanted(
    sim_phones: SimPhones, profile: str, seed: int
) -> None:
    phone = sim_phones(profile=profile, seed=seed, speed=FAST)
    phone.break_("nfc.off_bus:1")
    phone.link.shell(("svc", "nfc", "enable"), deadline_s=5.0, cap_bytes=1000)
    result = phone.run(RadioPresence())
    assert result.verdict is Verdict.FAIL, result
    (found,) = (found for found in result.findings if found.code == "nfc.will_not_start")
    assert (found.components, found.function) == ((phone.truth.part,), "")


def test_a_loose_clip_is_seen_in_a_watch_and_nothing_in_that_of_a_sound_phone(sim_phones: SimPhones) -> None:
    loose = sim_phones(profile="xiaomi_12", seed=8, speed=200.0)
    loose.break_("antenna_wifi.loose:0.6+antenna_cellular.loose:0.6+sim.contact_flaps:0.8")
    wanted = {"wifi.level_drops", "radio.level_drops", "sim.contact_opens"}
    seen = set[str]()
    for _watch in range(WATCHES):
        seen |= {found.code for found in loose.run(RadioWatch()).findings}
        if seen == wanted:
            break
    assert seen == wanted
    healthy = sim_phones(profile="sony_13", seed=8, speed=200.0).run(RadioWatch())
    assert healthy.verdict is Verdict.PASS, healthy


def test_a_card_that_comes_and_goes_is_no_drop_of_the_antenna(sim_phones: SimPhones) -> None:
    phone = sim_phones(profile="tecno_14", seed=5, speed=FAST)
    phone.break_("sim.contact_flaps:1")
    found = {one.code: one.components for one in phone.run(RadioWatch()).findings}
    assert found == {"sim.contact_opens": ("SIM",)}


def test_the_long_watch_is_for_the_plan_of_long_observations_alone() -> None:
    assert LongRadioWatch.meta.duration_s > 120 > RadioWatch.meta.duration_s
    assert {name.name for name in LongRadioWatch.meta.measures} == {name.name for name in RadioWatch.meta.measures}


@pytest.mark.parametrize(
    ("probe", "setting"),
    [
        (CellularLevel(), "setting.flight_mode"),
        (WifiLevel(), "setting.wifi_off"),
        (SatelliteLevel(), "setting.location_off"),
        (RadioPresence(), "setting.flight_mode"),
    ],
    ids=lambda argument: argument if isinstance(argument, str) else "",
)
def test_what_the_owner_has_switched_off_is_no_fault(sim_phones: SimPhones, probe: HardwareProbe, setting: str) -> None:
    phone = sim_phones(profile="xiaomi_12", seed=5, speed=FAST)
    phone.break_(setting)
    result = phone.run(probe)
    assert result.verdict is Verdict.INCONCLUSIVE, result
    assert "radio_switched_off" in reasons(result)
    assert not result.findings


def test_a_phone_without_card_has_no_level_and_no_fault(sim_phones: SimPhones) -> None:
    phone = sim_phones(profile="xiaomi_12", seed=5, speed=FAST)
    phone.break_("sim.not_read:1")
    result = phone.run(CellularLevel())
    assert (result.verdict, reasons(result)) == (Verdict.INCONCLUSIVE, {"no_card"})
    assert not result.findings


def test_before_android_10_a_card_without_network_points_at_antenna_and_board_and_names_neither(
    sim_phones: SimPhones,
) -> None:
    phone = sim_phones(profile="vivo_9", seed=5, speed=FAST)
    phone.break_("modem.transmitter_dead:1")
    (found,) = phone.run(CellularLevel()).findings
    assert (found.code, found.components) == ("radio.no_service", ("ANT", "PCB"))


def test_no_satellite_at_all_is_said_without_a_number(sim_phones: SimPhones) -> None:
    phone = sim_phones(profile="samsung_14", seed=5, speed=FAST)
    phone.break_("antenna_satellite.lossy:1")
    result = phone.run(SatelliteLevel())
    assert value(result, "best_four_dbhz") is None
    assert [found.code for found in result.findings] == ["gnss.nothing_heard"]


@pytest.mark.parametrize("probe", QUICK, ids=lambda probe: probe.meta.id)
def test_a_phone_that_is_pulled_out_is_trouble_of_the_link(sim_phone: SimPhone, probe: HardwareProbe) -> None:
    sim_phone.unplug()
    result = sim_phone.run(probe)
    assert (result.verdict, result.reason) == (Verdict.ERROR, "link_failed")


@pytest.mark.parametrize("probe", [CellularLevel(), WifiLevel(), SatelliteLevel()], ids=lambda probe: probe.meta.id)
def test_a_link_that_is_cut_in_the_middle_is_no_fault_of_a_part(sim_phone: SimPhone, probe: HardwareProbe) -> None:
    sim_phone.disturb("cut", after_bytes=200)
    result = sim_phone.run(probe)
    assert result.verdict is Verdict.ERROR
    assert not result.findings


def test_what_a_phone_does_not_have_is_not_supported(sim_phones: SimPhones) -> None:
    result = sim_phones(profile="vivo_9", seed=5, speed=FAST).run(RadioPresence())
    (nfc,) = (taken for taken in result.measurements if taken.name == "nfc")
    assert (nfc.verdict, nfc.reason) == (Verdict.NOT_SUPPORTED, "not_reported")


def test_radio_probes_hold_the_radio_and_need_nobody() -> None:
    for probe in (CellularLevel(), WifiLevel(), SatelliteLevel(), RadioPresence(), RadioWatch()):
        assert Resource.RADIO in probe.meta.resources
        assert Capability.OPERATOR not in probe.meta.wants


@pytest.mark.parametrize(
    ("levels", "count"),
    [
        ([-48.0] * 9, 0),
        ([-48.0] * 8 + [-80.0], 1),
        ([-48.0, -60.0] * 5, 0),
        ([-200.0] * 2 + [-50.0] * 8, 2),
        ([-80.0] * 6 + [-48.0] * 3, 6),
    ],
)
def test_a_drop_is_fifteen_decibels_under_the_best_quarter(levels: list[float], count: int) -> None:
    assert drops(levels) == count


@pytest.mark.parametrize("text", ["", "Wi-Fi", "error\n" * 10, "\x00" * 100])
def test_other_text_is_no_dump_of_a_radio(text: str) -> None:
    for parse in (parse_wifi_air, parse_satellites):
        with pytest.raises(NotUnderstood):
            parse(text)


def test_hostile_dumps_are_bounded_and_give_no_numbers_that_were_not_there() -> None:
    rows = "".join(f"  02:00:5e:00:{at >> 8:02x}:{at & 255:02x}   2412   -50   1.0  x\n" for at in range(2000))
    assert len(parse_wifi_air("Wi-Fi is enabled\n" + rows).levels_dbm) == 500
    assert parse_wifi_air("Wi-Fi is enabled\n  02:00:5e:00:00:01  2412  -99999  1.0 x\n").levels_dbm == ()
    sky = parse_satellites("  gps provider:\n  Top 4 Avg CN0 mean (dB-Hz): 1e999\n  Number of CN0 reports: x\n")
    assert (sky.best_dbhz, sky.reports, sky.is_on) == (None, None, None)


def told_by(probe: HardwareProbe, answers: dict[str, str]) -> dict[str, Said]:
    """What a probe says, by measure, of a phone that answers these commands and no others."""
    bench = create_autospec(HardwareBench, instance=True)
    bench.shell.side_effect = lambda *words, **_more: Reply(
        id="r", out=DeviceText(answers.get(" ".join(words), "").encode()), err=DeviceText(b""), exit_code=0
    )
    return {said.name: said for said in probe.measure(bench) if isinstance(said, Reading | Excuse)}


def short(said: Said) -> object:
    """The value of a reading, or verdict and reason of an excuse."""
    return (said.verdict, said.reason) if isinstance(said, Excuse) else getattr(said, "value", None)


OFF_BY_WISH = (Verdict.INCONCLUSIVE, "radio_switched_off")
NOT_REPORTED = (Verdict.NOT_SUPPORTED, "not_reported")
A_DEAF_FRONT = (
    "INPUT MANAGER (dumpsys input)\n\nEvent Hub State:\n  Devices:\n    2: gpio-keys\n      Classes: 0x00000001\n"
)


@pytest.mark.parametrize(
    ("switch", "said", "front_missing"),
    [("null", OFF_BY_WISH, 1), ("0", OFF_BY_WISH, 1), ("", OFF_BY_WISH, 1), ("1", "off", 2)],
)
def test_nfc_is_dead_only_where_the_phone_says_that_it_is_wanted(switch: str, said: object, front_missing: int) -> None:
    answers = {
        "dumpsys nfc": "mState=off\nmScreenState=ON_UNLOCKED\n",
        "settings get global nfc_on": f"{switch}\n" if switch else "",
        "dumpsys input": A_DEAF_FRONT,
    }
    assert short(told_by(RadioPresence(), answers)["nfc"]) == said
    assert short(told_by(SharedBuses(), answers)["front_missing"]) == front_missing


def test_nfc_that_is_on_is_on_whatever_its_setting_says() -> None:
    answers = {"dumpsys nfc": "mState=on\n", "settings get global nfc_on": "null\n"}
    assert short(told_by(RadioPresence(), answers)["nfc"]) == "on"


def test_wifi_that_is_off_without_a_word_of_its_switch_is_still_off() -> None:
    answers = {"dumpsys wifi": "Wi-Fi is disabled\n", "settings get global wifi_on": "null\n"}
    assert short(told_by(RadioPresence(), answers)["wifi"]) == "off"


def a_location_dump(switch: str, *, gps: str, users: int = 1) -> str:
    """``dumpsys location`` as Android 12 writes it: with several users, each has lines of its own."""
    inner = (
        f"      enabled={gps}\n"
        if users == 1
        else "".join(f"      user {at}:\n        last location=null\n        enabled={gps}\n" for at in (0, 10))
    )
    return (
        "Location Manager State:\n  User Info:\n    current users: u[0]\n  Location Settings:\n"
        f"{switch}    Location Allow/Deny Packages:\n    Throttling Allow Packages:\n"
        f"  Location Providers:\n    passive provider:\n      enabled=true\n    gps provider:\n{inner}"
    )


@pytest.mark.parametrize(
    ("switch", "is_wanted"),
    [
        ("    Location Setting: true\n", True),
        ("    Location Setting: false\n", False),
        ("    Location Setting: \n      [u0] false\n      [u10] true\n", False),
        ("    Location Setting: \n      [u0] true\n      [u10] false\n", True),
        ("    Location Setting:\r\n      [u0] true\r\n      [u95] false\r\n", True),
        ("  Location mode: false\n", False),
        ("    Location Setting: \n      [u10] true\n", None),
        ("    Location Setting: \n    ADAS Location Setting: true\n", None),
        ("", None),
    ],
)
def test_the_switch_of_location_is_that_of_the_owner(switch: str, is_wanted: bool | None) -> None:
    assert parse_satellites(a_location_dump(switch, gps="true")).is_wanted is is_wanted


@pytest.mark.parametrize(
    ("switch", "said"),
    [
        ("    Location Setting: \n      [u0] false\n      [u10] false\n", OFF_BY_WISH),
        ("    Location Setting: \n", OFF_BY_WISH),
        ("    Location Setting: \n      [u0] true\n      [u10] true\n", "off"),
    ],
)
def test_a_receiver_is_dead_only_where_the_phone_says_that_it_is_wanted(switch: str, said: object) -> None:
    dump = a_location_dump(switch, gps="false", users=2)
    assert short(told_by(SatelliteLevel(), {"dumpsys location": dump})["receiver"]) == said


def test_a_receiver_that_runs_is_on_without_a_word_of_its_switch() -> None:
    dump = a_location_dump("", gps="true", users=2)
    assert short(told_by(SatelliteLevel(), {"dumpsys location": dump})["receiver"]) == "on"


def a_sensor_list(*types: str) -> str:
    """``dumpsys sensorservice`` as Android 7.1 on writes it."""
    rows = "".join(
        f"0x0000000{at}) chip{at} | maker | ver: 1 | type: android.sensor.{kind}({at}) | perm: n/a\n"
        for at, kind in enumerate(types, 1)
    )
    return f"Sensor Device:\nTotal {len(types)} h/w sensors, {len(types)} running\nSensor List:\n{rows}"


ALL_THREE = ("accelerometer", "compass", "light")
ANDROID_5 = """Sensor List:
acc | maker | android.sensor.accelerometer | 0x00000001 | maxRate= 200.00Hz
mag | maker | android.sensor.magnetic_field | 0x00000002 | maxRate= 50.00Hz
lux | maker | android.sensor.light | 0x00000003 | on-demand
"""
ANDROID_4 = "Sensor List:\nacc | maker | 0x00000001 | maxRate= 200.00Hz | last=<1.0,2.0,3.0>\n"


@pytest.mark.parametrize(
    ("declared", "listed", "said"),
    [
        (ALL_THREE, a_sensor_list("accelerometer", "magnetic_field", "light"), 0),
        (ALL_THREE, a_sensor_list("accelerometer", "proximity"), 2),
        (ALL_THREE, "No Sensors on the device\n", 3),
        (("accelerometer", "light"), a_sensor_list("proximity"), 2),
        (("accelerometer", "light", "proximity"), a_sensor_list("accelerometer", "proximity", "light"), 0),
        (("accelerometer", "proximity"), a_sensor_list("accelerometer"), (Verdict.NOT_SUPPORTED, "not_declared")),
        ((), a_sensor_list("accelerometer"), NOT_REPORTED),
        (ALL_THREE, ANDROID_5, 0),
        (ALL_THREE, ANDROID_4, NOT_REPORTED),
    ],
)
def test_only_a_sensor_that_the_model_declares_can_be_missing(
    declared: tuple[str, ...], listed: str, said: object
) -> None:
    features = "".join(f"feature:android.hardware.sensor.{word}\n" for word in declared)
    answers = {"dumpsys sensorservice": listed, "pm list features": features}
    assert short(told_by(SharedBuses(), answers)["sensors_missing"]) == said
