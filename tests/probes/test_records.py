"""Records are frozen, closed and versioned; what version 1 has written can be read for ever.

The files in ``golden`` are never edited: a record that changes shape gets a new version and a new file.
"""

from __future__ import annotations

import json
import math
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from pydantic import BaseModel, ValidationError

from probes import (
    Blame,
    Evidence,
    Finding,
    LinkTimeout,
    Measurement,
    OutputTooLarge,
    ProbeResult,
    Recording,
    Stage,
    Strength,
    Trouble,
    Unit,
    Unplugged,
    Verdict,
)

GOLDEN = Path(__file__).with_name("golden")
FILES = sorted(GOLDEN.glob("*.v1.json"))


def result(**changes: Any) -> ProbeResult:
    fields: dict[str, Any] = {
        "probe": "test.probe",
        "probe_version": 1,
        "stage": Stage.SOFTWARE,
        "verdict": Verdict.PASS,
        "started_at": datetime(2026, 11, 21, tzinfo=UTC),
        "duration_ns": 1,
    }
    return ProbeResult(**(fields | changes))


def number(**changes: Any) -> Measurement:
    fields: dict[str, Any] = {
        "name": "a_mv",
        "label": "A",
        "unit": Unit.MILLIVOLT,
        "value": 1,
        "verdict": Verdict.PASS,
    }
    return Measurement(**(fields | changes))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_what_version_1_wrote_is_read_and_written_as_it_was(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    record = ProbeResult.model_validate_json(text)
    assert json.loads(record.model_dump_json()) == json.loads(text)
    assert ProbeResult.model_validate_json(record.model_dump_json()) == record


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_the_published_schema_accepts_the_golden_records(path: Path) -> None:
    schema = ProbeResult.model_json_schema(mode="serialization")
    jsonschema.Draft202012Validator.check_schema(schema)
    record = json.loads(path.read_text(encoding="utf-8"))
    jsonschema.validate(record, schema, cls=jsonschema.Draft202012Validator)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(record | {"verdict": "good"}, schema, cls=jsonschema.Draft202012Validator)


def test_there_are_golden_records() -> None:
    assert len(FILES) == 2


def test_a_record_cannot_be_changed() -> None:
    for record in (number(), result(), Evidence(text="x")):
        with pytest.raises(ValidationError, match="frozen"):
            record.verdict = Verdict.FAIL  # type: ignore[misc,union-attr]  # that it is refused is under test


@pytest.mark.parametrize(
    ("model", "fields"),
    [
        (Evidence, {"text": "x", "more": 1}),
        (Evidence, {"text": "x" * 401}),
        (Evidence, {"line_no": 0}),
        (Evidence, {"line_no": True}),
        (Trouble, {"code": "E", "line": "x", "more": 1}),
        (Finding, {"code": "a.b", "strength": "loud", "blame": "undetermined"}),
        (Finding, {"code": "Not A Code", "strength": "weak", "blame": "undetermined"}),
        (Finding, {"code": "a.b", "strength": "weak", "blame": "component", "components": ["no code"]}),
        (
            Recording,
            {"id": "x", "kind": "dump", "source": "x", "sha256": "0", "size_bytes": 1}
            | {"started_ns": 0, "duration_ns": 0},
        ),
        (
            Recording,
            {"id": "x", "kind": "dump", "source": "x", "sha256": "../" * 21 + "a", "size_bytes": 1}
            | {"started_ns": 0, "duration_ns": 0},
        ),
    ],
)
def test_a_record_is_closed(model: type[BaseModel], fields: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        model.model_validate(fields)


@pytest.mark.parametrize("value", [True, math.nan, math.inf, -math.inf, "1", b"1", [1]])
def test_a_measurement_refuses_what_is_no_number(value: Any) -> None:
    with pytest.raises(ValidationError):
        number(value=value)


@pytest.mark.parametrize("text", ['{"value": NaN}', '{"value": Infinity}', '{"value": true}', '{"value": "1"}'])
def test_json_is_no_way_around_that(text: str) -> None:
    fields = number().model_dump(mode="json")
    with pytest.raises(ValidationError):
        Measurement.model_validate_json(json.dumps(fields | json.loads(text)))


@pytest.mark.parametrize("blame", [blame for blame in Blame if blame is not Blame.COMPONENT])
def test_only_the_blame_component_may_name_a_part(blame: Blame) -> None:
    with pytest.raises(ValidationError, match="may not name the part"):
        Finding(code="a.b", strength=Strength.STRONG, blame=blame, components=("BAT",))


@pytest.mark.parametrize("verdict", list(Verdict))
def test_a_pass_carries_no_blame_and_everything_else_does(verdict: Verdict) -> None:
    trouble = Trouble(code="E_X", line="x")
    good = None if verdict is Verdict.PASS else Blame.UNDETERMINED
    bad = Blame.UNDETERMINED if verdict is Verdict.PASS else None
    assert number(verdict=verdict, blame=good).blame is good
    assert result(verdict=verdict, blame=good, trouble=trouble).blame is good
    with pytest.raises(ValidationError, match="blame"):
        number(verdict=verdict, blame=bad)
    with pytest.raises(ValidationError, match="blame"):
        result(verdict=verdict, blame=bad, trouble=trouble)


@pytest.mark.parametrize("verdict", [Verdict.PASS, Verdict.MARGINAL, Verdict.FAIL])
def test_there_is_no_judgement_without_a_value(verdict: Verdict) -> None:
    blame = None if verdict is Verdict.PASS else Blame.COMPONENT
    with pytest.raises(ValidationError, match="without a value"):
        number(value=None, verdict=verdict, blame=blame)


def test_an_error_says_what_broke() -> None:
    with pytest.raises(ValidationError, match="what broke"):
        result(verdict=Verdict.ERROR, blame=Blame.BENCH)


def test_a_time_without_a_zone_is_refused() -> None:
    with pytest.raises(ValidationError):
        result(started_at=datetime(2026, 11, 21))  # noqa: DTZ001  that it is refused is under test


@pytest.mark.parametrize(
    ("code", "breaks"), [(Unplugged.code, True), (LinkTimeout.code, False), (OutputTooLarge.code, False)]
)
def test_one_answer_that_hung_or_never_ended_leaves_the_link_open(code: str, breaks: bool) -> None:
    broke = result(verdict=Verdict.ERROR, blame=Blame.LINK, trouble=Trouble(code=code, line="x"))
    assert broke.link_broke is breaks
    assert not result(verdict=Verdict.ERROR, blame=Blame.BENCH, trouble=Trouble(code=code, line="x")).link_broke
