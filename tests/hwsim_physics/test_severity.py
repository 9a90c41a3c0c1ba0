from __future__ import annotations

from dataclasses import replace

import pytest

from hwsim.physics.library import fault_modes
from hwsim.physics.modes import fault_mode
from tests.hwsim_physics.seen_in_sound_and_pictures import PICTURES, SOUND
from tests.hwsim_physics.seen_in_the_rest import CONTROLS, POWER_AND_RADIO, SENSORS

SEEN = {**SOUND, **PICTURES, **SENSORS, **CONTROLS, **POWER_AND_RADIO}
STEPS = (0.0, 0.25, 0.5, 0.75, 1.0)
AT_ONCE = 0.05
"""Up to here a mode is a fault as soon as it is there at all: a line, a broken pin."""
MODES = sorted(fault_modes())


def test_every_fault_mode_has_something_that_a_bench_can_see() -> None:
    assert sorted(SEEN) == MODES


@pytest.mark.parametrize("name", MODES)
def test_a_fault_shows_more_the_more_severe_it_is(name: str) -> None:
    mode, (observe, _) = fault_modes()[name], SEEN[name]
    seen = [float(observe(mode(mode.healthy, severity))) for severity in STEPS]
    assert seen == sorted(seen)
    assert seen[-1] > seen[0]


@pytest.mark.parametrize("name", MODES)
def test_the_bench_calls_it_a_fault_where_its_reason_says(name: str) -> None:
    mode, (observe, limit) = fault_modes()[name], SEEN[name]
    assert float(observe(mode(mode.healthy, mode.fault_from))) >= limit
    assert float(observe(mode.healthy)) <= limit
    if mode.fault_from > AT_ONCE:
        assert float(observe(mode(mode.healthy, mode.fault_from / 2.0))) < limit


@pytest.mark.parametrize("name", MODES)
def test_severity_nought_is_the_healthy_part_and_others_are_refused(name: str) -> None:
    mode = fault_modes()[name]
    assert mode(mode.healthy, 0.0) == mode.healthy
    assert mode(mode.healthy, 0.01) != mode.healthy
    for wrong in (-0.1, 1.1, float("nan")):
        with pytest.raises(ValueError, match="severity of"):
            mode(mode.healthy, wrong)


@pytest.mark.parametrize("name", MODES)
def test_a_mode_gives_its_physical_reason_and_why_it_is_a_fault(name: str) -> None:
    mode = fault_modes()[name]
    assert mode.reason.endswith(".")
    assert len(mode.reason.split()) >= 6
    assert len(mode.because.split()) >= 6
    assert 0.0 < mode.fault_from < 1.0


def test_modes_add_up_on_one_part() -> None:
    modes = fault_modes()
    healthy = modes["speaker.leak"].healthy
    both = modes["speaker.rub"](modes["speaker.leak"](healthy, 0.5), 0.5)
    assert both.buzz_pa > 0.0
    assert len(both.voicing) > len(healthy.voicing)
    assert replace(both, buzz_pa=0.0, buzz_from=healthy.buzz_from) == modes["speaker.leak"](healthy, 0.5)


def test_a_mode_is_declared_by_its_function() -> None:
    @fault_mode("thing.bad", of=1.0, fault_from=0.5, because="it is half gone")
    def bad(part: float, severity: float) -> float:
        """It goes away.

        More than one line.
        """
        return part - severity

    assert (bad.name, bad.reason, bad(1.0, 0.25)) == ("thing.bad", "It goes away.", 0.75)
