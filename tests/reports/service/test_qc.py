"""Quality control as a record: passed is earned, what nobody answers is open, and nobody signs twice."""

from __future__ import annotations

import pytest

from probes import BadInput, ProbeResult
from reports import (
    IdentityMatch,
    QcAnswers,
    QcRecord,
    QcState,
    cleared,
    compare_runs,
    judge_items,
    outcome_of,
    sign_qc,
    waive_cross_check,
)
from reports.service import Answer, Covered, Signature, coverage_of
from tests.reports.service.conftest import NOW, line_of


def result(probe: str, verdict: str = "pass", value: float = 1.0, *, reason: str = "") -> ProbeResult:
    blame = None if verdict == "pass" else "component" if verdict in {"fail", "marginal"} else "undetermined"
    taken = {"name": "n", "label": "n", "unit": "%", "value": value, "verdict": verdict, "blame": blame}
    return ProbeResult.model_validate(
        {
            "probe": probe,
            "probe_version": 1,
            "stage": "software",
            "verdict": verdict,
            "blame": blame,
            "started_at": NOW,
            "duration_ns": 1,
            "measurements": [taken],
            "trouble": {"code": "E", "line": "x"} if verdict == "error" else None,
        }
        | ({"reason": reason} if reason else {})
    )


ALL_GOOD = tuple(
    result(name)
    for name in ("call.by_hand", "radio.cellular", "camera.rear", "audio.loopback", "keys.all", "charging.port")
)
SEEN = QcAnswers.model_validate({"by": "robot 1", "at": NOW, "cosmetic": [], "screws_ok": "yes"})


def controlled(
    *results: ProbeResult, answers: QcAnswers | None = SEEN, identity: IdentityMatch = IdentityMatch.MATCH
) -> QcRecord:
    items = judge_items(("AUD-03",), results, identity, answers)
    return QcRecord(
        ticket="T-1",
        number=1,
        created_at=NOW,
        run_before="a",
        run_after="b",
        unattended=True,
        identity=identity,
        items=items,
        outcome=outcome_of(items),
        original_fault_cleared=cleared(items),
        coverage=coverage_of(results),
    )


def test_a_control_with_everything_in_order_passes() -> None:
    record = controlled(*ALL_GOOD)
    assert (record.outcome, record.exit_code) == (QcState.PASSED, 0)
    assert record.original_fault_cleared is Answer.YES


@pytest.mark.parametrize("left_out", range(len(ALL_GOOD)))
def test_what_nobody_answers_is_open_and_never_passed(left_out: int) -> None:
    record = controlled(*(one for number, one in enumerate(ALL_GOOD) if number != left_out))
    assert (record.outcome, record.exit_code) == (QcState.OPEN, 3)
    assert controlled(*ALL_GOOD, answers=None).exit_code == 3


@pytest.mark.parametrize("verdict", ["inconclusive", "skipped", "not_supported", "error"])
def test_no_other_verdict_is_taken_for_a_pass(verdict: str) -> None:
    record = controlled(*ALL_GOOD[:-1], result("charging.port", verdict))
    assert next(item.state for item in record.items if item.name == "charging") is QcState.OPEN


def test_one_failure_fails_the_control_even_where_something_is_open_or_answered_away() -> None:
    for bad in ("audio.loopback", "touch.dead_row", "keys.all"):
        assert controlled(*ALL_GOOD, result(bad, "fail")).exit_code == 1
    yes = SEEN.model_copy(update={"functions": {"sound": Answer.YES}})
    assert controlled(*ALL_GOOD, result("audio.loopback", "fail"), answers=yes).exit_code == 1
    said_no = SEEN.model_copy(update={"functions": {"keys": Answer.NO}})
    assert controlled(*ALL_GOOD, answers=said_no).exit_code == 1
    assert controlled(result("audio.loopback", "fail"), answers=None).exit_code == 1


def test_a_person_may_answer_what_no_check_can_tell() -> None:
    yes = SEEN.model_copy(update={"functions": {"charging": Answer.YES}})
    record = controlled(*ALL_GOOD[:-1], answers=yes)
    assert record.exit_code == 0
    assert next(item for item in record.items if item.name == "charging").answered_by == "robot 1"


def test_a_new_mark_or_a_loose_screw_fails_the_control() -> None:
    marked = {"by": "Li", "at": NOW, "cosmetic": [{"place": "back", "change": "new"}], "screws_ok": "yes"}
    assert controlled(*ALL_GOOD, answers=QcAnswers.model_validate(marked)).exit_code == 1
    loose = {"by": "Li", "at": NOW, "cosmetic": [], "screws_ok": "no"}
    assert controlled(*ALL_GOOD, answers=QcAnswers.model_validate(loose)).exit_code == 1


def test_the_second_engineer_is_another_than_the_first() -> None:
    record = controlled(*ALL_GOOD)
    with pytest.raises(BadInput, match="signs before"):
        waive_cross_check(record, by="Li", reason="alone")
    first = sign_qc(record, Signature(by="Li", at=NOW))
    assert not first.is_signed_off
    for same in ("Li", " li ", "LI"):
        with pytest.raises(BadInput, match="cannot sign twice"):
            sign_qc(first, Signature(by=same, at=NOW))
    both = sign_qc(first, Signature(by="Wang", at=NOW))
    assert both.is_signed_off
    with pytest.raises(BadInput, match="all who are to sign"):
        sign_qc(both, Signature(by="Zhao", at=NOW))
    waived = waive_cross_check(first, by="Li", reason="one engineer on duty")
    assert waived.is_signed_off
    with pytest.raises(BadInput, match="reason"):
        waive_cross_check(first, by="Li", reason=" ")


@pytest.mark.parametrize("identity", [IdentityMatch.MISMATCH, IdentityMatch.UNREAD])
def test_a_mismatch_blocks_the_sign_off(identity: IdentityMatch) -> None:
    record = controlled(*ALL_GOOD, identity=identity)
    assert record.exit_code == {IdentityMatch.MISMATCH: 1, IdentityMatch.UNREAD: 3}[identity]
    with pytest.raises(BadInput, match="cannot be signed off"):
        sign_qc(record, Signature(by="Li", at=NOW))


def test_a_control_that_did_not_pass_cannot_be_signed() -> None:
    with pytest.raises(BadInput, match="cannot be signed off"):
        sign_qc(controlled(*ALL_GOOD[:-1]), Signature(by="Li", at=NOW))


def test_a_record_cannot_claim_more_than_its_items() -> None:
    data = controlled(*ALL_GOOD[:-1]).model_dump(mode="json")
    assert "outcome is not" in line_of(QcRecord, data | {"outcome": "passed"})
    some = [item for item in data["items"] if item["name"] != "calls"]
    assert "mandatory items are missing: calls" in line_of(QcRecord, data | {"items": some})


def test_every_measurement_is_compared_with_the_intake_run() -> None:
    before = (result("a.one", "fail", 1.0), result("b.two", "pass", 2.0), result("c.three"))
    after = (result("a.one", "pass", 3.0), result("b.two", "fail", 1.0), result("d.four"))
    rows = {one.probe: (one.before, one.after, one.change) for one in compare_runs(before, after)}
    assert rows == {
        "a.one": (1.0, 3.0, "better"),
        "b.two": (2.0, 1.0, "worse"),
        "c.three": (1.0, None, "only_before"),
        "d.four": (None, 1.0, "only_after"),
    }


def test_coverage_names_all_five_parts() -> None:
    covered = coverage_of(
        (
            result("battery.gauge"),
            result("camera.rear", "not_supported", reason="no_such_part"),
            result("display.framebuffer"),
            result("display.glass", "not_supported", reason="no_instrument"),
            result("sensors.x", "error"),
        )
    )
    states = covered.model_dump(exclude={"probes"})
    assert states == {
        "mainboard": Covered.NOT_TESTED,
        "display": Covered.NOT_TESTED,
        "battery": Covered.TESTED,
        "camera": Covered.NOT_APPLICABLE,
        "sensors": Covered.NOT_TESTED,
    }
    assert covered.probes["battery"] == ("battery.gauge",)
