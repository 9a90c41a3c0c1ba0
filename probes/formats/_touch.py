"""Raw data of a Synaptics TouchComm controller, as vendors' bug reports print it."""

from __future__ import annotations

import re
from dataclasses import dataclass

from ._reading import append, lines, require, whole

_PART = re.compile(r"\s{0,8}Part number:\s{1,20}([!-~]{1,80})")
_MAX_XY = re.compile(r"\s{0,8}Max X & Y:\s{1,20}(\d{1,6}), (\d{1,6})")
_GRID = re.compile(r"\s{0,8}Num of cols & rows:\s{1,8}(\d{1,4}), (\d{1,4})")
_TITLE = re.compile(r"\s{0,8}Get Raw Data - (\S.{0,60})")
_ROW = re.compile(r"-?\d{1,7}(?: -?\d{1,7}){3,199} ?")
_MUTUAL = "Mutual"
_MAX_ROWS = 200
_MAX_MATRICES = 16


@dataclass(frozen=True, slots=True)
class TouchMatrix:
    """One frame of mutual capacitance: ``title`` says what (Delta, Baseline ...), one tuple per row."""

    title: str
    rows: tuple[tuple[int, ...], ...]


@dataclass(frozen=True, slots=True)
class TouchRawData:
    """Identity of the controller, size of its grid, and the frames."""

    part_number: str | None
    cols: int | None
    rows: int | None
    max_x: int | None
    max_y: int | None
    matrices: tuple[TouchMatrix, ...]


def parse_touch_rawdata(text: str) -> TouchRawData:
    """Read the controller's part of a vendor section.

    Raises:
        NotUnderstood: there is no grid of columns and rows.
    """
    facts: dict[str, str] = {}
    matrices: list[tuple[str, list[tuple[int, ...]]]] = []
    title = ""
    mutual = False
    for line in lines(text):
        if mutual and matrices and _ROW.fullmatch(line.strip()):
            values = (whole(token) for token in line.split())
            append(matrices[-1][1], tuple(value for value in values if value is not None), cap=_MAX_ROWS)
            continue
        mutual = line.strip() == _MUTUAL
        if mutual:
            append(matrices, (title, []), cap=_MAX_MATRICES)
        elif found := _TITLE.match(line):
            title = found[1].strip()
        else:
            _facts(line, facts)
    require("cols" in facts, "touch raw data", text)
    return TouchRawData(
        part_number=facts.get("part"),
        cols=whole(facts.get("cols")),
        rows=whole(facts.get("rows")),
        max_x=whole(facts.get("x")),
        max_y=whole(facts.get("y")),
        matrices=tuple(TouchMatrix(title=name, rows=tuple(rows)) for name, rows in matrices),
    )


def _facts(line: str, facts: dict[str, str]) -> None:
    for keys, pattern in ((("part",), _PART), (("x", "y"), _MAX_XY), (("cols", "rows"), _GRID)):
        if found := pattern.match(line):
            for key, value in zip(keys, found.groups(), strict=True):
                facts.setdefault(key, value)
