"""Numbers that name a phone or a person, planted wherever a run can hold them, and looked for in every output.

In clear they may stand in the sealed record alone: ``order show --sealed``, ``report --ids clear``, the store itself.
``devices`` shows the serial numbers of what hangs at the bench, as adb does: other commands take them.
"""

from __future__ import annotations

import io
import json
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import cv2
import numpy as np
import pytest
from fpdf import FPDF
from PIL import Image

from agent.cli.entry import main
from agent.cli.names import names
from agent.cli.screen import error_line
from agent.cli.team import Board
from agent.crashlog import write_crash
from agent.home import open_home
from agent.journal import Journal
from agent.papers import Numbers, make_paper
from agent.runs import PhoneAddress
from probes import Unplugged, Verdict
from reports import Diagnosis, Language, redacted
from tests.cli.order_desk import FILES, IMEI, OTHER_IMEI, ROOT, SERIAL, Desk

if TYPE_CHECKING:
    from agent.links import AdbServer

MEID, MAC, ICCID, IMSI = "A1000000929F26", "02:1b:44:11:3a:b7", "89860012345678901234", "460011234567893"
MAIL, PHONE = "canary.owner@mail.example", "13812345678"
PLANTED = (SERIAL, IMEI, "49-015420-323751-8", OTHER_IMEI, MEID, MAC, ICCID, IMSI, MAIL, PHONE)
NAMED = {
    "serial": SERIAL,
    "imei": IMEI,
    "imei2": OTHER_IMEI,
    "meid": MEID,
    "wifi_mac": MAC,
    "iccid": ICCID,
    "imsi": IMSI,
    "phone_number": PHONE,
}
KINDS = ("--html", "--pdf", "--csv", "--junit", "--openhtf")
LINE = f"E Phone: imei={OTHER_IMEI} meid: {MEID} {IMSI} card {ICCID} of {MAIL} from {PHONE} at {MAC}, {SERIAL}"


def poisoned(run_id: str, **other: Any) -> dict[str, Any]:
    """A stored run with the numbers in every place that takes a text of the phone."""
    record: dict[str, Any] = json.loads((ROOT / "tests/reports/golden/diagnosis.v1.json").read_text(encoding="utf-8"))
    record |= {"run_id": run_id, "subject": SERIAL}
    record["phone"] |= {"serial": SERIAL, "imei": IMEI, "model": f"One {SERIAL}"}
    record["suspects"][0]["contributions"][0]["evidence"][0]["text"] = LINE
    record["not_tested"][0] |= {"what": LINE, "reason": LINE}
    first = record["results"][0]["measurements"][0] | {"unit": "{text}", "limit": {"kind": "recorded"}, "evidence": []}
    first |= {"verdict": "pass", "blame": None, "reason": None}
    texts = [first | {"name": name, "label": name, "value": value} for name, value in NAMED.items()]
    record["results"][0]["measurements"] += texts
    record["results"][1]["trouble"] = {"code": "E_LINK", "line": f"gone ({SERIAL}): {LINE}"}
    return record | other


def bare(record: dict[str, Any]) -> dict[str, Any]:
    """The run of the same phone after the repair: its texts say something else."""
    for taken in record["results"][0]["measurements"]:
        if taken["name"] in NAMED and taken["name"] not in {"serial", "imei"}:
            taken["value"] = f"was {taken['value']}"
    return record


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Desk:
    monkeypatch.setenv("PHONEBENCH_HOME", str(tmp_path / "state"))
    monkeypatch.delenv("PHONEBENCH_IDS", raising=False)
    desk = Desk(tmp_path, capsys)
    desk.secrets += PLANTED
    desk.store_record(poisoned("20261122-010101-aaaaaa"))
    desk.store_record(bare(poisoned("20261122-020202-bbbbbb")))
    return desk


def test_what_is_planted_is_there(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    capsys.readouterr()
    assert main(["report", "20261122-010101-aaaaaa", "--ids", "clear", "--json"]) == 1
    sealed = capsys.readouterr().out
    assert not [one for one in PLANTED if one not in sealed and "-015420-" not in one]
    assert desk.take().code == 0


@pytest.mark.parametrize("language", ["en", "zh-CN"])
@pytest.mark.parametrize("as_json", [False, True])
def test_no_list_and_no_report_on_the_screen_names_a_phone(desk: Desk, language: str, as_json: bool) -> None:
    options = ("--lang", language, *(("--json",) if as_json else ()))
    listed = desk.run("runs", *options)
    assert as_json or "************4711" in listed.out, "the end tells phones apart"
    for ids in ("masked", "hashed"):
        assert desk.run("report", "last", "--ids", ids, *options).code == 1
    assert "imei2" in desk.run("compare", "20261122-010101-aaaaaa", "20261122-020202-bbbbbb", *options).out
    desk.run("plots", "last", *options)
    desk.run("replay", "last", *options)


@pytest.mark.slow
@pytest.mark.parametrize("ids", ["masked", "hashed"])
def test_no_file_of_a_report_names_a_phone(desk: Desk, ids: str, monkeypatch: pytest.MonkeyPatch) -> None:
    written: list[str] = []
    as_it_was = FPDF.normalize_text

    def watched(self: FPDF, text: str) -> str:
        written.append(text)
        return as_it_was(self, text)

    monkeypatch.setattr(FPDF, "normalize_text", watched)
    for language in ("en", "zh-CN"):
        for label in ("png", "svg", "zpl"):
            told = desk.run("report", "last", *KINDS, "--label", label, "--ids", ids, "--lang", language, "--json")
            for file in map(Path, told.data):
                assert hits(file) == []
    assert written
    assert [one for one in PLANTED if one in "".join(written)] == []


@pytest.mark.parametrize("numbers", [Numbers.MASKED, Numbers.HASHED])
def test_a_rendering_is_not_even_given_the_numbers(desk: Desk, numbers: Numbers) -> None:
    """Labels are pictures: what they are drawn from is looked at."""
    home = open_home()
    journal = Journal(home.journal)
    row = journal.run("20261122-010101-aaaaaa")
    diagnosis = Diagnosis.model_validate_json(row.diagnosis or "")
    paper = make_paper(home, row, diagnosis, language=Language.EN, names=names, numbers=numbers)
    journal.close()
    assert [one for one in PLANTED if one in repr(paper)] == []
    assert desk.book.mask().hashed(IMEI) == paper.phone_hash


@pytest.mark.slow
def test_no_step_of_an_order_and_no_paper_of_its_hand_over_names_a_phone(desk: Desk) -> None:
    """The order knows the IMEI alone: what the runs say besides it is hidden all the same."""
    assert desk.take(ids=[{"kind": "imei", "raw": "49-015420-323751-8"}]).code == 0
    desk.inspect()
    assert desk.run("order", "attach", "T-1001", "20261122-010101-aaaaaa").code == 0
    desk.run("order", "plan", "T-1001", desk.file("plan.json", FILES["plan.json"]))
    desk.run("approve", "T-1001", "--by", "C-77", "--method", "message")
    desk.run("order", "repair", "T-1001", desk.file("repair.json", FILES["repair.json"]))
    journal = Journal(open_home().journal)
    after = Diagnosis.model_validate_json(journal.run("20261122-020202-bbbbbb").diagnosis or "")
    journal.close()
    good = {"verdict": Verdict.PASS, "blame": None, "reason": None, "findings": ()}
    desk.controlled(after.results[0].model_copy(update=good))
    compared = {one.name for record in desk.case().qc for one in record.comparisons}
    assert compared >= {"serial", "imei2"}, "the record itself holds them"
    assert "Coverage: main board: not tested" in desk.run("qc", "--order", "T-1001", "--sign", "Li").out
    assert desk.run("qc", "--order", "T-1001", "--sign", "Wang", "--json").code == 0
    for options in ([], ["--json"], ["--lang", "zh-CN"]):
        for command in (("order", "show", "T-1001"), ("order", "list"), ("rules", "order", "T-1001")):
            desk.run(*command, *options)
    assert desk.run("order", "handover", "T-1001", "--by", "Li", "--json").code == 0
    for label in ("png", "svg", "zpl"):
        for file in map(Path, desk.run("pack", "T-1001", "--pdf", "--label", label, "--json").data):
            assert hits(file) == []


def test_logs_that_are_read_name_nobody(desk: Desk) -> None:
    text = "".join(f"11-22 03:04:0{n}.678  1000  1100 E vold: mmcblk0 error -110, {LINE}\n" for n in range(8))
    text += f"<3>[    9.000000] mmcblk0: recovery failed! imei={IMEI} by {MAIL}, from {PHONE}, {MAC}\n" * 3
    (desk.folder / "log.txt").write_text(text, encoding="utf-8")
    # a serial number that nothing announces looks like any word: the log engine knows of no phone
    desk.secrets = [one for one in desk.secrets if one != SERIAL]
    for options in ((), ("--explain",), ("--json",)):
        assert "<imei>" in desk.run("logs", str(desk.folder / "log.txt"), *options).out


def test_the_note_of_a_mistake_of_ours_names_nobody(desk: Desk) -> None:
    assert desk.run("runs").code == 0
    text = Path(write_crash(ValueError(f"cannot read {LINE}"))).read_text(encoding="utf-8")
    assert "cannot read" in text
    assert [one for one in PLANTED if one != SERIAL and one in text] == []


def test_progress_and_trouble_name_a_phone_by_its_end_and_its_socket(capsys: pytest.CaptureFixture[str]) -> None:
    server = cast("AdbServer", None)
    keys = (f"usb:1-1.4 {SERIAL}", SERIAL, "127.0.0.1:5555")
    board = Board([PhoneAddress(server, SERIAL, key) for key in keys], 1, quiet=False)
    for key in keys:
        board.waits(key, 5.0)
    said = capsys.readouterr().err
    assert SERIAL not in said
    assert [line.rpartition(" the phone")[0] for line in said.splitlines()] == [
        "usb:1-1.4 ************4711",
        "************4711",
        "127.0.0.1:5555",
    ]
    line = error_line(Unplugged(f"device '{SERIAL}' not found", device=SERIAL, step="x"))
    assert line.startswith("device '************4711' not found (************4711, x)")


def test_the_name_that_adb_has_for_a_phone_is_hidden_where_the_phone_says_none() -> None:
    record = Diagnosis.model_validate(poisoned("r", phone={"brand": "b", "model": "m"}), strict=False)
    assert SERIAL not in redacted(record).model_dump_json()
    for address in ("127.0.0.1:5555", "emulator-5554"):
        assert redacted(record.model_copy(update={"subject": address})).subject == address


def hits(file: Path) -> list[str]:
    """Which of the numbers a file holds, in its bytes or in what a reader makes of it."""
    raw = file.read_bytes()
    text = raw.decode("utf-8", "replace") + "".join(_read(file, raw))
    return [one for one in PLANTED if one in text]


def _read(file: Path, raw: bytes) -> Iterator[str]:
    if file.suffix == ".pdf" and (reader := shutil.which("pdftotext")):
        yield subprocess.run([reader, str(file), "-"], capture_output=True, check=True, timeout=60).stdout.decode()
    if file.suffix == ".png":
        code = _code(np.asarray(Image.open(io.BytesIO(raw)).convert("L")))
        assert code.startswith("PB1/")
        yield code


def _code(label: np.ndarray[Any, np.dtype[np.uint8]]) -> str:
    """What its code says; OpenCV misses one now and then that it reads in another size or with more white around it."""
    wide = np.pad(label, 40, constant_values=255)
    sizes = (
        cv2.resize(picture, None, fx=ratio, fy=ratio, interpolation=cv2.INTER_NEAREST)
        for picture in (label, wide)
        for ratio in (1, 2, 3)
    )
    return next((code for picture in sizes if (code := cv2.QRCodeDetector().detectAndDecode(picture)[0])), "")
