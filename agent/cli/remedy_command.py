"""The options of ``phonebench remedy``."""

# Typer reads annotations at run time, so they are not postponed here.
from pathlib import Path
from typing import Annotated

import typer

from agent.cli.language import tr


def add_to(app: typer.Typer) -> None:
    """Add the command."""
    app.command(
        help=tr(
            "Do one thing to a phone's software, then run again what had failed: restart, stop-app APP, clear-cache "
            "[APP], safe-boot, clear-data APP, factory-reset."
        ),
        epilog=tr("Examples: phonebench remedy restart --run last · phonebench remedy stop-app com.example.app"),
    )(remedy)


def remedy(  # noqa: PLR0917  typer calls it by name; the order is that of the command line
    kind: Annotated[str, typer.Argument(metavar="REMEDY", help=tr("What to do."))],
    package: Annotated[str, typer.Argument(metavar="[APP]", help=tr("Package name of the app that it concerns."))] = "",
    serial: Annotated[str, typer.Option("--serial", help=tr("adb serial; not needed with one phone."))] = "",
    run: Annotated[
        str, typer.Option("--run", metavar="RUN", help=tr("Run whose failures are tested again; else one is made."))
    ] = "",
    done: Annotated[bool, typer.Option("--done", help=tr("It was done by hand: only test again."))] = False,
    consent: Annotated[
        Path | None, typer.Option("--consent", metavar="FILE", help=tr("Consent record, for what loses data."))
    ] = None,
    backup: Annotated[
        Path | None, typer.Option("--backup", metavar="FILE", help=tr("Backup answer, for what loses data."))
    ] = None,
    sim_fault: Annotated[
        list[str] | None, typer.Option("--sim", metavar="FAULT", help=tr("An emulated phone with this fault."))
    ] = None,
    seed: Annotated[int, typer.Option("--seed", min=0, help=tr("Seed of the emulated phone."))] = 1,
    profile: Annotated[str, typer.Option("--profile", help=tr("Kind of emulated phone."))] = "",
    json: Annotated[bool, typer.Option("--json", help=tr("Print JSON for programs."))] = False,
) -> int:
    """Take the options and go on."""
    from agent.cli.remedy import WantedRemedy, remedy_named
    from agent.cli.remedy import remedy as go

    wanted = WantedRemedy(
        remedy=remedy_named(kind),
        package=package,
        serial=serial,
        run=run,
        faults=tuple(sim_fault or ()),
        seed=seed,
        profile=profile,
        consent=consent,
        backup=backup,
        done=done,
    )
    return go(wanted, as_json=json)
