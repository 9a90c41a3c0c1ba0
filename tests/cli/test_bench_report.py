"""What a bench can measure, what a killed run left changed, and where the time went."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from probes import Capability

if TYPE_CHECKING:
    from tests.cli.conftest import BenchOf, Cli


def test_capabilities_name_what_measures_or_what_lacks(cli: Cli) -> None:
    done = cli.run("capabilities", "--sim", "healthy", "--profile", "vivo_9", "--json")
    rows = {row["capability"]: row for row in done.json["capabilities"]}
    assert list(rows) == [str(one) for one in Capability]
    assert done.code == 3, "Android 9 does not let a shell record"
    assert "Android 11" in rows["record"]["lacks"] or "companion" in rows["record"]["lacks"]
    assert "Android 10" in rows["vibrate"]["lacks"], "its shell runs the motor for 200 ms at most"
    assert all(bool(row["backend"]) != bool(row["lacks"]) for row in rows.values())
    checks = {row["probe"]: row for row in done.json["checks"]}
    assert checks["sensors.accelerometer_rest"]["backend"] == "companion"
    assert "Android 11" in checks["audio.loopback"]["lacks"], "a check is told apart by what it wants"
    assert "fixed focus" in checks["camera.front_focus"]["lacks"]
    assert checks["camera.rear_focus"]["lacks"] == ""


def test_an_unattended_bench_names_the_checks_that_it_cannot_make(cli: Cli) -> None:
    done = cli.run("capabilities", "--sim", "healthy", "--unattended", "--json")
    rows = {row["capability"]: row for row in done.json["capabilities"]}
    assert rows["operator"]["lacks"] == "somebody at the bench"
    assert any("somebody at the bench" in row["lacks"] for row in done.json["checks"])
    assert done.code == 3


def test_what_nobody_changed_is_not_put_back(bench: Callable[..., BenchOf]) -> None:
    on_bench = bench()
    done = on_bench.cli.run("restore", "--json")
    assert (done.code, done.json) == (0, [])
    assert on_bench.cli.run("restore", "nobody").code == 2


def test_a_plan_is_chosen_and_its_time_explained(cli: Cli, tmp_path: Path) -> None:
    plan = tmp_path / "own.toml"
    plan.write_text('en = "own"\nzh = "own"\nstages = ["identity"]\n', encoding="utf-8")
    done = cli.run("diagnose", "--sim", "healthy", "--plan", str(plan), "--explain-time")
    done.no_traceback()
    assert "[2/2]" in done.err
    assert "identity.phone" in done.out
    assert "s on the critical path" in done.err
    told = cli.run("diagnose", "--sim", "healthy", "--plan", str(plan), "--explain-time", "--json")
    assert {result["probe"] for result in told.json["results"]} == {"identity.phone", "battery.swelling"}
    refused = cli.run("diagnose", "--sim", "healthy", "--plan", "nonsense")
    assert refused.code == 64
    assert "quick" in refused.line()
