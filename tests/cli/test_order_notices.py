"""What the customer must be told at once is said by the very step that finds it out, once, with exit 3."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from agent.home import open_home
from agent.journal import Journal
from tests.cli.order_desk import FILES, ROOT, SERIAL, Desk


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Desk:
    monkeypatch.setenv("PHONEBENCH_HOME", str(tmp_path / "state"))
    monkeypatch.setenv("COLUMNS", "200")
    made = Desk(tmp_path, capsys)
    assert made.take().code == 0
    return made


def healthy_run(conclusion: str = "no_fault_found") -> str:
    """A finished run of the phone of the order that has found nothing."""
    golden = json.loads((ROOT / "tests/reports/golden/diagnosis.v1.json").read_text(encoding="utf-8"))
    plan = golden["plan"] | {"action": "return_phone", "parts": [], "steps": []}
    golden |= {"run_id": "fine", "conclusion": conclusion, "suspects": [], "plan": plan, "explanation": None}
    golden |= {"phone": golden["phone"] | {"serial": SERIAL, "imei": ""}}
    journal = Journal(open_home().journal)
    journal.begin(run_id="fine", source="adb", subject="s", plan=("identity.phone",), agent_version="0")
    journal.finish("fine", json.dumps(golden), is_whole=True)
    journal.close()
    return "fine"


@pytest.mark.parametrize("kind", ["misuse", "unauthorised_repair", "disaster", "label_torn"])
def test_human_damage_is_told_when_it_is_seen_and_only_then(desk: Desk, kind: str) -> None:
    damage = FILES["inspection.json"]["human_damage"] | {kind: "yes"}
    told = desk.inspect(human_damage=damage)
    assert told.code == 3
    assert [line.partition(": ")[2] for line in told.err.splitlines()] == [
        "tell the customer now: human damage",
        "tell the customer now: what the repair will cost",
    ]
    again = desk.inspect(human_damage=damage)
    assert (again.code, again.err) == (0, "")


def test_that_there_is_no_fault_is_told_when_the_run_says_so(desk: Desk) -> None:
    desk.inspect()
    told = desk.run("order", "attach", "T-1001", healthy_run())
    assert (told.code, "tell the customer now" in told.line) == (3, True)


def test_a_phone_out_of_warranty_is_told_when_it_is_taken_in(desk: Desk) -> None:
    other: dict[str, Any] = {"ticket": "T-2", "ids": [{"kind": "serial", "raw": "ZZ99"}], "purchase_date": "2023-01-10"}
    other["proofs"] = [FILES["order.json"]["proofs"][0] | {"sold_on": "2023-01-10"}]
    told = desk.take(**other)
    assert told.code == 3
    assert len(told.err.splitlines()) == 2
    assert "what the repair will cost" in told.err


def test_earlier_repairs_of_the_papers_reach_the_rules(desk: Desk) -> None:
    papers = {"days_off": 20, "repairs_of_fault": 2, "parts_wait_days": 61, "handed_over_on": "2025-03-10"}
    assert desk.inspect(**papers, same_fault="yes").code == 0
    desk.run("order", "attach", "T-1001", desk.store_run(serial=SERIAL))
    rows = {one["rule_id"]: one for one in desk.run("rules", "order", "T-1001", "--json").data["decisions"]}
    for rule in ("exchange.after_two_repairs", "exchange.parts_wait", "repair.again_for_nothing"):
        assert rows[rule]["decision"] == "eligible", rule
    assert rows["warranty.main"]["last_day"] == "2026-01-30"


def test_an_inspection_that_the_rules_cannot_read_is_not_kept(desk: Desk) -> None:
    before = desk.case()
    refused = desk.inspect(handed_over_on="2025-03-21")
    assert (refused.code, "handed_over_on" in refused.line) == (64, True)
    assert desk.case() == before
