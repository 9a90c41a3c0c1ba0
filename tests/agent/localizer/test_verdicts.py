"""What is said and what is done about it: sums that add up, parts once, costs unknown until a shop says them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest

from agent.cli.names import names
from agent.localizer import Knowledge, Observation, RunFacts, believe, conclude, load_knowledge, p_fail
from agent.localizer import _repair as repair
from agent.localizer._explain import explain
from agent.localizer._verdict import SURE
from agent.plan import known_probes
from probes import Blame, Finding, ProbeResult, Strength, Verdict
from reports import (
    Conclusion,
    CostRange,
    Diagnosis,
    Language,
    MinutesRange,
    RootCause,
    Suspect,
    Unknown,
    outline,
)

if TYPE_CHECKING:
    from tests.agent.conftest import Results

KNOWLEDGE = load_knowledge()
PRICE = {
    "currency": "CNY",
    "labour_per_hour": 60.0,
    "parts": {"BAT": (50.0, 80.0), "DSP": (300.0, 500.0)},
    "source": "x",
}


def priced(**changes: Any) -> Knowledge:
    data = {name: getattr(KNOWLEDGE, name) for name in ("causes", "effects", "actions", "openings", "contexts", "shop")}
    return Knowledge.model_validate({**data, "sha256": "0" * 64, "prices": {"default": {**PRICE, **changes}}})


def facts(**more: Any) -> RunFacts:
    return RunFacts(
        run_id="r",
        created_at=datetime(2026, 11, 21, tzinfo=UTC),
        source="adb",
        subject="S",
        agent_version="0",
        limits="declared",
        **more,
    )


def told(make_result: Results, *findings: Finding, knowledge: Knowledge = KNOWLEDGE, **more: Any) -> Diagnosis:
    result = make_result("logs.system", Verdict.PASS)
    if findings:
        result = result.model_copy(
            update={"findings": findings, "verdict": Verdict.FAIL, "blame": Blame.COMPONENT, "reason": "see_findings"}
        )
    results: list[ProbeResult] = [result]
    return conclude(facts(**more), results, knowledge)


def suspect(component: str, cause: str, probability: float) -> Suspect:
    return Suspect(component=component, cause=cause, probability=probability)


def worn(make_result: Results) -> tuple[Finding, ...]:
    return (make_result.finding("battery.capacity_low", "BAT"), make_result.finding("battery.many_cycles", "BAT"))


def test_the_weights_of_an_explanation_add_up(make_result: Results) -> None:
    explanation = told(make_result, *worn(make_result)).explanation
    assert explanation is not None
    assert explanation.best == ("battery_worn",)
    assert "battery_worn" not in explanation.rival
    total = explanation.prior_decibans + sum(term.decibans for term in explanation.terms)
    assert total == pytest.approx(explanation.total_decibans)
    assert explanation.total_decibans > 0


def test_a_reading_that_carries_the_verdict_is_named_as_such(make_result: Results) -> None:
    explanation = told(make_result, *worn(make_result)).explanation
    assert explanation is not None
    assert {flip.effect for flip in explanation.flips} & {"battery.capacity_low", "battery.many_cycles"}
    assert all(flip.seen and flip.instead != "BAT" for flip in explanation.flips)


def whole_run(cause: str) -> list[Observation]:
    """Every effect read: what this cause usually shows is there, all else is not."""
    shown = {
        code for code, one in KNOWLEDGE.effects.items() if cause in one.caused_by and p_fail(one.caused_by[cause]) > 0.5
    }
    return [Observation(code, Strength.STRONG if code in shown else None) for code in sorted(KNOWLEDGE.effects)]


def test_what_is_all_but_certain_has_a_rival_too() -> None:
    belief = believe(KNOWLEDGE, whole_run("light_sensor"))
    part = KNOWLEDGE.causes["light_sensor"].component
    explanation = explain(belief, KNOWLEDGE, (), of=part, sure=SURE)
    assert belief.of_component(part) > 0.999999
    assert explanation is not None
    assert "light_sensor" in explanation.best
    assert part not in {KNOWLEDGE.causes[name].component for name in explanation.rival}
    terms = sum(term.decibans for term in explanation.terms)
    assert explanation.prior_decibans + terms == pytest.approx(explanation.total_decibans)
    assert explanation.total_decibans > 60.0


def test_the_readings_said_to_turn_a_verdict_are_those_that_do() -> None:
    readings = whole_run("gnss_chip")
    part = KNOWLEDGE.causes["gnss_chip"].component
    explanation = explain(believe(KNOWLEDGE, readings), KNOWLEDGE, (), of=part, sure=SURE)
    assert explanation is not None
    said = {flip.effect: flip.instead for flip in explanation.flips}
    before = named(readings)
    for term in explanation.terms[:8]:
        if abs(term.decibans) >= 3.0:
            other = Observation(term.effect, None) if term.seen else Observation(term.effect, None, pair=(0.90, 0.01))
            turned = named([other if one.effect == term.effect else one for one in readings])
            assert said.get(term.effect, before) == turned, term.effect


def named(readings: list[Observation]) -> str:
    """The component that these readings name."""
    belief = believe(KNOWLEDGE, readings, tolerance=1e-3)
    real = {cause.component for cause in KNOWLEDGE.causes.values() if cause.kind != "nuisance"}
    share, part = max((belief.of_component(part), part) for part in real)
    return part if KNOWLEDGE.calibration.told(share) >= SURE else ""


def test_several_findings_on_one_part_are_one_part_with_one_repair(make_result: Results) -> None:
    diagnosis = told(make_result, *worn(make_result))
    assert diagnosis.conclusion is Conclusion.PART
    assert diagnosis.plan.parts == ("BAT",)
    assert [step.action for step in diagnosis.plan.steps] == ["replace_battery"]
    assert diagnosis.root_cause is RootCause.HARDWARE


@pytest.fixture(scope="module")
def every_probe() -> list[str]:
    return [probe.meta.id for probe in known_probes()]


def sound_but(make_result: Results, every_probe: list[str], *findings: Finding, **more: Any) -> Diagnosis:
    """A run in which every check passed but the one that found this."""
    known = {probe.meta.id: probe.meta for probe in known_probes()}
    results = [
        make_result(
            name, Verdict.PASS, measurements=tuple(make_result.number(one.name) for one in known[name].measures)
        )
        for name in every_probe
    ]
    failed = make_result("test.extra", Verdict.PASS).model_copy(
        update={"findings": findings, "verdict": Verdict.FAIL, "blame": Blame.COMPONENT, "reason": "see_findings"}
    )
    return conclude(facts(**more), [*results, failed], KNOWLEDGE)


def test_where_part_and_software_are_sure_both_are_seen_to(make_result: Results, every_probe: list[str]) -> None:
    both = sound_but(make_result, every_probe, make_result.finding("app.cpu_hog", "SW"), *worn(make_result))
    assert {one.component for one in both.suspects if one.probability >= SURE} == {"SW", "BAT"}
    assert both.conclusion is Conclusion.PART
    assert both.chief is not None
    assert both.chief.component == "BAT"
    assert both.plan.parts == ("BAT",)
    assert [step.action for step in both.plan.steps] == ["service_software", "replace_battery"]
    assert both.explanation is not None
    assert "battery_worn" in both.explanation.best
    page = outline(both, Language.EN, names)
    assert "battery (BAT) + software (SW)" in page.headline
    assert not any("software" in rival for rival in page.rivals)  # it is no rival: both are seen to


def test_two_faults_that_share_no_reading_are_not_one_of_the_two(make_result: Results, every_probe: list[str]) -> None:
    """What speaks for a loudspeaker and what speaks for a lens are two matters, whatever they add up to."""
    dull = make_result.finding("audio.loudspeaker_dull", "SPK", strength=Strength.MODERATE)
    soft = make_result.finding("camera.rear_soft", "RFC", strength=Strength.MODERATE)
    both = sound_but(make_result, every_probe, dull, soft)
    assert both.conclusion is Conclusion.SUSPECT
    assert {"SPK", "RFC"} <= {one.component for one in both.suspects}
    assert len({"SPK", "RFC"} & set(both.group)) < 2


def test_a_failed_check_is_never_nothing_found(make_result: Results, every_probe: list[str]) -> None:
    dim = make_result.finding("camera.front_no_photo", "FFC", strength=Strength.MODERATE)
    diagnosis = sound_but(make_result, every_probe, dim)
    assert diagnosis.conclusion in {Conclusion.CANNOT_TELL, Conclusion.SUSPECT}
    assert diagnosis.exit_code != 0
    bent = make_result.finding("touch.bent_strokes", "TCH", strength=Strength.MODERATE)
    assert not sound_but(make_result, every_probe, bent, complaints=("NET-03",)).not_reproduced


def test_the_explanation_speaks_of_what_the_headline_names(make_result: Results, every_probe: list[str]) -> None:
    for code, part in (("charge.input_out_of_range", "CHG"), ("vibrator.load_open", "VIB")):
        told_of = sound_but(make_result, every_probe, make_result.finding(code, part))
        assert told_of.chief is not None
        assert told_of.explanation is not None
        blamed = {KNOWLEDGE.causes[cause].component for cause in told_of.explanation.best}
        assert told_of.chief.component in blamed, code
        assert told_of.chief.component not in {KNOWLEDGE.causes[one].component for one in told_of.explanation.rival}


def test_cost_is_unknown_until_a_price_list_says_it(make_result: Results) -> None:
    plan = told(make_result, *worn(make_result)).plan
    assert plan.cost == Unknown(reason="no_price_list")
    assert isinstance(plan.time, MinutesRange)
    known = told(make_result, *worn(make_result), knowledge=priced()).plan
    assert known.cost == CostRange(low=50.0 + plan.time.low, high=80.0 + plan.time.high, currency="CNY")
    lacking = told(make_result, *worn(make_result), knowledge=priced(parts={"DSP": (1.0, 2.0)})).plan
    assert lacking.cost == Unknown(reason="no_price_of_part")
    free = told(make_result, *worn(make_result), knowledge=priced(labour_per_hour=None)).plan
    assert free.cost == Unknown(reason="no_labour_price")


def test_what_lies_behind_one_opening_is_opened_once_and_software_comes_first() -> None:
    suspects = [
        suspect("DSP", "display_panel", 0.9),
        suspect("BAT", "battery_worn", 0.8),
        suspect("VIB", "none", 0.6),
        suspect("SW", "app_crashes", 0.3),
    ]
    steps = repair.steps_for(KNOWLEDGE, suspects, ())
    assert steps[0].component == "SW"
    assert len({step.component for step in steps}) == 4
    assert sum("back_cover" in step.opens for step in steps) == 1
    time = repair.time_of(KNOWLEDGE, steps)
    assert isinstance(time, MinutesRange)
    opening = KNOWLEDGE.openings["back_cover"].minutes[0] + KNOWLEDGE.openings["front"].minutes[0]
    assert time.low == pytest.approx(sum(step.minutes.low for step in steps) + opening)


def test_a_fall_makes_the_damage_the_owners_and_moves_the_odds_only(make_result: Results) -> None:
    found = make_result.finding("display.panel_dead", "DSP")
    plain = told(make_result, found)
    fallen = told(make_result, found, contexts=("dropped",))
    assert plain.suspects[0].component == fallen.suspects[0].component == "DSP"
    assert fallen.suspects[0].probability >= plain.suspects[0].probability
    nothing = told(make_result, contexts=("dropped", "liquid"))
    assert nothing.suspects == ()
    assert nothing.plan.parts == ()


def test_readings_that_no_cause_explains_are_named_and_nothing_is_concluded(make_result: Results) -> None:
    """Five strong readings of one dead part, each seen alone while all else of that part is sound."""
    causes = {
        f"c{number}": {"component": "BAT", "kind": "part", "prior": 0.1, "source": "x", "en": "x", "zh": "x"}
        for number in range(2)
    }
    effects = {
        f"e.{kind}{number}": {
            "leak": 0.0001,
            "false_alarm": 0.0001,
            "caused_by": {"c0": "always"} if kind == "seen" else {"c0": "always", "c1": "always"},
            "read_by": ["p.read:x"],
            "source": "x",
            "en": "x",
            "zh": "x",
        }
        for kind in ("seen", "missed")
        for number in range(9)
    }
    knowledge = Knowledge.model_validate({"causes": causes, "effects": effects, "sha256": "0" * 64})
    result = make_result("p.read", Verdict.PASS, measurements=(make_result.number("x"),))
    findings = tuple(make_result.finding(f"e.seen{number}", "BAT") for number in range(9))
    result = result.model_copy(
        update={"findings": findings, "verdict": Verdict.FAIL, "blame": Blame.COMPONENT, "reason": "see_findings"}
    )
    diagnosis = conclude(facts(), [result], knowledge)
    assert diagnosis.conclusion is Conclusion.CANNOT_TELL
    assert set(diagnosis.clash) <= set(effects)
    assert diagnosis.clash
    assert diagnosis.plan.parts == ()


def test_a_quiet_run_says_what_may_have_hidden(make_result: Results) -> None:
    diagnosis = told(make_result)
    assert diagnosis.conclusion in {Conclusion.NOTHING_FOUND, Conclusion.NO_FAULT_FOUND}
    assert diagnosis.residual is not None
    assert 0.0 < diagnosis.residual.intermittent_probability < 0.5
    assert not diagnosis.not_reproduced
