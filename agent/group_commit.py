"""Rows written durably by one thread, many to a flush: while the disk syncs one commit, the next rows gather.

A row's future is done when the row survives a power cut, and not before. With many phones at once, or probes shorter
than a disk's flush, several rows share one flush; a single row waits for nobody.
"""

from __future__ import annotations

import queue
import sqlite3
import threading
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import Any, Final

_WAITING_ROWS: Final = 256

Row = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class _Entry:
    row: Row
    durable: Future[None] = field(default_factory=Future)


class GroupCommit:
    """Writes rows with one statement on a connection of its own.

    Args:
        connect: opens the connection, in autocommit mode; called in the writing thread.
        statement: what is executed for each row.
    """

    def __init__(self, connect: Callable[[], sqlite3.Connection], statement: str) -> None:
        self._connect = connect
        self._statement = statement
        self._queue: queue.Queue[_Entry | None] = queue.Queue(_WAITING_ROWS)
        self._thread: threading.Thread | None = None
        self._lock = threading.Lock()

    def write(self, row: Row) -> Future[None]:
        """Hand over a row; the future is done when it is durable, or holds the ``sqlite3.Error`` that prevented it."""
        entry = _Entry(row)
        with self._lock:
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="journal", daemon=True)
                self._thread.start()
        self._queue.put(entry)
        return entry.durable

    def close(self) -> None:
        """Write what is waiting and end the thread."""
        with self._lock:
            thread, self._thread = self._thread, None
        if thread is not None:
            self._queue.put(None)
            thread.join()

    def _run(self) -> None:
        connection: sqlite3.Connection | None = None
        ended = False
        while not ended:
            entries = [self._queue.get()]
            while not self._queue.empty() and len(entries) < _WAITING_ROWS:
                entries.append(self._queue.get())
            ended = None in entries
            rows = [entry for entry in entries if entry is not None]
            try:
                connection = connection or self._connect()
                self._commit(connection, rows)
            except sqlite3.Error as error:
                for entry in rows:
                    entry.durable.set_exception(error)
            else:
                for entry in rows:
                    entry.durable.set_result(None)
        if connection is not None:
            connection.close()

    def _commit(self, connection: sqlite3.Connection, entries: list[_Entry]) -> None:
        if not entries:
            return
        connection.execute("BEGIN IMMEDIATE")
        try:
            connection.executemany(self._statement, [entry.row for entry in entries])
            connection.execute("COMMIT")
        except sqlite3.Error:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            raise
