"""The timeline as a picture: one row per finding, on any machine's fonts."""

from __future__ import annotations

from pathlib import Path

import pytest

from probes import BadInput
from probes.logs import LogSource, plot_timeline, scan

LOG = b"".join(b"[%6d.0] mmcblk0: recovery failed!\n" % (90 + number * 30) for number in range(20))
MAIN = "01-02 03:04:05.678  1 2 I am_crash: [4000,0,com.acme.\u5546\u5e97,9,X]\n".encode()


def test_a_plot_holds_its_findings_and_no_letter_that_a_font_may_lack(tmp_path: Path) -> None:
    report = scan([LogSource("kernel", [LOG]), LogSource("events", [MAIN])])
    path = tmp_path / "plot.svg"
    assert plot_timeline(report, path) == len(report.events)
    text = path.read_text(encoding="utf-8")
    assert "storage.no_answer" in text
    assert "seconds since boot" in text
    assert text.isascii()
    first = path.read_bytes()
    plot_timeline(report, path)
    assert path.read_bytes() == first


def test_png_is_written_and_a_report_without_events_too(tmp_path: Path) -> None:
    path = tmp_path / "plot.png"
    assert plot_timeline(scan([]), path) == 0
    assert path.read_bytes().startswith(b"\x89PNG")


@pytest.mark.parametrize("name", ["plot.pdf", "gone/plot.svg"])
def test_another_format_and_a_folder_that_is_not_there_are_bad_input(name: str, tmp_path: Path) -> None:
    with pytest.raises(BadInput):
        plot_timeline(scan([]), tmp_path / name)
