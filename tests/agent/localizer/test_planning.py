"""What runs next: stages in order, easy first, most informative first, and an end only where it was asked for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agent.guide import Guide, Rules
from agent.localizer import Knowledge, Observation, believe, in_doubt, next_step, rank, settled
from agent.session import NOT_NEEDED, left_out
from probes import Bench, Effort, Measure, Probe, ProbeMeta, Reading, Risk, Said, Stage, Strength, Unit

if TYPE_CHECKING:
    from tests.agent.conftest import Results

PRIORS = {"a": 0.3, "b": 0.1, "c": 0.02, "d": 0.005}
PARTS = {"a": "BAT", "b": "DSP", "c": "CHG", "d": "SPK"}


def knowledge(readers: Mapping[str, str], **more: Any) -> Knowledge:
    """One effect a cause, and who reads it."""
    causes = {
        name: {"component": PARTS[name], "kind": "part", "prior": prior, "source": "x", "en": "x", "zh": "x"}
        for name, prior in PRIORS.items()
    }
    effects = {
        f"e.{name}": {
            "leak": 0.001,
            "caused_by": {name: "always"},
            "read_by": (readers[name],) if name in readers else (),
            "source": "x",
            "en": "x",
            "zh": "x",
        }
        for name in PRIORS
    }
    return Knowledge.model_validate({"causes": causes, "effects": effects, "sha256": "0" * 64, **more})


def meta(
    name: str,
    *,
    stage: Stage = Stage.HARDWARE_UNATTENDED,
    effort: Effort = Effort.NONE,
    risk: Risk = Risk.NONE,
    duration_s: float = 1.0,
) -> ProbeMeta:
    measure = Measure(name="x", label="x", unit=Unit.COUNT)
    return ProbeMeta(
        id=name,
        version=1,
        purpose=name,
        stage=stage,
        effort=effort,
        risk=risk,
        duration_s=duration_s,
        measures=(measure,),
    )


KNOWN = knowledge({"a": "p.a", "b": "p.b", "c": "p.c", "d": "p.d"})
ALL = [meta("p.a"), meta("p.b"), meta("p.c"), meta("p.d")]


def test_the_most_informative_test_for_its_time_comes_first() -> None:
    belief = believe(KNOWN, [])
    assert [one.probe for one in rank(belief, KNOWN, ALL)] == ["p.a", "p.b", "p.c", "p.d"]
    slow = [meta("p.a", duration_s=100.0), *ALL[1:]]
    assert next_step(belief, KNOWN, slow).probe == "p.b"


def test_what_was_read_is_not_worth_reading_again() -> None:
    belief = believe(KNOWN, [Observation("e.a", None)])
    assert {one.probe: one.bits > 0 for one in rank(belief, KNOWN, ALL)} == {
        "p.a": False,
        "p.b": True,
        "p.c": True,
        "p.d": True,
    }


STAGES = st.sampled_from(list(Stage))
EFFORTS = st.sampled_from(list(Effort))


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(STAGES, EFFORTS), min_size=4, max_size=4), st.booleans())
def test_no_stage_comes_before_a_lower_one_that_informs_and_nothing_hard_before_something_easy(
    kinds: list[tuple[Stage, Effort]], strict: bool
) -> None:
    left = [meta(one.id, stage=stage, effort=effort) for one, (stage, effort) in zip(ALL, kinds, strict=True)]
    seen: list[Observation] = []
    chosen: list[ProbeMeta] = []
    while True:
        step = next_step(believe(KNOWN, seen), KNOWN, left, strict_easy_first=strict)
        if not step.probe:
            break
        one = next(meta for meta in left if meta.id == step.probe)
        chosen.append(one)
        left.remove(one)
        seen.append(Observation(f"e.{one.id[-1]}", None))
    assert [one.stage.order for one in chosen] == sorted(one.stage.order for one in chosen)
    if strict:
        assert [(one.stage.order, one.effort.order) for one in chosen] == sorted(
            (one.stage.order, one.effort.order) for one in chosen
        )
    assert step.why in {"settled", "nothing_informs"}


def test_nothing_that_loses_data_is_ever_chosen() -> None:
    left = [meta("p.a", risk=Risk.LOSES_DATA)]
    assert next_step(believe(KNOWN, []), KNOWN, left).probe == ""


def test_a_stage_runs_its_minimum_even_when_all_is_settled() -> None:
    seen = [Observation(f"e.{name}", None) for name in PRIORS]
    belief = believe(KNOWN, seen)
    assert not settled(believe(KNOWN, []))
    step = next_step(belief, KNOWN, ALL, mandatory=["p.c"])
    assert (step.probe, step.why) == ("p.c", "mandatory")
    assert next_step(belief, KNOWN, ALL, complaint=["p.d"]).probe == ""  # it could tell nothing new
    rest = believe(KNOWN, seen[:-1])
    step = next_step(rest, KNOWN, ALL, complaint=["p.d"], concerns=frozenset({"d"}))
    assert (step.probe, step.why) == ("p.d", "complaint")
    assert next_step(belief, KNOWN, []).probe == ""


def test_a_step_up_says_why() -> None:
    low, high = meta("p.d"), meta("p.a", stage=Stage.HARDWARE_ASSISTED)
    quiet = knowledge({"a": "p.a"})
    step = next_step(believe(quiet, []), quiet, [low, high], last=Stage.HARDWARE_UNATTENDED)
    assert (step.probe, step.rose) == ("p.a", "nothing_informs")
    step = next_step(believe(quiet, []), quiet, [high], last=Stage.HARDWARE_UNATTENDED)
    assert step.rose == "nothing_left"


# the guide of a run


def test_software_stages_run_whole_in_the_order_of_the_plan() -> None:
    guide = Guide(KNOWN, Rules(stop_at_band=True))
    left = [meta("p.d", stage=Stage.SOFTWARE), *ALL[:3]]
    advice = guide.advise(left, [])
    assert (advice.first, advice.drop, advice.alone) == ("", (), False)


def test_a_plan_that_does_not_stop_leaves_nothing_out() -> None:
    guide = Guide(KNOWN, Rules())
    advice = guide.advise([*reversed(ALL)], [])
    assert (advice.first, advice.drop) == ("p.a", ())
    assert guide.choices[-1].why == "most_informative"


def test_a_plan_that_stops_drops_what_tells_nothing_and_says_so(make_result: Results) -> None:
    guide = Guide(knowledge({"a": "p.a"}), Rules(stop_at_band=True))
    advice = guide.advise(ALL, [])
    assert (advice.first, advice.drop, advice.alone) == ("p.a", (), True)
    done = make_result("p.a", stage=Stage.HARDWARE_UNATTENDED)
    advice = guide.advise(ALL[1:], [done])
    assert (advice.first, advice.drop) == ("", ("p.b", "p.c", "p.d"))
    assert guide.choices[-1].why in {"settled", "nothing_informs"}


def test_what_is_left_out_is_skipped_and_neither_passed_nor_an_error() -> None:
    class Left(Probe):
        meta = meta("p.left")

        def run(self, bench: Bench) -> Iterator[Said]:
            del bench
            yield Reading(name="x", value=1)

    result = left_out(Left())
    assert (result.verdict, result.reason) == ("skipped", NOT_NEEDED)


def test_the_complaint_keeps_its_tests_in_the_plan() -> None:
    known = knowledge({"a": "p.a", "d": "p.d"}, complaints={"AUD-01": {"d": "always"}})
    guide = Guide(known, Rules(stop_at_band=True), complaints=("AUD-01",))
    advice = guide.advise([meta("p.d")], [])
    assert advice.first == "p.d"
    assert guide.choices[-1].why == "complaint"


def test_a_complaint_that_is_explained_demands_nothing_more(make_result: Results) -> None:
    said: dict[str, dict[str, str]] = {"AUD-01": {"a": "always", "d": "always"}, "CAM-01": {"c": "always"}}
    known = knowledge({"a": "p.a", "c": "p.c", "d": "p.d"}, complaints=said)
    guide = Guide(known, Rules(stop_at_band=True), complaints=("AUD-01", "CAM-01"))
    found = make_result("p.a", stage=Stage.HARDWARE_UNATTENDED, findings=(make_result.finding("e.a", "SPK"),))
    passed = make_result("p.a", stage=Stage.HARDWARE_UNATTENDED)
    left = [meta("p.d")]
    assert guide.advise(left, [found]).first == ""
    assert guide.advise(left, [passed]).first == "p.d"
    assert guide.advise([*left, meta("p.c")], [found]).first == "p.c"


@pytest.mark.parametrize("strength", list(Strength))
def test_what_is_believed_changes_what_is_asked(strength: Strength) -> None:
    shared = KNOWN.model_copy(
        update={
            "effects": {
                **KNOWN.effects,
                "e.both": KNOWN.effects["e.c"].model_copy(
                    update={"caused_by": {"c": "often", "d": "often"}, "read_by": ("p.both",)}
                ),
            }
        }
    )
    before = {one.probe: one.bits for one in rank(believe(shared, []), shared, ALL)}
    after = {one.probe: one.bits for one in rank(believe(shared, [Observation("e.both", strength)]), shared, ALL)}
    assert after["p.c"] > before["p.c"]
    assert after["p.d"] > before["p.d"]


def test_a_test_that_tells_of_nothing_in_doubt_is_worth_nothing() -> None:
    belief = believe(KNOWN, [])
    assert in_doubt(belief) == {"a", "b", "c"}  # d is below 1 % from the start
    assert [one.probe for one in rank(belief, KNOWN, ALL, about=in_doubt(belief)) if one.bits > 0] == [
        "p.a",
        "p.b",
        "p.c",
    ]
    assert next_step(belief, KNOWN, [meta("p.d")]).probe == ""


def test_what_tells_too_little_for_its_time_is_left_out_unless_demanded(make_result: Results) -> None:
    slow = [meta("p.a", duration_s=1.0), meta("p.c", duration_s=500.0)]
    guide = Guide(KNOWN, Rules(stop_at_band=True, least_bits_per_s=0.002))
    assert guide.advise(slow, []).first == "p.a"
    advice = guide.advise(slow[1:], [make_result("p.a", stage=Stage.HARDWARE_UNATTENDED)])
    assert (advice.first, advice.drop) == ("", ("p.c",))
    demanding = Guide(KNOWN, Rules(stop_at_band=True, least_bits_per_s=0.002, minimum_s=500.0))
    assert demanding.advise(slow[1:], []).first == "p.c"
    assert not Rules(minimum_s=500.0).demand(meta("p.c", stage=Stage.HARDWARE_ASSISTED))
