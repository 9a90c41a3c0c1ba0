"""The published records as JSON and JSON Schema, and the reader of what older versions have written.

Canonical JSON is UTF-8 with its keys in order and no white space (RFC 8785 but for the form of its numbers, which is
Python's): the same record is the same bytes, so a hash of it says that nothing was changed.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from typing import Any, Final

from pydantic import BaseModel, ValidationError

from probes import StoreError, show
from reports._diagnosis import Diagnosis

DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"
_MAX_BYTES: Final = 64 << 20


def canonical_json(record: BaseModel) -> bytes:
    """A record as the one sequence of bytes that stands for it."""
    data = record.model_dump(mode="json")
    return json.dumps(data, ensure_ascii=False, allow_nan=False, sort_keys=True, separators=(",", ":")).encode()


def record_sha256(record: BaseModel) -> str:
    """The SHA-256 of a record's canonical JSON: what a signature or a ticket refers to."""
    return hashlib.sha256(canonical_json(record)).hexdigest()


def schema_of(record: type[BaseModel]) -> dict[str, Any]:
    """The JSON Schema of a record as it is written."""
    return {"$schema": DIALECT, **record.model_json_schema(mode="serialization")}


def read_diagnosis(raw: bytes) -> Diagnosis:
    """A diagnosis of this or any older version.

    Raises:
        StoreError: it is damaged, too large, or of a newer version.
    """
    if len(raw) > _MAX_BYTES:
        raise StoreError("the diagnosis is too large to be one", step="read diagnosis")
    try:
        data = json.loads(raw)
    except (ValueError, RecursionError) as error:
        raise StoreError("the diagnosis is no JSON", step="read diagnosis") from error
    version = data.get("schema_version") if isinstance(data, dict) else None
    reader = _READERS.get(version) if isinstance(version, int) and not isinstance(version, bool) else None
    if reader is None:
        known = ", ".join(map(str, _READERS))
        words = f"the diagnosis is of version {show(str(version), 20)}, and this phonebench reads {known}"
        raise StoreError(words, step="read diagnosis")
    try:
        return reader(raw)
    except ValidationError as error:
        raise StoreError("the diagnosis does not hold together", step="read diagnosis") from error


def _version_1(raw: bytes) -> Diagnosis:
    """Version 1 has grown by optional fields only: what was written without them is read as it is."""
    return Diagnosis.model_validate_json(raw)


_READERS: Final[Mapping[int, Callable[[bytes], Diagnosis]]] = {1: _version_1}
"""A new version adds its reader; none is ever taken away."""
