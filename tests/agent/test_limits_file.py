"""Limits from a file: by probe and measurement, or one line that says what is wrong with them."""

from __future__ import annotations

from pathlib import Path

import pytest

from agent.limits import read_limits
from probes import AtLeast, BadInput

GOOD = """
["battery.gauge".soh_percent]
kind = "at_least"
low = 75
source = { kind = "learned", text = "our shop" }
"""


def written(folder: Path, text: str | bytes) -> Path:
    path = folder / "limits.toml"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def test_limits_are_read_and_named_by_their_content(tmp_path: Path) -> None:
    limits, name = read_limits(written(tmp_path, GOOD))
    limit = limits["battery.gauge"]["soh_percent"]
    assert isinstance(limit, AtLeast)
    assert limit.low == 75
    assert name.startswith("limits.toml ")
    _, other = read_limits(written(tmp_path, GOOD.replace("75", "76")))
    assert other != name
    assert read_limits(written(tmp_path, ""))[0] == {}


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (b"\xff\xfe", "not TOML"),
        ("low = ", "not TOML"),
        (GOOD.replace("battery.gauge", "battery.gage"), "no probe 'battery.gage'"),
        ("battery = 3", "no probe"),
        ('"battery.gauge" = 3', "no probe"),
        (GOOD.replace("soh_percent", "soh"), "no measurement 'soh'"),
        (GOOD.replace("75", '"75"'), "low"),
        (GOOD.replace("75", "true"), "low"),
        (GOOD.replace("75", "nan"), "low"),
        (GOOD.replace("at_least", "at_last"), "kind"),
        (GOOD.replace('source = { kind = "learned", text = "our shop" }', ""), "source"),
        (GOOD + "colour = 1", "colour"),
        ('["battery.gauge"]\nsoh_percent = 75', "battery.gauge.soh_percent"),
        ("a = 1\n" * 200_000, "larger"),
        ('"\x1b[2J" = 1', "TOML"),
    ],
)
def test_a_limits_file_with_a_mistake_is_refused_in_one_line(tmp_path: Path, text: str | bytes, says: str) -> None:
    with pytest.raises(BadInput, match=says) as caught:
        read_limits(written(tmp_path, text))
    line = caught.value.line()
    assert "\n" not in line
    assert "\x1b" not in line


def test_a_limits_file_that_cannot_be_read_is_refused(tmp_path: Path) -> None:
    for path in (tmp_path / "nothing.toml", tmp_path):
        with pytest.raises(BadInput, match="cannot read"):
            read_limits(path)


def test_a_limit_that_does_not_fit_its_measurement_is_refused(tmp_path: Path) -> None:
    """A number for a text would make the probe an error in each run: it is the file that is wrong."""
    number = '["identity.phone".verified_boot]\nkind = "at_least"\nlow = 1\nsource = { kind = "prior", text = "x" }\n'
    with pytest.raises(BadInput, match=r"identity\.phone\.verified_boot"):
        read_limits(written(tmp_path, number))
