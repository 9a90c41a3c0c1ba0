"""The command ``report`` and its options."""

# Typer reads annotations at run time, so they are not postponed here.
from typing import Annotated

import typer

from agent.cli.language import tr
from agent.cli.options import Json, Run


def add_to(app: typer.Typer) -> None:
    """Register the command."""
    app.command(
        help=tr("Show the diagnosis of a run again, or write it as page, PDF, label or table."),
        epilog=tr("Examples: phonebench report last --html --label png · phonebench report last --csv --out -"),
    )(report)


def report(
    run: Run = "last",
    html: Annotated[bool, typer.Option("--html", help=tr("Write a page that needs no network."))] = False,
    pdf: Annotated[bool, typer.Option("--pdf", help=tr("Write a PDF."))] = False,
    label: Annotated[
        str, typer.Option("--label", metavar="png|svg|zpl", help=tr("Write the fault label, 60 by 40 mm."))
    ] = "",
    csv: Annotated[bool, typer.Option("--csv", help=tr("Write the measurements as a table."))] = False,
    junit: Annotated[bool, typer.Option("--junit", help=tr("Write a JUnit report."))] = False,
    openhtf: Annotated[bool, typer.Option("--openhtf", help=tr("Write a record in the shape of OpenHTF."))] = False,
    order: Annotated[
        str, typer.Option("--order", metavar="TICKET", help=tr("The order that the run belongs to."))
    ] = "",
    ids: Annotated[
        str,
        typer.Option(
            "--ids",
            metavar="masked|hashed|clear",
            envvar="PHONEBENCH_IDS",
            help=tr("What stands for IMEI and serial number; clear makes it a sealed report."),
        ),
    ] = "masked",
    out: Annotated[
        str, typer.Option("--out", metavar="FILE", help=tr("Write one rendering there; `-` is the standard output."))
    ] = "",
    json: Json = False,
) -> int:
    """Show or write one stored diagnosis."""
    from agent.cli.report import Wish
    from agent.cli.report import report as go

    flags = {"html": html, "pdf": pdf, "csv": csv, "junit": junit, "openhtf": openhtf}
    kinds = [kind for kind, wanted in flags.items() if wanted]
    if label:
        kinds.append(f"label.{label}")
    return go(run, Wish(tuple(kinds), order=order, ids=ids, out=out), as_json=json)
