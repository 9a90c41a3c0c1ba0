"""Media volume at its top while something is measured: levels are told from there, and owners leave it anywhere."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from probes._captures import HardwareBench

_VOLUME: Final = ("cmd", "media_session", "volume", "--stream", "3")
_TOLD: Final = re.compile(r"volume is (\d+) in range \[\d+\.\.(\d+)\]")


@contextmanager
def full_volume(bench: HardwareBench) -> Iterator[bool]:
    """Turn the media volume up for a block and back after it, whatever happens in it.

    Yields whether it stands at its top: False where the phone's shell does not tell (levels then say nothing). The
    volume lives in the phone's audio service and not in a table of settings, so that no journal puts it back after a
    kill of the agent; a loud phone is the worst of it, as levels are limited by what is played.
    """
    before = _told(bench)
    if before is None:
        yield False
        return
    index, top = before
    if index == top:
        yield True
        return
    try:
        bench.shell(*_VOLUME, "--set", str(top))
        after = _told(bench)
        yield after is not None and after[0] == top
    finally:
        bench.shell(*_VOLUME, "--set", str(index))


def _told(bench: HardwareBench) -> tuple[int, int] | None:
    """The index of the media volume and its top, None where the shell says something else."""
    reply = bench.shell(*_VOLUME, "--get")
    found = reply.out.parse(_read)
    return found if reply.complete else None


def _read(text: str) -> tuple[int, int] | None:
    found = _TOLD.search(text)
    return (int(found.group(1)), int(found.group(2))) if found else None
