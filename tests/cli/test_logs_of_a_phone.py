"""``phonebench logs`` reads the logs of a phone as it reads files."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cli.conftest import Cli

pytestmark = pytest.mark.slow


def test_all_logs_of_a_phone_are_read_and_refused_ones_are_named(cli: Cli, tmp_path: Path) -> None:
    plot = tmp_path / "timeline.svg"
    done = cli.run("logs", "--sim", "touch.off_bus", "--profile", "vivo_9", "--json", "--plot", str(plot))
    done.no_traceback()
    assert done.code == 1
    assert {"main", "events", "kernel", "dropbox"} <= {source["name"] for source in done.json["sources"]}
    assert "TCH" in {part for finding in done.json["findings"] for part in finding["parts"]}
    assert any("last_kernel" in note for note in done.json["notes"])
    assert plot.read_text(encoding="utf-8").lstrip().startswith("<?xml")


def test_a_phone_and_files_at_once_are_refused(cli: Cli) -> None:
    assert cli.run("logs", "x.txt", "--sim", "healthy").code == cli.run("logs").code == 64
