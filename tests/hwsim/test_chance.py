"""Bad luck from a seed: the same seed disturbs the same answers, and says so."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from hwsim.adbd.chaos import BY_CHANCE, Mischief
from hwsim.rack import BadRack, Rack, RackPlan
from tests.hwsim.rig import DEADLINE_S


def fate(seed: str, *, ratio: float, answers: int = 1000, kinds: tuple[str, ...] = BY_CHANCE) -> list[dict[str, Any]]:
    told: list[dict[str, Any]] = []
    mischief = Mischief(kinds, ratio=ratio, seed=seed, tell=told.append)
    drawn = [mischief.draw("shell,v2,raw:true") for _ in range(answers)]
    assert [chaos.kind for chaos in drawn if chaos is not None] == [event["event"] for event in told]
    return told


def test_the_same_seed_has_the_same_fate_and_another_seed_another() -> None:
    assert fate("1/0/chaos", ratio=0.1) == fate("1/0/chaos", ratio=0.1)
    assert fate("1/0/chaos", ratio=0.1) != fate("1/1/chaos", ratio=0.1)


def test_chance_meets_the_share_of_answers_that_was_asked_for() -> None:
    assert fate("a", ratio=0) == []
    assert len(fate("a", ratio=1)) == 1000
    met = fate("a", ratio=0.1)
    assert 60 < len(met) < 140  # four standard deviations of a binomial draw
    assert {event["event"] for event in met} == set(BY_CHANCE)


def test_a_higher_share_disturbs_the_same_answers_and_more() -> None:
    few = {event["answer"] for event in fate("a", ratio=0.05)}
    many = {event["answer"] for event in fate("a", ratio=0.2)}
    assert few < many


def test_what_carries_no_answer_of_the_phone_is_left_alone() -> None:
    mischief = Mischief(["cut"], ratio=1, seed="a", tell=lambda _event: None)
    assert mischief.draw("reverse:list-forward") is None
    assert mischief.draw("localabstract:echo") is None


@pytest.mark.slow
def test_cables_are_pulled_and_put_back_by_the_seed() -> None:
    def pulls(seed: int) -> list[tuple[object, object]]:
        told: list[dict[str, object]] = []

        async def run() -> None:
            enough = asyncio.Event()

            def tell(event: dict[str, object]) -> None:
                told.append(event)
                if sum(event["phone"] == 1 for event in told) == 2:
                    enough.set()

            rack = Rack(RackPlan(phones=2, seed=seed, unplugs_per_min=600, tell=tell))
            await rack.start()
            port = rack.units[1].server.port
            await asyncio.wait_for(enough.wait(), DEADLINE_S)
            rack.stop()
            assert rack.units[1].server.port == port

        asyncio.run(run())
        assert {event["seed"] for event in told} == {seed}
        return [(event["event"], event["seconds"]) for event in told if event["phone"] == 1]

    assert pulls(3) == pulls(3)


@pytest.mark.parametrize(
    "plan", [RackPlan(chaos_ratio=1.5), RackPlan(chaos_ratio=-0.1), RackPlan(unplugs_per_min=-1.0)]
)
def test_luck_that_makes_no_sense_is_refused(plan: RackPlan) -> None:
    with pytest.raises(BadRack, match="0 to"):
        Rack(plan)
