"""What others make of our files: a browser, a spreadsheet, a PDF reader and a scanner.

They are Debian's ``chromium``, ``libreoffice-calc-nogui``, ``poppler-utils`` and ``zbar-tools``. A test skips where its
program lacks, and fails where ``PHONEBENCH_REQUIRE_CLIENTS=1``.
"""

from __future__ import annotations

import csv
import os
import shutil
import subprocess
import unicodedata
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import numpy as np
import pytest
from PIL import Image

from reports import Language
from reports.render import Paper, csv_table, html_page, label, label_code, pdf_report
from tests.reports.render.samples import PLACES, SOUND, hostile_texts, paper, poisoned

MANY = 114
DEADLINE_S = 120
NAMED = {"soffice": "libreoffice-calc-nogui", "pdftotext": "poppler-utils", "zbarimg": "zbar-tools"}


def client(name: str) -> str:
    found = shutil.which(name)
    if found is None:
        words = f"{name} lacks here (Debian: apt-get install {NAMED.get(name, name)})"
        if os.environ.get("PHONEBENCH_REQUIRE_CLIENTS") == "1":
            pytest.fail(words)
        pytest.skip(words)
    return found


def run(folder: Path, *argv: str) -> bytes:
    environ = {"PATH": os.environ["PATH"], "HOME": str(folder), "LANG": "C.UTF-8"}
    done = subprocess.run(argv, capture_output=True, timeout=DEADLINE_S, env=environ, cwd=folder, check=False)
    assert done.returncode == 0, done.stderr[-400:]
    return done.stdout


def papers(address: str = "h.invalid") -> list[Paper]:
    texts = [text.replace("h.invalid", address) for text in hostile_texts(MANY, seed=11)]
    feed = iter(texts)
    return [poisoned(feed, list(Language)[number % 2]) for number in range(MANY // PLACES)]


@pytest.fixture
def listener() -> Iterator[tuple[str, list[str]]]:
    """A web server of our own that writes down what is asked of it."""
    asked = list[str]()

    class Server(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_error(404)

        def log_message(self, *_words: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Server)
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"127.0.0.1:{server.server_port}", asked
    server.shutdown()
    thread.join()
    server.server_close()


def browse(folder: Path, page: Path, *wanted: str) -> bytes:
    flags = ("--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--hide-scrollbars")
    quiet = ("--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync")
    place = f"--user-data-dir={folder / 'profile'}"
    return run(folder, client("chromium"), *flags, *quiet, place, *wanted, page.as_uri())


@pytest.mark.slow
def test_a_browser_runs_no_script_and_asks_for_nothing(tmp_path: Path, listener: tuple[str, list[str]]) -> None:
    client("chromium")
    address, asked = listener
    probe = tmp_path / "probe.html"
    probe.write_text(f'<title>a</title><script>document.title="ran"</script><img src="http://{address}/seen">')
    assert b"<title>ran" in browse(tmp_path, probe, "--dump-dom")
    assert asked == ["/seen"], "this browser does run scripts and does ask, where a page wants it"
    asked.clear()
    for number, one in enumerate(papers(address)):
        page = tmp_path / f"{number}.html"
        page.write_bytes(html_page(one).replace(b"<title>", b"<title>quiet ", 1))
        dom = browse(tmp_path, page, "--dump-dom").decode()
        assert "<title>quiet " in dom
        assert dom.count("<script") == 0
        assert dom.count("<svg") == html_page(one).count(b"<svg")
    assert asked == []


@pytest.mark.slow
def test_a_browser_without_chinese_fonts_draws_the_word_for_a_fault(tmp_path: Path) -> None:
    client("chromium")
    drawn = []
    for name, swap in (("word", b""), ("box", "\U0010fffd".encode())):
        page = tmp_path / f"{name}.html"
        raw = html_page(paper(Language.ZH))
        headline = raw.index(b'<p class="headline">')
        page.write_bytes(
            raw[:headline] + (raw[headline:].replace(SOUND.encode(), swap * 2, 1) if swap else raw[headline:])
        )
        browse(tmp_path, page, "--window-size=1000,400", f"--screenshot={tmp_path / name}.png")
        drawn.append(np.asarray(Image.open(tmp_path / f"{name}.png").convert("L")).astype(int))
    word, box = drawn
    assert (abs(word - box) > 60).sum() > 200, "the letters are not the boxes of what no font has"


@pytest.mark.slow
def test_a_spreadsheet_takes_every_text_for_a_text(tmp_path: Path) -> None:
    office = client("soffice")
    sheets = []
    for number, one in enumerate(papers()):
        file = tmp_path / f"{number}.csv"
        file.write_bytes(csv_table(one))
        sheets.append(file)
    kind = (
        "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,true,true"  # the last: formulas as they are, not results
    )
    place = f"-env:UserInstallation={(tmp_path / 'office').as_uri()}"
    opened = tmp_path / "opened"
    run(tmp_path, office, place, "--headless", "--convert-to", kind, "--outdir", str(opened), *map(str, sheets))
    for file in sheets:
        ours = list(csv.reader(file.read_text(encoding="utf-8-sig").splitlines()))
        theirs = list(csv.reader((opened / file.name).read_text(encoding="utf-8").splitlines()))
        assert len(ours) == len(theirs)
        for row in theirs:
            assert not [cell for cell in row if unicodedata.normalize("NFKC", cell)[:1] in {"=", "+", "@"}]


@pytest.mark.slow
def test_a_pdf_reader_finds_the_words_and_no_action(tmp_path: Path) -> None:
    reader, teller = client("pdftotext"), client("pdfinfo")
    for number, one in enumerate((paper(Language.ZH), *papers()[:2])):
        file = tmp_path / f"{number}.pdf"
        file.write_bytes(pdf_report(one))
        text = run(tmp_path, reader, str(file), "-").decode()
        assert number or SOUND in text
        assert "\x1b" not in text
        told = run(tmp_path, teller, str(file)).decode()
        assert "JavaScript:      no" in told
        assert "Form:            none" in told


@pytest.mark.slow
def test_a_scanner_reads_every_label(tmp_path: Path) -> None:
    scanner = client("zbarimg")
    texts = iter(hostile_texts(100 * PLACES, seed=12))
    wanted = []
    for number in range(100):
        one = poisoned(texts)
        (tmp_path / f"{number:03}.png").write_bytes(label(one, "png"))
        wanted.append(label_code(one).text())
    files = sorted(map(str, tmp_path.glob("*.png")))
    read = run(tmp_path, scanner, "--quiet", "--raw", *files).decode().splitlines()
    assert read == wanted


@pytest.mark.slow
def test_a_label_that_a_browser_draws_is_scanned_back(tmp_path: Path) -> None:
    scanner = client("zbarimg")
    client("chromium")
    page = tmp_path / "label.svg"
    page.write_bytes(label(paper(Language.ZH), "svg"))
    picture = tmp_path / "label.png"
    browse(tmp_path, page, "--window-size=240,160", "--force-device-scale-factor=3", f"--screenshot={picture}")
    read = run(tmp_path, scanner, "--quiet", "--raw", str(picture)).decode().strip()
    assert read == label_code(paper(Language.ZH)).text()
