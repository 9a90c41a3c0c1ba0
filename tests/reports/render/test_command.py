"""``phonebench report`` and ``pack``: files beside the run, numbers masked, one line where something is wrong."""

from __future__ import annotations

from importlib import resources
from pathlib import Path

import pytest

from agent.cli.entry import main
from agent.home import open_home
from agent.journal import Journal
from agent.orders import OrderBook
from reports import Diagnosis, WorkOrder
from tests.reports.render.samples import plain

RUN = "20261121-083015-0a1b2c"
SECRETS = (b"SERIAL0001", b"490154203237518")
ALL = ("--html", "--pdf", "--csv", "--junit", "--openhtf", "--label", "png")


@pytest.fixture(autouse=True)
def _home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PHONEBENCH_HOME", str(tmp_path / "state"))
    monkeypatch.delenv("PHONEBENCH_IDS", raising=False)
    journal = Journal(open_home().journal)
    journal.begin(run_id=RUN, source="adb", subject="SERIAL0001", plan=("a.b",), agent_version="0")
    journal.finish(RUN, plain().model_dump_json(), is_whole=True)
    journal.close()


def written(capsys: pytest.CaptureFixture[str], *arguments: str) -> list[Path]:
    assert main(["report", "last", *arguments]) == 1
    return [Path(line) for line in capsys.readouterr().out.splitlines()]


@pytest.mark.slow
def test_every_kind_lies_beside_the_run_without_the_numbers_of_the_phone(capsys: pytest.CaptureFixture[str]) -> None:
    for language in ("en", "zh-CN"):
        for ids in ("masked", "hashed"):
            files = written(capsys, *ALL, "--ids", ids, "--lang", language)
            assert len(files) == len(ALL) - 1
            for file in files:
                assert file.parent == open_home().run_dir(RUN) / "reports"
                assert not [secret for secret in SECRETS if secret in file.read_bytes()]


def test_a_sealed_page_says_that_it_is_one(capsys: pytest.CaptureFixture[str]) -> None:
    (file,) = written(capsys, "--html", "--ids", "clear")
    assert all(secret in file.read_bytes() for secret in SECRETS)
    assert b"SEALED REPORT" in file.read_bytes()


def test_the_record_is_shown_masked_and_as_it_is_kept_where_that_is_asked_for(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["report", "last", "--json", "--ids", "clear"]) == 1
    assert Diagnosis.model_validate_json(capsys.readouterr().out) == plain()
    assert main(["report", "last", "--json"]) == 1
    shown = Diagnosis.model_validate_json(capsys.readouterr().out)
    assert shown.phone.serial == "******0001"
    assert shown.model_copy(update={"phone": plain().phone, "subject": plain().subject}) == plain()
    assert main(["report", "last", "--ids", "clear"]) == 1
    assert "SEALED REPORT" in capsys.readouterr().out.splitlines()[0]
    assert main(["report", RUN]) == 1
    assert "battery (BAT)" in capsys.readouterr().out


def test_one_rendering_goes_where_it_is_wanted(capsysbinary: pytest.CaptureFixture[bytes], tmp_path: Path) -> None:
    assert main(["report", "last", "--junit", "--out", "-"]) == 1
    assert capsysbinary.readouterr().out.startswith(b"<?xml")
    assert main(["report", "last", "--csv", "--out", str(tmp_path / "here" / "t.csv")]) == 1
    assert (tmp_path / "here" / "t.csv").read_bytes().startswith(b'\xef\xbb\xbf"run"')


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--label", "gif"), "no label of kind 'gif'"),
        (("--csv", "--ids", "none"), "--ids takes masked, hashed, clear"),
        (("--csv", "--html", "--out", "x"), "--out takes one rendering"),
        (("--html", "--order", "T-0"), "no order 'T-0'"),
    ],
)
def test_what_cannot_be_written_is_said_in_one_line(
    arguments: tuple[str, ...], words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["report", "last", *arguments]) == 64
    said = capsys.readouterr()
    assert words in said.err
    assert said.err.count("\n") == 1
    assert not said.out


def test_a_run_of_another_order_gets_no_label_of_this_one(capsys: pytest.CaptureFixture[str]) -> None:
    example = resources.files("reports").joinpath("examples", "work_order.v1.json").read_text(encoding="utf-8")
    OrderBook(open_home()).take(WorkOrder.model_validate_json(example))
    assert main(["report", "last", "--label", "zpl", "--order", "T-1001"]) == 64
    assert "is not one of order T-1001" in capsys.readouterr().err
    assert main(["pack", "T-1001"]) == 64
    assert "not handed over" in capsys.readouterr().err
