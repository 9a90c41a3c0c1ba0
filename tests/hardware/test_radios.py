"""Antennas, receivers and radio chips, on emulated phones through the real adb server."""

from __future__ import annotations

import pytest

from agent.sim_phone import SimPhone, SimPhones
from probes import Capability, HardwareProbe, NotUnderstood, ProbeResult, Resource, Verdict
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
        (RadioPresence(), "nfc.off_bus:1", "nfc.will_not_start", ""),
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
