"""One phone: what the companion hears and feels and what the shell prints is of the same parts and the same faults."""

from __future__ import annotations

import re
import subprocess
import sys
from itertools import pairwise

import numpy as np
import pytest

from hwsim.faults import parse_faults
from hwsim.faults.episodes import after_s
from hwsim.physics.parts import worn
from hwsim.physics.population import draw_parts
from hwsim.worn_hand import press
from tests.hwsim.rig import ManualClock, ask, one_phone
from tests.hwsim_companion.wire import Talk, records, samples
from tests.hwsim_library.sweeps import ASKED, overtones_ratio


def test_a_seed_is_one_set_of_parts_for_everything_that_looks() -> None:
    unit = one_phone(seed=5)
    assert unit.phone.parts == draw_parts(unit.phone.seed)
    assert unit.phone.parts is unit.phone.parts
    unit.break_part(parse_faults("speaker.torn_cone:0.4+motor.weak:0.6"))
    assert unit.phone.parts == worn(draw_parts(unit.phone.seed), {"speaker.torn_cone": 0.4, "motor.weak": 0.6})
    unit.heal()
    assert unit.phone.parts == draw_parts(unit.phone.seed)


def test_an_idle_phone_imports_no_arrays() -> None:
    script = (
        "import sys, hwsim.rack as r; rack = r.Rack(r.RackPlan(phones=3, faults=['speaker.torn_cone:0.4']));"
        "rack.units[0].phone.refresh(); sys.exit('numpy' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", script], timeout=30, check=False).returncode == 0


def test_a_torn_cone_is_heard_in_a_sweep_that_the_companion_records_and_more_of_it_the_worse_it_is() -> None:
    heard = []
    for fault in ("healthy", "speaker.torn_cone:0.2", "speaker.torn_cone:0.6"):
        talk = Talk(fault=fault)
        stream = talk.ask("audio.start", **ASKED)["stream"]
        recorded = samples(talk.run(3.0), stream, 1)[0][:, 0].astype(float)
        heard.append(overtones_ratio(recorded))
    assert heard[1] > 3 * heard[0]
    assert heard[2] > 2 * heard[1]


def test_the_companion_feels_a_part_break_in_the_middle_of_a_stream_once_its_time_has_come() -> None:
    talk = Talk(fault="gyroscope.biased:1@after_a_while")
    talk.unit.phone.clock.advance(after_s(1.0) - 1.0)
    stream = talk.ask("sensor.start", type=4, hz=400)["stream"]
    before = records(talk.run(0.8), stream)["v"].mean(axis=0)
    talk.run(0.5)
    after = records(talk.run(0.8), stream)["v"].mean(axis=0)
    assert np.abs(before).max() < 0.02
    assert np.abs(after - before).max() > 0.05


@pytest.mark.parametrize(
    ("fault", "card", "in_service"),
    [
        ("healthy", "LOADED", True),
        ("sim.not_read", "ABSENT", False),
        ("sim.no_answer", "CARD_IO_ERROR", False),
        ("card.pin_asked", "PIN_REQUIRED", False),
        ("card.puk_asked", "PUK_REQUIRED", False),
        ("modem.receiver_dead", "LOADED", False),
        ("modem.transmitter_dead", "LOADED", False),
        ("modem.identity_lost", "LOADED", False),
        ("network.refuses", "LOADED", False),
        ("modem.silent", "NOT_READY", False),
        ("antenna_cellular.lossy:1", "LOADED", False),
        ("antenna_cellular.lossy:0.2", "LOADED", True),
    ],
)
def test_dumps_tell_of_card_and_service_what_the_fault_makes_of_them(fault: str, card: str, in_service: bool) -> None:
    for profile in ("google_16", "xiaomi_12"):
        unit = one_phone(profile, fault)
        assert ask(unit, "getprop gsm.sim.state").out.startswith(card)
        assert ("0(IN_SERVICE)" in ask(unit, "dumpsys telephony.registry").out) == in_service


@pytest.mark.parametrize(
    ("fault", "state", "cause", "camps"),
    [
        ("healthy", "HOME", 0, True),
        ("modem.transmitter_dead", "NOT_REG_SEARCHING", 0, True),
        ("modem.receiver_dead", "NOT_REG_SEARCHING", 0, False),
        ("modem.identity_lost", "DENIED", 6, True),
        ("network.refuses", "DENIED", 3, True),
        ("sim.not_read", "NOT_REG_OR_NOT_SEARCHING", 0, True),
        ("modem.silent", "NOT_REG_OR_NOT_SEARCHING", 0, False),
    ],
)
def test_the_registry_tells_who_hears_whom_from_android_10_on(fault: str, state: str, cause: int, camps: bool) -> None:
    told = ask(one_phone("xiaomi_12", fault), "dumpsys telephony.registry").out
    first = re.findall(r"domain=PS .*?registrationState=(\w+) .*?rejectCause=(\d+) .*?cellIdentity=(\w+)", told)[0]
    assert first == (state, str(cause), "CellIdentityLte" if camps else "null")
    assert ("rsrp=-" in told) == camps
    assert "NetworkRegistrationInfo" not in ask(one_phone("vivo_9", fault), "dumpsys telephony.registry").out


def test_the_log_tells_of_each_time_that_the_card_was_lost_as_often_as_the_reader_lets_it_go() -> None:
    unit = one_phone("google_16", "sim.contact_flaps:0.5")
    lines = [one for one in unit.phone.logbook.entries("radio") if one.text == "update: notify card removed"]
    minutes = (lines[-1].at_s - lines[0].at_s) / 60.0
    assert len(lines) / minutes == pytest.approx(0.1 + 0.5 * 8.9, rel=0.2)
    healthy = one_phone("google_16", "healthy").phone.logbook.entries("radio")
    assert not [one for one in healthy if "card removed" in one.text]


def test_the_level_that_the_registry_tells_falls_with_the_antennas_loss() -> None:
    def rsrp(fault: str) -> int:
        told = ask(one_phone("google_16", fault), "dumpsys telephony.registry").out
        return int(re.findall(r"rsrp=(-\d+)", told)[0])

    assert rsrp("healthy") - rsrp("antenna_cellular.lossy:0.5") == pytest.approx(19, abs=1)


def test_a_setting_that_a_fault_made_is_cured_by_the_user_and_leaves_with_the_fault() -> None:
    unit = one_phone("google_16", "setting.flight_mode")
    assert ask(unit, "settings get global airplane_mode_on").out == "1\n"
    assert "0(IN_SERVICE)" not in ask(unit, "dumpsys telephony.registry").out
    ask(unit, "settings put global airplane_mode_on 0")
    assert "0(IN_SERVICE)" in ask(unit, "dumpsys telephony.registry").out
    unit.break_part(parse_faults("setting.flight_mode"))
    unit.heal()
    assert "0(IN_SERVICE)" in ask(unit, "dumpsys telephony.registry").out


def test_two_phones_of_a_seed_are_equal_with_their_faults_and_another_fault_is_another_phone() -> None:
    clock = ManualClock()
    text = "battery.worn:0.4+touch.off_bus:0.5@intermittent"
    first, again, other = (one_phone("oppo_13", fault, clock=clock).phone for fault in (text, text, "battery.worn:0.4"))
    assert (first.condition, first.wear, first.settings) == (again.condition, again.wear, again.settings)
    clock.now_s = 3600.0
    for phone in (first, again, other):
        phone.refresh()
    assert first.health.active == again.health.active
    lines = [[entry.text for entry in phone.logbook.entries("kernel")] for phone in (first, again, other)]
    assert lines[0] == lines[1] != lines[2]


def test_the_sensor_service_tells_values_of_the_same_parts() -> None:
    def gravity(fault: str) -> float:
        told = ask(one_phone("google_16", fault), "dumpsys sensorservice").out
        events = told.partition("Accelerometer: last 10 events\n")[2].splitlines()[:10]
        return float(np.mean([float(line.split(") ")[1].split(", ")[2]) for line in events]))

    assert gravity("healthy") == pytest.approx(9.81, abs=0.4)
    assert gravity("accelerometer.biased:1") - gravity("healthy") == pytest.approx(5.0, abs=0.1)


def test_a_key_that_comes_and_goes_does_so_within_one_long_series_of_presses() -> None:
    phone = one_phone(fault="key_power.deaf:1@intermittent").phone
    heard = [bool(press(phone, "POWER", after_s=float(at_s))) for at_s in range(1, 1200, 5)]
    changes = sum(before != after for before, after in pairwise(heard))
    assert {True, False} == set(heard)
    assert 2 <= changes <= 40  # in stays of minutes, not press by press


def test_what_is_begun_now_meets_the_parts_of_its_own_time() -> None:
    phone = one_phone(fault="motor.weak:1@after_a_while").phone
    sound = draw_parts(phone.seed)
    assert phone.parts_in(after_s(1.0) - 1.0) == phone.parts == sound
    assert phone.parts_in(after_s(1.0) + 1.0) == worn(sound, {"motor.weak": 1.0})
    assert phone.parts == sound


def test_a_part_that_breaks_or_heals_moves_no_sample_of_a_chip_that_is_sound() -> None:
    talk = Talk()
    stream = talk.ask("sensor.start", type=4, hz=200)["stream"]
    frames = []
    for number in range(8):
        frames += talk.run(0.777)
        talk.unit.break_part(() if number % 2 else parse_faults("motor.weak:0.5"))
    periods_ns = np.diff(records(frames, stream)["t"].astype(float))
    assert periods_ns.max() < 1.1 * np.median(periods_ns)
    assert periods_ns.min() > 0.9 * np.median(periods_ns)
