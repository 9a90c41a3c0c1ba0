"""Many patterns over one block of lines in one pass.

Hyperscan runs all patterns at once over the raw bytes, so the cost of a line that matches nothing is a fraction of a
nanosecond per byte; only lines that match are looked at again.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from typing import TYPE_CHECKING

import hyperscan
import numpy as np

from probes.logs.compiled import database

if TYPE_CHECKING:
    from probes.logs.blocks import Block


class Scanner:
    """A compiled set of patterns; the number of a pattern is its place in ``patterns``.

    Raises:
        BadInput: a pattern that the scanner cannot run (lookaround, back references).
    """

    def __init__(self, patterns: Sequence[bytes]) -> None:
        self._database = database(patterns)
        self._of_thread = threading.local()

    def matches(self, block: Block) -> list[tuple[int, int]]:
        """Lines of ``block`` that match, as (line index in the block, pattern number), sorted, each pair once."""
        numbers: list[int] = []
        ends: list[int] = []

        def on_match(number: int, _start: int, end: int, _flags: int, _context: object) -> None:
            numbers.append(number)
            ends.append(end)

        if block.data:
            self._database.scan(block.data, match_event_handler=on_match, scratch=self._scratch())
        if not numbers:
            return []
        # the end of a match is the byte after it; the newline that follows at or after that byte ends its line
        lines = np.searchsorted(block.ends, np.asarray(ends, np.int64) - 1)
        pairs = np.unique((lines << 16) | np.asarray(numbers, np.int64))
        return list(zip((pairs >> 16).tolist(), (pairs & 0xFFFF).tolist(), strict=True))

    def _scratch(self) -> hyperscan.Scratch:
        """Working memory of this thread: phones are scanned side by side, and a scratch serves one scan at a time."""
        scratch = getattr(self._of_thread, "scratch", None)
        if scratch is None:
            scratch = self._of_thread.scratch = hyperscan.Scratch(self._database)
        return scratch
