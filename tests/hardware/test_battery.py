"""Battery under a load step, and the question that comes before, on emulated phones through the real adb server."""

from __future__ import annotations

from unittest.mock import create_autospec

import pytest

from agent.plan import blocking, known_probes, make_plan, unread_settings
from agent.sim_phone import SimPhone, SimPhones
from probes import Blocked, Reading, Stage, StationBench, Verdict
from probes.hardware.battery_load import BatteryLoadStep
from probes.hardware.battery_swelling import BatterySwelling
from probes.hardware.charging_now import ChargingNow
from tests.hardware.power_bench import found, number

SPEED = 8.0


@pytest.mark.parametrize(("profile", "seed"), [("xiaomi_12", 3), ("samsung_14", 4)])
def test_a_healthy_battery_has_the_resistance_of_a_healthy_one(sim_phones: SimPhones, profile: str, seed: int) -> None:
    result = sim_phones(profile=profile, seed=seed, speed=SPEED).run(BatteryLoadStep())
    assert result.verdict is Verdict.PASS, result
    assert number(result, "resistance_25c_mohm") == pytest.approx(130, rel=0.1)
    assert number(result, "load_step_ma") > 500


@pytest.mark.parametrize("profile", ["sony_13", "samsung_10"])
def test_a_battery_that_sags_is_named_from_kernel_and_from_services(sim_phones: SimPhones, profile: str) -> None:
    phone = sim_phones(profile=profile, seed=5, speed=SPEED)
    phone.break_("battery.resistance_high:0.35")
    result = phone.run(BatteryLoadStep())
    assert found(result) == {("battery.resistance_high", phone.truth.part)}, result


def test_cores_that_heat_at_once_are_the_board_and_not_the_battery(sim_phones: SimPhones) -> None:
    phone = sim_phones(profile="xiaomi_12", seed=6, speed=SPEED)
    phone.break_("board.cpu_hot:0.35")
    result = phone.run(BatteryLoadStep())
    assert found(result) == {("thermal.cores_hot", phone.truth.part)}, result


def test_lost_capacity_alone_is_no_resistance(sim_phones: SimPhones) -> None:
    phone = sim_phones(profile="xiaomi_12", seed=7, speed=SPEED)
    phone.break_("battery.capacity_lost:0.6")
    assert not found(phone.run(BatteryLoadStep()))


def test_a_thermistor_that_lies_is_not_taken_for_a_resistance(sim_phones: SimPhones) -> None:
    phone = sim_phones(profile="xiaomi_12", seed=8, speed=SPEED)
    phone.break_("battery.thermistor_open")
    result = phone.run(BatteryLoadStep())
    assert not found(result)


def test_the_load_ends_by_itself_at_real_speed(sim_phone: SimPhone) -> None:
    result = sim_phone.run(BatteryLoadStep())
    assert result.verdict is Verdict.PASS, result
    drawn = sim_phone.run(ChargingNow())
    assert number(drawn, "charge_ma") > 0  # under the load it would be drained


def test_a_phone_that_is_pulled_out_is_trouble_of_the_link(sim_phone: SimPhone) -> None:
    sim_phone.unplug()
    result = sim_phone.run(BatteryLoadStep())
    assert (result.verdict, result.reason) == (Verdict.ERROR, "link_failed")


def test_a_link_that_is_cut_under_load_is_trouble_of_the_link(sim_phones: SimPhones) -> None:
    phone = sim_phones(profile="xiaomi_12", seed=9, speed=SPEED)
    phone.disturb("cut", after_bytes=6000)
    assert phone.run(BatteryLoadStep()).verdict is Verdict.ERROR


def test_a_swollen_battery_stops_the_whole_hardware_stage(sim_phones: SimPhones) -> None:
    phone = sim_phones(profile="xiaomi_12", seed=2, speed=20.0)
    phone.break_("battery.swollen:0.7")
    result = phone.run(BatterySwelling(), station=True)
    assert found(result) == {("battery.swollen", phone.truth.part)}
    stopped = {probe.meta.id for probe in known_probes() if blocking(probe, [result])}
    assert {"battery.load_step", "storage.stress", "charging.curve", "touch.swiped_grid", "logs.system"} - stopped == {
        "logs.system"
    }


@pytest.mark.parametrize(
    ("answers", "said"),
    [(["yes"], "yes"), (["no", "yes"], "yes"), (["no", "yes", "no"], "yes"), (["no", "no"], "no")],
)
def test_a_lifted_cover_stands_where_nobody_answers_any_more(answers: list[str], said: str) -> None:
    bench = create_autospec(StationBench, instance=True)
    bench.ask.side_effect = [*answers, Blocked("nobody answered", reason="operator_timeout")]
    (reading,) = BatterySwelling().measure(bench)
    assert isinstance(reading, Reading)
    assert reading.value == said


def test_nobody_at_the_bench_is_no_answer_about_swelling(sim_phone: SimPhone) -> None:
    assert sim_phone.run(BatterySwelling()).verdict is Verdict.NOT_SUPPORTED


def test_the_question_comes_before_every_load_in_every_plan() -> None:
    plan = make_plan(known_probes())
    asked = next(place for place, probe in enumerate(plan) if probe.meta.id == "battery.swelling")
    held = [place for place, probe in enumerate(plan) if "battery.swollen" in probe.meta.needs_setting]
    assert held
    assert asked < min(held)
    assert plan[asked].meta.stage is Stage.IDENTITY
    assert not any("battery.swollen" in missing for missing in unread_settings(plan).values())
