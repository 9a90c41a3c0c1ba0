"""The remote preliminary diagnosis, and what a complaint may do to a diagnosis."""

from __future__ import annotations

from datetime import UTC, datetime

import jsonschema
import pytest

from agent.localizer import RunFacts, believe, conclude, hear, load_knowledge
from probes import symptoms
from probes.complaint import advice, read_complaint
from reports import Conclusion, Diagnosis, ServiceMode, Triage, TriageClass, triage

KNOWLEDGE = load_knowledge()
NAMING = {Conclusion.PART, Conclusion.SOFTWARE, Conclusion.AMBIGUOUS, Conclusion.SUSPECT}


def facts(*complaints: str) -> RunFacts:
    return RunFacts(
        run_id="r",
        created_at=datetime(2026, 11, 21, tzinfo=UTC),
        source="adb",
        subject="S",
        agent_version="0",
        limits="declared",
        complaints=complaints,
    )


def said(text: str) -> Triage:
    return triage(read_complaint(text))


def test_steps_come_in_order_and_then_the_mode_with_its_reason() -> None:
    remote = said("充电慢")
    assert [row.code for row in remote.symptoms] == ["CHG-03"]
    assert [step.id for step in remote.steps][:2] == ["other_charger", "clean_port"]
    assert (remote.kind, remote.when) == (TriageClass.UNKNOWN, "if_steps_fail")
    assert remote.service_mode is ServiceMode.CARRY_IN
    assert remote.reason.zh
    assert remote.backup_reminder


def test_hardware_goes_to_service_now() -> None:
    remote = said("摔了一下屏幕碎了")
    assert (remote.kind, remote.when) == (TriageClass.HW, "now")


@pytest.mark.parametrize("text", ["电池鼓包了", "充电慢,而且电池鼓起来了", "相机打不开,电池胀了"])
@pytest.mark.parametrize("evidence", [None, *TriageClass])
def test_a_swollen_battery_never_travels_by_post(text: str, evidence: TriageClass | None) -> None:
    remote = triage(read_complaint(text), evidence)
    assert remote.service_mode is ServiceMode.CARRY_IN
    assert "stop_battery" in [step.id for step in remote.steps]


def test_a_question_of_use_needs_no_service() -> None:
    remote = said("怎么设置铃声")
    assert (remote.kind, remote.service_mode, remote.when) == (TriageClass.SW, None, "not_needed")


def test_what_is_not_understood_is_said_and_asked() -> None:
    remote = said("blah")
    assert not remote.is_understood
    assert (remote.steps, remote.service_mode, remote.when) == ((), None, "not_known")
    assert remote.question.id == "what"


def test_the_next_question_tells_the_likeliest_symptoms_apart() -> None:
    assert said("黑屏了").question.id in {"dark_or_dead", "touch_or_display", "impact"}
    assert advice().question_for(["AUD-03", "AUD-04"]) == "who_hears"
    assert advice().question_for(["PWR-01", "DSP-01"]) == "dark_or_dead"
    assert advice().question_for(["QC-01"]) == "when"


def test_a_report_outweighs_the_words() -> None:
    read = read_complaint("充电慢")
    assert triage(read, TriageClass.SW).reason.id == "report_names_software"
    assert triage(read, TriageClass.HW).when == "now"


@pytest.mark.parametrize("code", symptoms())
def test_every_symptom_has_advice_in_both_languages(code: str) -> None:
    remote = said(code)
    assert [row.code for row in remote.symptoms] == [code]
    texts = [*remote.steps, remote.reason, remote.question]
    assert all(text.zh and text.en.isascii() for text in texts)
    assert remote.steps or remote.service_mode


def test_the_record_is_published_with_a_schema() -> None:
    data = said("充电慢").model_dump(mode="json")
    assert data["class"] == "unknown"
    schema = Triage.model_json_schema(mode="serialization")
    jsonschema.validate(data, schema, cls=jsonschema.Draft202012Validator)
    assert Triage.model_validate(data, strict=False).model_dump(mode="json") == data


# a complaint and the diagnosis


def of(complaints: tuple[str, ...]) -> Diagnosis:
    return conclude(facts(*complaints), [], KNOWLEDGE)


@pytest.mark.parametrize("code", symptoms())
def test_a_complaint_alone_names_no_part(code: str) -> None:
    diagnosis = of((code,))
    assert diagnosis.conclusion not in NAMING
    assert not diagnosis.suspects
    assert not diagnosis.plan.parts


def test_all_complaints_together_name_no_part() -> None:
    diagnosis = of(tuple(symptoms()))
    assert diagnosis.conclusion not in NAMING
    assert not diagnosis.plan.parts


def test_the_complaints_of_the_knowledge_are_symptoms_that_the_catalogue_has() -> None:
    assert set(KNOWLEDGE.complaints) <= set(symptoms())
    assert {code for cause in KNOWLEDGE.causes.values() for code in cause.symptoms} <= set(symptoms())


@pytest.mark.parametrize(
    ("code", "cause"), [("CHG-03", "charging_port"), ("BAT-01", "battery_worn"), ("CAM-01", "rear_camera")]
)
def test_a_complaint_raises_the_belief_in_what_causes_it(code: str, cause: str) -> None:
    before = believe(KNOWLEDGE, [])
    after = believe(*hear(KNOWLEDGE, (code,)))
    row = list(before.causes).index(cause)
    assert 1.5 * before.marginals[row] < after.marginals[row] < 0.8


def test_a_complaint_that_no_cause_explains_changes_nothing() -> None:
    widened, heard = hear(KNOWLEDGE, ("QC-01", "NTF-01"))
    assert heard == []
    assert widened.effects == KNOWLEDGE.effects
