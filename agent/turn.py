"""Whose turn the terminal is: a question keeps it until it is answered, and what is told meanwhile waits for that.

A person who types an answer must not find a line of progress in the middle of it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Lock
from typing import Final


class Turn:
    """The turns of one terminal; threads of several phones tell and ask side by side."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._open = 0
        self._held: list[Callable[[], object]] = []

    @contextmanager
    def asking(self) -> Iterator[None]:
        """Keep the terminal for a question; what was told meanwhile is told when no question is open any more."""
        with self._lock:
            self._open += 1
        try:
            yield
        finally:
            with self._lock:
                self._open -= 1
                if not self._open:
                    self._tell_held()

    def tell(self, say: Callable[[], object]) -> None:
        """Tell something now, or after the question that is open."""
        with self._lock:
            self._held.append(say)
            if not self._open:
                self._tell_held()

    def _tell_held(self) -> None:
        held, self._held = self._held, []
        for say in held:
            say()


TERMINAL: Final = Turn()
"""The terminal of this process."""
