"""A home of its own for each test, and runs without a phone."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from agent.home import Home
from agent.journal import Journal
from probes import Blame, Finding, Measurement, ProbeResult, Stage, Strength, Trouble, Unit, Verdict


@pytest.fixture
def home(tmp_path: Path) -> Home:
    home = Home(tmp_path / "home")
    for folder in (home.root, home.leases, home.root / "runs"):
        folder.mkdir()
    return home


@pytest.fixture
def journal(home: Home) -> Iterator[Journal]:
    journal = Journal(home.journal)
    yield journal
    journal.close()


@pytest.fixture
def begin(journal: Journal) -> Callable[..., str]:
    """Begin a run with these probes and return its id."""

    def start(*plan: str, run_id: str = "20261121-080000-abc123", source: str = "adb") -> str:
        journal.begin(run_id=run_id, source=source, subject="S1", plan=plan, agent_version="0")
        return run_id

    return start


class Results:
    """Makes results of probes."""

    def __call__(self, probe: str = "test.one", verdict: Verdict = Verdict.PASS, **changes: Any) -> ProbeResult:
        blame = None if verdict is Verdict.PASS else Blame.UNDETERMINED
        trouble = Trouble(code="E_X", line="x") if verdict is Verdict.ERROR else None
        fields: dict[str, Any] = {"blame": blame, "trouble": trouble, "stage": Stage.SOFTWARE, "probe_version": 1}
        fields |= {"started_at": datetime(2026, 11, 21, 8, tzinfo=UTC), "duration_ns": 5}
        return ProbeResult(probe=probe, verdict=verdict, **(fields | changes))

    @staticmethod
    def number(name: str, value: float | None = 1.0, verdict: Verdict = Verdict.PASS) -> Measurement:
        blame = None if verdict is Verdict.PASS else Blame.UNDETERMINED
        return Measurement(name=name, label=name, unit=Unit.COUNT, value=value, verdict=verdict, blame=blame)

    @staticmethod
    def finding(code: str, *parts: str, strength: Strength = Strength.STRONG) -> Finding:
        blame = Blame.COMPONENT if parts else Blame.UNDETERMINED
        return Finding(code=code, strength=strength, blame=blame, components=parts)


@pytest.fixture
def make_result() -> Results:
    return Results()


@pytest.fixture
def lines_of() -> Callable[[str], list[Any]]:
    """Parse JSON lines."""
    return lambda text: [json.loads(line) for line in text.splitlines()]
