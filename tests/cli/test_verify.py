"""`phonebench verify` says ours and theirs in both languages, and its exit code says whether they agree."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from agent.cli import verify as command
from agent.cli.entry import main
from probes.signals import references
from probes.signals.references import Check, all_checks

if TYPE_CHECKING:
    from tests.cli.conftest import Cli

CHINESE = re.compile("[\u3400-\u9fff]")


@pytest.mark.slow
def test_everything_that_ships_agrees_in_both_languages(cli: Cli) -> None:
    declared = list(all_checks(with_data=False))
    english, chinese = (cli.run("--lang", language, "verify") for language in ("en", "zh-CN"))
    for done in (english, chinese):
        done.no_traceback()
        assert done.code == 0, done.out
        rows = [line.split("\t") for line in done.out.splitlines()[:-1]]
        assert len(rows) == len(declared)
        assert {len(row) for row in rows} == {8}
        assert {row[0] for row in rows} == {"✔"}
    assert not CHINESE.search(english.out)
    assert english.out.splitlines()[-1] == f"{len(declared)} agree, 0 do not agree, 0 skipped"
    assert [row.split("\t")[2] for row in english.out.splitlines()[:-1]] == [
        row.split("\t")[2] for row in chinese.out.splitlines()[:-1]
    ]


@pytest.mark.slow
@pytest.mark.corpora
def test_published_recordings_agree_and_what_is_missing_is_named(cli: Cli, shared_dir: Path) -> None:
    done = cli.run("verify", "--json", "--data", str(shared_dir / "reference_signals"))
    done.no_traceback()
    assert done.code == 0, done.out
    assert done.json["failed"] == 0
    assert done.json["agrees"] > len(list(all_checks(with_data=False)))
    for check in done.json["checks"]:
        assert (check["outcome"] == "skipped") == (check["ours"] is None)
        assert bool(check["reason"]) == (check["outcome"] == "skipped")


def test_a_folder_that_is_none_or_holds_nothing_is_bad_input(cli: Cli, tmp_path: Path) -> None:
    for wrong in (tmp_path / "nowhere", tmp_path):
        done = cli.run("verify", "--data", str(wrong))
        assert done.code == 64
        assert "E_INPUT" in done.line()


def one_check(monkeypatch: pytest.MonkeyPatch, ours: float) -> None:
    check = Check(name="A number", reference=2.0, tolerance=0.5, unit="m", source="a book", run=lambda: ours)
    monkeypatch.setattr(command, "all_checks", lambda *, with_data: [("image", check)] * (1 + with_data))


@pytest.mark.parametrize(("ours", "code", "mark"), [(2.4, 0, "✔"), (2.6, 1, "✘"), (float("nan"), 1, "✘")])
def test_the_exit_code_is_1_when_a_number_is_off(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], ours: float, code: int, mark: str
) -> None:
    one_check(monkeypatch, ours)
    assert main(["--lang", "en", "verify"]) == code
    row = capsys.readouterr().out.splitlines()[0].split("\t")
    assert row[:2] == [mark, "A number"]
    assert row[3:] == ["2", f"{ours - 2.0:.1e}", "5.0e-01", "m", "a book"]


def test_a_check_that_breaks_off_has_failed_with_its_reason(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def broken() -> float:
        raise RuntimeError("no \x1b[31m such table")

    check = Check(name="A number", reference=2.0, tolerance=0.5, unit="m", source="a book", run=broken)
    monkeypatch.setattr(command, "all_checks", lambda *, with_data: [("image", check)] * (1 + with_data))
    assert main(["--lang", "en", "verify"]) == 1
    out = capsys.readouterr().out
    assert "RuntimeError: no" in out
    assert "\x1b" not in out


def test_every_check_has_a_name_a_unit_and_a_source() -> None:
    declared = [check for _, check in all_checks(with_data=True)]
    assert {family for family, _ in all_checks(with_data=True)} == set(references.FAMILIES)
    for check in declared:
        assert check.name.strip()
        assert check.unit
        assert check.source
        assert check.tolerance >= 0.0
