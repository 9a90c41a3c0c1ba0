"""The journal: every run and every finished probe in one SQLite file, durable before it is shown as done.

WAL with ``synchronous=FULL``: with NORMAL, a power cut loses runs that the operator had been told were saved.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
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
    UniqueConstraint,
    create_engine,
    event,
    func,
    select,
)
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import QueuePool

from probes import ProbeResult, StoreError

SCHEMA_VERSION: Final = 1
_BUSY_MS: Final = 20_000

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
    Column("seq", Integer, primary_key=True),
    Column("probe", String, nullable=False),
    Column("result", Text, nullable=False),
    UniqueConstraint("run_id", "probe"),
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
_add_step = _steps.insert().prefix_with("OR REPLACE")  # a probe is run again when its link had failed


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

    def close(self) -> None:
        """Close all connections."""
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

    def add(self, run_id: str, seq: int, result: ProbeResult) -> None:
        """Store a finished probe; when this returns, it survives a power cut."""
        with self._writing() as connection:
            connection.execute(
                _add_step,
                {"run_id": run_id, "seq": seq, "probe": result.probe, "result": result.model_dump_json()},
            )

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

    def run(self, run_id: str) -> RunRow:
        """One run by its id, or by the word ``last``.

        Raises:
            StoreError: there is no such run.
        """
        query = _run_query()
        if run_id == "last":
            query = query.order_by(_runs.c.created_at.desc(), _runs.c.id.desc()).limit(1)
        else:
            query = query.where(_runs.c.id == run_id)
        with self._reading() as connection:
            row = connection.execute(query).one_or_none()
        if row is None:
            raise StoreError(f"there is no run {run_id[:60]!r} in {self._path}", step="find run")
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
        except DBAPIError as error:
            raise StoreError(f"the journal {self._path} cannot be used: {error.orig}", step="journal") from error


def _engine(path: Path) -> Engine:
    engine = create_engine(f"sqlite:///{path}", poolclass=QueuePool, pool_size=4, max_overflow=64)

    @event.listens_for(engine, "connect")
    def _configure(connection: Any, _record: object) -> None:
        connection.isolation_level = None  # transactions are ours: see _begin
        cursor = connection.cursor()
        for pragma in ("journal_mode = WAL", "synchronous = FULL", f"busy_timeout = {_BUSY_MS}", "foreign_keys = ON"):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

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


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds")
