"""What these tests share: bytes as a command gave them, and a reader of the input nodes beside other commands."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from hwsim.render.shell_state import shell_state
from tests.hwsim.rig import DEADLINE_S, MemoryTerminal

if TYPE_CHECKING:
    from collections.abc import Callable

    from hwsim.unit import Unit


def run_bytes(unit: Unit, line: str) -> bytes:
    terminal = MemoryTerminal()
    assert asyncio.run(asyncio.wait_for(unit.run(line, terminal), DEADLINE_S)) == 0
    return bytes(terminal.out_bytes)


async def start_reader(unit: Unit, line: str, terminal: MemoryTerminal) -> asyncio.Future[int]:
    """Start a ``getevent`` and come back when it reads the nodes."""
    reader = asyncio.ensure_future(unit.run(line, terminal))
    hub = shell_state(unit.phone).hub
    while not hub.reader_count and not reader.done():  # noqa: ASYNC110 - the kernel, too, does not tell who reads
        await asyncio.sleep(0)
    return reader


def watch_input(unit: Unit, line: str, act: Callable[[], object], *, beside: str = "") -> str:
    """Run a ``getevent`` that ends by itself (``-c``); when it reads, run another command line and act."""
    terminal = MemoryTerminal()

    async def both() -> None:
        reader = await start_reader(unit, line, terminal)
        if beside:
            await unit.run(beside, MemoryTerminal())
        act()
        assert await reader == 0

    asyncio.run(asyncio.wait_for(both(), DEADLINE_S))
    return terminal.out_bytes.decode()
