"""A bench with a hundred thousand runs lists the newest at once, and shows one at once."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from agent.cli import show
from agent.cli.names import names
from agent.journal import Journal
from reports import Language, outline
from tests.reports.render.samples import record

RUNS = 100_000
_INSERT = (
    "INSERT INTO runs (id, created_at, source, subject, plan, agent_version, state, diagnosis) "
    "VALUES (?, ?, 'adb', 'S', 'a.b', '0.1.0', 'done', ?)"
)


@pytest.fixture
def journal(tmp_path: Path) -> Journal:
    Journal(tmp_path / "journal.db").close()
    small = '{"conclusion": "no_fault_found", "phone": {"model": "One"}, "plan": {"parts": []}}'
    with closing(sqlite3.connect(tmp_path / "journal.db")) as plain:
        plain.execute("PRAGMA synchronous = OFF")
        texts = (record() if number % 1000 == 999 else small for number in range(RUNS))
        rows = ((f"r{number:06}", f"2026-{number:06}", text) for number, text in enumerate(texts))
        plain.executemany(_INSERT, rows)
        plain.commit()
    return Journal(tmp_path / "journal.db")


def fastest_s(call: Callable[[], object]) -> float:
    took = []
    for _ in range(5):
        begun = time.process_time()
        call()
        took.append(time.process_time() - begun)
    return min(took)


@pytest.mark.slow
def test_a_hundred_thousand_runs_are_listed_and_one_is_shown_at_once(journal: Journal) -> None:
    newest = journal.lines(20)
    assert [line.id for line in newest[:2]] == ["r099999", "r099998"]
    assert (newest[0].conclusion, newest[0].part) == ("part", "BAT")
    assert newest[0].phone == "brand \u578b\u53f7 One ******0001"
    assert (newest[1].conclusion, newest[1].part, newest[1].phone) == ("no_fault_found", "", "One")
    assert fastest_s(lambda: journal.lines(20)) <= 0.1
    assert fastest_s(lambda: outline(show.stored_diagnosis(journal.run("last")), Language.EN, names)) <= 0.05
    assert fastest_s(lambda: show.stored_diagnosis(journal.run("r000999"))) <= 0.05
    journal.close()


def test_a_damaged_diagnosis_does_not_hide_the_other_runs(tmp_path: Path) -> None:
    with closing(Journal(tmp_path / "journal.db")) as journal:
        journal.begin(run_id="r1", source="adb", subject="S", plan=("a.b", "c.d"), agent_version="0")
        journal.finish("r1", "{broken", is_whole=True)
        journal.begin(run_id="r2", source="adb", subject="S", plan=("a.b",), agent_version="0")
        told = {line.id: (line.conclusion, line.planned) for line in journal.lines()}
    assert told == {"r1": ("", 2), "r2": ("", 1)}
