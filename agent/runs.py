"""Runs from start to diagnosis: of a live phone, of a bug report, resumed after a kill, replayed from what was kept."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, astuple, dataclass, field
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path
from typing import Final, Literal

from agent import localizer
from agent.benches import LiveBench, Recorder, ReplayBench, ReportBench, StationedBench, StoredRecordings
from agent.capture import Gear, load_tools
from agent.cassettes import Tape, TapedLink
from agent.dumps import open_dumps
from agent.guide import Guide, Rules
from agent.home import Home
from agent.journal import Journal, RunRow, new_run_id
from agent.ledger import open_ledger
from agent.leftovers import remove_leftovers
from agent.limits import DECLARED
from agent.links import AdbLink, AdbServer, Exchange, Lease
from agent.memory import give_back
from agent.plan import known_probes, make_plan, probes_by_id
from agent.safety import Guard
from agent.scheduler import Slot
from agent.session import NOT_NEEDED, WITHHELD, Lend, Limits, Progress, Watcher, always, is_open, run_plan, run_probe
from agent.station import Station
from agent.stop import StopSign
from agent.store import Store
from probes import BadInput, Probe, ProbeResult, Resource
from probes.software import PROBES
from reports import Choice, Diagnosis, NotTested

Source = Literal["adb", "bugreport", "replay", "usb"]
# kept as events, so that a replay knows of them, too
_CUT_OFF: Final = "report_cut_off"
_COMPLAINT: Final = "complaint"
_CONTEXTS: Final = "contexts"
_CHOICES: Final = "choices"
_ORDER: Final = "order"
_RESTORED: Final = "settings_restored"
_REMOVED: Final = "file_removed"
SCHEDULE: Final = "schedule"
"""Kind of the event that says when each probe ran."""
_WORKERS: Final = 12  # probes of one phone side by side: they wait for the phone far more than they compute


@dataclass(frozen=True, slots=True)
class Orders:
    """How a run is to be judged and who watches it.

    ``begins`` is told the id of a new run right before the journal knows of it; ``complaints`` are symptom codes of
    what the customer says; ``probes`` are those that a plan is made of; ``rules`` say how its order is found;
    ``contexts`` are what is known of the phone's history, by id in the knowledge files.
    ``order`` is the ticket of the work order that the run is made for. ``tape`` keeps what a live phone says.
    """

    limits: Limits = field(default_factory=dict)
    limits_name: str = DECLARED
    watch: Watcher = lambda *_: None
    stop: StopSign = field(default_factory=StopSign)
    begins: Callable[[str], None] = lambda _run_id: None
    tape: Tape | None = None
    complaints: tuple[str, ...] = ()
    probes: tuple[Probe, ...] = PROBES
    rules: Rules = field(default_factory=Rules)
    contexts: tuple[str, ...] = ()
    order: str = ""


@dataclass(frozen=True, slots=True)
class PhoneAddress:
    """Where a live phone is: its adb server, the names that the server gave it, and what stands around it."""

    server: AdbServer
    serial: str
    key: str
    transport_id: int | None = None
    around: Callable[[], Station] = Station


def agent_version() -> str:
    """Version of the agent that runs."""
    return metadata.version("phonebench")


def diagnose_phone(
    home: Home, journal: Journal, phone: PhoneAddress, orders: Orders, resumed: RunRow | None = None
) -> Diagnosis:
    """Run the plan on a live phone, or go on with a run that was broken off.

    Raises:
        SetupError: the phone cannot be used as it is; nothing was journalled.
        LinkError: somebody else holds the phone, or it cannot be reached.
        StoreError: evidence or journal cannot be written.
    """
    give_back()
    with Lease(home.leases, phone.key, what="phonebench diagnose"):
        trace: list[Exchange] = []
        link = _link(phone, orders.tape, trace)
        with orders.stop.closes(link), link:
            run = resumed or _begin(journal, "adb", phone.serial, orders)
            store = Store(home.run_dir(run.id))
            if resumed is not None:
                _same_phone(link, store, journal.results(run.id))
            try:
                with Gear(link, load_tools()) as gear, phone.around() as station:
                    lend = _equipped(home, journal, run, link, gear=gear, station=station)
                    return _go(journal, run, lend, orders, workers=_WORKERS)
            finally:
                journal.note(run.id, "trace", json.dumps([astuple(exchange) for exchange in trace]))


def _equipped(home: Home, journal: Journal, run: RunRow, link: AdbLink, *, gear: Gear, station: Station) -> Lend:
    """Give each probe a bench of its own on the one phone; what an earlier run left changed is put back first."""
    store, ledger = Store(home.run_dir(run.id)), open_ledger(home.settings, link)
    for change in ledger.restore(link):
        journal.note(run.id, _RESTORED, json.dumps(asdict(change)))
    for name in remove_leftovers(link):
        journal.note(run.id, _REMOVED, name)

    def lend(probe: Probe) -> tuple[StationedBench, Recorder]:
        recorder = Recorder(store)
        guard = Guard(link, probe.meta.risk, charges=Resource.USB_CURRENT in probe.meta.resources)
        keeps = Resource.OPERATOR in probe.meta.resources
        return StationedBench(link, recorder, gear, ledger, guard, station=station, keeps_hands=keeps), recorder

    return lend


def _link(phone: PhoneAddress, tape: Tape | None, trace: list[Exchange]) -> AdbLink:
    if tape is None:
        return AdbLink(phone.server, phone.serial, transport_id=phone.transport_id, trace=trace.append)
    link = TapedLink(phone.server, phone.serial, transport_id=phone.transport_id, trace=trace.append)
    link.tape = tape
    return link


def diagnose_report(
    home: Home, journal: Journal, path: Path, orders: Orders, resumed: RunRow | None = None
) -> Diagnosis:
    """Run the plan on a bug report or a folder of dumps.

    Raises:
        BadInput: the report cannot be read, or is not the one of the run to go on with.
        StoreError: evidence or journal cannot be written.
    """
    dumps = open_dumps(path)
    if resumed is not None and not resumed.subject.endswith(dumps.sha256[:12]):
        raise BadInput(f"{dumps.name} is not the report of run {resumed.id} ({resumed.subject})", step="resume")
    run = resumed or _begin(journal, "bugreport", f"{dumps.name} {dumps.sha256[:12]}", orders)
    recorder = Recorder(Store(home.run_dir(run.id)))
    if dumps.is_truncated and resumed is None:
        journal.note(run.id, _CUT_OFF, dumps.name)
    return _go(journal, run, always(ReportBench(dumps, recorder), recorder), orders)


def replay(home: Home, journal: Journal, run: RunRow, orders: Orders) -> tuple[Diagnosis, tuple[str, ...]]:
    """Judge a stored run again from its recordings alone, with other limits where given.

    Returns:
        The diagnosis, and the measurements (``probe:name``) whose value is not what it was then.

    Raises:
        StoreError: a recording is missing or not what was recorded.
    """
    store = Store(home.run_dir(run.id))
    stored = journal.results(run.id)
    again = tuple(_replayed(result, store, orders) for result in stored)
    changed = tuple(
        f"{before.probe}:{old.name}"
        for before, after in zip(stored, again, strict=True)
        for old, new in zip(before.measurements, after.measurements, strict=False)
        if (old.name, old.value) != (new.name, new.value)
    )
    return localizer.conclude(_facts(journal, run, "replay", orders), again, localizer.load_knowledge()), changed


def conclude_again(journal: Journal, run: RunRow, further: Sequence[ProbeResult], orders: Orders) -> Diagnosis:
    """Conclude a stored run with results that came later, such as what a remedy cleared, and store the diagnosis."""
    results = (*journal.results(run.id), *further)
    source: Source = "bugreport" if run.source == "bugreport" else "adb"
    diagnosis = localizer.conclude(_facts(journal, run, source, orders), results, localizer.load_knowledge())
    journal.finish(run.id, diagnosis.model_dump_json(), is_whole=not any(is_open(result) for result in results))
    return diagnosis


def _replayed(result: ProbeResult, store: Store, orders: Orders) -> ProbeResult:
    probe = next(iter(probes_by_id((result.probe,), known_probes(orders.probes))), None)
    if probe is None or is_open(result) or result.reason in {*WITHHELD, NOT_NEEDED}:
        return result
    bench = ReplayBench(result.recordings, store)
    again = run_probe(probe, bench, StoredRecordings(result.recordings), orders.limits)
    same: dict[str, object] = {"started_at": result.started_at, "duration_ns": result.duration_ns}
    if result.trouble is not None and again.trouble is not None and result.trouble.code == again.trouble.code:
        same["trouble"] = result.trouble  # it names the phone or report, not the stored run
    return again.model_copy(update=same)


def _begin(journal: Journal, source: Source, subject: str, orders: Orders) -> RunRow:
    run_id = new_run_id(datetime.now(UTC))
    orders.begins(run_id)
    journal.begin(
        run_id=run_id,
        source=source,
        subject=subject,
        plan=tuple(probe.meta.id for probe in make_plan(orders.probes)),
        agent_version=agent_version(),
    )
    if orders.complaints:
        journal.note(run_id, _COMPLAINT, json.dumps(orders.complaints))
    if orders.contexts:
        journal.note(run_id, _CONTEXTS, json.dumps(orders.contexts))
    if orders.order:
        journal.note(run_id, _ORDER, orders.order)
    return journal.run(run_id)


def _go(journal: Journal, run: RunRow, lend: Lend, orders: Orders, *, workers: int = 1) -> Diagnosis:
    done: Mapping[str, ProbeResult] = {result.probe: result for result in journal.results(run.id)}
    progress = Progress(journal, run.id, done)
    slots: list[Slot] = []
    before = _facts(journal, run, "adb", orders)
    guide = Guide(localizer.load_knowledge(), orders.rules, before.complaints, before.contexts)
    results = run_plan(
        probes_by_id(run.plan, known_probes(orders.probes)),
        lend,
        progress,
        limits=orders.limits,
        watch=orders.watch,
        stop=orders.stop,
        workers=workers,
        clocked=slots.append,
        guide=guide,
    )
    journal.note(run.id, _CHOICES, json.dumps([choice.model_dump(mode="json") for choice in guide.choices]))
    journal.note(run.id, SCHEDULE, json.dumps([asdict(slot) for slot in slots]))
    source: Source = "bugreport" if run.source == "bugreport" else "adb"
    diagnosis = localizer.conclude(_facts(journal, run, source, orders), results, localizer.load_knowledge())
    journal.finish(run.id, diagnosis.model_dump_json(), is_whole=not any(is_open(result) for result in results))
    return diagnosis


def _facts(journal: Journal, run: RunRow, source: Source, orders: Orders) -> localizer.RunFacts:
    events = journal.events(run.id)
    cut_off = [event.data for event in events if event.kind == _CUT_OFF]
    said, known, chosen = (
        [row for event in events if event.kind == kind for row in json.loads(event.data)]
        for kind in (_COMPLAINT, _CONTEXTS, _CHOICES)
    )
    return localizer.RunFacts(
        run_id=run.id,
        created_at=datetime.fromisoformat(run.created_at),
        source=source,
        subject=run.subject,
        agent_version=agent_version(),
        limits=orders.limits_name,
        gaps=tuple(NotTested(what=name, reason=_CUT_OFF) for name in cut_off),
        complaints=tuple(dict.fromkeys(said)),
        contexts=tuple(dict.fromkeys(known)),
        choices=tuple(Choice.model_validate(row) for row in chosen),
        order=next((event.data for event in events if event.kind == _ORDER), ""),
    )


def _same_phone(link: AdbLink, store: Store, results: Sequence[ProbeResult]) -> None:
    """Refuse to go on with a run on another phone: an address says little, the phone's own serial more."""
    then = next((str(taken.value) for result in results for taken in result.measurements if taken.name == "serial"), "")
    if not then or then == "None":
        return
    recorder = Recorder(store)
    recorder.start("resume")
    now = LiveBench(link, recorder).shell("getprop", "ro.serialno").out.parse(str.strip)
    if now != then:
        raise BadInput("this is another phone than the one of the run to go on with", step="resume")
