"""``phonebench qc``: the options."""

# Typer reads annotations at run time, so they are not postponed here.
from pathlib import Path
from typing import Annotated

import typer

from agent.cli.language import tr
from agent.cli.options import BenchFile, Json, ModemPort


def add_to(app: typer.Typer) -> None:
    """Register the command."""
    app.command(
        help=tr(
            "Control a repaired phone: the complaint's checks, calls, network, camera, sound, keys, charging, held "
            "against the run before the repair. 0 only where all passed and nothing is open."
        ),
        epilog=tr("Examples: phonebench qc --order TICKET --unattended · phonebench qc --order TICKET --sign NAME"),
    )(qc)


def qc(  # noqa: PLR0917  typer calls it by name; the order is that of the command line
    order: Annotated[
        str, typer.Option("--order", metavar="TICKET", help=tr("Ticket of the order, or the file that it came in."))
    ],
    serial: Annotated[str, typer.Argument(metavar="[SERIAL]", help=tr("adb serial; not needed with one phone."))] = "",
    unattended: Annotated[
        bool, typer.Option("--unattended", help=tr("Nobody is there: what only people can answer stays open."))
    ] = False,
    answers: Annotated[
        Path | None, typer.Option("--answers", metavar="FILE", help=tr("What a person or a robot has answered."))
    ] = None,
    sign: Annotated[
        str, typer.Option("--sign", metavar="NAME", help=tr("Sign the last control: first one engineer, then another."))
    ] = "",
    waive: Annotated[
        str, typer.Option("--waive", metavar="REASON", help=tr("Do without the second engineer, and say why."))
    ] = "",
    sim_fault: Annotated[
        str, typer.Option("--sim", metavar="FAULT", help=tr("An emulated phone with this fault."))
    ] = "",
    seed: Annotated[int, typer.Option("--seed", min=0, help=tr("Seed of the emulated phone."))] = 1,
    bench: BenchFile = None,
    modem: ModemPort = "",
    profile: Annotated[str, typer.Option("--profile", help=tr("Kind of emulated phone."))] = "",
    json: Json = False,
) -> int:
    """Run a control, or sign one."""
    from agent.cli.diagnose import Wanted
    from agent.cli.qc_command import qc as run
    from agent.cli.qc_command import sign as run_sign

    if sign or waive:
        return run_sign(order, by=sign, waive=waive, as_json=json)
    phone = Wanted(
        serial,
        every=False,
        faults=(sim_fault,) if sim_fault else (),
        seed=seed,
        profile=profile,
        bench=bench,
        modem=modem,
        unattended=unattended,
    )
    return run(order, phone, answers=answers, as_json=json)
