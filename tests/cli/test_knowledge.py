"""What the diagnosis knows, checked and taught from the command line: files are named, counted once, never edited."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

from agent.localizer import shipped_files
from tests.cli.conftest import Cli

CAUSE = '[cause.mine]\ncomponent = "BAT"\nkind = "part"\nprior = 0.1\nsource = "x"\nen = "x"\nzh = "x"\n'
EFFECT = '[effect."my.code"]\nleak = 0.01\ncaused_by = { mine = "often" }\nsource = "x"\nen = "x"\nzh = "x"\n'


def test_what_ships_has_no_problem_and_comes_out_as_one_table(cli: Cli) -> None:
    done = cli.run("knowledge", "check", "--csv", "-")
    assert done.code == 0
    head, *rows = csv.reader(io.StringIO(done.out))
    assert head[:4] == ["cause", "component", "kind", "prior"]
    assert {len(row) for row in rows} == {len(head)}


def test_files_of_one_s_own_are_checked_beside_those_that_ship(cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "mine.toml").write_text(CAUSE + EFFECT)
    told = cli.run("knowledge", "check", str(tmp_path / "mine.toml"), "--with-shipped", "--json").json["testability"]
    shipped = cli.run("knowledge", "check", "--json").json["testability"]
    assert (told["causes"], told["effects"]) == (shipped["causes"] + 1, shipped["effects"] + 1)
    (tmp_path / "mine.toml").write_text(CAUSE + EFFECT.replace("mine =", "nobody ="))
    wrong = cli.run("knowledge", "check", str(tmp_path / "mine.toml"))
    assert wrong.code == 1
    assert f"{tmp_path / 'mine.toml'}:10: " in wrong.out


def test_a_folder_without_files_is_not_taken_for_those_that_ship(cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    done = cli.run("knowledge", "check", str(tmp_path / "empty"))
    assert done.code == 64
    assert "there is no file *.toml" in done.line()


def test_a_file_too_large_is_refused_and_not_cut(cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "large.toml").write_text(CAUSE + EFFECT + "# \n" * (3 << 19))
    done = cli.run("knowledge", "check", str(tmp_path / "large.toml"))
    assert done.code == 64
    assert "is larger than 4 MiB" in done.line()


def test_confirmed_repairs_are_counted_once_and_no_file_is_edited(cli: Cli, tmp_path: Path) -> None:
    before = shipped_files()
    run = cli.run("bugreport", str(dump(tmp_path)), "--json").json["run_id"]
    good = json.dumps({"run": run, "causes": ["battery_worn"]})
    repairs = tmp_path / "repairs.jsonl"
    for lines, says in (
        (f"{good}\n{good}\n", f":2: run {run} is in this file twice"),
        (good.replace("battery_worn", "no_such"), ":1: unknown causes: no_such"),
        (good.replace('["battery_worn"]', '"battery_worn"'), ":1: is no "),
        ("\n[]\n", ":2: is no "),
    ):
        repairs.write_text(lines)
        done = cli.run("knowledge", "learn", str(repairs))
        assert done.code == 64
        assert says in done.line()
    repairs.write_text(good)
    done = cli.run("knowledge", "learn", str(repairs), "--json")
    assert (done.code, done.json["phones"], done.json["drifts"], done.json["diff"]) == (0, 1, [], "")
    assert shipped_files() == before


def dump(folder: Path) -> Path:
    """A phone in a folder, as somebody else recorded it: cheap to diagnose."""
    place = folder / "dump"
    place.mkdir()
    (place / "getprop.txt").write_text("[ro.product.model]: [Pixel 8]\n[ro.build.version.sdk]: [34]\n")
    (place / "battery.txt").write_text("Current Battery Service state:\n  level: 80\n  health: 2\n  present: true\n")
    return place
