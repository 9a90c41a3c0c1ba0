"""The commands and their options. Each imports what it needs when it runs."""

# Typer reads annotations at run time, so they are not postponed here.
import sys
from pathlib import Path
from typing import Annotated

import typer

from agent.cli import bench_commands, fixtures, remedy_command, usb
from agent.cli.cassette import cassette
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
sim = typer.Typer(no_args_is_help=True, rich_markup_mode=None, help=tr("Emulated phones that any adb client can use."))
app.add_typer(sim, name="sim")
remedy_command.add_to(app)
fixtures.add_to(app)
usb.add_to(app)
bench_commands.add_to(app)
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
    plan: Annotated[
        str, typer.Option("--plan", metavar="NAME|FILE", help=tr("software, quick, standard, long, or a file."))
    ] = "software",
    explain_time: Annotated[
        bool, typer.Option("--explain-time", help=tr("Show which probes made the run as long as it was."))
    ] = False,
    json: Json = False,
) -> int:
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


@app.command(help=tr("Show the diagnosis of a run again."))
def report(run: Run = "last", json: Json = False) -> int:
    from agent.cli.show import report as go

    return go(run, as_json=json)


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
        str, typer.Argument(metavar="[RECORD]", help=tr("diagnosis, triage, probe_result, consent or backup_answer."))
    ] = "diagnosis",
) -> int:
    from agent.cli.show import schema as run

    return run(record)


@sim.command("faults", help=tr("List the faults that an emulated phone can have."))
def sim_faults(json: Json = False) -> int:
    from agent.cli.sim import faults as run

    return run(as_json=json)


@sim.command(
    "up",
    help=tr("Serve emulated phones until stopped; connect with `adb connect`."),
    epilog=tr("Example: phonebench sim up --phones 3 --fault battery.worn"),
)
def sim_up(
    phones: Annotated[int, typer.Option("--phones", min=1, max=256, help=tr("How many."))] = 1,
    fault: Annotated[
        list[str] | None,
        typer.Option("--fault", metavar="NAME", help=tr("Fault of the phones, one for all or one each.")),
    ] = None,
    seed: Seed = 1,
    profile: Profile = "",
    base_port: Annotated[int, typer.Option("--base-port", help=tr("First TCP port; 0 takes free ones."))] = 16000,
    unplug_rate: Annotated[
        float, typer.Option("--unplug-rate", min=0, max=600, help=tr("Pulls of each cable a minute, by chance."))
    ] = 0.0,
    chaos: Annotated[
        list[str] | None,
        typer.Option(
            "--chaos",
            metavar="slow|cut|reset|garbage|truncate",
            help=tr("What may happen to an answer, by chance; may be given many times."),
        ),
    ] = None,
    chaos_ratio: Annotated[
        float, typer.Option("--chaos-ratio", min=0, max=1, help=tr("Share of the answers that chaos happens to."))
    ] = 0.1,
    modem: Annotated[
        bool, typer.Option("--modem", help=tr("Serve the phones' AT modems, too, on a terminal and a TCP port each."))
    ] = False,
    fastboot: Annotated[
        bool, typer.Option("--fastboot", help=tr("Serve the boot loaders, too: for `adb reboot bootloader`."))
    ] = False,
    usb: OnUsb = False,
    usb_mode: UsbMode = "adb",
    sound: SoundCards = False,
    cassettes: Cassettes = None,
    speed: Annotated[
        float, typer.Option("--speed", min=0.01, max=1000, help=tr("Seconds of the phones in one of ours."))
    ] = 1.0,
    json: Json = False,
) -> int:
    from agent.cli.sim import up as run
    from agent.rack import RackSpec

    spec = RackSpec(
        faults=tuple(fault or ("healthy",)),
        phones=phones,
        seed=seed,
        profile=profile,
        base_port=base_port,
        chaos=tuple(chaos or ()),
        chaos_ratio=chaos_ratio,
        unplugs_per_min=unplug_rate,
        modems=modem,
        speed=speed,
        cassettes=tuple(str(path) for path in cassettes or ()),
        fastboot=fastboot,
        sound=sound,
        usb=usb,
        usb_mode=usb_mode,
    )
    return run(spec, as_json=json)
