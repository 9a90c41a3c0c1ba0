"""Knowledge files as tables: which tables there are, and how those of several files come together."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from typing import Any, Final

from probes import BadInput, show

Tables = dict[str, Any]

FIELDS: Final[Mapping[str, str]] = {
    "cause": "causes",
    "effect": "effects",
    "setting": "settings",
    "complaint": "complaints",
    "intermittent": "intermittent",
    "context": "contexts",
    "action": "actions",
    "opening": "openings",
    "price": "prices",
}
"""The tables of a file, and where their rows go."""
ALSO: Final = "also"
"""More causes and masks of an effect that another file defines: ``[also."effect.code"]``."""
SINGLE: Final = ("shop", "calibration")
"""Tables that are no rows: there is one of each."""


def parsed(name: str, raw: bytes) -> Tables:
    """Read one file.

    Raises:
        BadInput: it is no TOML.
    """
    try:
        return tomllib.loads(raw.decode())
    except (ValueError, RecursionError) as error:
        raise BadInput(f"knowledge file {name}: {error}") from error


def merged(files: Mapping[str, Tables]) -> Tables:
    """All files as one, each row once.

    Raises:
        BadInput: two files define the same row, or one adds to an effect that none defines.
    """
    into: Tables = {field: {} for field in FIELDS.values()}
    for name, tables in files.items():
        for table, field in FIELDS.items():
            rows = _rows(name, tables, table)
            twice = set(into[field]) & set(rows)
            if twice:
                raise BadInput(f"knowledge file {name} defines again: {sorted(twice)}")
            into[field].update(rows)
        into.update({table: tables[table] for table in SINGLE if table in tables})
    for name, tables in files.items():
        for code, more in _rows(name, tables, ALSO).items():
            effect = into["effects"].get(code)
            if not isinstance(effect, dict) or not isinstance(more, dict):
                raise BadInput(f"knowledge file {name} adds to an effect that no file defines: {show(code, 100)}")
            into["effects"][code] = effect | {
                key: {**_rows(name, effect, key), **_rows(name, more, key)}
                for key in ("caused_by", "masked_by")
                if key in more
            }
    return into


def _rows(name: str, tables: Tables, table: str) -> dict[str, Any]:
    rows = tables.get(table, {})
    if not isinstance(rows, dict):
        raise BadInput(f"knowledge file {name}: {table} is no table of rows")
    return rows
