"""What stands around the phones of a command: the person at the terminal, the bench file, emulated hands."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from agent.cli.screen import language
from agent.station import Hands, Nobody, People, Station

if TYPE_CHECKING:
    from pathlib import Path

    from agent.rack import Rack


def real(*, bench: Path | None, modem: str, unattended: bool) -> Callable[[str], Callable[[], Station]]:
    """Return what makes the station of a phone from its USB socket: hands, instruments of the bench file, modem.

    Raises:
        BadInput: the bench file makes no sense.
    """
    hands = at_terminal(unattended=unattended)
    if bench is None:
        return lambda _socket: partial(Station, hands, modem=modem)
    from fixtures import read_bench  # instruments bring arrays: only where there is a bench file

    places = read_bench(bench)
    return lambda socket: partial(
        Station, hands, bench=places, socket=socket, port=places.hub_port(socket), modem=modem
    )


def emulated(rack: Rack, index: int, *, unattended: bool) -> Callable[[], Station]:
    """Return what makes the station of an emulated phone."""
    from agent.sim_station import emulated_station

    return partial(emulated_station, rack, index, attended=not unattended)


def at_terminal(*, unattended: bool) -> Hands:
    """The person at the terminal, or nobody where there is none."""
    if unattended:
        return Nobody()
    from agent.operator import TerminalOperator, bench_operator

    operator = bench_operator(language())
    return People(operator) if isinstance(operator, TerminalOperator) else Nobody()
