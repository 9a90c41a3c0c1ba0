"""What a PDF reader draws and reads: every letter of both languages, and the curves of what stands out."""

from __future__ import annotations

import io
import re
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from agent.cli.names import names
from reports import Language
from reports.render import Trace, pack_page, pack_pdf, pdf_report
from tests.reports.render.samples import NO_FILE, hostile_texts, paper
from tests.reports.render.test_clients import client, run
from tests.reports.render.test_pack import pack

LINE = (33, 102, 172)


def drawn(folder: Path, raw: bytes) -> NDArray[np.int64]:
    (folder / "x.pdf").write_bytes(raw)
    page = run(folder, client("pdftoppm"), "-r", "80", "-f", "1", "-l", "1", "-png", "x.pdf")
    return np.asarray(Image.open(io.BytesIO(page)).convert("RGB")).astype(np.int64)


def said(folder: Path, raw: bytes) -> str:
    (folder / "x.pdf").write_bytes(raw)
    return run(folder, client("pdftotext"), "-layout", "x.pdf", "-").decode()


def trace(values: list[float]) -> Trace:
    at_s = [float(number) for number in range(len(values))]
    return Trace(probe="battery.gauge", channel="voltage_mv", unit="mV", at_s=at_s, values=values, sha256=NO_FILE)


def blue(picture: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Where the pen of the curves has been: it is the one thing that is blue."""
    return np.asarray(picture[..., 2] - picture[..., 0] > 60)


@pytest.mark.slow
def test_a_curve_is_drawn_where_it_goes_and_only_where_there_is_one(tmp_path: Path) -> None:
    without = drawn(tmp_path, pdf_report(paper(traces=())))
    assert not blue(without).any()
    rising = np.argwhere(blue(drawn(tmp_path, pdf_report(paper(traces=(trace([0.0, 1.0, 2.0, 3.0]),))))))
    assert len(rising) > 200
    upright, across = rising[:, 0].astype(float), rising[:, 1].astype(float)
    assert np.corrcoef(upright, across)[0, 1] < -0.99  # rows of a picture go down
    flat = np.argwhere(blue(drawn(tmp_path, pdf_report(paper(traces=(trace([5.0] * 9),))))))
    assert np.ptp(flat[:, 0]) <= 3


def test_what_cannot_be_drawn_leaves_the_rest_of_the_pdf() -> None:
    for values in ([float("nan"), float("inf")], [1e308, -1e308, 0.0], [0.0], [0.0, 5e-324], [7.0, 7.0], [-1e99, 1e99]):
        assert pdf_report(paper(traces=(trace(values),))).startswith(b"%PDF-")


@pytest.mark.slow
def test_latin_words_behind_chinese_ones_are_not_lost(tmp_path: Path) -> None:
    text = said(tmp_path, pdf_report(paper(Language.ZH)))
    assert re.search(r"phonebench: 0\.1\.0", text)
    assert "2026-05-01" in text
    text = said(tmp_path, pack_pdf(pack(), Language.ZH, names))
    for word in ("T-1001", "2026-11-20", "battery changed", "Zhang", "60.3 %", "99 %", "Wang", "BAT-01"):
        assert word in text


@pytest.mark.slow
@pytest.mark.parametrize("language", list(Language))
def test_the_pack_says_the_same_on_paper_as_on_the_page(tmp_path: Path, language: Language) -> None:
    raw = pack_pdf(pack(), language, names)
    assert raw == pack_pdf(pack(), language, names)
    text = re.sub(r"\s", "", said(tmp_path, raw))
    page = pack_page(pack(), language, names).decode()
    places = [text.index(re.sub(r"\s", "", name)) for name in re.findall(r"<h2>(.*?)</h2>", page)]
    assert len(places) == 5  # no part changed, nothing erased, no rule decided
    for name, words in re.findall(r"<dt>(.*?)</dt><dd>(.*?)</dd>", page):
        assert re.sub(r"\s", "", f"{name}{words}") in text


@pytest.mark.slow
def test_a_pack_of_hostile_texts_is_text(tmp_path: Path) -> None:
    for text in hostile_texts(6, seed=17):
        raw = pack_pdf(pack(text), Language.ZH, names)
        assert "\x1b" not in said(tmp_path, raw)
        for name in (b"/JavaScript", b"/URI", b"/Launch", b"/EmbeddedFile", b"/AA"):
            assert name not in raw
