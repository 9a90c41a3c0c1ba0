"""What became of each trial, a line of JSON each in a file that only grows: a kill loses the trials that ran then."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any, Final

from benchmarks.detection.cells import Cell

FILE: Final = Path(__file__).resolve().parents[2] / ".soak" / "detection.jsonl"


class Rows:
    """The file of rows, open for appending. Several processes may append to it at once."""

    def __init__(self, path: Path = FILE) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._path = path
        self._descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o644)
        size = os.fstat(self._descriptor).st_size
        if size and os.pread(self._descriptor, 1, size - 1) != b"\n":  # a kill cut the last line off
            os.write(self._descriptor, b"\n")

    def add(self, cell: Cell, outcome: dict[str, Any]) -> None:
        """Append one row in one write."""
        os.write(self._descriptor, json.dumps({**cell.as_json(), **outcome}).encode() + b"\n")

    def close(self) -> None:
        """Let go of the file."""
        os.close(self._descriptor)


def read_rows(path: Path = FILE) -> dict[Cell, dict[str, Any]]:
    """What is known of each trial; the last row of a trial counts, and lines that a kill cut off do not."""
    rows: dict[Cell, dict[str, Any]] = {}
    if not path.exists():
        return rows
    for line in path.read_text(encoding="utf-8", errors="replace").splitlines():
        try:
            row = json.loads(line)
            cell = Cell(**{name: row.pop(name) for name in Cell.__dataclass_fields__})
        except (ValueError, KeyError, TypeError, AttributeError):
            continue
        rows[cell] = row
    return rows
