"""The commands ``knowledge check`` and ``knowledge learn`` and their options."""

# Typer reads annotations at run time, so they are not postponed here.
from pathlib import Path
from typing import Annotated

import typer

from agent.cli.language import tr
from agent.cli.options import Json

knowledge = typer.Typer(
    no_args_is_help=True, rich_markup_mode=None, help=tr("What the diagnosis knows: causes, effects, repairs, prices.")
)

_Files = Annotated[
    list[Path] | None,
    typer.Argument(metavar="[FILE|DIR...]", help=tr("Files to check together, in place of those that ship.")),
]
_With = Annotated[bool, typer.Option("--with-shipped", help=tr("Check the files together with those that ship."))]
_Csv = Annotated[
    Path | None, typer.Option("--csv", metavar="FILE", help=tr("Write causes against effects as CSV; - prints it."))
]
_Repairs = Annotated[
    Path, typer.Argument(metavar="FILE", help=tr('JSON lines of repairs: {"run": "ID", "causes": ["battery_worn"]}'))
]
_Out = Annotated[Path | None, typer.Option("--out", metavar="FILE", help=tr("Write the proposal here."))]


@knowledge.command(
    help=tr("Check knowledge files: every problem with file and line, and what cannot be told apart or is not tested."),
    epilog=tr("Examples: phonebench knowledge check · phonebench knowledge check my.toml --with-shipped --csv -"),
)
def check(files: _Files = None, with_shipped: _With = False, csv: _Csv = None, json: Json = False) -> int:
    """Check files, or those that ship."""
    from agent.cli.knowledge_report import check as run

    return run(tuple(files or ()), with_shipped=with_shipped, csv=csv, as_json=json)


@knowledge.command(
    help=tr("Propose new numbers from confirmed repairs, as a diff for the engineer; no file is changed."),
    epilog=tr("Example: phonebench knowledge learn repairs.jsonl --out proposal.diff"),
)
def learn(repairs: _Repairs, out: _Out = None, json: Json = False) -> int:
    """Count confirmed repairs and propose."""
    from agent.cli.knowledge_report import learn as run

    return run(repairs, out=out, as_json=json)


def add_to(app: typer.Typer) -> None:
    """Register the commands."""
    app.add_typer(knowledge, name="knowledge")
