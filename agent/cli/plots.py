"""``phonebench plots``: what a run has recorded, as pictures beside it."""

# Typer reads annotations at run time, so they are not postponed here.
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from agent.cli.language import tr

if TYPE_CHECKING:
    from agent.home import Home
    from agent.journal import Journal

_Run = Annotated[str, typer.Argument(metavar="RUN", help=tr("Id of a run, or `last`."))]
_Format = Annotated[str, typer.Option("--format", metavar="png|svg", help=tr("Kind of picture."))]
_Json = Annotated[bool, typer.Option("--json", help=tr("Print JSON for programs."))]


def add_to(app: typer.Typer) -> None:
    """Register the command."""
    app.command(
        help=tr("Draw what a run has recorded: frequency response, noise, Allan deviation, charge, sharpness, touch."),
        epilog=tr("Example: phonebench plots last --format svg"),
    )(plots)


def plots(run: _Run = "last", image: _Format = "png", json: _Json = False) -> int:
    """Save the pictures beside the run and print where they are."""
    from agent.cli import entry
    from agent.cli.bench import opened
    from agent.cli.screen import print_json

    with opened() as (home, journal):
        files = draw(home, journal, run, image)
    if json:
        print_json([str(file) for file in files])
        return entry.OK
    print_files(files)
    return entry.OK


def draw(home: "Home", journal: "Journal", run_id: str, image: str = "png") -> tuple[Path, ...]:
    """Draw one run in the language of this process; raises as ``agent.plots.save_plots``."""
    from agent.cli.screen import language
    from agent.plots import save_plots

    return save_plots(home, journal, journal.run(run_id), language(), image)


def print_files(files: tuple[Path, ...]) -> None:
    """Print where pictures are, a line each; say so where there are none."""
    from agent.cli.screen import progress, results

    for file in files:
        results().print(str(file), soft_wrap=True)
    if not files:
        progress().print(tr("this run has recorded nothing that can be drawn"))
