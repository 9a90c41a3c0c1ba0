"""The command ``evaluate`` and its options."""

# Typer reads annotations at run time, so they are not postponed here.
from pathlib import Path
from typing import Annotated

import typer

from agent.cli.language import tr
from agent.cli.options import Json

_Cases = Annotated[int, typer.Option("--cases", "-n", min=0, help=tr("How many phones to draw."))]
_Seed = Annotated[
    int | None, typer.Option("--seed", min=0, help=tr("Draw the same phones again; fresh and printed where left out."))
]
_Plans = Annotated[
    list[str],
    typer.Option(
        "--plan", metavar="NAME|FILE", help=tr("Whose probes run; several are judged side by side on the same phones.")
    ),
]
_Jobs = Annotated[int, typer.Option("--jobs", "-j", min=1, max=32, help=tr("How many phones side by side."))]
_Keep = Annotated[
    Path | None, typer.Option("--keep", metavar="DIR", help=tr("Keep the cases here; those that are there count, too."))
]
_Page = Annotated[Path | None, typer.Option("--page", metavar="FILE", help=tr("Write the page here (Markdown)."))]
_Record = Annotated[Path | None, typer.Option("--record", metavar="FILE", help=tr("Write the figures here (JSON)."))]
_Training = Annotated[bool, typer.Option("--training", help=tr("Draw from what is not held out, to calibrate on it."))]
_Kinds = Annotated[
    list[str] | None,
    typer.Option(
        "--kind", metavar="KIND", help=tr("Draw only this: single, multiple, intermittent, healthy or nuisance.")
    ),
]
_Claims = Annotated[
    Path | None,
    typer.Option("--claims", metavar="DIR", help=tr("Which probe sees which fault; others count as beyond the plan.")),
]


def add_to(app: typer.Typer) -> None:
    """Register the command."""
    app.command(
        help=tr("Measure the diagnosis on emulated phones with known faults: found, blamed wrongly, sureness, cost."),
        epilog=tr("Examples: phonebench evaluate -n 40 · phonebench evaluate -n 0 --keep DIR (score kept cases again)"),
    )(evaluate)


def evaluate(  # noqa: PLR0917  the options of a command, named by typer
    cases: _Cases = 24,
    seed: _Seed = None,
    plan: _Plans = ["quick"],  # noqa: B006  a default that typer shows and copies
    jobs: _Jobs = 4,
    keep: _Keep = None,
    page: _Page = None,
    record: _Record = None,
    training: _Training = False,
    kind: _Kinds = None,
    claims: _Claims = None,
    json: Json = False,
) -> int:
    """Draw, run and score cases."""
    from agent.cli.evaluate_report import Wanted
    from agent.cli.evaluate_report import evaluate as run

    wanted = Wanted(
        cases=cases,
        seed=seed,
        plans=tuple(dict.fromkeys(plan)),
        jobs=jobs,
        keep=keep,
        page=page,
        record=record,
        training=training,
        kinds=tuple(dict.fromkeys(kind or ())),
        claims=claims,
    )
    return run(wanted, as_json=json)
