"""From findings to the part: same findings, same belief, in any order; a broken link is nobody's fault."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from agent.localizer import Knowledge, Observation, RunFacts, believe, conclude, load_knowledge
from agent.plan import known_probes, make_plan
from probes import Blame, Finding, ProbeResult, Stage, Strength, Trouble, Unplugged, Verdict, components
from reports import Action, Conclusion, Diagnosis

if TYPE_CHECKING:
    from tests.agent.conftest import Results

KNOWLEDGE = load_knowledge()
FACTS = RunFacts(
    run_id="r",
    created_at=datetime(2026, 11, 21, tzinfo=UTC),
    source="adb",
    subject="S",
    agent_version="0",
    limits="declared",
)
CODES = sorted(KNOWLEDGE.effects)
OBSERVATIONS = st.lists(
    st.builds(Observation, effect=st.sampled_from(CODES), seen=st.none() | st.sampled_from(list(Strength))),
    max_size=8,
    unique_by=lambda seen: seen.effect,
)
FEW = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def diagnosed(*results: ProbeResult) -> Diagnosis:
    return conclude(FACTS, results, KNOWLEDGE)


def healthy_results(make_result: Results) -> list[ProbeResult]:
    """What a phone gives on which every probe and every measurement passed."""
    return [
        make_result(
            probe.meta.id, measurements=tuple(make_result.number(measure.name) for measure in probe.meta.measures)
        )
        for probe in make_plan()
    ]


def with_findings(results: Sequence[ProbeResult], *findings: Finding) -> list[ProbeResult]:
    last = results[-1].model_copy(
        update={"findings": findings, "verdict": Verdict.FAIL, "blame": Blame.COMPONENT, "reason": "see_findings"}
    )
    return [*results[:-1], last]


# belief


@FEW
@given(OBSERVATIONS)
def test_probabilities_are_probabilities_and_add_up(observations: list[Observation]) -> None:
    belief = believe(KNOWLEDGE, observations)
    assert belief.together.sum() == pytest.approx(1.0)
    assert 0.0 <= belief.nothing <= 1.0
    assert ((belief.marginals >= 0.0) & (belief.marginals <= 1.0 + 1e-12)).all()
    for name, marginal in zip(belief.causes, belief.marginals, strict=True):
        assert marginal <= belief.of_component(belief.causes[name].component) + 1e-12
    for code in {cause.component for cause in belief.causes.values()}:
        alone = sum(
            p for cause, p in zip(belief.causes.values(), belief.marginals, strict=True) if cause.component == code
        )
        assert belief.of_component(code) <= alone + 1e-9
        assert belief.of_component(code) <= 1.0 - belief.nothing + 1e-9


@FEW
@given(OBSERVATIONS, st.randoms())
def test_the_order_of_observations_does_not_matter(observations: list[Observation], chance: Any) -> None:
    shuffled = observations.copy()
    chance.shuffle(shuffled)
    first, second = believe(KNOWLEDGE, observations), believe(KNOWLEDGE, shuffled)
    assert first.together.tobytes() == second.together.tobytes()
    assert first.decibans.tobytes() == second.decibans.tobytes()


def test_without_evidence_the_belief_is_the_prior() -> None:
    belief = believe(KNOWLEDGE, [])
    assert belief.decibans.shape == (len(KNOWLEDGE.causes), 0)
    ranked = sorted(zip(belief.marginals, belief.causes.values(), strict=True), key=lambda row: -row[0])
    priors = [cause.prior for _, cause in ranked]
    assert priors == sorted(priors, reverse=True)


@pytest.mark.parametrize("code", CODES)
def test_what_is_seen_speaks_for_its_causes_and_its_absence_against_them(code: str) -> None:
    seen = believe(KNOWLEDGE, [Observation(code, Strength.STRONG)])
    unseen = believe(KNOWLEDGE, [Observation(code, None)])
    for number, name in enumerate(seen.causes):
        if name in KNOWLEDGE.effects[code].caused_by:
            assert seen.decibans[number, 0] > 0 > unseen.decibans[number, 0]
        else:
            assert seen.decibans[number, 0] == pytest.approx(0)
            assert unseen.decibans[number, 0] == pytest.approx(0)


@pytest.mark.parametrize("code", CODES)
def test_a_louder_finding_never_speaks_more_quietly(code: str) -> None:
    loudness = [
        believe(KNOWLEDGE, [Observation(code, strength)]).decibans.max()
        for strength in (Strength.WEAK, Strength.MODERATE, Strength.STRONG)
    ]
    assert loudness == sorted(loudness)


# conclusions


def test_a_phone_on_which_nothing_was_found_gets_no_part(make_result: Results) -> None:
    diagnosis = diagnosed(*healthy_results(make_result))
    assert diagnosis.conclusion is Conclusion.NOTHING_FOUND
    assert diagnosis.exit_code == 0
    assert diagnosis.plan.parts == ()
    assert diagnosis.plan.action is Action.TEST_WHAT_IS_LEFT
    untested = {item.what for item in diagnosis.not_tested}
    assert {"SPK", "MIC1", "VIB", "SIM"} <= untested
    assert not untested & {"BAT", "RFC", "FFC", "TCH"}
    assert not set(diagnosis.ruled_out) & untested


def whole_knowledge() -> Knowledge:
    """Knowledge of all parts, each of them read by one measurement."""
    parts = [code for code in components() if code not in {"SW", "NONE"}]
    causes = {
        f"c_{code}": {"component": code, "kind": "part", "prior": 0.001, "source": "x", "en": "x", "zh": "x"}
        for code in parts
    }
    effects = {
        f"e.{code.lower().replace('-', '_')}": {
            "leak": 0.001,
            "caused_by": {f"c_{code}": "always"},
            "read_by": ["test.all"],
            "source": "x",
            "en": "x",
            "zh": "x",
        }
        for code in parts
    }
    return Knowledge.model_validate({"causes": causes, "effects": effects, "sha256": "0" * 64})


@pytest.mark.parametrize(
    ("verdict", "conclusion"),
    [
        (Verdict.PASS, Conclusion.NO_FAULT_FOUND),
        (Verdict.MARGINAL, Conclusion.NOTHING_FOUND),
        (Verdict.NOT_SUPPORTED, Conclusion.CANNOT_TELL),
        (Verdict.INCONCLUSIVE, Conclusion.CANNOT_TELL),
    ],
)
def test_no_fault_found_is_earned_by_testing_nearly_everything(
    make_result: Results, verdict: Verdict, conclusion: Conclusion
) -> None:
    diagnosis = conclude(FACTS, [make_result("test.all", verdict)], whole_knowledge())
    assert diagnosis.conclusion is conclusion
    assert (diagnosis.plan.action is Action.RETURN_PHONE) == (conclusion is Conclusion.NO_FAULT_FOUND)


def test_one_probe_that_could_not_run_costs_no_fault_found(make_result: Results) -> None:
    results = [make_result("test.all"), make_result("test.other", Verdict.NOT_SUPPORTED)]
    assert conclude(FACTS, results, whole_knowledge()).conclusion is Conclusion.NOTHING_FOUND


@pytest.mark.parametrize("code", [Unplugged.code, "E_LINK_PROTOCOL", "E_LINK"])
def test_trouble_of_the_link_never_names_a_part(make_result: Results, code: str) -> None:
    broken = make_result(
        "logs.system", Verdict.ERROR, blame=Blame.LINK, trouble=Trouble(code=code, line="x"), stage=Stage.SOFTWARE
    )
    found = make_result.finding("battery.capacity_low", "BAT")
    results = [*with_findings(healthy_results(make_result)[:-1], found), broken]
    diagnosis = diagnosed(*results)
    assert diagnosis.conclusion is Conclusion.BENCH_TROUBLE
    assert diagnosis.plan.parts == ()
    assert diagnosis.exit_code == 2


def test_a_run_in_which_every_probe_broke_is_the_benchs(make_result: Results) -> None:
    broken = [make_result(probe.meta.id, Verdict.ERROR, blame=Blame.BENCH) for probe in make_plan()]
    assert diagnosed(*broken).conclusion is Conclusion.BENCH_TROUBLE


def test_a_run_without_any_answer_cannot_tell(make_result: Results) -> None:
    nothing = [make_result(probe.meta.id, Verdict.NOT_SUPPORTED) for probe in make_plan()]
    diagnosis = diagnosed(*nothing)
    assert diagnosis.conclusion is Conclusion.CANNOT_TELL
    assert diagnosis.exit_code == 3
    assert diagnosis.exposure == 0
    assert diagnosis.ruled_out == ()


def test_a_loud_finding_names_its_part_and_the_evidence(make_result: Results) -> None:
    found = make_result.finding("camera.rear_missing", "RFC")
    diagnosis = diagnosed(*with_findings(healthy_results(make_result), found))
    assert diagnosis.conclusion is Conclusion.PART
    assert diagnosis.plan.parts == ("RFC",)
    assert diagnosis.suspects[0].contributions[0].effect == "camera.rear_missing"
    assert diagnosis.plan.verify_with == ("logs.system",)


def test_the_same_effect_seen_twice_is_one_reading(make_result: Results) -> None:
    found = make_result.finding("camera.rear_missing", "RFC")
    once = diagnosed(*with_findings(healthy_results(make_result), found))
    twice = diagnosed(*with_findings(healthy_results(make_result), found, found, found))
    assert twice.suspects == once.suspects
    quiet = make_result.finding("camera.rear_missing", "RFC", strength=Strength.WEAK)
    mixed = diagnosed(*with_findings(healthy_results(make_result), quiet, found, quiet))
    assert mixed.suspects[0].probability == once.suspects[0].probability


@pytest.mark.parametrize("part", ["SPK", "VIB", "HNG", "SNS-IMU", "BAT", "PCB"])
def test_a_finding_that_no_file_lists_still_points_at_its_part(make_result: Results, part: str) -> None:
    found = make_result.finding("brand.new_finding", part)
    diagnosis = diagnosed(*with_findings(healthy_results(make_result), found))
    assert diagnosis.suspects[0].component == part
    assert diagnosis.suspects[0].contributions[0].effect == "brand.new_finding"


def test_a_finding_that_points_at_nothing_and_is_not_listed_names_no_part(make_result: Results) -> None:
    diagnosis = diagnosed(*with_findings(healthy_results(make_result), make_result.finding("brand.new_finding")))
    assert diagnosis.plan.parts == ()
    assert diagnosis.conclusion is Conclusion.CANNOT_TELL


def test_weak_findings_alone_pull_no_part(make_result: Results) -> None:
    quiet = [
        make_result.finding(code, strength=Strength.WEAK) for code in ("battery.capacity_low", "boot.power_losses")
    ]
    diagnosis = diagnosed(*with_findings(healthy_results(make_result), *quiet))
    assert diagnosis.plan.parts == ()
    assert diagnosis.conclusion in {Conclusion.NOTHING_FOUND, Conclusion.CANNOT_TELL}


@FEW
@given(
    st.lists(
        st.tuples(
            st.sampled_from([*CODES, "unlisted.one", "unlisted.two"]),
            st.sampled_from(list(Strength)),
            st.sampled_from(sorted(components())),
        ),
        max_size=6,
    ),
    st.randoms(),
)
def test_any_findings_give_one_honest_diagnosis_whatever_their_order(
    found: list[tuple[str, Strength, str]], chance: Any
) -> None:
    findings = [
        Finding(code=code, strength=strength, blame=Blame.COMPONENT, components=(part,))
        for code, strength, part in found
    ]
    result = ProbeResult(
        probe="logs.system",
        probe_version=1,
        stage=Stage.SOFTWARE,
        verdict=Verdict.FAIL,
        blame=Blame.COMPONENT,
        started_at=FACTS.created_at,
        duration_ns=1,
        findings=tuple(findings),
    )
    first = diagnosed(result)
    # what the first of several findings of one code points at depends on nothing but the loudest
    if len({code for code, _, _ in found}) == len(found):
        chance.shuffle(findings)
        second = diagnosed(result.model_copy(update={"findings": tuple(findings)}))
        assert second.suspects == first.suspects
        assert second.conclusion is first.conclusion
    assert all(0 <= suspect.probability <= 1 for suspect in first.suspects)
    assert [s.probability for s in first.suspects] == sorted((s.probability for s in first.suspects), reverse=True)
    assert len({suspect.component for suspect in first.suspects}) == len(first.suspects)
    assert bool(first.plan.parts) == (first.conclusion is Conclusion.PART)
    assert "NONE" not in first.plan.parts
    assert Diagnosis.model_validate_json(first.model_dump_json()) == first


# knowledge


def knowledge(**changes: Any) -> dict[str, Any]:
    cause = {"component": "BAT", "kind": "part", "prior": 0.1, "source": "x", "en": "x", "zh": "x"}
    effect = {"leak": 0.01, "caused_by": {"worn": "often"}, "source": "x", "en": "x", "zh": "x"}
    return {
        "causes": {"worn": cause | changes.pop("cause", {}), **changes.pop("causes", {})},
        "effects": {"a.b": effect | changes.pop("effect", {}), **changes.pop("effects", {})},
        "sha256": "0" * 64,
    }


def test_knowledge_that_holds_together_is_taken() -> None:
    assert Knowledge.model_validate(knowledge()).causes["worn"].component == "BAT"


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"cause": {"component": "XYZ"}}, "does not have"),
        ({"cause": {"prior": 0.0}}, "greater than 0"),
        ({"cause": {"prior": 1.0}}, "less than 1"),
        ({"cause": {"prior": float("nan")}}, "finite|greater|nan"),
        ({"cause": {"prior": "0.1"}}, "float"),
        ({"cause": {"kind": "ghost"}}, "kind"),
        ({"cause": {"source": ""}}, "source"),
        ({"cause": {"colour": "red"}}, "colour"),
        ({"effect": {"caused_by": {}}}, "caused_by"),
        ({"effect": {"caused_by": {"nobody": "often"}}}, "unknown causes"),
        ({"effect": {"caused_by": {"worn": "mostly"}}}, "caused_by"),
        ({"effect": {"leak": 0.7}}, "not below its weakest cause"),
        ({"effect": {"leak": 0.0}}, "greater than 0"),
        (
            {
                "causes": {
                    "mute": {
                        "component": "SPK",
                        "kind": "part",
                        "prior": 0.1,
                        "source": "x",
                        "en": "x",
                        "zh": "x",
                    }
                }
            },
            "without any effect",
        ),
    ],
)
def test_knowledge_with_a_mistake_is_refused(changes: dict[str, Any], says: str) -> None:
    with pytest.raises(ValidationError, match=says):
        Knowledge.model_validate(knowledge(**changes))


def test_what_ships_reads_only_probes_and_measurements_that_exist() -> None:
    measures = {probe.meta.id: {measure.name for measure in probe.meta.measures} for probe in known_probes()}
    for code, effect in KNOWLEDGE.effects.items():
        for reader in effect.read_by:
            probe, _, name = reader.partition(":")
            assert probe in measures, (code, reader)
            assert not name or name in measures[probe], (code, reader)


def test_every_finding_that_a_measurement_can_raise_is_listed_and_read_by_it() -> None:
    for probe in make_plan():
        for measure in probe.meta.measures:
            if measure.says is None or measure.says.code in KNOWLEDGE.settings:
                continue  # a setting is read, not inferred: it has no causes
            effect = KNOWLEDGE.effects.get(measure.says.code)
            assert effect is not None, measure.says.code
            assert f"{probe.meta.id}:{measure.name}" in effect.read_by, measure.says.code
            if measure.says.component is not None:
                parts = {KNOWLEDGE.causes[name].component for name in effect.caused_by}
                assert measure.says.component in parts, measure.says.code


def test_every_cause_and_effect_has_a_name_in_both_languages() -> None:
    names = [(cause.en, cause.zh) for cause in KNOWLEDGE.causes.values()]
    names += [(effect.en, effect.zh) for effect in KNOWLEDGE.effects.values()]
    for english, chinese in names:
        assert english
        assert english.isascii()
        assert any(ord(char) > 0x2E80 for char in chinese), english
