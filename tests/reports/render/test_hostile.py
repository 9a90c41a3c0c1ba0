"""Ten thousand hostile texts go through every writer, and none comes out as anything but text."""

from __future__ import annotations

import csv
import io
import json
import re
import unicodedata
from html.parser import HTMLParser
from xml.etree import ElementTree as ET

import cv2
import numpy as np
import pytest
from rich.console import Console

from agent.cli.names import names
from reports import Diagnosis, Language, print_diagnosis
from reports.render import csv_table, html_page, junit_xml, label, label_code, openhtf_json, read_label
from reports.render._csv import COLUMNS
from tests.reports.render.samples import PLACES, hostile_texts, poisoned
from tests.reports.render.zpl import picture_of

MANY, PARTS = 10_000, 4
HIDDEN = frozenset({"Cc", "Cf", "Cs", "Co", "Zl", "Zp"})
SGR = re.compile(r"\x1b\[[0-9;]*m")


class Shape(HTMLParser):
    """The tags of a page with the names of their attributes, and where its links lead."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[tuple[str, tuple[str, ...]]] = []
        self.links: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, tuple(name for name, _value in attrs)))
        self.links |= {value or "" for name, value in attrs if name in {"href", "src"}}


def shape(page: bytes) -> Shape:
    found = Shape()
    text = page.decode()
    assert {unicodedata.category(char) for char in text if char != "\n"} & HIDDEN == set()
    found.feed(text)
    return found


@pytest.mark.slow
@pytest.mark.parametrize("part", range(PARTS))
def test_no_text_is_taken_for_anything_but_text(part: int) -> None:
    wanted = sorted(shape(html_page(poisoned(iter(["x"] * 100)))).tags)
    went, scanned = -(-MANY // PARTS // PLACES), list[bool]()
    texts = iter(hostile_texts(went * PLACES, seed=part))
    for number in range(went):
        one = poisoned(texts, list(Language)[number % 2])
        page = shape(html_page(one))
        assert sorted(page.tags) == wanted
        assert all(link.startswith("#") for link in page.links)
        _table(csv_table(one))
        _terminal(one.diagnosis)
        scanned.append(_scanned(label(one, "zpl"), label_code(one).text()))
    assert next(texts, None) is None, "all of them were used"
    assert sum(scanned) >= 0.7 * went


def _table(raw: bytes) -> None:
    head, *rows = csv.reader(io.StringIO(raw.decode("utf-8-sig"), newline=""))
    assert tuple(head) == COLUMNS
    numbers = COLUMNS.index("value")
    for row in rows:
        assert len(row) == len(COLUMNS)
        for place, cell in enumerate(row):
            begins = unicodedata.normalize("NFKC", cell).lstrip()[:1]
            assert begins not in {"=", "+", "-", "@"} or (place == numbers and float(cell) < 0)
            assert {unicodedata.category(char) for char in cell} & HIDDEN == set()


def _terminal(diagnosis: Diagnosis) -> None:
    for is_terminal in (True, False):
        out = io.StringIO()
        screen = Console(file=out, force_terminal=is_terminal, width=100, highlight=False, emoji=False, markup=False)
        print_diagnosis(screen, diagnosis, Language.EN, names)
        left = SGR.sub("", out.getvalue()).replace("\n", "")
        assert {unicodedata.category(char) for char in left} & HIDDEN == set()


def _scanned(raw: bytes, code: str) -> bool:
    """Whether OpenCV reads the label; it misses some codes that zbar reads (see ``test_clients``)."""
    assert re.fullmatch(rb"\^XA\^PW480\^LL320\^LH0,0\^FO0,0\^GFA,\d+,\d+,60,[0-9A-Zg-z:,]+\^FS\^PQ1\^XZ\n", raw)
    read = cv2.QRCodeDetector().detectAndDecode(np.asarray(picture_of(raw)))[0]
    assert read in {"", code}
    assert not read or read_label(read) is not None
    return bool(read)


def test_build_servers_and_factories_get_well_formed_files() -> None:
    texts = iter(hostile_texts(20 * PLACES, seed=10))
    for _ in range(20):
        one = poisoned(texts)
        suites = ET.fromstring(junit_xml(one))  # noqa: S314  our own file
        assert suites.tag == "testsuites"
        assert json.loads(openhtf_json(one))["metadata"]["test_name"] == "phonebench"
