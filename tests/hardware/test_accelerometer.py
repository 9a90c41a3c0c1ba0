"""The accelerometer at rest, on emulated phones through the real adb server."""

from __future__ import annotations

import pytest

from agent.sim_phone import SimPhone
from probes import ProbeResult, Verdict
from probes.hardware.accelerometer import AccelerometerAtRest


def value(result: ProbeResult, name: str) -> float:
    taken = next(taken for taken in result.measurements if taken.name == name)
    assert isinstance(taken.value, int | float)
    return taken.value


def test_a_healthy_phone_passes(sim_phone: SimPhone) -> None:
    result = sim_phone.run(AccelerometerAtRest())
    assert result.verdict is Verdict.PASS, result
    assert value(result, "gravity_m_s2") == pytest.approx(9.81, abs=0.3)
    assert value(result, "rate_hz") > 300


@pytest.mark.parametrize(
    ("fault", "finding"),
    [
        ("accelerometer.noisy:1", "sensors.accelerometer_noise"),
        ("accelerometer.axis_stuck:1", "sensors.accelerometer_dead_axis"),
    ],
)
def test_a_broken_one_is_found_and_named(sim_phone: SimPhone, fault: str, finding: str) -> None:
    sim_phone.break_(fault)
    result = sim_phone.run(AccelerometerAtRest())
    assert result.verdict is Verdict.FAIL, result
    assert finding in {found.code for found in result.findings}
    assert {part for found in result.findings for part in found.components} == {sim_phone.truth.part}


def test_a_phone_that_is_pulled_out_is_trouble_of_the_link(sim_phone: SimPhone) -> None:
    sim_phone.unplug()
    result = sim_phone.run(AccelerometerAtRest())
    assert (result.verdict, result.reason) == (Verdict.ERROR, "link_failed")
