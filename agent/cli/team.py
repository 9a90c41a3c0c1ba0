"""Runs side by side: one phone, one thread, one line of progress. One phone's trouble never delays another."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from typing import Final

from rich.console import Console
from rich.live import Live
from rich.table import Table
from rich.text import Text

from agent import runs
from agent.cli import entry
from agent.cli.language import tr
from agent.cli.screen import progress
from agent.crashlog import write_crash
from agent.guide import Rules
from agent.home import Home
from agent.journal import Journal, RunRow
from agent.replug import wait_for
from agent.session import Limits
from agent.stop import Stopped, StopSign
from agent.turn import TERMINAL
from probes import BenchError, Capability, Probe, ProbeResult, show
from probes.software import PROBES
from reports import MARKS, VERDICTS, Conclusion, Diagnosis, Mask, shown_name

_REDRAW_S: Final = 0.25


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of one phone: a diagnosis, or what went wrong before there could be one."""

    subject: str
    diagnosis: Diagnosis | None
    trouble: Exception | None

    @property
    def run_id(self) -> str:
        """Id of the run, empty where none was begun."""
        return self.diagnosis.run_id if self.diagnosis else ""


class Board:
    """Progress of all phones: a live table on a terminal, a line per finished probe elsewhere, nothing when quiet.

    ``prompts`` says that somebody is asked meanwhile, on the same terminal: a table would write over the questions.
    """

    def __init__(self, phones: Sequence[runs.PhoneAddress], total: int, *, quiet: bool, prompts: bool = False) -> None:
        self._console: Console | None = None if quiet else progress()
        self._prompts = prompts
        self._total = total
        self._rows: dict[str, tuple[int, str]] = {phone.key: (0, "") for phone in phones}
        self._done: dict[str, set[int]] = {phone.key: set() for phone in phones}
        self._many = len(phones) > 1

    @property
    def is_live(self) -> bool:
        """Whether there is a terminal to draw on."""
        return self._console is not None and self._console.is_terminal and not self._prompts

    def live(self) -> Live:
        """The table that is redrawn."""
        return Live(console=self._console, get_renderable=self.table, refresh_per_second=4, transient=True)

    def told(self, key: str, seq: int, probe: Probe, result: ProbeResult | None) -> None:
        """Take notice of a probe that begins or has ended (it is durable then)."""
        console = self._console
        if console is None:
            return
        if result is None:
            self._rows[key] = (self._rows[key][0], tr(probe.meta.purpose))
            return
        self._done[key].add(seq)  # probes that run side by side end in any order
        done = len(self._done[key])
        self._rows[key] = (done, tr(probe.meta.purpose))
        if not self.is_live:
            who = f"{_who(key)} " if self._many else ""
            words = tr(VERDICTS[result.verdict])
            line = Text(f"{who}[{done}/{self._total}] {MARKS[result.verdict]} {probe.meta.id}: {words}")
            TERMINAL.tell(lambda: console.print(line))

    def waits(self, key: str, wait_s: float) -> None:
        """Ask for a phone that was pulled out: at once, whatever else is asked just then, as its time runs."""
        words = tr("the phone is gone: plug it in again within {seconds} s").format(seconds=f"{wait_s:g}")
        self._rows[key] = (self._rows[key][0], words)
        if self._console is not None and not self.is_live:
            self._console.print(Text(f"{_who(key)} {words}"))

    def table(self) -> Table:
        """One row a phone."""
        table = Table.grid(padding=(0, 2))
        for key, (done, purpose) in self._rows.items():
            bar = "█" * done + "░" * (self._total - done)
            table.add_row(Text(_who(key)), Text(bar, style="cyan"), Text(f"{done}/{self._total}"), Text(purpose))
        return table


def _who(key: str) -> str:
    """Which phone, for a line of progress: its socket where it has one, its serial number masked."""
    return " ".join(shown_name(show(word, 40)) for word in key.split(" "))


def run_team(
    home: Home,
    journal: Journal,
    phones: Sequence[runs.PhoneAddress],
    limits: tuple[Limits, str],
    *,
    quiet: bool,
    replug_s: float = 0.0,
    resumed: RunRow | None = None,
    complaints: tuple[str, ...] = (),
    probes: tuple[Probe, ...] = PROBES,
    rules: Rules | None = None,
    contexts: tuple[str, ...] = (),
    order: str = "",
    begins: Callable[[runs.PhoneAddress, str], None] = lambda *_: None,
) -> list[Outcome]:
    """Diagnose phones side by side; what the operator stops ends at once and can be resumed.

    A phone that is pulled out is waited for ``replug_s`` seconds, and its run goes on where it was.
    ``complaints`` are symptom codes of what the customer says; ``probes`` are those that the plan is made of, ``rules``
    how its order is found, ``contexts`` what is known of the phone's history, ``order`` the ticket of the work order.
    ``begins`` is told the phone and the id of each new run right before the journal knows of it.
    """
    prompts = any(Capability.OPERATOR in probe.meta.wants for probe in probes)
    board = Board(phones, len(resumed.plan if resumed else probes), quiet=quiet, prompts=prompts)
    stop = StopSign()

    def one(phone: runs.PhoneAddress) -> Outcome:
        orders = runs.Orders(
            *limits,
            watch=lambda seq, probe, result: board.told(phone.key, seq, probe, result),
            stop=stop,
            begins=lambda run_id: begins(phone, run_id),
            complaints=complaints,
            probes=probes,
            rules=rules or Rules(),
            contexts=contexts,
            order=order,
        )
        try:
            diagnosis = runs.diagnose_phone(home, journal, phone, orders, resumed)
            if diagnosis.conclusion is Conclusion.BENCH_TROUBLE and replug_s > 0:
                board.waits(phone.key, replug_s)
                back = wait_for(phone, replug_s, stop)
                if back is not None:
                    diagnosis = runs.diagnose_phone(home, journal, back, orders, journal.run(diagnosis.run_id))
            return Outcome(phone.serial, diagnosis, None)
        except (BenchError, Stopped) as error:
            return Outcome(phone.serial, None, error)
        except Exception as error:  # noqa: BLE001  a mistake of ours on one phone does not take the others' results
            return Outcome(phone.serial, None, _mistake(error, phone))

    with ThreadPoolExecutor(max_workers=len(phones), thread_name_prefix="phone") as pool:
        futures = [pool.submit(one, phone) for phone in phones]
        try:
            _watch(board, futures)
        except KeyboardInterrupt:
            _stop(stop, futures)
    return [future.result() for future in futures]


def _mistake(error: Exception, phone: runs.PhoneAddress) -> BenchError:
    """A mistake of ours, as what went wrong with one phone; its traceback goes to a file."""
    said = Mask((phone.serial,)).text(show(str(error)))
    what = f"a mistake in phonebench ({type(error).__name__}: {said}), details in {write_crash(error)}"
    return BenchError(what, device=show(phone.serial, 60))


def _watch(board: Board, futures: Sequence[Future[Outcome]]) -> None:
    open_ones = set(futures)
    if not board.is_live:
        while open_ones:
            _, open_ones = wait(open_ones, timeout=_REDRAW_S, return_when=FIRST_COMPLETED)
        return
    with board.live():
        while open_ones:
            _, open_ones = wait(open_ones, timeout=_REDRAW_S, return_when=FIRST_COMPLETED)


def _stop(stop: StopSign, futures: Sequence[Future[Outcome]]) -> None:
    """Close all links and wait for the threads to see it; a second Ctrl-C does not wait."""
    try:
        stop.put_up()
        wait(futures)
    except KeyboardInterrupt:
        os._exit(entry.INTERRUPTED)
