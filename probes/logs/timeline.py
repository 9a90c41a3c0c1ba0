"""Findings in time: when each was seen, on the clock that all sources share."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from probes.logs.clock import Anchor, BootClock, absolute, year_of
from probes.logs.records import ClockNote, Event, Finding, ProcessCrashes, Stamp

BEAT_S = 1.0
_MAX_BEATS = 256
_MAX_EVENTS = 5000
_BOOT_BEFORE = re.compile(r"\blast_|last_?kmsg|ramoops|pstore", re.IGNORECASE)


@dataclass(slots=True)
class Beats:
    """Counts of lines in slices of time, each with its first moment; slices grow when there are too many of them."""

    width_s: float = BEAT_S
    boots: set[int] = field(default_factory=set)
    _seen: dict[tuple[int, bool, int], tuple[float, int]] = field(default_factory=dict)

    def add(self, boot: int, stamp: Stamp) -> None:
        """Count one line; a line without a clock counts for its boot only."""
        if len(self.boots) < _MAX_BEATS:
            self.boots.add(boot)
        seconds = stamp.seconds
        if seconds is None:
            return
        on_kernel_clock = stamp.boot_s is not None
        key = (boot, on_kernel_clock, int(seconds // self.width_s))
        first_s, count = self._seen.get(key, (seconds, 0))
        self._seen[key] = (min(first_s, seconds), count + 1)
        while len(self._seen) > _MAX_BEATS:
            self._coarsen()

    def _coarsen(self) -> None:
        if self.width_s > 1e12:  # one slice each for more boots than anybody looks at: the rest is not shown
            self._seen.popitem()
            return
        self.width_s *= 2
        old, self._seen = self._seen, {}
        for (boot, on_kernel_clock, _), (first_s, count) in old.items():
            key = (boot, on_kernel_clock, int(first_s // self.width_s))
            known_s, known = self._seen.get(key, (first_s, 0))
            self._seen[key] = (min(known_s, first_s), known + count)

    def moments(self) -> list[tuple[int, bool, float, int]]:
        """Each slice as (boot, whether on the kernel's clock, first moment in seconds, lines)."""
        return [(boot, kernel, first_s, count) for (boot, kernel, _), (first_s, count) in self._seen.items()]


@dataclass(slots=True)
class SourceBoots:
    """Where boots begin in one source, and the lines in it that know both clocks.

    Boots are counted as they come: lines before the first beginning are boot 0 of the source.
    """

    name: str
    now: int = 0
    anchors: dict[int, list[Anchor]] = field(default_factory=dict)

    def number(self, boot: int) -> int:
        """A boot of this source as the report counts it: 0 is the latest, and -1 where the log is of the one before."""
        return boot - self.now - (1 if _BOOT_BEFORE.search(self.name) else 0)


class Clocks:
    """The clocks of all boots that the sources tell of."""

    def __init__(self, sources: Sequence[SourceBoots], wall_seconds: Iterable[float | None]) -> None:
        pooled: dict[int, list[Anchor]] = {}
        for source in sources:
            for boot, anchors in source.anchors.items():
                pooled.setdefault(source.number(boot), []).extend(anchors)
        every = [one for anchors in pooled.values() for one in anchors]
        self._year = year_of([*wall_seconds, *(one.wall_s for one in every)])
        self._clocks = {boot: BootClock(anchors, year=self._year) for boot, anchors in pooled.items()}
        zones = {clock.zone_s for clock in self._clocks.values() if clock.zone_s is not None}
        self.note = ClockNote(zones.pop() if len(zones) == 1 else None, self._year, len(every))

    def place(self, boot: int, *, on_kernel_clock: bool, seconds: float) -> tuple[float | None, float | None, float]:
        """A moment as (seconds since boot, wall seconds, uncertainty in seconds)."""
        clock = self._clocks.get(boot)
        if on_kernel_clock:
            found = clock.wall_of(seconds) if clock else None
            return (seconds, *found) if found else (seconds, None, 0.0)
        wall_s = absolute(seconds, self._year)
        back = clock.boot_of(wall_s) if clock else None
        return (back[0], wall_s, back[1]) if back else (None, wall_s, 0.0)


def events_of(
    findings: Iterable[tuple[Finding, Sequence[tuple[SourceBoots, Beats]]]],
    crashes: Iterable[tuple[Finding, ProcessCrashes]],
    clocks: Clocks,
) -> tuple[Event, ...]:
    """All findings in time, earliest boot first; lines without a clock have no place here."""
    events: list[Event] = []
    for finding, tallies in findings:
        for source, beats in tallies:
            for boot, kernel, first_s, count in beats.moments():
                where = (
                    source.name,
                    source.number(boot),
                    clocks.place(source.number(boot), on_kernel_clock=kernel, seconds=first_s),
                )
                events.append(_event(finding, *where, count))
    for finding, fell in crashes:
        for stamp, boot in zip(fell.stamps, fell.boots, strict=True):
            if stamp.seconds is not None:
                place = clocks.place(boot, on_kernel_clock=stamp.boot_s is not None, seconds=stamp.seconds)
                events.append(_event(finding, fell.source, boot, place, 1))
    events.sort(
        key=lambda one: (
            one.boot,
            one.wall_s is None,
            one.wall_s or 0.0,
            one.boot_s or 0.0,
            one.code,
            one.unit,
            one.source,
            one.strength,
            one.count,
        )
    )
    return tuple(events[:_MAX_EVENTS])


def _event(
    finding: Finding, source: str, boot: int, place: tuple[float | None, float | None, float], count: int
) -> Event:
    boot_s, wall_s, uncertainty_s = place
    return Event(
        code=finding.code,
        part=finding.part,
        unit=finding.unit,
        klass=finding.klass,
        strength=finding.strength,
        source=source,
        boot=boot,
        boot_s=boot_s,
        wall_s=wall_s,
        uncertainty_s=uncertainty_s,
        count=count,
    )
