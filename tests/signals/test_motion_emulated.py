"""Faults put into emulated parts move the measures that are meant to show them, and no others."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from hwsim.physics.imu import ACCELEROMETER
from hwsim.physics.motion import Motion
from hwsim.physics.noise import generator
from hwsim.physics.supply import SUPPLY, bus_waveform, cable_resistive, loose
from hwsim.physics.surroundings import BAROMETER, barometer_vent_plugged
from hwsim.physics.vibration import ERM, LRA, Buzz, Motor, felt, rattling, weak
from probes.signals import intermittency, path
from probes.signals.barometer import barometer, pressure_answer
from probes.signals.motor_line import MotorLine, motor_line

BUZZ = Buzz(start_s=-1.0, duration_s=10.0)


def felt_by_sensor(motor: Motor, rate_hz: float) -> MotorLine:
    rng = generator(3, "motor")
    times = np.arange(round(4.0 * rate_hz)) / rate_hz
    rest = Motion().specific_force(times)
    said = [
        ACCELEROMETER.read(truth, rate_hz=rate_hz, rng=rng).T
        for truth in (rest + felt(motor, BUZZ, times, rng=rng), rest)
    ]
    return motor_line(said[0], rate_hz=rate_hz, rest=said[1])


@pytest.mark.parametrize("rate_hz", [104.0, 208.0, 416.0, 1660.0])
@pytest.mark.parametrize("motor", [LRA, ERM])
def test_a_good_motor_is_found_at_its_rated_frequency_and_strength(motor: Motor, rate_hz: float) -> None:
    found = felt_by_sensor(motor, rate_hz)
    assert min(abs(value - motor.rated_hz) for value in found.candidates_hz) < 0.1
    size = motor.peak_m_s2 * math.hypot(*motor.direction) / math.sqrt(2.0)
    assert found.total_rms == pytest.approx(size, rel=0.03)
    assert found.broadband_ratio < 2.0


def test_a_weak_motor_is_weak_and_a_rattling_one_rattles() -> None:
    good, feeble = felt_by_sensor(LRA, 1660.0), felt_by_sensor(weak(LRA, 0.8), 1660.0)
    assert feeble.total_rms < 0.7 * good.total_rms
    assert feeble.broadband_ratio == pytest.approx(good.broadband_ratio, abs=0.3)
    loose_one = felt_by_sensor(rattling(LRA, 0.8), 1660.0)
    assert loose_one.harmonic_ratio[0] > 10.0 * good.harmonic_ratio[0]
    assert loose_one.broadband_ratio > 5.0 * good.broadband_ratio


def test_a_dead_motor_leaves_no_line() -> None:
    found = felt_by_sensor(replace(LRA, peak_m_s2=0.0), 416.0)
    assert found.reasons == ("not_found",)
    assert math.isnan(found.total_rms)


@pytest.mark.parametrize("severity", [0.0, 0.6, 1.0])
def test_a_plugged_vent_is_told_from_an_open_one(severity: float) -> None:
    part = barometer_vent_plugged(BAROMETER, severity) if severity else BAROMETER
    times = np.arange(0.0, 120.0, 0.04)
    outside = np.where(times >= 20.0, 1012.7, 1013.0)
    said = part.read(outside, rate_hz=25.0, rng=generator(4, "vent"))
    found = pressure_answer(times, said, change_s=20.0)
    if part.vent_tau_s > 60.0:
        return  # slower than the record: it may be called no step at all
    assert found.valid
    assert found.size_pa == pytest.approx(-30.0, abs=5.0 * found.size_std_pa + 0.5)
    assert found.time_constant_s == pytest.approx(part.vent_tau_s, abs=max(0.1 * part.vent_tau_s, 0.1))


def test_the_noise_of_an_emulated_barometer_is_that_of_its_part() -> None:
    said = BAROMETER.read(np.full(5000, 1013.0), rate_hz=25.0, rng=generator(5, "air"))
    found = barometer(said, rate_hz=25.0, reference_hpa=1013.0)
    assert found.density_pa == pytest.approx(BAROMETER.noise_pa_per_rthz, rel=0.05)
    assert found.offset_hpa == pytest.approx(BAROMETER.bias_hpa, abs=0.01)
    assert found.step_pa == pytest.approx(BAROMETER.lsb_hpa * 100.0, rel=1e-3)


@pytest.mark.parametrize("severity", [0.0, 0.5, 1.0])
def test_the_resistance_of_an_emulated_path_is_that_of_its_parts(severity: float) -> None:
    supply = replace(SUPPLY, cable=cable_resistive(SUPPLY.cable, severity)) if severity else SUPPLY
    amperes = np.repeat([0.1, 0.5, 1.0, 1.5], 25)
    rng = np.random.default_rng(6)
    bus = supply.bus_v(amperes) + rng.standard_normal(100) * 0.004
    found = path.path_resistance(np.full(100, 5.13), bus, amperes)
    assert found.resistance_ohm == pytest.approx(supply.loop_ohm, abs=4.0 * found.resistance_std_ohm)


def test_a_loose_port_is_counted_and_a_firm_one_is_not() -> None:
    shaky = replace(SUPPLY, port=loose(SUPPLY.port, 0.8))
    counted = []
    for supply in (SUPPLY, shaky):
        volts = bus_waveform(supply, current_a=1.0, duration_s=60.0, rate_hz=1000.0, rng=generator(7, "bus"))
        counted.append(intermittency.dips(volts, rate_hz=1000.0, longest_s=0.3))
    assert counted[0].short == 0
    assert counted[1].per_minute_low > counted[0].per_minute_high
    both = counted[1].short + counted[1].long  # breaks that overlap count once
    assert 0.4 * shaky.port.breaks_per_s * 60.0 < both < 1.2 * shaky.port.breaks_per_s * 60.0
