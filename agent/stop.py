"""How an operator stops runs that are under way: links are closed from outside, no thread is killed."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from agent.links import Link
from probes import BenchError


class Stopped(Exception):
    """The operator stopped the run. What was journalled stays, and the run can be resumed."""


class StopSign:
    """Raised once by whoever watches the keyboard, obeyed by all runs that share it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._links: set[Link] = set()
        self._up = False

    def put_up(self) -> None:
        """Stop all runs: whatever waits for a phone ends at once."""
        with self._lock:
            self._up = True
            links = tuple(self._links)
        for link in links:
            link.close()

    def check(self) -> None:
        """Go on only while nobody has stopped the run.

        Raises:
            Stopped: somebody has.
        """
        if self._up:
            raise Stopped

    @contextmanager
    def closes(self, link: Link) -> Iterator[None]:
        """Let the stop sign close this link while the block runs.

        Raises:
            Stopped: the run was stopped; a link that broke for that reason is no trouble of the bench.
        """
        with self._lock:
            self._links.add(link)
        try:
            self.check()
            yield
        except BenchError:
            self.check()
            raise
        finally:
            with self._lock:
                self._links.discard(link)
