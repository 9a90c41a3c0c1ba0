"""Every symptom of the catalogue has a row in docs/coverage.md, and every row names probes that exist."""

from __future__ import annotations

import re
from fnmatch import fnmatchcase
from pathlib import Path
from typing import NamedTuple

import pytest

from agent.dead_phone import DeadPhone
from agent.plan import known_probes
from probes import Capability, symptoms

PAGE = Path(__file__).resolve().parents[2] / "docs" / "coverage.md"


class Row(NamedTuple):
    """One line of the table."""

    code: str
    name: str
    statute: str
    plan: str
    answered: tuple[str, ...]
    by_hand: str


def rows() -> dict[str, Row]:
    found = {}
    for line in PAGE.read_text(encoding="utf-8").splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if re.fullmatch(r"[A-Z]{2,3}-\d\d", cells[0]):
            code, name, statute, plan, answered, by_hand = cells
            found[code] = Row(code, name, statute, plan, tuple(re.findall(r"`([^`]+)`", answered)), by_hand)
    return found


ROWS = rows()


def test_the_table_has_every_symptom_of_the_catalogue_with_its_marks() -> None:
    marks = {code: (one.en, one.statute, one.standard) for code, one in symptoms().items()}
    assert {code: (row.name, row.statute, row.plan) for code, row in ROWS.items()} == marks


@pytest.mark.parametrize("code", sorted(ROWS))
def test_a_row_names_probes_that_exist(code: str) -> None:
    ids = {probe.meta.id for probe in known_probes()} | {DeadPhone.meta.id}
    missing = [pattern for pattern in ROWS[code].answered if not any(fnmatchcase(name, pattern) for name in ids)]
    assert ROWS[code].answered
    assert not missing


def test_what_the_plan_wants_eyes_for_is_asked_of_a_person() -> None:
    by_id = {probe.meta.id: probe for probe in known_probes()}
    for code in ("HSG-01", "HSG-02", "NET-03"):
        assert ROWS[code].by_hand
        assert any(Capability.OPERATOR in by_id[name].meta.wants for name in ROWS[code].answered if name in by_id)
