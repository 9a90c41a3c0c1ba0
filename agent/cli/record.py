"""``phonebench record``: a run on a phone, and all that the phone said in a cassette."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path

from agent import runs
from agent.cassettes import Tape
from agent.cli import diagnose
from agent.cli.bench import opened
from agent.cli.cassette import require_place, tell


def record(wanted: diagnose.Wanted, out: Path, *, limits_file: Path | None, as_json: bool) -> int:
    """Diagnose a phone and keep all that it says; return the exit code of the diagnosis."""
    require_place(out)
    tape = Tape()
    with opened() as (home, journal), ExitStack() as stack:
        phone = diagnose.one_phone(wanted, stack)
        orders = runs.Orders(*diagnose.read_limits_of(limits_file), tape=tape)
        try:
            diagnosis = runs.diagnose_phone(home, journal, phone, orders)
        finally:
            if tape.exchanges:
                tape.save(out)  # also what a run said that broke off
                tell(out, tape.exchanges)
    return diagnose.show_one(phone.serial, diagnosis, as_json=as_json)
