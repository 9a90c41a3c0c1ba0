"""The bench's own things, opened for one command."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from agent.home import Home, open_home
from agent.journal import Journal


@contextmanager
def opened() -> Iterator[tuple[Home, Journal]]:
    """State directory and journal, closed when the block ends.

    Raises:
        StoreError: they cannot be opened.
    """
    home = open_home()
    journal = Journal(home.journal)
    try:
        yield home, journal
    finally:
        journal.close()
