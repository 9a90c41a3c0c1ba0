"""Draws what a run has recorded and saves it beside the run."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from agent.home import Home
from agent.journal import Journal, RunRow
from agent.plots._page import save, styled
from agent.plots._registry import plots_for
from agent.plots._seen import seen_in
from agent.store import Store
from probes import BadInput, ProbeResult
from reports import Language, translator

FORMATS: Final = ("png", "svg")
FOLDER: Final = "plots"


def save_plots(home: Home, journal: Journal, run: RunRow, language: Language, image: str = "png") -> tuple[Path, ...]:
    """Draw everything that there is to draw of a run; the same run gives the same pictures.

    Args:
        language: of the words in the pictures; those of the other stay where they are.
        image: one of ``FORMATS``.

    Returns:
        The files, in the order of the probes.

    Raises:
        BadInput: another format.
        StoreError: a picture cannot be written.
    """
    if image not in FORMATS:
        raise BadInput(f"a plot is written as {' or '.join(FORMATS)}", step="plot")
    drawn = [result for result in journal.results(run.id) if plots_for(result.probe) and result.recordings]
    folder = home.run_dir(run.id) / FOLDER
    return tuple(path for result in drawn for path in _of(result, Store(home.run_dir(run.id)), folder, language, image))


def _of(result: ProbeResult, store: Store, folder: Path, language: Language, image: str) -> list[Path]:
    seen, written = seen_in(result, store), list[Path]()
    for plot in plots_for(result.probe):
        with styled():
            figure = plot(seen, translator(language))
            if figure is not None:
                written.append(folder / f"{result.probe}.{plot.__name__}.{language}.{image}")
                save(figure, written[-1])
    return written
