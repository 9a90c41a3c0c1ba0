"""``phonebench logs``: what it prints, what it returns."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from agent.cli.entry import main

SICK = "".join(f"[{90 + number * 10:6d}.000000] [FTS_TS/E]fts_read: i2c read fail,ret:-107\n" for number in range(9))
WELL = "[    1.000000] acme 1-1: Driver acme requests probe deferral\n"


@pytest.fixture
def sick(tmp_path: Path) -> Path:
    path = tmp_path / "dmesg.txt"
    path.write_text(SICK + WELL, encoding="utf-8")
    return path


def test_a_fault_is_told_with_part_rate_time_and_lines(sick: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["logs", str(sick)]) == 1
    text = capsys.readouterr().out
    assert "TCH" in text
    assert "dmesg.txt:1: [    90.000000] [FTS_TS/E]fts_read" in text
    assert "boot 0" in text
    assert "90.0 s .. 170.0 s" in text
    assert "boot.deferral" not in text


def test_explain_shows_why_and_what_was_held_benign(sick: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["logs", str(sick), "--explain"]) == 1
    text = capsys.readouterr().out
    assert "touch.focaltech_bus_error (up to strong): 9 lines in 9 windows of 10 s" in text
    assert "boot.deferral" in text
    assert "benign when: " in text
    assert "pattern: " in text


def test_json_holds_findings_events_and_clock(sick: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["logs", str(sick), "--json", "--explain"]) == 1
    data = json.loads(capsys.readouterr().out)
    assert {"findings", "events", "clock", "sources", "crashes", "notes", "signatures"} <= set(data)
    assert data["findings"][0]["parts"] == ["TCH"]
    assert data["findings"][0]["boots"] == [0]


def test_a_healthy_log_ends_with_0_and_an_empty_one_is_open(tmp_path: Path) -> None:
    path = tmp_path / "dmesg.txt"
    path.write_text(WELL, encoding="utf-8")
    assert main(["logs", str(path)]) == 0
    path.write_text("", encoding="utf-8")
    assert main(["logs", str(path)]) == 3


def test_bad_signatures_are_listed_line_by_line(sick: Path, capsys: pytest.CaptureFixture[str]) -> None:
    own = sick.parent / "own.toml"
    own.write_text('[[signature]]\nid = "x"\n', encoding="utf-8")
    assert main(["logs", str(sick), "--signatures", str(own)]) == 64
    lines = capsys.readouterr().err.splitlines()
    assert all(line.startswith("own.toml:1: x: ") for line in lines[:-1])
    assert "E_INPUT" in lines[-1]


def test_a_plot_is_written(sick: Path) -> None:
    picture = sick.parent / "timeline.svg"
    assert main(["logs", str(sick), "--plot", str(picture)]) == 1
    assert picture.read_bytes().startswith(b"<?xml")


def test_what_a_log_says_cannot_write_to_the_terminal(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "dmesg.txt"
    path.write_bytes(b"[ 90.0] \x1b]0;owned\x07\xe2\x80\xae mmcblk0: recovery failed!\n" * 3)
    main(["logs", str(path), "--explain"])
    text = capsys.readouterr().out
    assert "\x1b" not in text
    assert "\u202e" not in text
