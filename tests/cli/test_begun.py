"""A run that was broken off goes on as it was begun."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from agent.cli import diagnose
from agent.cli.begun import Begun, keep_begun, read_begun
from agent.guide import Rules
from agent.home import Home
from agent.journal import Journal
from agent.plan_files import probes_of, read_plan
from agent.rack import RackSpec
from probes import BadInput, Capability

BEGUN = Begun(
    rack=RackSpec(("battery.worn", "touch.dead_rows:0.7"), 2, 5, "sony_13"),
    number=1,
    rules=Rules(stop_at_band=True, mandatory=("housing.*",), minimum_s=15.0, least_bits_per_s=0.02),
    limits=Path("/limits.toml"),
    bench=Path("/bench.toml"),
    modem="/dev/ttyUSB0",
    unattended=True,
)


def test_what_is_kept_of_a_beginning_comes_back(tmp_path: Path) -> None:
    home = Home(tmp_path)
    keep_begun(home, "r1", BEGUN)
    assert read_begun(home, "r1") == BEGUN
    assert read_begun(home, "r2") == Begun()


@pytest.mark.parametrize(
    "text",
    ["", "{", '{"rack": 3}', '{"kitchen": 1}', BEGUN.model_dump_json().replace('"number":1', '"number":2'), "\x00"],
)
def test_a_beginning_that_is_damaged_is_one_clear_line(tmp_path: Path, text: str) -> None:
    home = Home(tmp_path)
    keep_begun(home, "r1", BEGUN)
    (kept,) = home.run_dir("r1").iterdir()
    kept.write_text(text, encoding="utf-8")
    with pytest.raises(BadInput, match="diagnose the phone anew"):
        read_begun(home, "r1")


def test_the_rest_of_a_run_has_its_rules_its_bench_and_who_is_asked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PHONEBENCH_HOME", str(tmp_path))
    guided = read_plan("guided")
    plan = probes_of(guided)
    journal = Journal(tmp_path / "journal.db")
    journal.begin(
        run_id="r1", source="adb", subject="S1", plan=tuple(probe.meta.id for probe in plan), agent_version="0"
    )
    journal.close()
    keep_begun(Home(tmp_path), "r1", Begun(rules=guided.rules, bench=Path("/b.toml"), modem="/dev/m", unattended=True))
    asked: dict[str, Any] = {}

    def phones(wanted: diagnose.Wanted) -> list[str]:
        asked["wanted"] = wanted
        return ["the phone"]

    def team(*_words: object, **more: object) -> list[object]:
        asked.update(more)
        return []

    monkeypatch.setattr(diagnose, "phones_on_bench", phones)
    monkeypatch.setattr(diagnose, "run_team", team)
    monkeypatch.setattr(diagnose, "_show", lambda *_words, **_more: 0)
    diagnose.resume("r1", limits_file=None, as_json=True)
    assert asked["rules"] == guided.rules
    assert [probe.meta.id for probe in asked["probes"]] == [probe.meta.id for probe in plan]
    assert any(Capability.OPERATOR in probe.meta.wants for probe in asked["probes"])
    wanted = asked["wanted"]
    assert (wanted.serial, wanted.bench, wanted.modem, wanted.unattended) == ("S1", Path("/b.toml"), "/dev/m", True)
