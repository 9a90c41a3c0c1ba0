"""``phonebench diagnose --socket``: a phone that does not boot, by what its USB socket, meter and boot loader show."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, cast

from agent.cli.bench import opened
from agent.cli.diagnose import show_one
from agent.dead_phone import diagnose_dead
from agent.no_boot import gather
from probes import BadInput
from probes.complaint import read_complaint

if TYPE_CHECKING:
    from fixtures import PowerMeter


def diagnose_socket(socket: str, *, bench: Path | None, complaint: str, others: bool, as_json: bool) -> int:
    """Diagnose the phone at a socket and return the exit code.

    Args:
        socket: USB socket, such as ``1-1.4``.
        bench: bench file; its power meter is read where it serves the socket.
        complaint: what the customer says.
        others: whether phones were named in another way, too.
        as_json: print JSON for programs.

    Raises:
        BadInput: other phones were named, or Android runs on this one.
        SetupError: no libusb, or the bench file's meter cannot be opened.
    """
    if others:
        raise BadInput("--socket names one phone: give no serial, --all, --sim or --order with it")
    said = read_complaint(complaint) if complaint else None
    with ExitStack() as stack:
        meter = _meter(bench, socket, stack) if bench is not None else None
        facts = gather(socket, meter=meter)
    with opened() as (home, journal):
        diagnosis = diagnose_dead(home, journal, facts, complaints=said.named if said else ())
    return show_one(diagnosis.subject, diagnosis, as_json=as_json)


def _meter(bench: Path, socket: str, stack: ExitStack) -> PowerMeter | None:
    """The meter between supply and socket, open until ``stack`` closes; None where the file names none."""
    from agent.operator import AbsentOperator
    from fixtures import Kind, read_bench

    place = read_bench(bench).of_kind(Kind.POWER_METER, serves=socket)
    return None if place is None else cast("PowerMeter", stack.enter_context(place.make(AbsentOperator())))
