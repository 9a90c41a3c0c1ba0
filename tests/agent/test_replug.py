"""A phone that is pulled out in the middle of a run and put back: its run goes on where it was."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from agent import runs
from agent.cli import team
from agent.home import Home
from agent.journal import Journal
from agent.limits import DECLARED
from agent.links import PrivateServer
from agent.rack import Rack, RackSpec
from probes import Probe, ProbeResult, Verdict
from reports import Conclusion

PULLED_AT = 3


class PullingBoard(team.Board):
    """Pulls the cable when the fourth probe begins; puts it back when the operator is asked to."""

    rack: Rack
    pulled = False

    def told(self, key: str, seq: int, probe: Probe, result: ProbeResult | None) -> None:
        if result is None and seq == PULLED_AT and not PullingBoard.pulled:
            PullingBoard.pulled = True
            self.rack.ask("unplug")
        super().told(key, seq, probe, result)

    def waits(self, key: str, wait_s: float) -> None:
        super().waits(key, wait_s)
        threading.Thread(target=self.rack.ask, args=("replug",)).start()


@pytest.fixture
def home(tmp_path: Path) -> Home:
    (tmp_path / "runs").mkdir()
    return Home(tmp_path)


@pytest.mark.slow
def test_a_phone_that_is_put_back_is_diagnosed_to_the_end(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(team, "Board", PullingBoard)
    PullingBoard.pulled = False
    journal = Journal(home.journal)
    with Rack(RackSpec(seed=3)) as rack, PrivateServer(home.root / "adb") as server:
        PullingBoard.rack = rack
        serial = server.connect(rack.addresses[0])
        phone = runs.PhoneAddress(server, serial, serial)
        (outcome,) = team.run_team(home, journal, [phone], ({}, DECLARED), quiet=True, replug_s=30)
    (run,) = journal.runs()
    journal.close()
    assert PullingBoard.pulled
    assert outcome.diagnosis is not None
    assert outcome.diagnosis.conclusion is Conclusion.NOTHING_FOUND
    assert run.state == "done"
    assert Verdict.SKIPPED not in {result.verdict for result in outcome.diagnosis.results}


@pytest.mark.slow
def test_a_phone_that_stays_away_is_bench_trouble_and_names_no_part(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(team, "Board", PullingBoard)
    PullingBoard.pulled = False
    journal = Journal(home.journal)
    with Rack(RackSpec(faults=("battery.worn",), seed=3)) as rack, PrivateServer(home.root / "adb") as server:
        PullingBoard.rack = rack
        serial = server.connect(rack.addresses[0])
        phone = runs.PhoneAddress(server, serial, serial)
        (outcome,) = team.run_team(home, journal, [phone], ({}, DECLARED), quiet=True)
    (run,) = journal.runs()
    journal.close()
    assert outcome.diagnosis is not None
    assert outcome.diagnosis.conclusion is Conclusion.BENCH_TROUBLE
    assert outcome.diagnosis.plan.parts == ()
    assert outcome.diagnosis.exit_code == 2
    assert run.state == "broken"
