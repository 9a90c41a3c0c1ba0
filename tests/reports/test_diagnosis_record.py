"""The diagnosis as published data: version 1 is read for ever, and no part is named without a suspect.

The file in ``golden`` is never edited: a diagnosis that changes shape gets a new version and a new file.
"""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from probes import Blame, Trouble, Verdict
from reports import Conclusion, Diagnosis, QcRecord, WorkOrder, read_diagnosis

FOLDER = Path(__file__).with_name("golden")
GOLDEN = FOLDER / "diagnosis.v1.json"
ALL = ("diagnosis.v1.json", "diagnosis.v1-2026-11.json")


@pytest.fixture(scope="module")
def data() -> dict[str, Any]:
    return _loaded("diagnosis.v1.json")


def _loaded(name: str) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads((FOLDER / name).read_text(encoding="utf-8"))
    return loaded


@pytest.mark.parametrize("name", ALL)
def test_what_version_1_wrote_is_read_and_written_as_it_was(name: str) -> None:
    data = _loaded(name)
    diagnosis = Diagnosis.model_validate(data, strict=False)
    assert read_diagnosis(json.dumps(data).encode()) == diagnosis
    assert json.loads(diagnosis.model_dump_json()) == data
    assert Diagnosis.model_validate_json(diagnosis.model_dump_json()) == diagnosis


@pytest.mark.parametrize(("name", "kind"), [("qc_record.v1.json", QcRecord), ("work_order.v1.json", WorkOrder)])
def test_what_version_1_of_the_other_records_wrote_is_read(name: str, kind: type[QcRecord | WorkOrder]) -> None:
    data = _loaded(name)
    written = json.loads(kind.model_validate(data, strict=False).model_dump_json())
    assert _holds(written, data)


def _holds(new: Any, old: Any) -> bool:
    """Whether all that was there is there still; a record may only grow."""
    if isinstance(old, dict):
        return all(key in new and _holds(new[key], value) for key, value in old.items())
    if isinstance(old, list):
        return len(new) == len(old) and all(map(_holds, new, old))
    return bool(new == old)


@pytest.mark.parametrize("name", ALL)
def test_the_published_schema_accepts_it(name: str) -> None:
    data = _loaded(name)
    schema = Diagnosis.model_json_schema(mode="serialization")
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.validate(data, schema, cls=jsonschema.Draft202012Validator)


@pytest.mark.parametrize(
    "change",
    [
        {"conclusion": "good"},
        {"schema_version": 2},
        {"no_fault_probability": 1.5},
        {"no_fault_probability": math.nan},
        {"no_fault_probability": "0.1"},
        {"exposure": True},
        {"created_at": "2026-11-21T08:30:15"},
        {"source": "guess"},
        {"exchanges": -1},
        {"more": 1},
        {"suspects": []},
        {"conclusion": "nothing_found"},
        {"conclusion": "cannot_tell"},
        {"conclusion": "bench_trouble"},
    ],
)
def test_a_diagnosis_that_contradicts_itself_is_refused(data: dict[str, Any], change: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        Diagnosis.model_validate(data | change)


CODES = {
    Conclusion.PART: 1,
    Conclusion.SOFTWARE: 1,
    Conclusion.CONFIGURATION: 1,
    Conclusion.AMBIGUOUS: 1,
    Conclusion.NOTHING_FOUND: 0,
    Conclusion.NO_FAULT_FOUND: 0,
    Conclusion.SUSPECT: 3,
    Conclusion.CANNOT_TELL: 3,
    Conclusion.BENCH_TROUBLE: 2,
}


@given(st.sampled_from(list(Conclusion)), st.lists(st.sampled_from(list(Verdict)), max_size=5))
def test_the_exit_code_never_hides_what_was_not_settled(conclusion: Conclusion, verdicts: list[Verdict]) -> None:
    golden = Diagnosis.model_validate_json(GOLDEN.read_text(encoding="utf-8"))
    results = tuple(
        golden.results[0].model_copy(
            update={
                "verdict": verdict,
                "blame": None if verdict is Verdict.PASS else Blame.UNDETERMINED,
                "trouble": Trouble(code="E_X", line="x"),
            }
        )
        for verdict in verdicts
    )
    code = golden.model_copy(update={"conclusion": conclusion, "results": results}).exit_code
    if CODES[conclusion]:
        assert code == CODES[conclusion]
    else:
        assert code == (2 if Verdict.ERROR in verdicts else 3 if Verdict.INCONCLUSIVE in verdicts else 0)
