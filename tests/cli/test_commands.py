"""The commands around a run: list, report, replay, compare, probes, schema, doctor; in both languages."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import jsonschema
import pytest

from agent.cli.entry import main

if TYPE_CHECKING:
    from tests.cli.conftest import BenchOf, Cli, Done
    from tests.warm_commands import WarmCommands

CHINESE = re.compile("[\u3400-\u9fff]")
STRICT = """
["battery.gauge".soh_percent]
kind = "at_least"
low = 99.5
source = { kind = "learned", text = "test" }
"""


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory, warm_commands: WarmCommands) -> tuple[Cli, Done, Done]:
    """A home with two runs: a healthy phone, then one with a worn battery."""
    from tests.cli.conftest import Cli  # noqa: PLC0415  the fixture of a module cannot ask for that of a test

    cli = Cli(tmp_path_factory.mktemp("home"), warm_commands)
    runs = [cli.run("diagnose", "--sim", fault, "--seed", "3") for fault in ("healthy", "battery.worn")]
    for done in runs:
        done.no_traceback()
    return cli, runs[0], runs[1]


def both(cli: Cli, *arguments: str) -> tuple[Done, Done]:
    english, chinese = (cli.run(*arguments, "--lang", language) for language in ("en", "zh-CN"))
    for done in (english, chinese):
        done.no_traceback()
    assert not CHINESE.search(english.out)
    assert english.code == chinese.code
    return english, chinese


def test_the_report_says_part_and_what_to_do_at_its_top(told: tuple[Cli, Done, Done]) -> None:
    _, healthy, worn = told
    assert (healthy.code, worn.code) == (0, 1)
    assert "NOTHING FOUND" in healthy.out.splitlines()[0]
    head = worn.out.splitlines()[:6]
    assert "battery (BAT)" in head[0]
    assert "% sure" in head[0]
    assert any(line.startswith("→ ") for line in head)
    shown = [(int(place), int(total)) for place, total in re.findall(r"(?m)^\[ *(\d+)/(\d+)\] ", worn.err)]
    assert shown == [(place, len(shown)) for place in range(1, len(shown) + 1)]
    assert len(shown) > 10


def test_a_stored_report_is_the_one_that_was_shown(told: tuple[Cli, Done, Done]) -> None:
    cli, _, worn = told
    english, chinese = both(cli, "report")
    assert english.out == worn.out
    assert english.code == 1
    assert CHINESE.search(chinese.out)
    assert "BAT" in chinese.out


def test_the_environment_chooses_the_language(told: tuple[Cli, Done, Done]) -> None:
    cli, _, _ = told
    cli.environ["LANG"] = "zh_CN.UTF-8"
    try:
        chinese = cli.run("report")
        english = cli.run("report", "--lang=en")
    finally:
        del cli.environ["LANG"]
    assert CHINESE.search(chinese.out)
    assert not CHINESE.search(english.out)


def test_runs_are_listed_newest_first(told: tuple[Cli, Done, Done]) -> None:
    cli, _, _ = told
    rows = cli.run("runs", "--json").json
    assert [row["conclusion"] for row in rows] == ["part", "nothing_found"]
    assert all(row["done"] == row["planned"] > 10 and row["state"] == "done" for row in rows)
    english, chinese = both(cli, "runs")
    assert [line.split("\t")[0] for line in english.out.splitlines()] == [row["run"] for row in rows]
    assert len(chinese.out.splitlines()) == 2
    assert len(cli.run("runs", "-n", "1").out.splitlines()) == 1


def test_a_replay_gives_the_same_numbers_and_other_limits_other_verdicts(told: tuple[Cli, Done, Done]) -> None:
    cli, _, _ = told
    healthy_run = cli.run("runs", "--json").json[1]["run"]
    first = cli.run("report", healthy_run, "--json").json
    again = cli.run("replay", healthy_run, "--json")
    assert again.code == 0
    assert again.json["results"] == first["results"]
    path = cli.home / "strict.toml"
    path.write_text(STRICT)
    strict = cli.run("replay", healthy_run, "--limits", str(path), "--json")
    assert strict.err == ""
    assert strict.json["limits"].startswith("strict.toml ")
    assert values(strict.json) == values(first)
    (gauge,) = (result for result in strict.json["results"] if result["probe"] == "battery.gauge")
    soh = {taken["name"]: taken for taken in gauge["measurements"]}["soh_percent"]
    assert soh["verdict"] == "fail"
    assert cli.run("report", healthy_run, "--json").json == first


def values(diagnosis: dict[str, Any]) -> list[Any]:
    return [
        (result["probe"], taken["name"], taken["value"])
        for result in diagnosis["results"]
        for taken in result["measurements"]
    ]


def test_a_replay_of_changed_evidence_is_refused(cli: Cli) -> None:
    done = cli.run("diagnose", "--sim", "healthy", "--json")
    run_id = done.json["run_id"]
    sha256 = next(result for result in done.json["results"] if result["recordings"])["recordings"][0]["sha256"]
    path = cli.home / "state" / "runs" / run_id / sha256
    path.write_bytes(path.read_bytes() + b" ")
    replayed = cli.run("replay", run_id)
    assert replayed.code == 2
    assert "hash differs" in replayed.line()


def test_two_runs_are_compared(told: tuple[Cli, Done, Done]) -> None:
    cli, _, _ = told
    rows = [row["run"] for row in cli.run("runs", "--json").json if row["conclusion"] == "part"]
    healthy = next(row["run"] for row in cli.run("runs", "--json").json if row["conclusion"] == "nothing_found")
    changed = cli.run("compare", rows[0], healthy, "--json")
    assert changed.code == 0
    assert {"before", "after", "changes"} == set(changed.json)
    assert "battery.gauge:soh_percent" in {row["what"] for row in changed.json["changes"]}
    assert cli.run("compare", rows[0], rows[0], "--json").json["changes"] == []
    assert cli.run("compare", rows[0], rows[0]).code == 1
    both(cli, "compare", rows[0], healthy)


def test_a_run_that_is_complete_is_not_resumed(told: tuple[Cli, Done, Done]) -> None:
    cli, _, _ = told
    done = cli.run("resume", "last")
    assert done.code == 64
    assert "complete" in done.line()


def test_probes_are_listed_with_limits_and_their_sources(cli: Cli) -> None:
    listed = cli.run("probes", "--json").json
    assert listed[0]["id"] == "identity.phone"
    for probe in listed:
        for measure in probe["measures"]:
            assert measure["limit"]["kind"] == "recorded" or measure["limit"]["source"]["text"]
    english, chinese = both(cli, "probes")
    assert "battery.gauge" in english.out
    assert CHINESE.search(chinese.out)


def test_all_published_schemas_are_named_and_valid(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["schema", "list"]) == 0
    records = capsys.readouterr().out.split()
    assert {"diagnosis", "work_order", "qc_record"} <= set(records)
    for record in records:
        assert main(["schema", record]) == 0
        schema = json.loads(capsys.readouterr().out)
        jsonschema.Draft202012Validator.check_schema(schema)
        assert schema["additionalProperties"] is False


def test_doctor_says_what_lacks_and_what_to_do(cli: Cli) -> None:
    checks = cli.run("doctor", "--json").json
    assert {check["what"] for check in checks} >= {"adb that comes with us", "state directory and journal"}
    assert all(check["cure"] for check in checks if check["ok"] is not True)
    english, chinese = both(cli, "doctor")
    assert english.code in {0, 2}
    assert CHINESE.search(chinese.out)


def test_sim_faults_lists_the_library(cli: Cli, faults: list[dict[str, Any]]) -> None:
    assert "healthy" in {fault["id"] for fault in faults}
    assert all(re.fullmatch(r"[a-z0-9_]+(\.[a-z0-9_]+)?", fault["id"]) for fault in faults)
    english, _ = both(cli, "sim", "faults")
    assert len(english.out.splitlines()) == len(faults)


@pytest.mark.slow
def test_devices_shows_what_the_bench_sees(bench: Callable[..., BenchOf]) -> None:
    made = bench(phones=2)
    listed = made.cli.run("devices", "--json").json
    assert sorted(row["serial"] for row in listed) == sorted(made.serials)
    assert {row["state"] for row in listed} == {"device"}
    english, _ = both(made.cli, "devices")
    assert all(serial in english.out for serial in made.serials)


@pytest.mark.slow
def test_devices_watch_follows_a_phone_that_comes(bench: Callable[..., BenchOf]) -> None:
    made = bench(connect=False)
    process = made.cli.start("devices", "--watch", "--json")
    serial = made.server.connect(made.rack.addresses[0])
    assert process.stdout is not None
    text = ""
    while not text.rstrip().endswith("}") or '"device"' not in text:
        line = process.stdout.readline()
        assert line, process.stderr.read() if process.stderr else ""
        text += line
    assert serial in text
    process.send_signal(2)
    _, err = process.communicate(timeout=20)
    assert process.returncode == 130
    assert "Traceback" not in err


def test_help_is_in_both_languages_and_names_every_command(cli: Cli) -> None:
    english, chinese = both(cli, "--help")
    for command in ("diagnose", "bugreport", "resume", "runs", "report", "replay", "compare", "devices", "doctor"):
        assert command in english.out
        assert command in chinese.out
    assert CHINESE.search(chinese.out)


@pytest.mark.parametrize("language", ["en", "zh-CN"])
def test_a_report_from_a_file_is_diagnosed_like_a_phone(cli: Cli, language: str) -> None:
    path = cli.home / "dumps"
    path.mkdir()
    (path / "dumpsys_battery.txt").write_text(
        "Current Battery Service state:\n  level: 64\n  scale: 100\n  voltage: 3900\n  temperature: 274\n"
    )
    done = cli.run("bugreport", str(path), "--json", "--lang", language)
    assert done.code in {0, 3}
    assert done.json["source"] == "bugreport"
    assert done.json["plan"]["parts"] == []
    assert json.dumps(done.json["results"]).count('"not_supported"') > 10
