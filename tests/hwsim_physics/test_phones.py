from __future__ import annotations

from dataclasses import fields

import pytest

from hwsim.physics.library import fault_modes
from hwsim.physics.parts import Parts, places_of, with_fault
from hwsim.physics.population import draw_parts
from tests.hwsim_physics.test_severity import SEEN

SEEDS = range(6)


def test_a_seed_is_one_phone_and_another_seed_another() -> None:
    assert draw_parts(5) == draw_parts(5)
    assert draw_parts(5) != draw_parts(6)
    assert hash(draw_parts(5)) == hash(draw_parts(5))


@pytest.mark.parametrize("name", sorted(fault_modes()))
def test_no_healthy_phone_of_the_spread_is_called_faulty(name: str) -> None:
    observe, limit = SEEN[name]
    for seed in SEEDS:
        parts = draw_parts(seed)
        assert float(observe(getattr(parts, places_of(name)[0]))) <= limit


@pytest.mark.parametrize("name", sorted(fault_modes()))
def test_a_fault_changes_its_own_part_only(name: str) -> None:
    for place in places_of(name):
        broken = with_fault(Parts(), name, 0.7, place=place)
        changed = [one.name for one in fields(Parts) if getattr(broken, one.name) != getattr(Parts(), one.name)]
        assert changed == [place]


def test_every_part_can_break() -> None:
    places = {place for name in fault_modes() for place in places_of(name)}
    assert places == {one.name for one in fields(Parts)} - {"player_ppm", "recorder_ppm"}


def test_a_fault_in_a_part_that_cannot_have_it_is_refused() -> None:
    with pytest.raises(ValueError, match=r"speaker.leak is in speaker, not in panel"):
        with_fault(Parts(), "speaker.leak", 0.5, place="panel")
    with pytest.raises(KeyError):
        with_fault(Parts(), "speaker.melted", 0.5)
    with pytest.raises(ValueError, match="severity of"):
        with_fault(Parts(), "speaker.leak", 1.5)
