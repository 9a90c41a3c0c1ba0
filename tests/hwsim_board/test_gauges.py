from __future__ import annotations

import re
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hwsim.phone.battery import Battery, charger_limit_ma, ocv_mv, thermistor_reading_c
from hwsim.phone.boots import draw_boots
from hwsim.physics.gauge import CoulombCounter, health_from_cycles_percent, health_from_learned_percent
from tests.hwsim_board.emulated import dump_of, file_of, log_of, phone_with

SUPPLY = "/sys/class/power_supply"


@given(
    st.floats(0.9, 1.1), st.floats(-60, 60), st.lists(st.tuples(st.floats(-900, 900), st.floats(1, 900)), min_size=1)
)
def test_the_counters_error_is_gain_times_charge_plus_offset_times_time(
    gain: float, offset_ma: float, steps: list[tuple[float, float]]
) -> None:
    counter = CoulombCounter(gain, offset_ma)
    counted = sum(counter.moved_mah(current_ma, seconds) for current_ma, seconds in steps)
    true = sum(current_ma * seconds / 3600 for current_ma, seconds in steps)
    hours = sum(seconds for _, seconds in steps) / 3600
    assert counted - true == pytest.approx(counter.error_mah(true / hours, hours), abs=1e-6)


def test_a_battery_with_an_offset_counts_charge_that_never_flowed() -> None:
    pack = Battery(design_mah=5000, full_mah=5000, resistance_ratio=1.0, soc_ratio=0.6, gauge_gain_ratio=1.0, load_ma=0)
    pack.gauge_offset_ma = 40.0
    pack.run_until(5 * 3600)
    assert pack.soc_ratio == pytest.approx(0.6)
    assert pack.charge_counter_uah / 1000 == pytest.approx(3000 + 40 * 5, rel=1e-6)


@pytest.mark.parametrize("profile", ["google_16", "xiaomi_12"])
def test_a_drifting_gauge_contradicts_the_voltage_and_the_second_gauge(profile: str) -> None:
    def gap(fault: str) -> tuple[float, float]:
        phone = phone_with(fault, profile)
        first, second = (int(file_of(phone, f"{SUPPLY}/{name}/capacity")) for name in phone.profile.battery_gauges)
        battery = phone.battery
        rest_mv = battery.voltage_mv - battery.current_ma * 0.130 * battery.resistance_ratio
        return ocv_mv(battery.level / 100) - rest_mv, first - second

    well_mv, well_percent = gap("healthy")
    ill_mv, ill_percent = gap("battery.gauge_drift")
    assert abs(well_mv) < 40 < ill_mv
    assert abs(well_percent) <= 2
    assert ill_percent > 8


def test_a_healthy_phones_sources_of_health_agree_and_those_of_an_unlearned_gauge_do_not() -> None:
    for fault, agrees in (("healthy", True), ("battery.level_jumps", False)):
        phone = phone_with(fault, "xiaomi_12")
        learned = int(file_of(phone, f"{SUPPLY}/battery/charge_full"))
        chip = int(file_of(phone, f"{SUPPLY}/bms/charge_full"))
        design = int(file_of(phone, f"{SUPPLY}/battery/charge_full_design"))
        cycles = int(file_of(phone, f"{SUPPLY}/bms/cycle_count"))
        shown = health_from_learned_percent(learned, design)
        true = health_from_learned_percent(chip, design)
        assert (abs(shown - true) < 8) == agrees
        assert int(file_of(phone, f"{SUPPLY}/bms/soh")) == health_from_cycles_percent(cycles)


def test_an_unlearned_gauge_ends_with_a_cliff_at_a_third() -> None:
    phone = phone_with("battery.level_jumps:0.8", "xiaomi_12")
    pack = phone.battery
    pack.connect(0.0)
    pack.load_ma = 900.0
    levels = []
    while pack.soc_ratio > 0.001:
        pack.run_until(pack.uptime_s + 60)
        levels.append(pack.level)
    before_the_end = [level for level in levels if level > 0]
    falls = [one - other for one, other in pairwise(before_the_end)]
    assert levels[-1] == 0
    assert max(falls) >= 8
    assert {boot.reason for boot in draw_boots(phone)} & {"shutdown,battery"}


def test_a_thermistor_on_its_table_reads_what_is_and_a_wet_one_reads_too_hot() -> None:
    assert thermistor_reading_c(25.0, is_open=False) == pytest.approx(25.0, abs=0.2)
    ratios = (0.9, 0.6, 0.3)
    readings = [thermistor_reading_c(25.0, is_open=False, factor=ratio) for ratio in ratios]
    assert readings == sorted(readings)
    # the beta equation the other way round: 1/T = 1/T25 + ln(R/R25)/B
    assert readings[2] == pytest.approx(1 / (1 / 298.15 - 1.2039728 / 4250.0) - 273.15, abs=0.3)


def test_a_thermistor_that_reads_too_hot_stops_the_charge_in_a_cool_room() -> None:
    phone = phone_with("battery.thermistor_drift:1.0", "vivo_9")
    assert phone.battery.temperature_c < 35
    assert phone.battery.reading_c > 50
    assert not phone.battery.charging


def test_a_hot_charger_passes_what_its_heat_allows() -> None:
    assert charger_limit_ma(400.0) == pytest.approx(1000 * 80 / (400 * 0.08 * 5))
    phone = phone_with("charger.thermal_throttle:1.0")
    assert phone.battery.input_ma == pytest.approx(charger_limit_ma(1600.0))
    assert file_of(phone, f"{SUPPLY}/usb/current_now") == f"{round(charger_limit_ma(1600.0))}000\n"
    assert file_of(phone, f"{SUPPLY}/usb/voltage_now") == "4985000\n"  # what is not drawn lets no bus sag
    assert file_of(phone_with("port.no_charge:0.9"), f"{SUPPLY}/usb/voltage_now") == "4400000\n"


@pytest.mark.parametrize("profile", ["google_16", "motorola_11"])
@pytest.mark.parametrize("fault", ["port.no_charge", "charger_ic.dead", "port.water_detected"])
def test_a_phone_that_draws_nothing_from_its_cable_discharges_while_it_is_plugged_in(fault: str, profile: str) -> None:
    text = dump_of(phone_with(fault, profile), "battery")
    assert "USB powered: true" in text
    assert re.search(r"status: 4", text)
    phone = phone_with(fault, profile)
    before = phone.battery.soc_ratio
    phone.clock.advance(3600)
    phone.refresh()
    assert phone.battery.soc_ratio < before


def test_a_port_without_contact_does_not_even_feel_the_cable() -> None:
    assert "USB powered: false" in dump_of(phone_with("sub_board.dead"), "battery")


def test_a_healthy_phone_gains_charge_in_the_same_hour() -> None:
    phone = phone_with("healthy")
    before = phone.battery.soc_ratio
    phone.clock.advance(3600)
    phone.refresh()
    assert phone.battery.soc_ratio > before


def test_a_foreign_pack_is_named_by_the_log_and_by_the_second_gauge() -> None:
    phone = phone_with("battery.not_original", "xiaomi_12")
    assert "authentication failed" in log_of(phone, "kernel")
    assert file_of(phone, f"{SUPPLY}/bms/authentic") == "0\n"
    assert file_of(phone_with("healthy", "xiaomi_12"), f"{SUPPLY}/bms/authentic") == "1\n"
