"""What the papers of an order say of phone and customer, and what is said of an order or a run that is not ready."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from agent.home import open_home
from agent.journal import Journal
from tests.cli.order_desk import FILES, IMEI, ORDER, SERIAL, Desk

CHINESE = "\u738b\u5c0f\u660e"


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Desk:
    monkeypatch.setenv("PHONEBENCH_HOME", str(tmp_path / "state"))
    monkeypatch.setenv("COLUMNS", "200")
    return Desk(tmp_path, capsys)


@pytest.mark.parametrize("name", ["Wang Xiaoming", CHINESE])
@pytest.mark.parametrize("keep", [(), ("--keep-contact",)])
def test_not_one_letter_is_left_of_a_name_in_the_words_of_the_customer(
    desk: Desk, name: str, keep: tuple[str, ...]
) -> None:
    mail, number = "someone@example.com", "13912345678"
    words = f"battery empty by noon. {name} says: call {number} or write to {mail}"
    order = ORDER | {"contact": {"name": name, "phone": number, "mail": mail}, "symptoms": [{"words": words}]}
    assert desk.run("order", "take", desk.file("order.json", order), *keep).code == 0
    shown = desk.run("order", "show", "T-1001").out
    assert ". *** says: call *** or write to ***" in shown
    if not keep:
        assert ". *** says: call *** or write to ***" in desk.book.case("T-1001").model_dump_json()


def test_the_label_names_the_phone_by_the_imei_of_its_order_where_the_phone_does_not_say_it(desk: Desk) -> None:
    assert desk.take().code == 0
    assert desk.inspect().code == 0
    run = desk.store_run(serial=SERIAL)
    assert desk.run("order", "attach", "T-1001", run).code == 0
    folder = open_home().run_dir(run) / "reports"
    said = {}
    for ids in ("masked", "hashed", "clear"):
        desk.run("report", run, "--order", "T-1001", "--label", "svg", "--ids", ids)
        (file,) = folder.glob("*.svg")
        said[ids] = re.findall(r"IMEI [^ ]+", file.read_text(encoding="utf-8"))
    assert said["masked"] == ["IMEI ***********7518"]
    assert said["clear"] == [f"IMEI {IMEI}"]
    assert re.fullmatch(r"IMEI [0-9a-f]{16}", said["hashed"][0])


def test_the_pack_names_the_phone_without_its_number(desk: Desk) -> None:
    desk.to_repaired()
    desk.controlled()
    desk.run("qc", "--order", "T-1001", "--sign", "Li")
    desk.run("qc", "--order", "T-1001", "--sign", "Wang")
    assert desk.run("order", "handover", "T-1001", "--by", "Li").code == 0
    page, label = map(Path, desk.run("pack", "T-1001", "--label", "svg").out.splitlines())
    for file in (page, label):
        text = file.read_text(encoding="utf-8")
        assert "Pixel 8 black \u00b7 IMEI ***********7518" in text
        assert not [secret for secret in desk.secrets if secret in text]


def test_a_repair_that_costs_nothing_says_why(desk: Desk) -> None:
    desk.to_repaired()
    assert "0.00 CNY (under warranty)" in desk.run("order", "show", "T-1001").out


def test_a_run_that_is_not_done_is_no_matter_of_the_disk(desk: Desk) -> None:
    journal = Journal(open_home().journal)
    journal.begin(run_id="20261121-083015-0a1b2c", source="adb", subject="x", plan=("a.b",), agent_version="0")
    journal.close()
    said = desk.run("report", "last")
    assert said.code == 64
    assert "phonebench resume 20261121-083015-0a1b2c" in said.line
    assert "E_UNFINISHED" in said.line


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"colour_of_box": "red"}, "colour_of_box: there is no such field"),
        ({"ids": []}, "ids: at least one belongs here"),
        ({"symptoms": "flat"}, "symptoms: a list belongs here"),
    ],
)
def test_a_record_of_another_shape_is_refused_in_plain_words(desk: Desk, change: dict[str, Any], words: str) -> None:
    assert words in desk.take(**change).line
    without = {key: value for key, value in FILES["order.json"].items() if key != "ticket"}
    assert "ticket: this is missing" in desk.run("order", "take", desk.file("order.json", without)).line
