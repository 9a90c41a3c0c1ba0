"""The commands of ``phonebench sim``: emulated phones that any client can use."""

# Typer reads annotations at run time, so they are not postponed here.
from typing import Annotated

import typer

from agent.cli.language import tr
from agent.cli.options import Cassettes, Json, OnUsb, Profile, Seed, SoundCards, UsbMode

sim = typer.Typer(no_args_is_help=True, rich_markup_mode=None, help=tr("Emulated phones that any adb client can use."))


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
