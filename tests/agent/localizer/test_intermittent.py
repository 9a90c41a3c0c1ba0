"""What comes and goes, what is one of several, and what is tried before a part is ordered."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from agent.localizer import Knowledge, Observation, believe, conclude, knowledge_of, load_knowledge
from agent.localizer import _repair as repair
from agent.localizer._verdict import suspects_of
from probes import BadInput, Blame, ProbeResult, Strength, Verdict
from reports import Conclusion, Diagnosis, Suspect
from tests.agent.localizer.test_verdicts import facts, priced

if TYPE_CHECKING:
    from probes import Finding
    from tests.agent.conftest import Results

KNOWLEDGE = load_knowledge()
STEADY = KNOWLEDGE.model_copy(update={"intermittent": {}})
LOG_LOOKS = 10


def gone_now() -> list[Observation]:
    """The log has the motion sensor silent some time ago; now the sensor is listed."""
    return [
        Observation("sensors.imu_no_answer", Strength.STRONG, looks=LOG_LOOKS),
        Observation("sensors.accelerometer_unlisted", None),
        Observation("sensors.gyroscope_unlisted", None),
    ]


def test_what_the_log_saw_and_is_not_there_now_is_still_believed() -> None:
    believed, ruled_out = (believe(known, gone_now()).of_component("SNS-IMU") for known in (KNOWLEDGE, STEADY))
    assert believed > 0.1
    assert believed > 2 * ruled_out


@pytest.mark.parametrize("cause", sorted(KNOWLEDGE.intermittent))
def test_looks_in_vain_make_what_comes_and_goes_less_likely_and_never_impossible(cause: str) -> None:
    code = next(code for code, effect in KNOWLEDGE.effects.items() if cause in effect.caused_by)
    row = list(KNOWLEDGE.causes).index(cause)
    once, often = (believe(KNOWLEDGE, [Observation(code, None, looks=looks)]) for looks in (1, 20))
    assert 0.0 < often.marginals[row] <= once.marginals[row] < once.priors[row]


def run(make_result: Results, seen: tuple[Finding, ...], *passed: str, knowledge: Knowledge = KNOWLEDGE) -> Diagnosis:
    inventory = make_result("inventory.parts", Verdict.PASS, measurements=tuple(map(make_result.number, passed)))
    return conclude(facts(), [inventory, finds(make_result, seen)], knowledge)


def finds(make_result: Results, seen: tuple[Finding, ...]) -> ProbeResult:
    """What the log's probe says where it found something."""
    return make_result("logs.system", Verdict.PASS).model_copy(
        update={"findings": seen, "verdict": Verdict.FAIL, "blame": Blame.COMPONENT, "reason": "see_findings"}
    )


def test_a_part_that_fell_silent_and_came_back_is_suspected_with_what_shares_its_fault(make_result: Results) -> None:
    seen = (make_result.finding("sensors.imu_no_answer", "SNS-IMU"),)
    told = run(make_result, seen, "accelerometers", "gyroscopes")
    assert told.conclusion in {Conclusion.SUSPECT, Conclusion.AMBIGUOUS}
    assert "SNS-IMU" in told.group or told.suspects[0].component == "SNS-IMU"
    assert told.plan.parts == ()


THREE = "".join(
    f"""
[cause.{name}]
component = "{part}"
kind = "part"
prior = 0.01
source = "x"
en = "x"
zh = "x"
"""
    for name, part in (("one", "BAT"), ("two", "DSP"), ("three", "SPK"))
) + (
    '\n[effect."a.b"]\nleak = 0.002\nfalse_alarm = 0.002\n'
    'caused_by = { one = "often", two = "often", three = "often" }\nsource = "x"\nen = "x"\nzh = "x"\n'
)


def test_one_of_three_is_suspected_though_none_is_likely_by_itself(make_result: Results) -> None:
    known = knowledge_of({"k.toml": THREE.encode()})
    told = run(make_result, (make_result.finding("a.b", "BAT"),), knowledge=known)
    assert max(one.probability for one in told.suspects) < 0.5
    assert told.conclusion is Conclusion.SUSPECT
    assert set(told.group) == {"BAT", "DSP", "SPK"}


def test_what_more_speaks_against_than_for_is_no_suspect() -> None:
    belief = believe(
        KNOWLEDGE, [Observation("touch.bus_nack", Strength.WEAK), Observation("touch.device_missing", None)]
    )
    assert "TCH" not in {one.component for one in suspects_of(belief, KNOWLEDGE.calibration)}


def test_a_silent_display_is_told_with_its_plug_which_is_tried_first(make_result: Results) -> None:
    told = run(make_result, (make_result.finding("display.no_answer", "DSP", "FPC"),), "touch_screens")
    assert [one.component for one in told.suspects[:2]] == ["DSP", "FPC"]
    assert [step.component for step in told.plan.steps] == ["FPC", "DSP"]


def test_a_display_that_drops_out_with_its_neighbours_is_its_plug(make_result: Results) -> None:
    seen = (
        make_result.finding("display.no_answer", "DSP", "FPC"),
        make_result.finding("sensors.light_no_answer", "SNS-PLS"),
    )
    told = run(make_result, seen, "touch_screens", "light_sensors", "proximity_sensors")
    assert told.suspects[0].component == "FPC"
    assert told.plan.parts in {("FPC",), ()}


@pytest.mark.parametrize(("price", "first"), [((10.0, 20.0), "DSP"), ((900.0, 900.0), "BAT")])
def test_a_dear_part_waits_for_a_cheap_one(price: tuple[float, float], first: str) -> None:
    parts: dict[str, Any] = {"DSP": price, "BAT": (10.0, 20.0)}
    suspects = [
        Suspect(component="DSP", cause="display_panel", probability=0.8),
        Suspect(component="BAT", cause="battery_worn", probability=0.3),
    ]
    assert repair.steps_for(priced(parts=parts), suspects, (), model="any")[0].component == first


def test_a_touch_layer_comes_with_the_display_that_is_changed(make_result: Results) -> None:
    seen = tuple(
        make_result.finding(code, part)
        for code, part in (
            ("display.panel_dead", "DSP"),
            ("display.lines", "DSP"),
            ("touch.dead_zone", "TCH"),
            ("touch.dead_lines", "TCH"),
        )
    )
    told = run(make_result, seen)
    assert {one.component for one in told.suspects if one.probability >= 0.8} == {"DSP", "TCH"}
    assert told.plan.parts == ("DSP",)
    assert [step.component for step in told.plan.steps] == ["DSP"]


def test_a_history_that_no_file_knows_is_refused_by_its_name(make_result: Results) -> None:
    found = (make_result.finding("display.panel_dead", "DSP"),)
    with pytest.raises(BadInput, match="swum"):
        conclude(facts(contexts=("dropped", "swum")), [finds(make_result, found)], KNOWLEDGE)


def test_what_one_probe_reads_in_vain_at_one_look_counts_as_one_look_for_a_cause_that_comes_and_goes() -> None:
    text = """
[cause.one]
component = "SNS-IMU"
kind = "part"
prior = 0.01
source = "x"
en = "x"
zh = "x"

[intermittent.one]
share = 0.5
activation = [0.5]
source = "x"
"""
    for code, probe in (("a.x", "p.one"), ("a.y", "p.one"), ("a.z", "p.two")):
        text += f'\n[effect."{code}"]\nleak = 0.001\nfalse_alarm = 0.001\nread_by = ["{probe}"]\n'
        text += 'caused_by = { one = "always" }\nsource = "x"\nen = "x"\nzh = "x"\n'
    known = knowledge_of({"k.toml": text.encode()})

    def belief(*codes: str) -> float:
        return float(believe(known, [Observation(code, None) for code in codes]).marginals[0])

    assert belief("a.x", "a.y") == pytest.approx(belief("a.x"), rel=0.25)  # together one look, whatever its axes
    assert belief("a.x", "a.z") < 0.7 * belief("a.x")  # two probes, two looks
