from __future__ import annotations

import errno
import re

import pytest

from hwsim.phone.chips import FLEXES, buses, field_of, on_bus, sensor_answers, spread
from hwsim.phone.condition import Condition
from hwsim.phone.profile import profiles
from hwsim.physics.bus import Wire
from tests.hwsim_board.emulated import dump_of, log_of, phone_with

PROFILES = sorted(profiles())
BUSES = ("sensor", "audio", "power", "front", "camera")


@pytest.mark.parametrize("profile", PROFILES)
@pytest.mark.parametrize("bus", BUSES)
def test_a_dead_bus_takes_every_chip_on_it_and_no_other(profile: str, bus: str) -> None:
    kind = profiles()[profile]
    names = on_bus(kind, bus)
    assert len(names) >= 2 or (bus == "front" and kind.nfc_driver == "absent")
    after = spread(kind, Condition(bus_dead=bus))
    everything = {name for one in BUSES for name in on_bus(kind, one)}
    gone = {name for name in everything if not getattr(after, field_of(name))}
    assert gone == set(names)


def test_without_a_dead_bus_the_condition_is_left_as_it_is() -> None:
    condition = Condition()
    assert spread(profiles()["google_16"], condition) is condition


@pytest.mark.parametrize("profile", ["google_16", "vivo_9", "xiaomi_12", "honor_10"])
def test_the_drivers_of_all_parts_on_a_dead_bus_complain_and_the_controller_times_out(profile: str) -> None:
    text = log_of(phone_with("board.audio_bus_dead", profile))
    for words in ("tfa98xx", "aw8697_haptic", "aw36518"):
        assert re.search(rf"{words}.*(?i:fail|error)", text)
    stuck = buses(profiles()[profile].family)["audio"].stuck
    assert all(part.partition("{")[0] in text for part in stuck)


def test_one_dead_chip_is_not_acknowledged_while_its_neighbours_go_on() -> None:
    text = log_of(phone_with("amplifier.off_bus", "google_16"))
    assert "No ACK, addr 0x34" in text
    assert "tx timeout" not in text
    assert "aw8697_haptic 8-005a: detected" in text


def test_a_sensor_bus_is_another_thing_than_a_dead_hub() -> None:
    hub, bus = phone_with("sensors.hub_dead", "xiaomi_12"), phone_with("board.sensor_bus_dead", "xiaomi_12")
    assert dump_of(hub, "sensorservice") == dump_of(bus, "sensorservice")
    assert "hub is running" in log_of(bus)
    assert "hub is running" not in log_of(hub)


def test_one_sensor_off_its_bus_is_missing_from_the_list_and_the_others_stay() -> None:
    text = dump_of(phone_with("imu.off_bus"), "sensorservice")
    assert "Accelerometer" not in text
    assert "Gyroscope" not in text
    assert "Magnetometer" in text
    assert "Total 4 h/w sensors" in text


@pytest.mark.parametrize(("kind", "field"), [(1, "imu_on_bus"), (4, "imu_on_bus"), (8, "light_proximity_on_bus")])
def test_a_sensor_is_there_as_long_as_its_chip_answers(kind: int, field: str) -> None:
    assert sensor_answers(Condition(), kind)
    assert not sensor_answers(Condition(**{field: False}), kind)  # type: ignore[arg-type]  # all named fields are bool


@pytest.mark.parametrize("flex", sorted(FLEXES))
def test_the_parts_behind_a_loose_flex_fail_in_the_same_moment(flex: str) -> None:
    fault = {"display": "flex.display_loose", "camera": "flex.camera_loose", "sub_board": "flex.main_loose"}[flex]
    phone = phone_with(f"{fault}:1.0", "vivo_9")
    healthy = {entry.text for entry in phone_with("healthy", "vivo_9").logbook.entries("kernel")}
    rows = [entry for entry in phone.logbook.entries("kernel") if entry.text not in healthy]
    errors = sorted(entry.at_s for entry in rows if entry.level == "3")
    bursts = [errors[0]]
    for at_s in errors:
        if at_s - bursts[-1] > 1.0:
            bursts.append(at_s)
    assert len(bursts) > 20
    first = [entry.text for entry in rows if bursts[3] <= entry.at_s < bursts[3] + 1.0]
    assert len(first) >= 3


def test_a_wire_with_too_much_load_is_as_dead_as_one_that_is_held() -> None:
    assert Wire().transfer(chip_answers=True) == 0
    assert Wire().transfer(chip_answers=False) == -errno.ENXIO
    assert Wire(held_low=True).transfer(chip_answers=True) == -errno.ETIMEDOUT
    assert Wire(pull_up_ohm=47_000.0).transfer(chip_answers=True) == -errno.ETIMEDOUT
    assert Wire(pull_up_ohm=1000.0, load_pf=100.0).rise_ns == pytest.approx(84.7, abs=0.1)


def test_a_dead_sub_board_takes_the_port_the_motor_and_the_bottom_microphone() -> None:
    phone = phone_with("sub_board.dead", "google_16")
    assert phone.battery.supply_ma == 0
    assert phone.wear == {"microphone.membrane_stuck@main_microphone": 1.0, "motor.weak": 1.0}
