from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hwsim.phone.battery import Battery, ocv_mv, resistance_ohm, thermistor_reading_c


def pack(**changes: float) -> Battery:
    values: dict[str, float] = {
        "design_mah": 5000,
        "full_mah": 5000,
        "resistance_ratio": 1.0,
        "soc_ratio": 0.6,
        "gauge_gain_ratio": 1.0,
    }
    return Battery(**{**values, **changes})  # type: ignore[arg-type]  # the tests change number fields only


@given(st.integers(1, 500), st.floats(50, 900))
def test_the_counter_equals_the_integral_of_the_current(steps: int, load_ma: float) -> None:
    battery = pack(load_ma=load_ma, soc_ratio=1.0)
    before_uah = battery.charge_counter_uah
    battery.run_until(steps * 10.0)
    drawn_uah = load_ma * steps * 10.0 / 3600 * 1000
    assert before_uah - battery.charge_counter_uah == pytest.approx(min(drawn_uah, before_uah), abs=2)


def test_a_gauge_with_a_gain_error_miscounts_by_that_error() -> None:
    battery = pack(load_ma=360, soc_ratio=0.9, gauge_gain_ratio=1.05)
    battery.run_until(3600)
    assert 4500_000 - battery.charge_counter_uah == pytest.approx(360_000 * 1.05, rel=1e-6)
    assert battery.soc_ratio == pytest.approx(0.9 - 360 / 5000)


def test_at_rest_the_terminal_shows_the_open_circuit_voltage() -> None:
    battery = pack(load_ma=0)
    assert battery.voltage_mv == pytest.approx(ocv_mv(0.6))


@pytest.mark.parametrize("ratio", [1.0, 2.0, 4.5])
def test_under_load_the_voltage_sags_by_current_times_resistance(ratio: float) -> None:
    battery = pack(load_ma=1000, resistance_ratio=ratio)
    sag_mv = ocv_mv(battery.soc_ratio) - battery.voltage_mv
    assert sag_mv == pytest.approx(1000 * resistance_ohm(battery.temperature_c, ratio))


@given(st.floats(0, 1), st.floats(0, 1))
def test_the_open_circuit_voltage_rises_with_charge(one: float, other: float) -> None:
    low, high = sorted((one, other))
    assert ocv_mv(low) <= ocv_mv(high)


def test_a_cable_that_gives_more_than_the_load_charges_to_full_and_stops() -> None:
    battery = pack(load_ma=100, soc_ratio=0.95)
    battery.connect(1500)
    assert battery.charging
    battery.run_until(8 * 3600)
    assert battery.full
    assert battery.current_ma == 0
    assert battery.soc_ratio <= 1.0


@given(st.floats(-15, 60))
def test_a_good_thermistor_reads_within_a_quarter_degree(temperature_c: float) -> None:
    assert thermistor_reading_c(temperature_c, is_open=False) == pytest.approx(temperature_c, abs=0.25)


def test_an_open_thermistor_reads_an_impossible_cold_as_real_phones_do() -> None:
    assert -40 <= thermistor_reading_c(25.0, is_open=True) <= -20


def test_a_cell_that_seems_frozen_is_not_charged() -> None:
    battery = pack(load_ma=100)
    battery.thermistor_open = True
    battery.connect(1500)
    assert not battery.charging


def test_a_stuck_gauge_stands_still_while_the_voltage_falls() -> None:
    battery = pack(load_ma=900)
    battery.gauge_stuck = True
    level, counter, voltage_mv = battery.level, battery.charge_counter_uah, battery.voltage_mv
    battery.run_until(7200)
    assert (battery.level, battery.charge_counter_uah) == (level, counter)
    assert battery.voltage_mv < voltage_mv - 100


def test_the_result_does_not_depend_on_how_often_somebody_looks() -> None:
    rarely, often = pack(load_ma=300), pack(load_ma=300)
    rarely.run_until(3601)
    for second in range(0, 3602, 7):
        often.run_until(second)
    often.run_until(3601)
    assert (rarely.voltage_mv, rarely.samples) == (often.voltage_mv, often.samples)
