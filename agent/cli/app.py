"""The commands and their options. Each imports what it needs when it runs."""

# Typer reads annotations at run time, so they are not postponed here.
import sys
from pathlib import Path
from typing import Annotated

import typer

from agent.cli import (
    approve,
    bench_commands,
    evaluate,
    fixtures,
    knowledge,
    learn,
    order,
    pack_command,
    plots,
    qc,
    remedy_command,
    report_commands,
    rules,
    sim_commands,
    usb,
)
from agent.cli.cassette import cassette
from agent.cli.language import tr
from agent.cli.options import (
    BenchFile,
    Complaint,
    DeadSocket,
    ExplainTime,
    ForOrder,
    History,
    Indicators,
    Json,
    Limits,
    ModemPort,
    PlanName,
    Profile,
    Run,
    Seed,
    Unattended,
)

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
    help=tr("Finds out which part of a phone is broken, with the evidence."),
    epilog=tr(
        "Examples: phonebench diagnose --sim battery.worn · phonebench devices --watch · phonebench bugreport FILE.zip"
    ),
)
app.add_typer(sim_commands.sim, name="sim")
remedy_command.add_to(app)
fixtures.add_to(app)
usb.add_to(app)
bench_commands.add_to(app)
report_commands.add_to(app)
pack_command.add_to(app)
for service in (order, rules, approve, qc):
    service.add_to(app)
learn.add_to(app)
knowledge.add_to(app)
evaluate.add_to(app)
plots.add_to(app)
app.add_typer(cassette, name="cassette")


def _version(wanted: bool) -> None:
    if wanted:
        from agent.runs import agent_version

        typer.echo(f"phonebench {agent_version()}")
        raise typer.Exit


@app.callback()
def root(
    lang: Annotated[str, typer.Option("--lang", metavar="en|zh-CN", help=tr("Language of the output."))] = "",
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help=tr("Show the version."))
    ] = False,
) -> None:
    """Take the options that stand before the command."""
    del lang, version  # --lang is taken off the arguments before this runs; it stands here for --help


@app.command(help=tr("List the phones that this bench sees, with their state and what to do about it."))
def devices(
    watch: Annotated[bool, typer.Option("--watch", help=tr("Go on and show phones as they come and go."))] = False,
    json: Json = False,
) -> int:
    from agent.cli.devices import devices as run

    return run(follow=watch, as_json=json)


@app.command(
    help=tr("Diagnose a phone: software first, then what the bench can test; say which part, how sure, and why."),
    epilog=tr("Examples: phonebench diagnose · phonebench diagnose SERIAL · phonebench diagnose --sim touch.off_bus"),
)
def diagnose(
    serial: Annotated[str, typer.Argument(metavar="[SERIAL]", help=tr("adb serial; not needed with one phone."))] = "",
    every: Annotated[bool, typer.Option("--all", help=tr("All phones on the bench, side by side."))] = False,
    sim_fault: Annotated[
        list[str] | None,
        typer.Option("--sim", metavar="FAULT", help=tr("An emulated phone with this fault; may be given many times.")),
    ] = None,
    seed: Seed = 1,
    profile: Profile = "",
    limits: Limits = None,
    wait_replug: Annotated[
        float,
        typer.Option(
            "--wait-replug", min=0, metavar="SECONDS", help=tr("How long to wait for a phone that is pulled out.")
        ),
    ] = 20.0 if sys.stderr.isatty() else 0.0,
    complaint: Complaint = "",
    indicators: Indicators = None,
    plan: PlanName = "quick",
    explain_time: ExplainTime = False,
    explain: Annotated[
        bool, typer.Option("--explain", help=tr("Save plots of what was recorded beside the run, and say where."))
    ] = False,
    bench: BenchFile = None,
    modem: ModemPort = "",
    unattended: Unattended = False,
    history: History = None,
    order: ForOrder = "",
    socket: DeadSocket = "",
    json: Json = False,
) -> int:
    if socket:
        from agent.cli.dead import diagnose_socket

        others = bool(serial or every or sim_fault or order)
        return diagnose_socket(socket, bench=bench, complaint=complaint, others=others, as_json=json)
    from agent.cli.diagnose import Wanted
    from agent.cli.diagnose import diagnose as run

    wanted = Wanted(
        serial,
        every,
        tuple(sim_fault or ()),
        seed,
        profile,
        wait_replug,
        complaint,
        indicators,
        plan,
        explain_time,
        bench,
        modem,
        unattended,
        explain=explain,
        history=tuple(history or ()),
        order=order,
    )
    return run(wanted, limits_file=limits, as_json=json)


@app.command(
    help=tr("Diagnose from an Android bug report (zip or text) or a folder of single dumps."),
    epilog=tr("Example: phonebench bugreport bugreport-2026-11-20.zip --complaint 'charges slowly'"),
)
def bugreport(
    path: Annotated[Path, typer.Argument(metavar="FILE|DIR", help=tr("Bug report, dump, or folder of dumps."))],
    limits: Limits = None,
    complaint: Complaint = "",
    indicators: Indicators = None,
    json: Json = False,
) -> int:
    from agent.cli.diagnose import bugreport as run

    return run(path, limits_file=limits, as_json=json, complaint=complaint, indicators=indicators)


@app.command(
    help=tr("Say what a customer's words mean as symptom codes, which words said so, and what to advise from afar."),
    epilog=tr("Example: phonebench complaint 'charges very slowly since the update'"),
)
def complaint(
    text: Annotated[str, typer.Argument(metavar="TEXT", help=tr("In Chinese, English, German or French; - reads it."))],
    json: Json = False,
) -> int:
    from agent.cli.complaint import complaint as run

    return run(text, as_json=json)


@app.command(
    help=tr("Say what log files speak for: logcat, kernel logs, drop box, tombstones, ANR traces, bug reports."),
    epilog=tr("Examples: phonebench logs dmesg.txt --explain · adb logcat -d -b all | phonebench logs -"),
)
def logs(
    files: Annotated[
        list[str] | None,
        typer.Argument(metavar="[FILE...]", help=tr("Text, gz, zip, bug report, folder, REPORT.zip/MEMBER, or - .")),
    ] = None,
    explain: Annotated[
        bool, typer.Option("--explain", help=tr("Show what matched and why it counted or not."))
    ] = False,
    plot: Annotated[
        Path | None, typer.Option("--plot", metavar="FILE", help=tr("Draw the timeline into this .svg or .png file."))
    ] = None,
    signatures: Annotated[
        Path | None, typer.Option("--signatures", metavar="DIR", help=tr("Signatures of your own: *.toml files."))
    ] = None,
    serial: Annotated[str, typer.Option("--serial", "-s", help=tr("Read all logs of this phone instead."))] = "",
    sim_fault: Annotated[
        str, typer.Option("--sim", metavar="FAULT", help=tr("Read all logs of an emulated phone with this fault."))
    ] = "",
    seed: Seed = 1,
    profile: Profile = "",
    json: Json = False,
) -> int:
    from agent.cli.diagnose import Wanted
    from agent.cli.logs import logs as run

    wanted = Wanted(serial, False, (sim_fault,) if sim_fault else (), seed, profile) if serial or sim_fault else None
    return run(files or (), explain=explain, as_json=json, plot=plot, signatures=signatures, phone=wanted)


@app.command(
    help=tr("Diagnose a phone and keep all that it says in a cassette, personal data masked, to be served again."),
    epilog=tr("Examples: phonebench record phone.cassette · phonebench sim up --cassette phone.cassette"),
)
def record(
    out: Annotated[Path, typer.Argument(metavar="OUT", help=tr("File to write."))],
    serial: Annotated[str, typer.Option("--serial", "-s", help=tr("adb serial; not needed with one phone."))] = "",
    sim_fault: Annotated[
        str, typer.Option("--sim", metavar="FAULT", help=tr("Record an emulated phone with this fault."))
    ] = "",
    seed: Seed = 1,
    profile: Profile = "",
    limits: Limits = None,
    json: Json = False,
) -> int:
    from agent.cli.diagnose import Wanted
    from agent.cli.record import record as run

    wanted = Wanted(serial, False, (sim_fault,) if sim_fault else (), seed, profile)
    return run(wanted, out, limits_file=limits, as_json=json)


@app.command(help=tr("Go on with a run that was broken off."))
def resume(run: Run = "last", limits: Limits = None, json: Json = False) -> int:
    from agent.cli.diagnose import resume as go

    return go(run, limits_file=limits, as_json=json)


@app.command(help=tr("List the runs of this bench, newest first."))
def runs(
    number: Annotated[int, typer.Option("--number", "-n", min=1, help=tr("How many to show."))] = 20, json: Json = False
) -> int:
    from agent.cli.show import runs as run

    return run(number, as_json=json)


@app.command(help=tr("Judge a stored run again from its recordings, with other limits where given."))
def replay(run: Run = "last", limits: Limits = None, json: Json = False) -> int:
    from agent.cli.show import replay as go

    return go(run, limits_file=limits, as_json=json)


@app.command(help=tr("Compare two runs, for example before and after a repair."))
def compare(
    first: Annotated[str, typer.Argument(metavar="RUN_A")],
    second: Annotated[str, typer.Argument(metavar="RUN_B")],
    json: Json = False,
) -> int:
    from agent.cli.show import compare as run

    return run(first, second, as_json=json)


@app.command(help=tr("List the probes with what they measure and against which limits."))
def probes(json: Json = False) -> int:
    from agent.cli.show import probes as run

    return run(as_json=json)


@app.command(help=tr("Check whether this bench is set up: adb, USB, permissions, ports, disk."))
def doctor(json: Json = False) -> int:
    from agent.cli.doctor import doctor as run

    return run(as_json=json)


@app.command(
    help=tr("Check our measuring methods against published numbers: ours, theirs, and how far apart."),
    epilog=tr("Example: phonebench verify --data reference_signals"),
)
def verify(
    data: Annotated[
        Path | None,
        typer.Option(
            "--data", metavar="DIR", help=tr("Folder of published recordings, to check against those as well.")
        ),
    ] = None,
    json: Json = False,
) -> int:
    from agent.cli.verify import verify as run

    return run(data, as_json=json)


@app.command(help=tr("Print the JSON Schema of the published records."))
def schema(
    record: Annotated[
        str, typer.Argument(metavar="[RECORD]", help=tr("Which record; `phonebench schema list` names them all."))
    ] = "diagnosis",
) -> int:
    from agent.cli.show import schema as run

    return run(record)
