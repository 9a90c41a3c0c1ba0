"""What an antenna brings in is in the list of the last Wi-Fi scan and in the figures of the satellite receiver."""

from __future__ import annotations

import re

import pytest

from hwsim.render.air import satellite_levels, wifi_scan
from tests.hwsim.rig import ask, one_phone

ROW = re.compile(r"(?m)^  +(?:[0-9a-f]{2}:){5}[0-9a-f]{2} +\d{4} +(-\d+)")


def levels(profile: str, fault: str) -> list[int]:
    return [int(level) for level in ROW.findall(ask(one_phone(profile, fault), "dumpsys wifi").out)]


def best_of_a_while(fault: str, *, steps: int = 20) -> list[int]:
    """The level of the bench's own station over four minutes; -127 where it was not heard."""
    phone = one_phone("xiaomi_12", fault).phone
    found = []
    for _ in range(steps):
        found.append(max((row[2] for row in wifi_scan(phone)), default=-127))
        phone.clock.advance(12.0)
    return found


@pytest.mark.parametrize("profile", ["vivo_9", "google_16"])
def test_a_lost_plug_takes_its_decibels_and_the_far_stations(profile: str) -> None:
    good, bad = levels(profile, "healthy"), levels(profile, "antenna_wifi.lossy:1")
    assert len(good) == 5
    assert 1 <= len(bad) < 5
    assert good[0] - bad[0] == pytest.approx(38, abs=2)


def test_a_deaf_receiver_still_shows_good_levels_of_the_few_that_it_hears() -> None:
    good, bad = levels("xiaomi_12", "healthy"), levels("xiaomi_12", "antenna_wifi.receiver_deaf:1")
    assert bad == good[: len(bad)]
    assert len(bad) < len(good)


def test_a_receiver_that_is_a_little_deaf_loses_the_station_behind_the_attenuator_alone() -> None:
    good, bad = levels("xiaomi_12", "healthy"), levels("xiaomi_12", "antenna_wifi.receiver_deaf:0.4")
    assert min(good) < -80
    assert bad == good[:4]


def test_a_loose_clip_comes_and_goes_and_a_good_one_stays() -> None:
    loose, good = best_of_a_while("antenna_wifi.loose:0.7"), best_of_a_while("healthy")
    assert max(good) - min(good) < 12
    assert max(loose) > -56
    assert min(loose) < -70


def test_nothing_is_heard_with_wifi_off() -> None:
    unit = one_phone("google_16", "setting.wifi_off")
    assert "Latest scan results" not in ask(unit, "dumpsys wifi").out
    assert ask(unit, "cmd wifi list-scan-results").out == "No scan results\n"
    assert len(ROW.findall(ask(one_phone(), "cmd wifi list-scan-results").out)) == 5


@pytest.mark.parametrize(
    ("fault", "least", "most"),
    [
        ("healthy", 38.0, 46.0),
        ("antenna_satellite.lossy:0.3", 27.0, 35.0),
        ("antenna_satellite.receiver_deaf:1", 10.0, 18.0),
    ],
)
def test_satellites_are_heard_as_loud_as_antenna_and_amplifier_let_them(fault: str, least: float, most: float) -> None:
    text = ask(one_phone("samsung_14", fault), "dumpsys location").out
    found = re.search(r"Top 4 Avg CN0 mean \(dB-Hz\): ([\d.]+)", text)
    assert found
    assert least < float(found[1]) < most


@pytest.mark.parametrize("fault", ["antenna_satellite.lossy:1", "gnss.dead", "setting.location_off"])
def test_nothing_is_reported_of_satellites_that_nobody_hears(fault: str) -> None:
    text = ask(one_phone("samsung_14", fault), "dumpsys location").out
    assert "Number of CN0 reports: 0" in text
    assert "Top 4 Avg CN0" not in text


def test_a_corroded_clip_lets_satellites_come_and_go() -> None:
    phone = one_phone("xiaomi_12", "antenna_satellite.loose:0.6").phone
    seen = set()
    for _ in range(20):
        seen.add(round(satellite_levels(phone)[0], -1))
        phone.clock.advance(12.0)
    assert {10.0, 40.0} <= seen
