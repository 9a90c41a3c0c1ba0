from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from hwsim.physics.cell import CELL, Cell
from hwsim.physics.charge import CHARGER, Phase, charge, inefficient
from hwsim.physics.noise import generator
from hwsim.physics.supply import SUPPLY, Cable, Port, Supply, bus_waveform, cc_one_side, contact_resistance, loose

# A cell whose open-circuit voltage is linear has a charge in closed form.
LINEAR = Cell(design_mah=3000.0, resistance_ohm=0.15, shares=(0.0, 1.0), ocv_v=(2.5, 4.5))
COLD_BLOODED = replace(CHARGER, hot_c=500.0)
STRONG = Supply(adapter=replace(SUPPLY.adapter, limit_a=20.0, volts=9.0, ohm=0.0), cable=Cable(0.01), port=Port(0.01))


def test_constant_current_takes_charge_over_current() -> None:
    got = charge(LINEAR, STRONG, COLD_BLOODED, start_share=0.4, duration_s=1500.0, step_s=1.0)
    fast = got.wires.phase == Phase.CONSTANT_CURRENT
    assert fast[:500].all()
    assert got.wires.battery_a[fast] == pytest.approx(2.6)
    assert np.diff(got.share[:500]) * 3.0 * 3600.0 == pytest.approx(2.6, rel=1e-4)
    # It ends where the terminal reaches the float voltage: 2.5 + 2*share + I*R = 4.4.
    expected_s = ((4.4 - 2.6 * 0.15 - 2.5) / 2.0 - 0.4) * 3.0 * 3600.0 / 2.6
    assert got.t_s[fast].max() == pytest.approx(expected_s, abs=2.0)


def test_constant_voltage_decays_with_resistance_times_capacitance() -> None:
    got = charge(LINEAR, STRONG, COLD_BLOODED, start_share=0.7, duration_s=4000.0, step_s=1.0)
    taper = got.wires.phase == Phase.CONSTANT_VOLTAGE
    assert got.wires.battery_v[taper] == pytest.approx(4.4, abs=1e-6)
    # The cell is a capacitor of 3 Ah over 2 V.
    slope, _ = np.polyfit(got.t_s[taper], np.log(got.wires.battery_a[taper]), 1)
    assert -1.0 / slope == pytest.approx(0.15 * 3.0 * 3600.0 / 2.0, rel=1e-3)
    tau_s = 0.15 * 3.0 * 3600.0 / 2.0
    assert np.count_nonzero(taper) == pytest.approx(tau_s * np.log(2.6 / CHARGER.end_a), abs=3.0)
    full = got.wires.phase == Phase.FULL
    assert full[-1]
    assert (got.wires.battery_a[full] == 0.0).all()


def test_a_deeply_empty_cell_is_fed_slowly_first() -> None:
    got = charge(LINEAR, STRONG, COLD_BLOODED, start_share=0.1, duration_s=6000.0, step_s=1.0)
    slow = got.wires.phase == Phase.PRE_CHARGE
    assert got.wires.battery_a[slow] == pytest.approx(CHARGER.pre_a)
    # Until 2.5 + 2*share + 0.3*R = 3.0.
    expected_s = ((3.0 - 0.3 * 0.15 - 2.5) / 2.0 - 0.1) * 3.0 * 3600.0 / 0.3
    assert np.count_nonzero(slow) == pytest.approx(expected_s, rel=0.01)


def test_power_in_is_power_stored_lost_and_used() -> None:
    got = charge(start_share=0.3, duration_s=3000.0, load_w=0.5)
    into_battery = got.wires.battery_a * got.wires.battery_v
    assert got.wires.input_a * got.wires.bus_v == pytest.approx(into_battery / CHARGER.efficiency_ratio + 0.5)
    assert got.wires.bus_v == pytest.approx(SUPPLY.adapter.volts - got.wires.input_a * SUPPLY.loop_ohm)


def test_charge_in_the_battery_is_the_integral_of_its_current() -> None:
    got = charge(start_share=0.05, duration_s=9000.0, step_s=1.0)
    amps = got.wires.battery_a
    integral = np.concatenate(([0.0], np.cumsum((amps[1:] + amps[:-1]) / 2.0))) / 3600.0 / CELL.capacity_ah
    assert got.share - 0.05 == pytest.approx(integral, abs=2e-4)


def test_a_healthy_phone_does_not_step_down_and_a_hot_one_does() -> None:
    good = charge(start_share=0.2, duration_s=4000.0)
    hot = charge(start_share=0.2, duration_s=4000.0, charger=inefficient(CHARGER, 0.5))
    fast = good.wires.phase == Phase.CONSTANT_CURRENT
    assert good.wires.battery_a[fast] == pytest.approx(2.6)
    assert good.board_c.max() < CHARGER.hot_c
    assert hot.wires.battery_a[-1] < 0.7 * 2.6
    first = int(np.flatnonzero(np.diff(hot.wires.battery_a) < -0.5)[0])
    assert hot.board_c[first] > CHARGER.hot_c
    assert (hot.board_c[:first] <= CHARGER.hot_c).all()


def test_a_resistive_path_is_found_from_the_slope_of_the_bus() -> None:
    part = replace(SUPPLY, port=contact_resistance(SUPPLY.port, 0.4))
    runs = [
        charge(supply=part, charger=replace(CHARGER, fast_a=amps), start_share=0.3, duration_s=60.0)
        for amps in (0.5, 1.0, 1.5)
    ]
    amps = [float(run.wires.input_a[3]) for run in runs]
    volts = [float(run.wires.bus_v[3]) for run in runs]
    slope, start = np.polyfit(amps, volts, 1)
    assert -slope == pytest.approx(part.loop_ohm, rel=1e-6)
    assert start == pytest.approx(5.1)


def test_the_phone_does_not_pull_its_bus_under_its_limit() -> None:
    part = replace(SUPPLY, cable=Cable(1.5))
    got = charge(supply=part, start_share=0.3, duration_s=600.0)
    assert got.wires.bus_v.min() >= CHARGER.lowest_bus_v - 1e-9
    assert got.wires.battery_a.max() < 0.6


def test_a_swapped_cable_heals_a_bad_cable_and_not_a_bad_port() -> None:
    bad_cable = replace(SUPPLY, cable=Cable(1.5))
    bad_port = replace(SUPPLY, port=contact_resistance(SUPPLY.port, 1.0))
    healed = charge(supply=replace(bad_cable, cable=SUPPLY.cable), start_share=0.3, duration_s=60.0)
    still = charge(supply=replace(bad_port, cable=SUPPLY.cable), start_share=0.3, duration_s=60.0)
    assert healed.wires.battery_a[-1] == pytest.approx(2.6)
    assert still.wires.battery_a[-1] < 1.0


def test_a_broken_cc_pin_shows_with_the_plug_turned_only() -> None:
    part = replace(SUPPLY, port=cc_one_side(SUPPLY.port, 1.0))
    up = charge(supply=part, start_share=0.3, duration_s=600.0)
    down = charge(supply=replace(part, plug_up=False), start_share=0.3, duration_s=600.0)
    assert up.share[-1] > 0.35
    assert down.share[-1] < 0.3
    assert (down.wires.phase == Phase.IDLE).all()
    assert (down.wires.bus_v == 0.0).all()


def test_a_full_cell_takes_nothing() -> None:
    got = charge(start_share=1.0, duration_s=100.0)
    assert (got.wires.phase == Phase.FULL).all()
    assert got.wires.battery_a.max() == 0.0


def test_breaks_of_contact_have_their_share_and_their_rate() -> None:
    part = replace(SUPPLY, port=loose(SUPPLY.port, 0.6))
    volts = bus_waveform(part, current_a=1.5, duration_s=600.0, rate_hz=500.0, rng=generator(1, "w"))
    broken = volts < 2.0
    port = part.port
    assert broken.mean() == pytest.approx(1.0 - np.exp(-port.breaks_per_s * port.break_s), rel=0.12)
    seen = np.count_nonzero(broken[1:] & ~broken[:-1]) / 600.0
    assert seen == pytest.approx(port.breaks_per_s * np.exp(-port.breaks_per_s * port.break_s), rel=0.12)
    assert volts[~broken].mean() == pytest.approx(5.1 - 1.5 * part.loop_ohm, abs=1e-3)


def test_a_cold_cell_has_twice_the_resistance_near_freezing() -> None:
    assert CELL.ohm_at(2.0) / CELL.ohm_at(25.0) == pytest.approx(2.0, rel=0.01)
    assert CELL.share_at(float(CELL.open_circuit_v(0.37))) == pytest.approx(0.37)
    assert float(CELL.terminal_v(0.5, -1.0)) == pytest.approx(3.84 - 0.13)
