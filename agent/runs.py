"""Runs from start to diagnosis: of a live phone, of a bug report, resumed after a kill, replayed from what was kept."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import astuple, dataclass, field
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path
from typing import Final, Literal

from agent.benches import LiveBench, Recorder, ReplayBench, ReportBench, StoredRecordings
from agent.dumps import open_dumps
from agent.home import Home
from agent.journal import Journal, RunRow, new_run_id
from agent.limits import DECLARED
from agent.links import AdbLink, AdbServer, Exchange, Lease
from agent.localizer import RunFacts, conclude, load_knowledge
from agent.plan import make_plan, probes_by_id
from agent.session import Limits, Progress, Watcher, is_open, run_plan, run_probe
from agent.stop import StopSign
from agent.store import Store
from probes import BadInput, Bench, ProbeResult
from reports import Diagnosis, NotTested

Source = Literal["adb", "bugreport", "replay"]
_CUT_OFF: Final = "report_cut_off"  # kept as an event, so that a replay knows of it, too


@dataclass(frozen=True, slots=True)
class Orders:
    """How a run is to be judged and who watches it.

    ``begins`` is told the id of a new run right before the journal knows of it.
    """

    limits: Limits = field(default_factory=dict)
    limits_name: str = DECLARED
    watch: Watcher = lambda *_: None
    stop: StopSign = field(default_factory=StopSign)
    begins: Callable[[str], None] = lambda _run_id: None


@dataclass(frozen=True, slots=True)
class PhoneAddress:
    """Where a live phone is: its adb server, and the names that the server gave it."""

    server: AdbServer
    serial: str
    key: str
    transport_id: int | None = None


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
    with Lease(home.leases, phone.key, what="phonebench diagnose"):
        trace: list[Exchange] = []
        link = AdbLink(phone.server, phone.serial, transport_id=phone.transport_id, trace=trace.append)
        with orders.stop.closes(link), link:
            run = resumed or _begin(journal, "adb", phone.serial, orders)
            recorder = Recorder(Store(home.run_dir(run.id)))
            bench = LiveBench(link, recorder)
            if resumed is not None:
                _same_phone(bench, recorder, journal.results(run.id))
            try:
                return _go(journal, run, bench, recorder, orders)
            finally:
                journal.note(run.id, "trace", json.dumps([astuple(exchange) for exchange in trace]))


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
    return _go(journal, run, ReportBench(dumps, recorder), recorder, orders)


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
    return conclude(_facts(journal, run, "replay", orders), again, load_knowledge()), changed


def _replayed(result: ProbeResult, store: Store, orders: Orders) -> ProbeResult:
    probes = {probe.meta.id: probe for probe in make_plan()}
    probe = probes.get(result.probe)
    if probe is None or is_open(result):
        return result
    bench = ReplayBench(result.recordings, store)
    again = run_probe(probe, bench, StoredRecordings(result.recordings), orders.limits)
    return again.model_copy(update={"started_at": result.started_at, "duration_ns": result.duration_ns})


def _begin(journal: Journal, source: Source, subject: str, orders: Orders) -> RunRow:
    run_id = new_run_id(datetime.now(UTC))
    orders.begins(run_id)
    journal.begin(
        run_id=run_id,
        source=source,
        subject=subject,
        plan=tuple(probe.meta.id for probe in make_plan()),
        agent_version=agent_version(),
    )
    return journal.run(run_id)


def _go(journal: Journal, run: RunRow, bench: Bench, recorder: Recorder, orders: Orders) -> Diagnosis:
    done: Mapping[str, ProbeResult] = {result.probe: result for result in journal.results(run.id)}
    progress = Progress(journal, run.id, done)
    results = run_plan(
        probes_by_id(run.plan), bench, recorder, progress, limits=orders.limits, watch=orders.watch, stop=orders.stop
    )
    source: Source = "bugreport" if run.source == "bugreport" else "adb"
    diagnosis = conclude(_facts(journal, run, source, orders), results, load_knowledge())
    journal.finish(run.id, diagnosis.model_dump_json(), is_whole=not any(is_open(result) for result in results))
    return diagnosis


def _facts(journal: Journal, run: RunRow, source: Source, orders: Orders) -> RunFacts:
    cut_off = [event.data for event in journal.events(run.id) if event.kind == _CUT_OFF]
    return RunFacts(
        run_id=run.id,
        created_at=datetime.fromisoformat(run.created_at),
        source=source,
        subject=run.subject,
        agent_version=agent_version(),
        limits=orders.limits_name,
        gaps=tuple(NotTested(what=name, reason=_CUT_OFF) for name in cut_off),
    )


def _same_phone(bench: LiveBench, recorder: Recorder, results: Sequence[ProbeResult]) -> None:
    """Refuse to go on with a run on another phone: an address says little, the phone's own serial more."""
    then = next((str(taken.value) for result in results for taken in result.measurements if taken.name == "serial"), "")
    if not then or then == "None":
        return
    recorder.start("resume")
    now = bench.shell("getprop", "ro.serialno").out.parse(str.strip)
    if now != then:
        raise BadInput("this is another phone than the one of the run to go on with", step="resume")
