"""Runs side by side: one phone's trouble is its own, also when it is a mistake of ours."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from agent import runs
from agent.cli.team import run_team
from agent.home import Home
from agent.journal import Journal
from agent.links import AdbServer
from agent.stop import Stopped
from probes import BenchError, LinkBusy
from reports import Diagnosis

GOLDEN = Path(__file__).resolve().parents[1] / "reports" / "golden" / "diagnosis.v1.json"
TROUBLES = {"mistake": ZeroDivisionError("\x1b[2J"), "busy": LinkBusy("busy"), "stopped": Stopped()}


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Home:
    monkeypatch.setenv("PHONEBENCH_HOME", str(tmp_path))
    return Home(tmp_path)


@pytest.fixture
def journal(home: Home) -> Iterator[Journal]:
    journal = Journal(home.journal)
    yield journal
    journal.close()


def phone(name: str) -> runs.PhoneAddress:
    return runs.PhoneAddress(AdbServer(port=1), name, name)


@pytest.mark.parametrize("trouble", sorted(TROUBLES))
def test_trouble_with_one_phone_leaves_the_others_their_diagnosis(
    home: Home, journal: Journal, monkeypatch: pytest.MonkeyPatch, trouble: str
) -> None:
    good = Diagnosis.model_validate_json(GOLDEN.read_text(encoding="utf-8"))

    def diagnose(_home: Home, _journal: Journal, address: runs.PhoneAddress, *_more: Any) -> Diagnosis:
        if address.serial == "bad":
            raise TROUBLES[trouble]
        return good

    monkeypatch.setattr(runs, "diagnose_phone", diagnose)
    phones = [phone("one"), phone("bad"), phone("two")]
    outcomes = run_team(home, journal, phones, ({}, "declared"), quiet=True)
    assert [outcome.diagnosis for outcome in outcomes] == [good, None, good]
    said = outcomes[1].trouble
    assert isinstance(said, BenchError | Stopped)
    if trouble == "mistake":
        assert isinstance(said, BenchError)
        assert said.line().isprintable()
        assert len(list(home.root.glob("phonebench-crash-*"))) == 1
