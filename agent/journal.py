"""The journal: every run and every finished probe in one SQLite file, durable before it is shown as done.

WAL with ``synchronous=FULL``: with NORMAL, a power cut loses runs that the operator had been told were saved.
"""

from __future__ import annotations

import json
import secrets
import sqlite3
from collections.abc import Iterable, Iterator
from concurrent.futures import Future
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from pydantic import ValidationError
from sqlalchemy import (
    Column,
    Connection,
    Engine,
    ForeignKey,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    create_engine,
    event,
    func,
    select,
)
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import QueuePool

from agent.group_commit import GroupCommit
from probes import BadInput, ProbeResult, StoreError, show
from reports import Mask, masked

SCHEMA_VERSION: Final = 1
_BUSY_MS: Final = 20_000
# A write-ahead log that has room already needs one flush per commit instead of a flush and new file blocks: measured
# 135 against 210..300 µs. It is checkpointed before it outgrows that room.
_LOG_ROOM_BYTES: Final = 512 * 1024
_CHECKPOINT_PAGES: Final = 100

_metadata = MetaData()
_runs = Table(
    "runs",
    _metadata,
    Column("id", String, primary_key=True),
    Column("created_at", String, nullable=False),
    Column("source", String, nullable=False),
    Column("subject", String, nullable=False),
    Column("plan", Text, nullable=False),
    Column("agent_version", String, nullable=False),
    Column("state", String, nullable=False),
    Column("diagnosis", Text),
)
_steps = Table(
    "steps",
    _metadata,
    Column("run_id", ForeignKey("runs.id"), primary_key=True),
    Column("probe", String, primary_key=True),
    Column("seq", Integer, nullable=False),
    Column("result", Text, nullable=False),
    sqlite_with_rowid=False,  # one tree to write per commit
)
_events = Table(
    "events",
    _metadata,
    Column("id", Integer, primary_key=True),
    Column("run_id", ForeignKey("runs.id"), nullable=False, index=True),
    Column("at", String, nullable=False),
    Column("kind", String, nullable=False),
    Column("data", Text, nullable=False),
)
# Younger than the first journals, and made where it lacks: without it a list reads every run there is.
_BY_TIME: Final = "CREATE INDEX IF NOT EXISTS runs_by_time ON runs (created_at, id)"
_LINES: Final = """
SELECT id, created_at, source, subject, state, plan,
    (SELECT count(*) FROM steps WHERE run_id = runs.id) AS done,
    CASE WHEN json_valid(diagnosis) THEN json_extract(diagnosis, '$.conclusion', '$.phone.brand', '$.phone.model',
        '$.phone.serial', '$.plan.parts[0]') END AS told
FROM runs ORDER BY created_at DESC, id DESC LIMIT ?
"""
# The one hot statement: straight to the driver. Replaced when a probe is run again after a link failure.
_ADD_STEP: Final = "INSERT OR REPLACE INTO steps (run_id, seq, probe, result) VALUES (?, ?, ?, ?)"


@dataclass(frozen=True, slots=True)
class RunRow:
    """One run as the journal knows it.

    Attributes:
        source: what stood for the phone: ``adb``, ``bugreport`` or ``replay``.
        subject: which phone, report or run.
        plan: ids of the probes, in order.
        state: ``running`` until a diagnosis is stored, then ``done``, or ``broken`` when the link had failed.
        done: how many probes are stored.
        diagnosis: the stored diagnosis as JSON.
    """

    id: str
    created_at: str
    source: str
    subject: str
    plan: tuple[str, ...]
    agent_version: str
    state: str
    done: int
    diagnosis: str | None


@dataclass(frozen=True, slots=True)
class RunLine:
    """One run as a list of runs shows it: without its plan and diagnosis, which may be long.

    Attributes:
        planned: how many probes its plan has.
        conclusion: what it came to; empty where it is not finished, or its record is damaged.
        phone: brand, model and masked serial number, as far as the phone says.
        part: code of the first part to replace, empty where there is none.
    """

    id: str
    created_at: str
    source: str
    subject: str
    state: str
    done: int
    planned: int
    conclusion: str
    phone: str
    part: str


@dataclass(frozen=True, slots=True)
class EventRow:
    """Something that happened in a run besides probes: a consent, a permission used, a resume."""

    at: str
    kind: str
    data: str


def new_run_id(now: datetime) -> str:
    """A name for a run: sorts by time, does not collide, fits a label and a path."""
    return f"{now.astimezone(UTC):%Y%m%d-%H%M%S}-{secrets.token_hex(3)}"


class Journal:
    """The open journal. Safe to use from several threads; each call is one transaction."""

    def __init__(self, path: Path) -> None:
        """Open or create the journal.

        Raises:
            StoreError: it cannot be opened, is damaged, or was written by a newer version.
        """
        self._path = path
        self._engine = _engine(path)
        with self._writing() as connection:
            found = connection.exec_driver_sql("PRAGMA user_version").scalar_one()
            if found > SCHEMA_VERSION:
                raise StoreError(f"{path} was written by a newer phonebench (format {found})", step="open journal")
            if found < SCHEMA_VERSION:
                _metadata.create_all(connection)
                connection.exec_driver_sql(f"PRAGMA user_version = {SCHEMA_VERSION}")
            connection.exec_driver_sql(_BY_TIME)
        self._make_room()
        self._steps = GroupCommit(lambda: _connect(path), _ADD_STEP)

    def close(self) -> None:
        """Write what is waiting and close all connections."""
        self._steps.close()
        self._engine.dispose()

    def begin(self, *, run_id: str, source: str, subject: str, plan: tuple[str, ...], agent_version: str) -> None:
        """Store a new run before its first probe."""
        with self._writing() as connection:
            connection.execute(
                _runs.insert(),
                {
                    "id": run_id,
                    "created_at": _now(),
                    "source": source,
                    "subject": subject,
                    "plan": "\n".join(plan),
                    "agent_version": agent_version,
                    "state": "running",
                },
            )

    def add(self, run_id: str, seq: int, result: ProbeResult) -> Future[None]:
        """Store a finished probe; when the future is done, it survives a power cut.

        The future raises ``sqlite3.Error`` where it could not be stored; ``durable`` turns that into words.
        """
        return self._steps.write((run_id, seq, result.probe, result.model_dump_json()))

    def durable(self, pending: Iterable[Future[None]]) -> None:
        """Wait until everything that was added is durable.

        Raises:
            StoreError: something could not be stored.
        """
        with self._guard():
            for stored in pending:
                stored.result()

    def finish(self, run_id: str, diagnosis: str, *, is_whole: bool) -> None:
        """Store the diagnosis; a run whose link broke stays open, so that it can go on."""
        state = "done" if is_whole else "broken"
        with self._writing() as connection:
            connection.execute(_runs.update().where(_runs.c.id == run_id).values(state=state, diagnosis=diagnosis))

    def note(self, run_id: str, kind: str, data: str) -> None:
        """Store something that happened in a run, e.g. a consent."""
        with self._writing() as connection:
            connection.execute(_events.insert(), {"run_id": run_id, "at": _now(), "kind": kind, "data": data})

    def events(self, run_id: str) -> tuple[EventRow, ...]:
        """What happened in a run besides probes, oldest first."""
        query = select(_events.c.at, _events.c.kind, _events.c.data).where(_events.c.run_id == run_id)
        with self._reading() as connection:
            return tuple(EventRow(*row) for row in connection.execute(query.order_by(_events.c.id)))

    def runs(self, limit: int = 50) -> tuple[RunRow, ...]:
        """The newest runs, newest first."""
        query = _run_query().order_by(_runs.c.created_at.desc(), _runs.c.id.desc()).limit(limit)
        with self._reading() as connection:
            return tuple(_run_row(row) for row in connection.execute(query))

    def lines(self, limit: int = 50) -> tuple[RunLine, ...]:
        """The newest runs as lines of a list, newest first; SQLite reads what is needed out of each diagnosis."""
        with self._reading() as connection:
            return tuple(_run_line(row) for row in connection.exec_driver_sql(_LINES, (limit,)))

    def run(self, run_id: str) -> RunRow:
        """One run by its id, or by the word ``last``.

        Raises:
            BadInput: there is no such run.
        """
        query = _run_query()
        if run_id == "last":
            query = query.order_by(_runs.c.created_at.desc(), _runs.c.id.desc()).limit(1)
        else:
            query = query.where(_runs.c.id == run_id)
        with self._reading() as connection:
            row = connection.execute(query).one_or_none()
        if row is None:
            raise BadInput(
                f"there is no run {show(run_id, 60)!r} in {self._path}: see `phonebench runs`", step="find run"
            )
        return _run_row(row)

    def results(self, run_id: str) -> tuple[ProbeResult, ...]:
        """The stored probes of a run, in order.

        Raises:
            StoreError: a stored record is not readable.
        """
        query = select(_steps.c.result).where(_steps.c.run_id == run_id).order_by(_steps.c.seq)
        with self._reading() as connection:
            texts = [row.result for row in connection.execute(query)]
        try:
            return tuple(ProbeResult.model_validate_json(text) for text in texts)
        except ValidationError as error:
            raise StoreError(f"a record of run {run_id} in {self._path} is damaged", step="read run") from error

    def _make_room(self) -> None:
        """Let the write-ahead log grow once, here, and not commit by commit."""
        log = Path(f"{self._path}-wal")
        if log.exists() and log.stat().st_size >= _LOG_ROOM_BYTES:
            return
        with self._writing() as connection:
            connection.exec_driver_sql("CREATE TABLE IF NOT EXISTS room (filler BLOB)")
            connection.exec_driver_sql("INSERT INTO room VALUES (zeroblob(?))", (_LOG_ROOM_BYTES,))
        with self._writing() as connection:
            connection.exec_driver_sql("DROP TABLE IF EXISTS room")
        with self._guard(), closing(_connect(self._path)) as plain:
            plain.execute("PRAGMA wal_checkpoint(RESTART)")

    @contextmanager
    def _writing(self) -> Iterator[Connection]:
        with self._guard(), self._engine.begin() as connection:
            yield connection

    @contextmanager
    def _reading(self) -> Iterator[Connection]:
        with self._guard(), self._engine.connect() as connection:
            yield connection.execution_options(reads_only=True)

    @contextmanager
    def _guard(self) -> Iterator[None]:
        try:
            yield
        except (DBAPIError, sqlite3.Error) as error:
            why = error.orig if isinstance(error, DBAPIError) else error
            raise StoreError(f"the journal {self._path} cannot be used: {why}", step="journal") from error


def _connect(path: Path) -> sqlite3.Connection:
    """A connection as every writer and reader of the journal has it; transactions are begun by hand."""
    connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    pragmas = ("journal_mode = WAL", "synchronous = FULL", f"wal_autocheckpoint = {_CHECKPOINT_PAGES}")
    for pragma in (f"busy_timeout = {_BUSY_MS}", *pragmas, "foreign_keys = ON"):
        connection.execute(f"PRAGMA {pragma}")
    return connection


def _engine(path: Path) -> Engine:
    engine = create_engine("sqlite://", creator=lambda: _connect(path), poolclass=QueuePool, max_overflow=64)

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        # a writer takes the lock at once: a read that turns into a write could not wait for another writer
        reads_only = connection.get_execution_options().get("reads_only", False)
        connection.exec_driver_sql("BEGIN" if reads_only else "BEGIN IMMEDIATE")

    return engine


def _run_query() -> Any:
    done = select(func.count()).where(_steps.c.run_id == _runs.c.id).scalar_subquery().label("done")
    return select(_runs, done)


def _run_row(row: Any) -> RunRow:
    return RunRow(
        id=row.id,
        created_at=row.created_at,
        source=row.source,
        subject=row.subject,
        plan=tuple(row.plan.split("\n")),
        agent_version=row.agent_version,
        state=row.state,
        done=row.done,
        diagnosis=row.diagnosis,
    )


def _run_line(row: Any) -> RunLine:
    conclusion, brand, model, serial, part = json.loads(row.told) if row.told else ("", "", "", "", "")
    return RunLine(
        id=row.id,
        created_at=row.created_at,
        source=row.source,
        subject=row.subject,
        state=row.state,
        done=row.done,
        planned=row.plan.count("\n") + 1,
        conclusion=conclusion or "",
        phone=_phone(brand or "", model or "", serial or ""),
        part=part or "",
    )


def _phone(brand: str, model: str, serial: str) -> str:
    """The phone of a list; a list is no sealed record."""
    named = Mask((serial,)).text(f"{brand} {model}".strip())
    return " ".join(word for word in (named, masked(serial)) if word)


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds")
