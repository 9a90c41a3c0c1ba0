"""One clock for all sources: the kernel counts seconds since boot, logcat prints wall time, and some lines know both.

Such a line is an anchor. Between two anchors the kernel's clock may have stood still (it does not run while the phone
sleeps), so what is worked out between them is uncertain by half of what it lost; outside of them, by the distance.
"""

from __future__ import annotations

import calendar
import re
import time
from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from probes._text import decode
from probes.logs.lines import parse_line
from probes.logs.records import YEARLESS_BELOW_S, Stamp

DEFAULT_YEAR = 2000  # a leap year: every day that a phone prints exists in it
# Lines that say where a boot begins or what time it is. The first two begin a boot.
LANDMARKS = (
    rb"Linux version \d+\.\d+\.\d+",
    rb"boot_progress_start",
    rb"boot_progress_(?:preload|system_run|pms|ams|enable)",
    rb"setting system clock to \d{4}-\d\d-\d\d",
    rb"PM: suspend e(?:ntry|xit) \d{4}-\d\d-\d\d",
)
_BOOT, _START = range(2)
_RESTARTED_FROM_MS = 180_000  # a "boot" so late after the kernel's start is the system server starting again
_PROGRESS = re.compile(r"boot_progress_\w+\s*(?:\(\s*\d+\))?: \[?(\d{1,12})\]?")
_UTC = re.compile(r"(?:clock to|suspend e\w+) (\d{4}-\d\d-\d\d)[T ](\d\d:\d\d:\d\d(?:\.\d{1,9})?)")
_MAX_ANCHORS = 128
_FURTHEST_ZONE_S = 14 * 3600
SET_FROM_YEAR = 2008  # the first phone of this kind: an earlier date is a clock that nobody has set
_QUARTER_S = 900  # time zones differ by quarters of an hour
_ZONE_SLACK_S = 120.0


@dataclass(frozen=True, slots=True)
class Anchor:
    """A moment on both clocks; ``zone_s`` is how far the wall clock is east of UTC, None where unknown."""

    boot_s: float
    wall_s: float
    zone_s: int | None
    slack_s: float


@dataclass(frozen=True, slots=True)
class Landmark:
    """What a landmark line says: that a boot begins here, or what time it is, or both."""

    begins_boot: bool
    anchor: Anchor | None


def read_landmark(number: int, line: bytes) -> Landmark:
    """Read a line that matched pattern ``number`` of ``LANDMARKS``."""
    text = decode(line[:400])
    progress = _PROGRESS.search(text)
    uptime_ms = int(progress[1]) if progress else 0
    stamp = parse_line(text).stamp
    anchor = anchor_of(stamp)
    if progress and stamp.wall_s is not None:
        anchor = Anchor(uptime_ms / 1000, stamp.wall_s, stamp.zone_s, 1.0)
    elif (utc := _UTC.search(text)) and stamp.boot_s is not None:
        wall = parse_line(f"{utc[1]} {utc[2]} 1 1 I x: y").stamp.wall_s
        anchor = None if wall is None else Anchor(stamp.boot_s, wall, 0, 1.0)
    if anchor and anchor.wall_s >= YEARLESS_BELOW_S and time.gmtime(anchor.wall_s).tm_year < SET_FROM_YEAR:
        anchor = None
    begins = number == _BOOT or (number == _START and uptime_ms < _RESTARTED_FROM_MS)
    return Landmark(begins, anchor)


def anchor_of(stamp: Stamp | None) -> Anchor | None:
    """The anchor that a stamp with both clocks is."""
    if stamp is None or stamp.boot_s is None or stamp.wall_s is None:
        return None
    return Anchor(stamp.boot_s, stamp.wall_s, stamp.zone_s, 1.0)


def thinned(anchors: list[Anchor]) -> list[Anchor]:
    """At most so many anchors as are worth keeping, spread over all of them."""
    return anchors if len(anchors) <= _MAX_ANCHORS else [*anchors[:-1:2], anchors[-1]]


def absolute(wall_s: float, year: int | None) -> float:
    """Seconds since 1970 of a wall clock that may lack the year (see ``Stamp``)."""
    if wall_s >= YEARLESS_BELOW_S:
        return wall_s
    moment = time.gmtime(calendar.timegm((DEFAULT_YEAR, 1, 1, 0, 0, 0)) + int(wall_s))
    whole = calendar.timegm((year or DEFAULT_YEAR, moment.tm_mon, moment.tm_mday, *moment[3:6]))
    return whole + wall_s % 1


def year_of(seconds: Iterable[float | None]) -> int | None:
    """The latest year that a wall clock with a year says; a clock that was never set says nothing."""
    years = [time.gmtime(one).tm_year for one in seconds if one is not None and one >= YEARLESS_BELOW_S]
    return max((year for year in years if year >= SET_FROM_YEAR), default=None)


class BootClock:
    """The two clocks of one boot, tied together by its anchors."""

    def __init__(self, anchors: Sequence[Anchor], *, year: int | None) -> None:
        known = [replace(one, wall_s=absolute(one.wall_s, year)) for one in anchors]
        self.zone_s = _zone(known)
        local = [one if one.zone_s is None else _moved(one, self.zone_s) for one in known]
        self._anchors = sorted(local, key=lambda one: (one.boot_s, one.wall_s))
        self._boots = [one.boot_s for one in self._anchors]

    def wall_of(self, boot_s: float) -> tuple[float, float] | None:
        """Wall time of a moment on the kernel's clock, and by how much it may be off, both in seconds."""
        if not self._anchors:
            return None
        place = bisect_left(self._boots, boot_s)
        near = self._anchors[max(0, place - 1) : place + 1]
        offsets = [one.wall_s - one.boot_s for one in near]
        slack_s = max(one.slack_s for one in near)
        if len(near) == 2 or boot_s == near[0].boot_s:
            middle = (min(offsets) + max(offsets)) / 2
            return boot_s + middle, slack_s + (max(offsets) - min(offsets)) / 2
        return boot_s + offsets[0], slack_s + abs(boot_s - near[0].boot_s)

    def boot_of(self, wall_s: float) -> tuple[float, float] | None:
        """Seconds since boot of a moment on the wall clock, and by how much they may be off."""
        if not self._anchors:
            return None
        near = min(self._anchors, key=lambda one: abs(one.wall_s - wall_s))
        boot_s = max(0.0, near.boot_s + wall_s - near.wall_s)
        back = self.wall_of(boot_s)
        missed_s = abs(back[0] - wall_s) + back[1] if back else 0.0
        return boot_s, missed_s


def _moved(anchor: Anchor, zone_s: int | None) -> Anchor:
    """An anchor of known zone on the clock of the phone; on its own clock where the phone's zone is unknown."""
    if zone_s is None or anchor.zone_s is None:
        return anchor
    return replace(anchor, wall_s=anchor.wall_s - anchor.zone_s + zone_s)


def _zone(anchors: Sequence[Anchor]) -> int | None:
    """How far the phone's wall clock is east of UTC: as printed, or from anchors on both clocks, or unknown."""
    printed = {one.zone_s for one in anchors if one.zone_s}
    if printed:
        return max(printed)
    utc = [one.wall_s - one.boot_s for one in anchors if one.zone_s == 0]
    local = [one.wall_s - one.boot_s for one in anchors if one.zone_s is None]
    if not local:
        return 0 if utc else None
    gaps = [mine - theirs for mine in local for theirs in utc[:_MAX_ANCHORS]]
    quarters = [round(gap / _QUARTER_S) * _QUARTER_S for gap in gaps]
    fits = [
        near
        for gap, near in zip(gaps, quarters, strict=True)
        if abs(gap - near) <= _ZONE_SLACK_S and abs(near) <= _FURTHEST_ZONE_S
    ]
    return max(set(fits), key=lambda zone: (fits.count(zone), zone)) if fits else None
