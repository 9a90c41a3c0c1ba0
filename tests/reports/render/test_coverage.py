"""Every report says of five parts whether they were tested; a label of 60 by 40 mm alone has no room for it."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Callable
from xml.etree import ElementTree as ET

import pytest
from fpdf import FPDF
from rich.console import Console

from agent.cli.names import names
from reports import Diagnosis, Language, print_diagnosis, translator
from reports.render import Paper, csv_table, html_page, junit_xml, openhtf_json, pack_page, pdf_report
from reports.service import Coverage, Covered, coverage_of
from tests.reports.render.samples import paper, plain
from tests.reports.render.test_pack import pack

MIXED = Coverage(
    mainboard=Covered.TESTED,
    display=Covered.NOT_TESTED,
    battery=Covered.TESTED,
    camera=Covered.NOT_APPLICABLE,
    sensors=Covered.NOT_TESTED,
)
CODES = {part: str(getattr(MIXED, part)) for part in ("mainboard", "display", "battery", "camera", "sensors")}
NAMES = {
    "mainboard": "main board",
    "display": "display",
    "battery": "battery",
    "camera": "camera",
    "sensors": "sensors",
}
STATES = {"tested": "tested", "not_tested": "not tested", "not_applicable": "not applicable"}


def mixed() -> Diagnosis:
    return plain().model_copy(update={"coverage": MIXED})


def expected(language: Language, between: str) -> list[str]:
    tr = translator(language)
    return [f"{tr(NAMES[part])}{between}{tr(STATES[state])}" for part, state in CODES.items()]


def on_screen(language: Language, *, terminal: bool) -> str:
    out = io.StringIO()
    console = Console(file=out, force_terminal=terminal, width=300, color_system=None)
    print_diagnosis(console, mixed(), language, names)
    return out.getvalue()


@pytest.mark.parametrize("language", list(Language))
def test_the_screen_says_what_was_tested(language: Language) -> None:
    for terminal in (False, True):
        said = on_screen(language, terminal=terminal)
        assert [words for words in expected(language, ": ") if words not in said] == []
        assert translator(language)("Coverage") in said


@pytest.mark.parametrize("language", list(Language))
def test_pages_say_what_was_tested(language: Language) -> None:
    handed = pack().model_copy(update={"coverage": MIXED})
    for page in (html_page(paper(language, mixed())), pack_page(handed, language)):
        text = page.decode()
        assert [words for words in expected(language, "</dt><dd>") if words not in text] == []


@pytest.mark.parametrize("language", list(Language))
def test_the_pdf_says_what_was_tested(language: Language, monkeypatch: pytest.MonkeyPatch) -> None:
    written: list[str] = []
    as_it_was: Callable[[FPDF, str], str] = FPDF.normalize_text

    def watched(self: FPDF, text: str) -> str:
        written.append(text)
        return as_it_was(self, text)

    monkeypatch.setattr(FPDF, "normalize_text", watched)
    pdf_report(paper(language, mixed()))
    said = re.sub(r"\s+", "", "".join(written))
    assert [words for words in expected(language, ":") if words.replace(" ", "") not in said] == []


def test_programs_read_what_was_tested() -> None:
    read: dict[Callable[[Paper], bytes], Callable[[bytes], dict[str, str]]] = {
        csv_table: _of_table,
        junit_xml: _of_junit,
        openhtf_json: lambda raw: json.loads(raw)["metadata"]["coverage"],
    }
    for render, reader in read.items():
        for language in Language:
            assert reader(render(paper(language, mixed()))) == CODES
    assert mixed().model_dump(mode="json")["coverage"].items() >= CODES.items()


def test_an_older_record_without_coverage_is_read_by_its_results() -> None:
    assert plain().coverage is None
    found = coverage_of(plain().results)
    assert _of_table(csv_table(paper())) == {part: str(getattr(found, part)) for part in CODES}
    assert "tested" in _of_table(csv_table(paper())).values()


def _of_table(raw: bytes) -> dict[str, str]:
    rows = csv.DictReader(io.StringIO(raw.decode("utf-8-sig")))
    return {row["measurement"]: row["value"] for row in rows if row["probe"] == "coverage"}


def _of_junit(raw: bytes) -> dict[str, str]:
    found = ET.fromstring(raw).iter("property")  # noqa: S314  our own file
    return {one.attrib["name"].removeprefix("coverage."): one.attrib["value"] for one in found}
