"""``phonebench complaint``, and ``--complaint`` beside a diagnosis."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.cli.conftest import Cli

BATTERY = """Current Battery Service state:
  AC powered: false
  USB powered: true
  status: 2
  health: 2
  present: true
  level: 61
  scale: 100
  voltage: 3912
  temperature: 281
  technology: Li-ion
"""


@pytest.fixture
def dump(tmp_path: Path) -> Path:
    file = tmp_path / "dumpsys_battery.txt"
    file.write_text(BATTERY, encoding="utf-8")
    return file


def test_words_are_told_as_symptoms_with_steps_and_mode(cli: Cli) -> None:
    english = cli.run("complaint", "charges very slowly")
    assert english.code == 0
    assert "CHG-03" in english.out.splitlines()[0]
    assert "1. Charge for 30 minutes with another charger" in english.out
    chinese = cli.run("complaint", "充电慢", "--lang", "zh-CN")
    assert "CHG-03" in chinese.out
    assert "换一个确认正常的" in chinese.out
    for done in (english, chinese):
        done.no_traceback()


def test_what_is_not_understood_ends_in_3_and_asks(cli: Cli) -> None:
    done = cli.run("complaint", "\x1b[31mblah")
    assert done.code == 3
    assert "What exactly happens" in done.out
    done.no_traceback()


def test_standard_input_is_read_as_a_complaint(cli: Cli, tmp_path: Path) -> None:
    text = tmp_path / "said.txt"
    text.write_bytes("电池鼓包了\xff".encode("latin-1", "ignore") + "电池鼓包了".encode() + b"\xff\xfe" * 9)
    with text.open(encoding="utf-8") as file:
        done = cli.run_alone("complaint", "-", "--json", stdin=file)
    assert done.code == 0
    assert done.json["triage"]["symptoms"][0]["code"] == "BAT-02"
    assert done.json["triage"]["service_mode"] == "carry_in"


def test_a_complaint_goes_with_a_bug_report_into_the_remote_diagnosis(cli: Cli, dump: Path) -> None:
    done = cli.run("bugreport", str(dump), "--complaint", "充电慢", "--json")
    done.no_traceback()
    assert done.json["complaints"] == ["CHG-03"]
    assert done.json["conclusion"] not in {"part", "suspect", "ambiguous"}
    assert done.json["triage"]["class"] == "unknown"
    assert [step["id"] for step in done.json["triage"]["steps"]][:2] == ["other_charger", "clean_port"]
    words = cli.run("bugreport", str(dump), "--complaint", "charges slowly")
    assert "The customer can try, in this order:" in words.out
    silent = cli.run("bugreport", str(dump), "--json")
    assert "triage" not in silent.json


def test_a_complaint_belongs_to_one_phone(cli: Cli) -> None:
    done = cli.run("diagnose", "--all", "--complaint", "slow")
    assert done.code == 64
    assert "one phone" in done.line()
