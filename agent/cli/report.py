"""``phonebench report``: a stored diagnosis on the screen, or written as page, PDF, label or table."""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from agent.cli import show
from agent.cli.bench import opened
from agent.cli.language import tr
from agent.cli.names import names
from agent.cli.screen import language, print_json, results
from agent.home import Home
from agent.journal import RunRow
from agent.orders import OrderBook
from agent.papers import Numbers, as_wanted, make_paper
from probes import BadInput, StoreError
from probes import show as safe
from reports import Diagnosis
from reports.render import Paper

FOLDER: Final = "reports"
_STDOUT: Final = "-"
_SUFFIXES: Final = {"junit": "junit.xml", "openhtf": "openhtf.json"}


@dataclass(frozen=True, slots=True)
class Wish:
    """What is to be written: kinds such as ``html`` or ``label.png``, for which order, with which numbers, and where.

    Attributes:
        out: a file, ``-`` for the standard output, or empty for the folder of the run.
    """

    kinds: tuple[str, ...] = ()
    order: str = ""
    ids: str = "masked"
    out: str = ""


def report(run_id: str, wish: Wish, *, as_json: bool) -> int:
    """Show or write a stored diagnosis; the exit code is that of the run.

    Raises:
        BadInput: no such run, order, kind of label or of numbers, or several renderings for one file.
        StoreError: a file cannot be written.
    """
    with opened() as (home, journal):
        row = journal.run(run_id)
    diagnosis = show.stored_diagnosis(row)
    _require_numbers(wish.ids)
    if not wish.kinds:
        return _on_screen(home, diagnosis, Numbers(wish.ids), as_json=as_json)
    renderings = _renderings()
    _require_known(wish, renderings)
    paper = make_paper(
        home,
        row,
        diagnosis,
        language=language(),
        names=names,
        ticket=wish.order,
        numbers=Numbers(wish.ids),
    )
    files = [_write(_place(home, row, kind, wish), renderings[kind](paper)) for kind in wish.kinds]
    tell([str(file) for file in files if file is not None], as_json=as_json)
    return diagnosis.exit_code


def _on_screen(home: Home, diagnosis: Diagnosis, numbers: Numbers, *, as_json: bool) -> int:
    if numbers is Numbers.CLEAR and not as_json:
        results().print(tr("SEALED REPORT: the numbers of the phone are in clear"))
    return show.show_record(as_wanted(OrderBook(home), diagnosis, numbers), as_json=as_json)


def _require_numbers(ids: str) -> None:
    if ids not in set(Numbers):
        raise BadInput(f"--ids takes {', '.join(Numbers)}")


def _renderings() -> Mapping[str, Callable[[Paper], bytes]]:
    """Each kind with what makes it; what makes them is loaded when one is wanted."""
    from reports import render

    def label(kind: str) -> Callable[[Paper], bytes]:
        return lambda paper: render.label(paper, kind)

    return {
        "html": render.html_page,
        "pdf": render.pdf_report,
        "csv": render.csv_table,
        "junit": render.junit_xml,
        "openhtf": render.openhtf_json,
        **{f"label.{kind}": label(kind) for kind in render.LABELS},
    }


def _require_known(wish: Wish, renderings: Mapping[str, object]) -> None:
    unknown = next((kind for kind in wish.kinds if kind not in renderings), None)
    if unknown is not None:
        known = ", ".join(kind.partition(".")[2] for kind in renderings if kind.startswith("label."))
        raise BadInput(f"there is no label of kind {safe(unknown.partition('.')[2], 20)!r}: take one of {known}")
    if wish.out and len(wish.kinds) > 1:
        raise BadInput("--out takes one rendering: write the others beside the run, or call again")


def _place(home: Home, row: RunRow, kind: str, wish: Wish) -> Path | None:
    """Where a rendering goes; None is the standard output."""
    if wish.out:
        return None if wish.out == _STDOUT else Path(wish.out)
    suffix = _SUFFIXES.get(kind, kind)
    return home.run_dir(row.id) / FOLDER / f"{row.id}.{language()}.{suffix}"


def _write(path: Path | None, content: bytes) -> Path | None:
    if path is not None:
        return write_file(path, content)
    sys.stdout.buffer.write(content)
    sys.stdout.flush()
    return None


def write_file(path: Path, content: bytes) -> Path:
    """Write a file in one step: whoever reads it sees all of it, or what was there before.

    Raises:
        StoreError: it cannot be written.
    """
    part: Path | None = None
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=path.parent, prefix=".part-", delete=False) as file:
            part = Path(file.name)
            file.write(content)
        part.replace(path)
    except OSError as error:
        with suppress(OSError):
            if part is not None:
                part.unlink()
        raise StoreError(f"cannot write {safe(str(path))}: {error.strerror}", step="write report") from error
    return path


def tell(files: list[str], *, as_json: bool) -> None:
    """Say where files were written."""
    if as_json and files:
        print_json(files)
        return
    for file in files:
        results().print(file, soft_wrap=True)
