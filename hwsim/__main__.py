"""``python -m hwsim``: serve emulated phones, or list faults and profiles."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import os
import signal
import sys
import tempfile
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from hwsim.adbd.chaos import BY_CHANCE
from hwsim.faults import UnknownFault, library
from hwsim.phone.profile import profiles
from hwsim.split import held_out_bins, held_out_profiles, listing

if TYPE_CHECKING:
    from hwsim.cassette.rack import TapeRack

_USAGE = 64


def main(arguments: list[str] | None = None) -> int:
    """Run one command and return its exit code: 0 done, 64 a plan that makes no sense."""
    options = _parser().parse_args(arguments)
    if options.command == "faults":
        return _list_faults(as_json=options.json)
    if options.command == "split":
        print(json.dumps(listing(list(profiles()), list(library())), indent=1))  # noqa: T201 - the command's output
        return 0
    if options.command == "profiles":
        return _list_profiles(as_json=options.json)
    if options.command == "cassette":
        return _serve_tapes(options)
    return _serve(options)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m hwsim", description="Emulated phones behind the real adb protocol."
    )
    commands = parser.add_subparsers(dest="command", required=True)
    for name, text in (("faults", "list the fault library"), ("profiles", "list the kinds of phone")):
        listing = commands.add_parser(name, help=text)
        listing.add_argument("--json", action="store_true")
    commands.add_parser("split", help="tell as JSON which profiles and severities are held out")
    tapes = commands.add_parser("cassette", help="serve recorded phones until told to stop")
    tapes.add_argument("files", nargs="+", type=Path, metavar="FILE", help="one phone for each cassette")
    tapes.add_argument("--base-port", type=int, default=0, help="0 takes free ports")
    tapes.add_argument("--control", type=Path, help="path of the control socket")
    tapes.add_argument("--until-eof", action="store_true", help="stop when standard input ends")
    serve = commands.add_parser("serve", help="serve phones until told to stop")
    serve.add_argument("--phones", type=int, default=1)
    serve.add_argument(
        "--fault", action="append", default=[], metavar="ID[:SEVERITY][@WHEN][+...]", help="one for all, or one each"
    )
    serve.add_argument("--profile")
    serve.add_argument("--seed", type=int, default=1)
    serve.add_argument("--base-port", type=int, default=0, help="0 takes free ports")
    serve.add_argument("--control", type=Path, help="path of the control socket")
    serve.add_argument("--state", choices=("online", "unauthorized", "offline"), default="online")
    serve.add_argument("--speed", type=float, default=1.0, help="simulated seconds per second")
    serve.add_argument("--boot-s", type=float, default=2.0, help="real seconds that a reboot takes")
    serve.add_argument("--chaos", action="append", default=[], choices=BY_CHANCE, help="what may happen to an answer")
    serve.add_argument("--chaos-ratio", type=float, default=0.1, help="share of the answers that it happens to")
    serve.add_argument("--unplug-rate", type=float, default=0.0, help="pulls of each cable a minute, on average")
    serve.add_argument("--modems", type=Path, metavar="FOLDER", help="serve the modems on FOLDER/modemN and TCP")
    serve.add_argument("--fastboot", action="store_true", help="serve the boot loaders on TCP ports, too")
    serve.add_argument(
        "--usb", type=Path, metavar="FOLDER", help="put the phones on an emulated USB bus in FOLDER, too"
    )
    serve.add_argument("--usb-mode", default="adb", help="what they are there: adb, mtp+adb, fastboot, edl ...")
    serve.add_argument("--sound", type=Path, metavar="FOLDER", help="serve a sound card for each phone's bench")
    serve.add_argument("--until-eof", action="store_true", help="stop when standard input ends")
    return parser


def _list_faults(*, as_json: bool) -> int:
    rows = [fault.row() | {"held_out_bins": held_out_bins(fault.id)} for fault in library().values()]
    if as_json:
        print(json.dumps(rows, indent=1))  # noqa: T201 - the command's output
        return 0
    for row in rows:
        part = row["truth"] + (f" ({row['function']})" if row["function"] else "")
        head = f"{row['id']:32} {part:22} {row['fault_from']:4.2f} {row['seen_from']:10}"
        print(f"{head} {row['reason']}")  # noqa: T201 - the command's output
    return 0


def _list_profiles(*, as_json: bool) -> int:
    known = profiles().values()
    if as_json:
        out = held_out_profiles(list(profiles()))
        rows = [asdict(profile) | {"held_out": profile.name in out} for profile in known]
        print(json.dumps(rows, indent=1, ensure_ascii=False))  # noqa: T201 - the command's output
        return 0
    for profile in known:
        print(f"{profile.name:14} Android {profile.release:4} {profile.manufacturer} {profile.model}")  # noqa: T201 - output
    return 0


def _serve(options: argparse.Namespace) -> int:
    from hwsim.rack import BadRack, Rack, RackPlan  # noqa: PLC0415 - listings need no phones

    plan = RackPlan(
        phones=options.phones,
        faults=options.fault,
        profile=options.profile,
        seed=options.seed,
        base_port=options.base_port,
        state=options.state,
        speed=options.speed,
        boot_s=options.boot_s,
        chaos=tuple(options.chaos),
        chaos_ratio=options.chaos_ratio,
        unplugs_per_min=options.unplug_rate,
        modems=options.modems,
        fastboot=options.fastboot,
        sound=options.sound,
        usb=options.usb,
        usb_mode=options.usb_mode,
        tell=_tell,
    )
    try:
        rack = Rack(plan)
    except (BadRack, UnknownFault) as error:
        print(f"hwsim: {error}", file=sys.stderr)  # noqa: T201 - the operator reads this
        return _USAGE
    with contextlib.ExitStack() as stack:
        path = options.control
        if path is None:
            path = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="hwsim-"))) / "control"
        asyncio.run(_serve_rack(rack, path, until_eof=options.until_eof))
    return 0


def _serve_tapes(options: argparse.Namespace) -> int:
    from hwsim.cassette.rack import TapeRack  # noqa: PLC0415 - other commands need no cassettes
    from hwsim.cassette.tape import BadCassette  # noqa: PLC0415 - as above

    try:
        rack = TapeRack(options.files, base_port=options.base_port, tell=_tell)
    except BadCassette as error:
        print(f"hwsim: {error}", file=sys.stderr)  # noqa: T201 - the operator reads this
        return _USAGE
    with contextlib.ExitStack() as stack:
        path = options.control
        if path is None:
            path = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="hwsim-"))) / "control"
        asyncio.run(_play_tapes(rack, path, until_eof=options.until_eof))
    return 0


async def _play_tapes(rack: TapeRack, path: Path, *, until_eof: bool) -> None:
    from hwsim.cassette.rack import TapeControl  # noqa: PLC0415 - other commands need no cassettes

    ended = _end_of_serving(until_eof=until_eof)
    control = TapeControl(rack, path, on_stop=ended.set)
    await rack.start()
    await control.start()
    print(json.dumps({"phones": rack.hello(), "control": str(path)}), flush=True)  # noqa: T201 - the one line promised
    await ended.wait()
    control.stop()
    rack.stop()


def _end_of_serving(*, until_eof: bool) -> asyncio.Event:
    """Return an event that a signal sets, or the end of standard input."""
    ended = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, ended.set)
    if until_eof:
        _end_with_input(loop, ended)
    return ended


async def _serve_rack(rack: object, path: Path, *, until_eof: bool) -> None:
    from hwsim.control import ControlServer  # noqa: PLC0415 - listings need no sockets
    from hwsim.rack import Rack  # noqa: PLC0415 - listings need no phones

    if not isinstance(rack, Rack):
        raise TypeError("a rack was expected")
    ended = _end_of_serving(until_eof=until_eof)
    await rack.start()
    control = ControlServer(rack, path, on_stop=ended.set)
    await control.start()
    phones = [
        {"index": index, "port": unit.server.port, "serial": unit.phone.identity.serial}
        | ({"modem": unit.modem_at} if unit.modem_at else {})
        | ({"sound": rack.sound.client(index)} if rack.sound is not None else {})
        | ({"fastboot": unit.fastboot.port} if unit.fastboot is not None else {})
        | ({"usb": unit.usb.path} if unit.usb is not None else {})
        for index, unit in enumerate(rack.units)
    ]
    bus = {} if rack.usb is None else {"usb": dict(rack.usb.environment)}
    print(json.dumps({"phones": phones, "control": str(path), **bus}), flush=True)  # noqa: T201 - the one line promised
    await ended.wait()
    control.stop()
    rack.stop()


def _tell(event: dict[str, object]) -> None:
    with contextlib.suppress(BrokenPipeError):  # nobody listens any more
        print(json.dumps(event), flush=True)  # noqa: T201 - what chance did, for whoever asked for it


def _end_with_input(loop: asyncio.AbstractEventLoop, ended: asyncio.Event) -> None:
    """Let the end of standard input end the rack; a closed one, a file or ``/dev/null`` is at its end already."""
    if sys.stdin is None:
        ended.set()
        return
    try:
        loop.add_reader(sys.stdin.fileno(), _on_input, loop, ended)
    except PermissionError:  # nothing that could be waited for
        ended.set()


def _on_input(loop: asyncio.AbstractEventLoop, ended: asyncio.Event) -> None:
    if not os.read(sys.stdin.fileno(), 4096):
        loop.remove_reader(sys.stdin.fileno())
        ended.set()


if __name__ == "__main__":
    sys.exit(main())
