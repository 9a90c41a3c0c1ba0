"""Software before hardware, easy before hard, unattended before assisted: on every plan."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from agent.plan import make_plan, probes_by_id
from probes import Bench, Effort, Probe, ProbeMeta, Said, Stage


class Planned(Probe):
    """A probe that is only planned."""

    def __init__(self, number: int, stage: Stage, effort: Effort) -> None:
        made = ProbeMeta(
            id=f"test.p{number}", version=1, purpose="", stage=stage, effort=effort, duration_s=1, measures=()
        )
        self.__dict__["meta"] = made

    def run(self, bench: Bench) -> Iterator[Said]:
        raise NotImplementedError(bench)


KINDS = st.lists(st.tuples(st.sampled_from(list(Stage)), st.sampled_from(list(Effort))), max_size=30)


@given(KINDS)
def test_every_plan_keeps_the_order_of_stages_and_efforts(kinds: list[tuple[Stage, Effort]]) -> None:
    probes = [Planned(number, *kind) for number, kind in enumerate(kinds)]
    plan = make_plan(probes)
    assert sorted(probe.meta.id for probe in plan) == sorted(probe.meta.id for probe in probes)
    stages = [list(Stage).index(probe.meta.stage) for probe in plan]
    assert stages == sorted(stages)
    for stage in Stage:
        efforts = [list(Effort).index(probe.meta.effort) for probe in plan if probe.meta.stage is stage]
        assert efforts == sorted(efforts)


@given(KINDS)
def test_equals_stay_as_they_were_given(kinds: list[tuple[Stage, Effort]]) -> None:
    probes = [Planned(number, *kind) for number, kind in enumerate(kinds)]
    plan = make_plan(probes)
    assert make_plan(plan) == plan
    for first, second in pairwise(plan):
        if (first.meta.stage, first.meta.effort) == (second.meta.stage, second.meta.effort):
            assert probes.index(first) < probes.index(second)  # type: ignore[arg-type]  # they are `Planned`


def test_the_stages_are_those_of_the_house() -> None:
    hardware = ["hardware_unattended", "hardware_assisted", "second_look"]
    assert [str(stage) for stage in Stage] == ["identity", "software", *hardware]
    assert [stage.order for stage in Stage] == [0, 1, 2, 3, 4]


def test_our_own_plan_begins_with_the_identity_and_is_found_again_by_its_ids() -> None:
    plan = make_plan()
    assert plan[0].meta.stage is Stage.IDENTITY
    assert {probe.meta.stage for probe in plan[1:]} == {Stage.SOFTWARE}
    ids = [probe.meta.id for probe in plan]
    assert probes_by_id(ids) == plan
    assert probes_by_id([*ids[:2], "gone.probe"]) == plan[:2]
