"""``python -m hwsim.modem``: serve one emulated modem until told to stop.

The first line of output says as JSON where it listens; each line of input is a request (see `control`), answered with
one line of output; the end of input ends it.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import os
import signal
import sys
import time
from pathlib import Path

from hwsim.faults import UnknownFault, effect_of, parse_faults
from hwsim.modem.control import Control
from hwsim.modem.fronts import PtyFront, Runner, listen_abstract, listen_tcp
from hwsim.modem.identity import subscription_of
from hwsim.modem.line import Line
from hwsim.modem.modem import Modem
from hwsim.modem.timeline import Timeline
from hwsim.modem.vendor import vendors

_USAGE = 64


def main(arguments: list[str] | None = None) -> int:
    """Serve, and return the exit code: 0 done, 64 a request that makes no sense."""
    options = _parser().parse_args(arguments)
    if all(place is None for place in (options.pty_link, options.tcp, options.abstract, options.usb)):
        print("hwsim.modem: give --pty-link, --tcp, --abstract or --usb", file=sys.stderr)  # noqa: T201 - the operator reads this
        return _USAGE
    try:
        asyncio.run(_serve(options))
    except (UnknownFault, OSError) as error:  # NoLiveBus is an OSError, too
        print(f"hwsim.modem: {error}", file=sys.stderr)  # noqa: T201 - the operator reads this
        return _USAGE
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m hwsim.modem", description="One emulated modem.")
    parser.add_argument("--pty-link", type=Path, metavar="PATH", help="serve a terminal under this name")
    parser.add_argument("--tcp", type=int, metavar="PORT", help="serve on this port of 127.0.0.1; 0 takes a free one")
    parser.add_argument("--abstract", metavar="NAME", help="serve on an abstract unix socket")
    parser.add_argument("--usb", type=Path, metavar="FOLDER", help="be a USB modem on an emulated bus in FOLDER")
    parser.add_argument("--vendor", choices=sorted(vendors()), default="generic")
    parser.add_argument("--sim-pin", metavar="PIN", help="the card asks for this PIN")
    parser.add_argument("--fault", default="healthy", metavar="ID[:SEVERITY][+...]")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--latency-scale", type=float, default=1.0, help="0 answers at once")
    parser.add_argument("--noise", type=float, default=0.0, metavar="RATIO", help="stray bytes for each byte sent")
    parser.add_argument("--piece-bytes", type=int, default=0, metavar="N", help="send in pieces of N bytes")
    parser.add_argument("--doubled-cr", action="store_true")
    parser.add_argument("--lost-final-cr", action="store_true")
    return parser


async def _serve(options: argparse.Namespace) -> None:
    loop = asyncio.get_running_loop()
    ailments = parse_faults(options.fault)
    if any(one.when != "constant" for one in ailments):
        raise UnknownFault("a modem without a phone has constant faults only")
    started_s = time.monotonic()
    timeline = Timeline(lambda: time.monotonic() - started_s)
    modem = Modem(
        vendor=vendors()[options.vendor],
        timeline=timeline,
        seed=options.seed,
        subscription=subscription_of(options.seed, pin=options.sim_pin or "1234", pin_asked=bool(options.sim_pin)),
        condition=effect_of((one.fault, one.severity) for one in ailments).modem,
        latency_scale=options.latency_scale,
    )
    ended = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, ended.set)
    with contextlib.ExitStack() as stack:
        runner = Runner(timeline, loop)
        stack.callback(runner.stop)
        listening: dict[str, object] = dict(await _open_fronts(options, modem, stack))
        usb = None
        if options.usb is not None:
            from hwsim.usb.stick import ModemOnUsb  # noqa: PLC0415 - most modems are on no bus

            usb = ModemOnUsb(modem, options.usb)
            listening["usb"] = dict(await usb.start())
            stack.callback(usb.stop)
        control = _ControlInput(Control(modem, ailments, usb=usb), ended)
        with contextlib.suppress(PermissionError):  # a file or the null device cannot be waited for: a signal ends it
            loop.add_reader(sys.stdin.fileno(), control.read)
        print(json.dumps(listening), flush=True)  # noqa: T201 - the one line promised
        await ended.wait()
        loop.remove_reader(sys.stdin.fileno())


async def _open_fronts(
    options: argparse.Namespace, modem: Modem, stack: contextlib.ExitStack
) -> dict[str, str | int | None]:
    line = Line(
        noise_ratio=options.noise,
        piece_bytes=options.piece_bytes,
        doubled_cr=options.doubled_cr,
        lost_final_cr=options.lost_final_cr,
        seed=options.seed,
    )
    listening: dict[str, str | int | None] = {"pid": os.getpid(), "vendor": modem.vendor.name}
    if options.pty_link is not None:
        front = PtyFront(modem, options.pty_link, line=line)
        stack.callback(front.close)
        listening |= {"pty": str(options.pty_link), "tty": front.path}
    if options.tcp is not None:
        server = await listen_tcp(modem, options.tcp, line=line)
        stack.callback(server.close)
        listening["tcp"] = server.sockets[0].getsockname()[1]
    if options.abstract is not None:
        stack.callback((await listen_abstract(modem, options.abstract, line=line)).close)
        listening["abstract"] = options.abstract
    return listening


class _ControlInput:
    def __init__(self, control: Control, ended: asyncio.Event) -> None:
        self._control = control
        self._ended = ended
        self._unread = bytearray()

    def read(self) -> None:
        """Answer all whole lines that have come."""
        data = os.read(sys.stdin.fileno(), 65536)
        if not data:
            self._ended.set()
            return
        self._unread += data
        *lines, rest = self._unread.split(b"\n")
        self._unread = bytearray(rest)
        for line in lines:
            if line.strip():
                sys.stdout.buffer.write(self._control.answer(bytes(line)))
        sys.stdout.buffer.flush()


if __name__ == "__main__":
    sys.exit(main())
