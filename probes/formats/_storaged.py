"""``dumpsys storaged``: bytes read and written per app, by interval."""

from __future__ import annotations

import re
from dataclasses import dataclass

from ._reading import append, lines, require

_INTERVAL = re.compile(r"(\d{1,18}),(\d{1,18})\s{0,8}")
_APP = re.compile(r"(\S{1,200})((?: \d{1,18}){8})\s{0,8}")
_MAX_INTERVALS = 2000
_MAX_APPS = 20_000


@dataclass(frozen=True, slots=True)
class AppIo:
    """Bytes of one app or uid in one interval, foreground and background, charging or not, summed up."""

    name: str
    read_bytes: int
    write_bytes: int


@dataclass(frozen=True, slots=True)
class IoInterval:
    """One interval in the phone's clock, s."""

    start_s: int
    end_s: int
    apps: tuple[AppIo, ...]


@dataclass(frozen=True, slots=True)
class Storaged:
    """The intervals in the order of the text."""

    intervals: tuple[IoInterval, ...]

    @property
    def written_bytes(self) -> int:
        """Everything that all apps wrote."""
        return sum(app.write_bytes for interval in self.intervals for app in interval.apps)


def parse_storaged(text: str) -> Storaged:
    """Read ``dumpsys storaged``.

    Raises:
        NotUnderstood: there is no interval with an app in it.
    """
    opened: list[tuple[int, int, list[AppIo]]] = []
    total = 0
    for line in lines(text):
        if found := _INTERVAL.fullmatch(line):
            append(opened, (int(found[1]), int(found[2]), []), cap=_MAX_INTERVALS)
        elif opened and total < _MAX_APPS and (found := _APP.fullmatch(line)):
            total += 1
            opened[-1][2].append(_app(found[1], [int(token) for token in found[2].split()]))
    require(total, "storaged dump", text)
    return Storaged(intervals=tuple(IoInterval(start, end, tuple(apps)) for start, end, apps in opened))


def _app(name: str, counts: list[int]) -> AppIo:
    # uid_io_usage::serialize: read fg, write fg, read bg, write bg with the charger off, then the same with it on...
    return AppIo(name=name, read_bytes=sum(counts[0::2]), write_bytes=sum(counts[1::2]))
