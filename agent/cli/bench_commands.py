"""The commands ``capabilities`` and ``restore`` and their options."""

# Typer reads annotations at run time, so they are not postponed here.
from typing import Annotated

import typer

from agent.cli.language import tr
from agent.cli.options import BenchFile, ModemPort, Unattended

_Serial = Annotated[str, typer.Argument(metavar="[SERIAL]", help=tr("adb serial; not needed with one phone."))]
_Sim = Annotated[str, typer.Option("--sim", metavar="FAULT", help=tr("Ask an emulated phone with this fault."))]
_Seed = Annotated[
    int, typer.Option("--seed", min=0, help=tr("Seed of the emulated phones: the same seed, the same phones."))
]
_Profile = Annotated[str, typer.Option("--profile", help=tr("Kind of emulated phone (default: chosen by the seed)."))]
_Json = Annotated[bool, typer.Option("--json", help=tr("Print JSON for programs."))]


def add_to(app: typer.Typer) -> None:
    """Register both commands."""
    app.command(
        help=tr("Say what this bench can measure on a phone, and with what; or what lacks."),
        epilog=tr("Example: phonebench capabilities --sim healthy"),
    )(capabilities)
    app.command(help=tr("Put back the settings of a phone that a killed run has left changed."))(restore)


def capabilities(
    serial: _Serial = "",
    sim_fault: _Sim = "",
    seed: _Seed = 1,
    profile: _Profile = "",
    bench: BenchFile = None,
    modem: ModemPort = "",
    unattended: Unattended = False,
    json: _Json = False,
) -> int:
    """Say what measures what on one phone."""
    from agent.cli.bench_report import capabilities as run
    from agent.cli.diagnose import Wanted

    faults = (sim_fault,) if sim_fault else ()
    wanted = Wanted(serial, False, faults, seed, profile, bench=bench, modem=modem, unattended=unattended)
    return run(wanted, as_json=json)


def restore(serial: _Serial = "", json: _Json = False) -> int:
    """Put back what is still changed on one phone."""
    from agent.cli.bench_report import restore as run
    from agent.cli.diagnose import Wanted

    return run(Wanted(serial, False, (), 0, ""), as_json=json)
