"""Media volume at its top while something is measured: levels are told from there, and owners leave it anywhere."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from typing import Final

from probes._captures import HardwareBench
from probes._errors import NotSupported

_VOLUME: Final = ("cmd", "media_session", "volume", "--stream", "3")
_TOLD: Final = re.compile(r"volume is (\d+) in range \[\d+\.\.(\d+)\]")


@contextmanager
def full_volume(bench: HardwareBench) -> Iterator[bool]:
    """Turn the media volume up for a block and back after it, also after a kill of the agent.

    Yields whether it stands at its top: False where the phone's shell does not tell (levels then say nothing).
    """
    told = _told(bench)
    if told is None:
        yield False
        return
    index, top = told
    with ExitStack() as stack:
        is_full = index == top
        if not is_full:
            with suppress(NotSupported):
                stack.enter_context(bench.setting("volume", "media", str(top)))
                is_full = True
        yield is_full


def _told(bench: HardwareBench) -> tuple[int, int] | None:
    """The index of the media volume and its top, None where the shell says something else."""
    reply = bench.shell(*_VOLUME, "--get")
    found = reply.out.parse(_read)
    return found if reply.complete else None


def _read(text: str) -> tuple[int, int] | None:
    found = _TOLD.search(text)
    return (int(found.group(1)), int(found.group(2))) if found else None
