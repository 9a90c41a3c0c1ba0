"""Tables, records for build servers, labels and PDF: as they were looked at, and readable by others."""

from __future__ import annotations

import csv
import io
import json
import re
from xml.etree import ElementTree as ET

import cv2
import numpy as np
import pytest
from PIL import Image, ImageChops

from probes import Verdict
from reports import Diagnosis, Language
from reports.fonts import chinese, latin, legible
from reports.render import (
    LABELS,
    csv_table,
    guarded,
    junit_xml,
    label,
    label_code,
    openhtf_json,
    pdf_report,
    read_label,
    redacted,
)
from tests.reports.render.samples import IMEI, SOUND, golden, paper, plain
from tests.reports.render.zpl import picture_of


def picture(language: Language = Language.EN) -> Image.Image:
    return Image.open(io.BytesIO(label(paper(language), "png"))).convert("L")


def test_a_label_is_the_same_as_png_and_as_zpl() -> None:
    for language in Language:
        printed = picture_of(label(paper(language), "zpl"))
        assert ImageChops.difference(picture(language), printed).getbbox() is None


@pytest.mark.parametrize("kind", LABELS)
def test_a_label_is_the_one_that_was_looked_at(kind: str) -> None:
    raw = label(paper(Language.ZH), kind)
    if kind == "png":  # another zlib packs the same picture otherwise
        seen = Image.open(io.BytesIO(golden("label.zh-CN.png", raw))).convert("L")
        assert ImageChops.difference(picture(Language.ZH), seen).getbbox() is None
    else:
        assert raw == golden(f"label.zh-CN.{kind}", raw)
    assert len(raw) < 100_000


def test_a_label_is_scanned_back() -> None:
    read = cv2.QRCodeDetector().detectAndDecode(np.asarray(picture()))[0]
    assert read_label(read) == label_code(paper())


def test_the_word_for_a_fault_is_drawn_and_is_no_box() -> None:
    boxes = chinese().outline("\U0010fffd")
    for char in SOUND:
        assert chinese().has(char)
        assert chinese().outline(char) not in ([], boxes)
    english, both = np.asarray(picture()), np.asarray(picture(Language.ZH))
    headline = slice(40, 80)
    assert (english[headline] != both[headline]).sum() > 300
    assert not latin().has(SOUND[0])
    assert legible(f"{SOUND}\u9f98") == f"{SOUND}\\u9f98", "a letter that no font has is shown by its number"


def test_only_marginal_and_pass_are_passed_in_a_junit_report() -> None:
    for verdict in Verdict:
        root = ET.fromstring(junit_xml(paper(diagnosis=_with(verdict))))  # noqa: S314  our own file
        case = root.find(".//testcase")
        assert case is not None
        told = {child.tag for child in case} & {"failure", "error", "skipped"}
        assert bool(told) is (verdict not in {Verdict.PASS, Verdict.MARGINAL})
        assert int(root.get("tests", "0")) == len(root.findall(".//testcase"))
        for tag, key in (("failure", "failures"), ("error", "errors"), ("skipped", "skipped")):
            assert int(root.get(key, "-1")) == len(root.findall(f".//{tag}"))


def _with(verdict: Verdict) -> Diagnosis:
    one = plain()
    taken = one.results[0].measurements[0].model_copy(update={"verdict": verdict})
    result = one.results[0].model_copy(update={"measurements": (taken,), "verdict": Verdict.PASS})
    return one.model_copy(update={"results": (result,)})


def test_tables_and_records_are_those_that_were_read() -> None:
    one = paper()
    for name, raw in (("table.csv", csv_table(one)), ("junit.xml", junit_xml(one)), ("htf.json", openhtf_json(one))):
        assert raw == golden(name, raw)
    rows = list(csv.DictReader(io.StringIO(csv_table(one).decode("utf-8-sig"), newline="")))
    measured = [row for row in rows if row["probe"] != "coverage"]
    assert len(measured) == sum(len(result.measurements) for result in one.diagnosis.results)
    assert {row["ticket"] for row in rows} == {"RO-2026-0417"}


@pytest.mark.parametrize("text", ["=1", "+1", "-1", "@a", "\uff1d1", " =1", "|x", "\t1"])
def test_what_looks_like_a_formula_gets_an_apostrophe(text: str) -> None:
    assert str(guarded(text)).startswith("'")
    assert guarded(-1.5) == -1.5


def test_an_openhtf_record_has_the_fields_of_openhtfs_own() -> None:
    test_record = pytest.importorskip("openhtf.core.test_record", reason="openhtf is for the benchmarks")
    ours = json.loads(openhtf_json(paper()))
    theirs = {field.name for field in test_record.TestRecord.__attrs_attrs__}
    known = {"dut_id", "station_id", "start_time_millis", "end_time_millis", "outcome", "outcome_details", "metadata"}
    assert known | {"phases", "log_records"} <= theirs
    assert known | {"phases", "log_records"} <= set(ours)
    phase = {field.name for field in test_record.PhaseRecord.__attrs_attrs__}
    assert {"name", "measurements", "outcome", "start_time_millis", "end_time_millis", "options"} <= phase


@pytest.mark.slow
def test_a_pdf_holds_letters_and_nothing_that_acts() -> None:
    raw = pdf_report(paper(Language.ZH))
    assert raw == pdf_report(paper(Language.ZH))
    assert raw.startswith(b"%PDF-")
    assert re.findall(rb"/OpenAction (\S)", raw) == [b"["], "a place to open at, and nothing to do"
    for name in (b"/JavaScript", b"/URI", b"/Launch", b"/EmbeddedFile", b"/AA"):
        assert name not in raw
    letters = [f"<{ord(char):04X}>".encode() for char in SOUND]
    assert all(letter in raw for letter in letters), "what is drawn can be searched for"


def test_no_number_of_the_phone_is_in_any_kind_of_output() -> None:
    dirty = plain()
    spread = dirty.model_copy(
        update={
            "limits": f"for {dirty.phone.serial}",
            "subject": f"usb {dirty.phone.serial.lower()} 49-015420-323751-8",
            "phone": dirty.phone.model_copy(update={"build": f"x {IMEI} 02:00:5e:10:00:01"}),
        }
    )
    clean = redacted(spread)
    secrets = (dirty.phone.serial.lower(), dirty.phone.imei, IMEI, "02:00:5e:10:00:01", "49-015420-323751-8")
    one = paper(diagnosis=clean)
    texts = [csv_table(one), junit_xml(one), openhtf_json(one), clean.model_dump_json().encode(), label(one, "svg")]
    for raw in texts:
        assert not [secret for secret in secrets if secret in raw.decode().lower()]
    assert clean.phone.imei == "***********7518"
    assert clean.results[0].recordings == dirty.results[0].recordings, "hashes stay what they are"
    assert redacted(spread, stands_for=lambda number: f"#{len(number)}").phone.imei == "#15"
