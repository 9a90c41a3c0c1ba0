"""Commands that talk to sockets: ``nc``, as far as a phone on a bench uses it."""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from hwsim.phone.phone import HostCall
    from hwsim.shell_commands.process import Process

_HERE = ("localhost", "127.0.0.1")


async def run_nc(process: Process) -> int:
    """Connect to a port of the phone itself; only those that adb reverses to the host have a listener."""
    words = [word for word in process.arguments if not word.startswith("-")]
    if len(words) != len(("host", "port")):
        return process.fail("Need 2 arguments")
    host, port = words
    call = process.phone.call_host(f"tcp:{port}") if host in _HERE else None
    if call is None or not await call.opened():
        return process.fail(f"connect: {'Connection refused' if host in _HERE else 'Network is unreachable'}")
    talker = asyncio.ensure_future(_talk(process, call))
    try:
        while data := await call.read():  # the other side decides when it is over
            process.out_bytes(bytes(data))
            await process.stdout.flush()
    finally:
        talker.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await talker
        call.close()
    return 0


async def _talk(process: Process, call: HostCall) -> None:
    while piece := await process.stdin.read():
        await call.write(piece)
