"""Faults that come and go: by chance, after a while of use, in the heat and in the cold, in the phone's own time."""

from __future__ import annotations

import itertools

import pytest

from hwsim.faults import WHEN, Ailment, library, parse_faults
from hwsim.faults.episodes import (
    Episodes,
    Moment,
    after_s,
    cold_until_c,
    duty_ratio,
    hot_from_c,
    period_s,
)
from tests.hwsim.rig import ManualClock, ask, one_phone

TOUCH = library()["touch.off_bus"]


def history(severity: float, seed: str, *, hours: float = 100.0, step_s: float = 1.0) -> list[bool]:
    episodes = Episodes(Ailment(TOUCH, severity, "intermittent"), seed)
    return [episodes.active(Moment(number * step_s, 0.0, 25.0)) for number in range(int(hours * 3600 / step_s))]


@pytest.mark.parametrize("severity", [0.1, 0.5, 1.0])
def test_an_intermittent_fault_is_there_for_its_share_of_the_time_and_comes_as_often_as_told(severity: float) -> None:
    seen = history(severity, "a")
    comings = sum(1 for before, now in itertools.pairwise(seen) if now and not before)
    expected = len(seen) / period_s(severity)
    # a telegraph process: the spread of share and count over this many periods is a few percent
    assert sum(seen) / len(seen) == pytest.approx(duty_ratio(severity), rel=0.15)
    assert comings == pytest.approx(expected, rel=0.15)


def test_the_stays_of_an_intermittent_fault_are_exponential() -> None:
    seen = history(0.5, "b", hours=400)
    stays, length = [], 0
    for now in seen:
        if now:
            length += 1
        elif length:
            stays.append(length)
            length = 0
    mean = period_s(0.5) * duty_ratio(0.5)
    over = [sum(stay > mean * factor for stay in stays) / len(stays) for factor in (1.0, 2.0)]
    assert over == pytest.approx([0.368, 0.135], abs=0.04)


def test_a_worse_fault_is_there_more_of_the_time_sooner_and_in_a_wider_range_of_heat() -> None:
    steps = [number / 10 for number in range(11)]
    for rising in (duty_ratio, period_s, cold_until_c):
        values = [rising(step) for step in steps]
        assert values == sorted(values)
    for falling in (after_s, hot_from_c):
        values = [falling(step) for step in steps]
        assert values == sorted(values, reverse=True)


def test_it_does_not_matter_in_which_order_somebody_looks() -> None:
    forwards, backwards = (Episodes(Ailment(TOUCH, 0.4, "intermittent"), "c") for _ in range(2))
    moments = [Moment(at_s, 0.0, 25.0) for at_s in range(-9000, 90_000, 37)]
    assert [forwards.active(one) for one in moments] == [backwards.active(one) for one in reversed(moments)][::-1]
    assert history(0.4, "d", hours=3) != history(0.4, "e", hours=3)


def touches(fault: str, clock: ManualClock, *, seed: int = 7) -> list[bool]:
    unit = one_phone("motorola_11", fault, seed=seed, clock=clock)
    seen = []
    for minute in range(60):
        clock.now_s = minute * 60.0
        unit.phone.refresh()
        seen.append(unit.phone.condition.touch_on_bus)
    return seen


def test_a_phone_with_an_intermittent_fault_comes_and_goes_the_same_way_for_the_same_seed() -> None:
    first, again = (touches("touch.off_bus:0.6@intermittent", ManualClock()) for _ in range(2))
    assert first == again
    assert {True, False} == set(first)
    assert touches("touch.off_bus:0.6@intermittent", ManualClock(), seed=8) != first


def test_the_log_keeps_what_an_intermittent_fault_has_done_and_shows_good_times_too() -> None:
    clock = ManualClock()
    unit = one_phone("motorola_11", "touch.off_bus:0.5@intermittent", clock=clock)
    for minute in range(1, 40):
        clock.now_s = minute * 60.0
        unit.phone.refresh()
    after = [entry for entry in unit.phone.logbook.entries("kernel") if "CTP_I2C_READ" in entry.text]
    constant = one_phone("motorola_11", "touch.off_bus", clock=clock)
    always = [entry for entry in constant.phone.logbook.entries("kernel") if "CTP_I2C_READ" in entry.text]
    assert 0 < len(after) < len(always)


def test_a_fault_of_use_comes_after_a_while_and_again_after_a_restart() -> None:
    clock = ManualClock()
    unit = one_phone("google_16", "camera_rear.off_bus:1@after_a_while", clock=clock)
    assert "Number of camera devices: 2" in ask(unit, "dumpsys media.camera").out
    clock.now_s = after_s(1.0) + 1
    assert "Number of camera devices: 1" in ask(unit, "dumpsys media.camera").out
    unit.phone.restart("reboot,adb")
    assert "Number of camera devices: 2" in ask(unit, "dumpsys media.camera").out
    unit.phone.clock.advance(after_s(1.0))
    assert "Number of camera devices: 1" in ask(unit, "dumpsys media.camera").out


@pytest.mark.parametrize(("when", "ambient_c"), [("hot", 45.0), ("cold", -5.0)])
def test_a_fault_of_heat_or_cold_comes_when_the_body_has_got_there_and_goes_again(when: str, ambient_c: float) -> None:
    clock = ManualClock()
    unit = one_phone("xiaomi_12", f"sensors.hub_dead:1@{when}", clock=clock)
    unit.phone.refresh()
    assert unit.phone.condition.sensor_hub_alive
    unit.phone.warm(ambient_c)
    unit.phone.refresh()
    assert unit.phone.condition.sensor_hub_alive  # the body takes its time
    unit.phone.clock.advance(7200.0)
    assert "No Sensors" in ask(unit, "dumpsys sensorservice").out
    unit.phone.warm(23.0)
    unit.phone.clock.advance(7200.0)
    assert "No Sensors" not in ask(unit, "dumpsys sensorservice").out


def test_two_faults_in_one_phone_are_both_there_and_each_has_its_own_time() -> None:
    clock = ManualClock()
    unit = one_phone("google_16", "battery.worn:0.8+touch.off_bus:1@after_a_while", clock=clock)
    assert unit.phone.condition.battery_full_ratio < 0.6
    assert unit.phone.condition.touch_on_bus
    assert unit.phone.health.active == (True, False)
    level = unit.phone.battery.level
    clock.now_s = after_s(1.0) + 5
    unit.phone.refresh()
    assert not unit.phone.condition.touch_on_bus
    assert unit.phone.condition.battery_full_ratio < 0.6
    assert abs(unit.phone.battery.level - level) <= 4


def test_a_phone_may_be_left_alone_for_a_week() -> None:
    clock = ManualClock()
    unit = one_phone("google_16", "touch.off_bus:0.5@intermittent", clock=clock)
    unit.phone.clock.advance(7 * 86_400.0)
    unit.phone.refresh()
    assert len(unit.phone.health.active) == 1


def test_the_words_for_how_faults_come_are_those_of_the_catalogue() -> None:
    assert WHEN == ("constant", "intermittent", "after_a_while", "hot", "cold")
    assert [one.when for one in parse_faults("touch.off_bus@hot+camera_rear.off_bus@cold")] == ["hot", "cold"]
