"""``python -m hwsim.instruments KIND``: one instrument beside one emulated phone that has no other wire.

The first line of output says as JSON where it answers; the end of input or a signal ends it.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import signal
import sys

from hwsim.faults import UnknownFault
from hwsim.instruments.attach import KINDS, CannotAttach, Instruments
from hwsim.rack import BadRack, Rack, RackPlan

_USAGE = 64


def main(arguments: list[str] | None = None) -> int:
    """Serve, and return the exit code: 0 done, 64 a request that makes no sense."""
    parser = argparse.ArgumentParser(prog="python -m hwsim.instruments", description="One instrument of a bench.")
    parser.add_argument("kind", choices=KINDS)
    parser.add_argument("--pty", metavar="PATH", help="serve a terminal under this name, too")
    parser.add_argument("--tcp", type=int, default=0, metavar="PORT", help="0 takes a free one")
    parser.add_argument("--profile")
    parser.add_argument("--fault", default="healthy", metavar="ID[:SEVERITY]")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args(arguments)
    try:
        rack = Rack(RackPlan(faults=[options.fault], profile=options.profile, seed=options.seed))
        asyncio.run(_serve(rack, options))
    except (BadRack, UnknownFault, CannotAttach) as error:
        print(f"hwsim.instruments: {error}", file=sys.stderr)  # noqa: T201 - the operator reads this
        return _USAGE
    return 0


async def _serve(rack: Rack, options: argparse.Namespace) -> None:
    ended, loop = asyncio.Event(), asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, ended.set)
    instruments = Instruments(rack.units)
    found = await instruments.attach(rack.units[0], options.kind, link=options.pty, port=options.tcp)
    loop.add_reader(sys.stdin.fileno(), _read, ended)
    print(json.dumps({"kind": options.kind, **found}), flush=True)  # noqa: T201 - the one line promised
    await ended.wait()
    instruments.close()


def _read(ended: asyncio.Event) -> None:
    if not os.read(sys.stdin.fileno(), 4096):
        ended.set()


if __name__ == "__main__":
    sys.exit(main())
