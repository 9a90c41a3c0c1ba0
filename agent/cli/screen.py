"""What every command prints through: one console for results, one for progress, JSON for programs."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from agent.cli.language import chosen, tr
from probes import BenchError
from reports import Language, shown_name


def language() -> Language:
    """The language of this process."""
    return Language(chosen())


def results() -> Console:
    """Standard output. Wide enough not to break lines where it is no terminal."""
    return Console(highlight=False, emoji=False, markup=False, soft_wrap=not sys.stdout.isatty())


def progress() -> Console:
    """Standard error: what is going on, never the result. One line stays one line where it is no terminal."""
    return Console(stderr=True, highlight=False, emoji=False, markup=False, soft_wrap=not sys.stderr.isatty())


def error_line(error: BenchError) -> str:
    """What went wrong, in one line; the phone that it names is masked."""
    line = error.line(tr)
    return line.replace(error.device, shown_name(error.device)) if error.device else line


def print_json(data: Any, *, indent: int | None = 2) -> None:
    """Print JSON; text stays readable, control characters are escaped by the encoder. No indent: one line."""
    sys.stdout.write(json.dumps(data, ensure_ascii=False, indent=indent, allow_nan=False) + "\n")
    sys.stdout.flush()  # a program that reads us through a pipe waits for this while we go on


def print_table(headers: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Print rows: a table on a terminal, tab-separated lines elsewhere. Cells are texts that are safe to show."""
    console = results()
    if not console.is_terminal:
        for row in rows:
            sys.stdout.write("\t".join(row) + "\n")
        sys.stdout.flush()
        return
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="bold")
    for header in headers:
        table.add_column(header, overflow="fold")
    for row in rows:
        table.add_row(*(Text(cell) for cell in row))
    console.print(table)
