"""Options that several commands share."""

# Typer reads annotations at run time, so they are not postponed here.
from pathlib import Path
from typing import Annotated

import typer

from agent.cli.language import tr

Json = Annotated[bool, typer.Option("--json", help=tr("Print JSON for programs."))]
Limits = Annotated[
    Path | None, typer.Option("--limits", metavar="FILE", help=tr("TOML file with limits to use in place of ours."))
]
Seed = Annotated[
    int, typer.Option("--seed", min=0, help=tr("Seed of the emulated phones: the same seed, the same phones."))
]
Profile = Annotated[str, typer.Option("--profile", help=tr("Kind of emulated phone (default: chosen by the seed)."))]
Complaint = Annotated[
    str,
    typer.Option("--complaint", metavar="TEXT", help=tr("What the customer says, in their words, or a symptom code.")),
]
Indicators = Annotated[
    Path | None,
    typer.Option("--indicators", metavar="FILE", help=tr("TOML file with watching programs, in place of our list.")),
]
OnUsb = Annotated[
    bool, typer.Option("--usb", help=tr("Put the phones on an emulated USB bus, too, and print how to see it."))
]
SoundCards = Annotated[
    bool, typer.Option("--sound", help=tr("Serve a virtual sound card for the bench of each phone, too."))
]
Cassettes = Annotated[
    list[Path] | None,
    typer.Option("--cassette", metavar="FILE", help=tr("Serve this recorded phone; may be given many times.")),
]
UsbMode = Annotated[
    str, typer.Option("--usb-mode", help=tr("What they are on USB: adb, mtp+adb, fastboot, edl, charging ..."))
]
Run = Annotated[str, typer.Argument(metavar="RUN", help=tr("Id of a run, or `last`."))]
BenchFile = Annotated[
    Path | None, typer.Option("--bench", metavar="FILE", help=tr("Bench file: which instruments stand where."))
]
ModemPort = Annotated[
    str, typer.Option("--modem", metavar="PORT", help=tr("AT port of the phone's modem, such as /dev/ttyACM0."))
]
Unattended = Annotated[
    bool, typer.Option("--unattended", help=tr("Ask nobody: what only a person can do is listed as not tested."))
]
ExplainTime = Annotated[
    bool, typer.Option("--explain-time", help=tr("Show which probes made the run as long as it was."))
]
History = Annotated[
    list[str] | None,
    typer.Option("--history", metavar="ID", help=tr("What is known of the phone: aged, dropped, liquid, repaired ...")),
]
ForOrder = Annotated[
    str,
    typer.Option(
        "--order",
        metavar="TICKET",
        help=tr("Test the phone of this order: its complaint, its identity, its intake run."),
    ),
]
DeadSocket = Annotated[
    str,
    typer.Option("--socket", metavar="SOCKET", help=tr("The phone at this USB socket, which does not boot: 1-1.4.")),
]
PlanName = Annotated[
    str,
    typer.Option(
        "--plan",
        metavar="NAME|FILE",
        envvar="PHONEBENCH_PLAN",
        help=tr("software, quick, guided, standard, long, or a file."),
    ),
]
