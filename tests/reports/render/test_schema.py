"""The contract: schemas with examples, one sequence of bytes for a record, and older versions read for ever."""

from __future__ import annotations

import json
from importlib import resources
from typing import Any

import jsonschema
import pytest

from probes import StoreError
from reports import Diagnosis, QcRecord, WorkOrder, canonical_json, read_diagnosis, record_sha256, schema_of
from tests.reports.render.samples import plain, record


@pytest.mark.parametrize("kind", [Diagnosis, QcRecord, WorkOrder])
def test_a_schema_has_an_example_that_it_accepts_and_we_read(kind: type[Diagnosis | QcRecord | WorkOrder]) -> None:
    schema = schema_of(kind)
    jsonschema.Draft202012Validator.check_schema(schema)
    assert schema["$schema"] == jsonschema.Draft202012Validator.META_SCHEMA["$id"]
    (example,) = schema["examples"]
    kind.model_validate_json(json.dumps(example))
    written = json.loads(canonical_json(kind.model_validate_json(json.dumps(example))))
    jsonschema.validate(written, schema, cls=jsonschema.Draft202012Validator)


def test_a_record_is_one_sequence_of_bytes() -> None:
    shuffled = dict(reversed(list(json.loads(record()).items())))
    again = Diagnosis.model_validate_json(json.dumps(shuffled))
    assert canonical_json(again) == canonical_json(plain())
    assert record_sha256(again) == record_sha256(plain())
    other = plain().model_copy(update={"limits": "others"})
    assert record_sha256(other) != record_sha256(plain())


def test_what_version_1_has_written_is_read() -> None:
    for raw in (record().encode(), canonical_json(plain()), _example("diagnosis.v1.json")):
        assert read_diagnosis(raw).schema_version == 1


def _example(name: str) -> bytes:
    return resources.files("reports").joinpath("examples", name).read_bytes()


@pytest.mark.parametrize(
    "change", [{"schema_version": 2}, {"schema_version": True}, {"schema_version": "1"}, {"more": 1}]
)
def test_what_is_newer_or_damaged_is_refused_in_one_line(change: dict[str, Any]) -> None:
    with pytest.raises(StoreError):
        read_diagnosis(json.dumps(json.loads(record()) | change).encode())


@pytest.mark.parametrize("raw", [b"", b"[1]", b"null", b"\xff", b"[" * 100_000, b'{"schema_version": 1}'])
def test_what_is_no_diagnosis_is_refused(raw: bytes) -> None:
    with pytest.raises(StoreError):
        read_diagnosis(raw)
