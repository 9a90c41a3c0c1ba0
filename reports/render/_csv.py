"""Measurements as a table for spreadsheets, one a row. No cell is taken for a formula; numbers stay numbers."""

from __future__ import annotations

import csv
import io
import unicodedata
from collections.abc import Iterator
from typing import Final

from probes import show
from reports._covered import PARTS, coverage_codes, coverage_in
from reports._i18n import translator
from reports.render._paper import Paper

_BEGINS: Final = frozenset("=+-@|%")
_LIMIT: Final = 2000
COLUMNS: Final = (
    "run", "created_at", "ticket", "brand", "model", "conclusion", "part", "probe", "measurement", "label", "value",
    "unit", "limit", "verdict", "blame", "reason", "evidence_sha256",
)  # fmt: skip
Cell = str | int | float


def csv_table(paper: Paper) -> bytes:
    """All measurements of a run, then which parts it has tested; UTF-8 with its mark, every text quoted."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, quoting=csv.QUOTE_NONNUMERIC, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    writer.writerows([guarded(cell) for cell in row] for row in _rows(paper))
    return out.getvalue().encode("utf-8-sig")


def guarded(cell: Cell) -> Cell:
    """A cell that no spreadsheet takes for a formula: an apostrophe stands before what looks like one.

    As OWASP describes it (CSV injection), and for full-width twins of the signs and what stands behind white space.

    >>> guarded("=1+1"), guarded("-5 dB"), guarded(-5), guarded("ok")
    ("'=1+1", "'-5 dB", -5, 'ok')
    """
    if not isinstance(cell, str):
        return cell
    text = show(cell, _LIMIT)
    plain = unicodedata.normalize("NFKC", text).lstrip()
    looks_like_one = plain[:1] in _BEGINS or cell[:1] in {"\t", "\r", "\n", "\0"}
    return f"'{text}" if plain and looks_like_one else text


def _rows(paper: Paper) -> Iterator[tuple[Cell, ...]]:
    diagnosis, tr = paper.diagnosis, translator(paper.language)
    phone = diagnosis.phone
    made = diagnosis.created_at.isoformat(timespec="seconds")
    head = (diagnosis.run_id, made, paper.ticket, phone.brand, phone.model, str(diagnosis.conclusion), paper.part)
    hashes = {one.id: one.sha256 for result in diagnosis.results for one in result.recordings}
    for result in diagnosis.results:
        for taken in result.measurements:
            first = next((item.recording for item in taken.evidence if item.recording in hashes), "")
            value = "" if taken.value is None else taken.value
            why = (str(taken.verdict), str(taken.blame or ""), taken.reason or "")
            words = (result.probe, taken.name, tr(taken.label), value, taken.unit.symbol, taken.limit.text())
            yield (*head, *words, *why, hashes.get(first, ""))
    for part, state in coverage_codes(coverage_in(diagnosis)).items():
        yield (*head, "coverage", part, tr(PARTS[part]), state, *("",) * 6)
