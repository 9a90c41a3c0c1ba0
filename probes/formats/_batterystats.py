"""``dumpsys batterystats`` (text): capacity, screen time, power use per app and wake locks since the last charge."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from ._reading import append, frozen, lines, number, put, require, whole

_HISTORY = re.compile(r"Battery History(?: \((\d{1,3})% used)?")
_MAX_LEVELS = 20_000
_LEVEL = re.compile(r"\s{1,40}\+?[0-9dhms]{1,24} \(\d{1,4}\) (\d{3}) ")
_STATISTICS = "Statistics since last "  # "charge:", before it "unplugged:" was in use
_CAPACITY = re.compile(
    r"\s{1,8}(Estimated|Min learned|Max learned|Last learned) battery capacity: (\d{1,7}(?:\.\d{1,6})?) mAh"
)
_TIME = re.compile(r"\s{1,8}(Time on battery|Time on battery screen off|Total run time|Screen on): ([0-9hdms ]{2,60})")
_DISCHARGE = re.compile(r"\s{1,8}((?:Screen (?:on|off|doze) d|D)ischarge): (\d{1,7}(?:\.\d{1,6})?) mAh")
_USE_TITLE = "  Estimated power use (mAh):"
_USE_CAPACITY = re.compile(
    r"\s{1,12}Capacity: ([0-9.]{1,16}), Computed drain: ([0-9.]{1,16})"
    r"(?:, actual drain: ([0-9.]{1,16})(?:-([0-9.]{1,16}))?)?"
)
_USE = re.compile(r"\s{4,8}([A-Za-z][A-Za-z0-9 -]{1,60}): (\d{1,9}(?:\.\d{1,12})?(?:[eE][+-]?\d{1,3})?)(?=\s|$)")
_LOCK = re.compile(
    r"\s{2,4}(Kernel )?Wake lock (.{1,300}?): ([0-9hdms ]{2,60}?)(?: \(\d{1,3}% blame\))? \((\d{1,9}) times\)"
)
_DURATION = re.compile(r"(\d{1,9})(d|h|ms|m|s)(?= |$)")
_UNIT_MS = {"d": 86_400_000, "h": 3_600_000, "m": 60_000, "s": 1000, "ms": 1}
_UIDS = ("Uid ", "UID ")
_MAX_LOCKS = 2000


@dataclass(frozen=True, slots=True)
class WakeLockUse:
    """How long and how often a wake lock was held; ``is_kernel`` tells drivers' locks from apps'."""

    name: str
    is_kernel: bool
    held_ms: int
    count: int


@dataclass(frozen=True, slots=True)
class BatteryStats:
    """Statistics since the last charge; None and empty where the text stops before them.

    ``first_level_percent`` is the level of the oldest history record: the level at the last charge on a phone whose
    history began then. ``levels_percent`` are those of all records, oldest first.
    ``use_mah`` is the estimated use by part (Screen, Idle, Cell standby ...), ``uid_use_mah`` by app.
    """

    history_used_percent: int | None
    first_level_percent: int | None
    levels_percent: tuple[int, ...]
    estimated_capacity_mah: float | None
    min_learned_capacity_mah: float | None
    max_learned_capacity_mah: float | None
    design_capacity_mah: float | None
    computed_drain_mah: float | None
    actual_drain_mah: tuple[float, float] | None
    discharge_mah: Mapping[str, float]
    time_ms: Mapping[str, int]
    use_mah: Mapping[str, float]
    uid_use_mah: Mapping[str, float]
    wake_locks: tuple[WakeLockUse, ...]

    @property
    def learned_capacity_mah(self) -> float | None:
        """The capacity that the phone has learned, the larger of its two figures."""
        known = [value for value in (self.min_learned_capacity_mah, self.max_learned_capacity_mah) if value]
        return max(known, default=None)

    @property
    def screen_on_ms(self) -> int | None:
        """Time with the screen on while discharging."""
        return self.time_ms.get("Screen on")


class _Reader:
    """Collects the statistics of the first block; later blocks cover other periods."""

    def __init__(self) -> None:
        self.history: int | None = None
        self.levels: list[int] = []
        self.seen = False
        self.capacity: dict[str, float] = {}
        self.discharge: dict[str, float] = {}
        self.time_ms: dict[str, int] = {}
        self.use: dict[str, float] = {}
        self.uids: dict[str, float] = {}
        self.drain: re.Match[str] | None = None
        self.locks: list[WakeLockUse] = []
        self.in_use = False

    def take(self, line: str) -> None:
        if line.startswith(_USE_TITLE) or (self.in_use and not line.startswith("    ")):
            self.in_use = line.startswith(_USE_TITLE)
        elif self.in_use and self.drain is None and (found := _USE_CAPACITY.match(line)):
            self.drain = found
        elif self.in_use and (found := _USE.match(line)):
            target = self.uids if found[1].startswith(_UIDS) else self.use
            put(target, found[1].removeprefix("Uid ").removeprefix("UID "), number(found[2]) or 0.0, cap=5000)
        elif found := _LOCK.match(line):
            held = WakeLockUse(found[2], bool(found[1]), _milliseconds(found[3]), int(found[4]))
            append(self.locks, held, cap=_MAX_LOCKS)
        else:
            self._totals(line)

    def _totals(self, line: str) -> None:
        if found := _CAPACITY.match(line):
            put(self.capacity, found[1], number(found[2]) or 0.0)
        elif found := _DISCHARGE.match(line):
            put(self.discharge, found[1], number(found[2]) or 0.0)
        elif (found := _TIME.match(line)) and found[1] not in self.time_ms:
            self.time_ms[found[1]] = _milliseconds(found[2].rstrip())


def parse_batterystats(text: str) -> BatteryStats:
    """Read ``dumpsys batterystats``, also when it is cut after the history.

    Raises:
        NotUnderstood: there is neither a history nor a statistics block.
    """
    reader = _Reader()
    statistics = False
    for line in lines(text):
        if reader.history is None and (found := _HISTORY.match(line)):
            reader.seen = True
            reader.history = whole(found[1])
        elif line.startswith(_STATISTICS):
            if statistics:
                break
            reader.seen = statistics = True
        elif statistics:
            reader.take(line)
        elif reader.seen and (found := _LEVEL.match(line)):
            append(reader.levels, whole(found[1]) or 0, cap=_MAX_LEVELS)
    require(reader.seen, "batterystats dump", text)
    drain = reader.drain
    low, high = (number(drain[3]), number(drain[4] or drain[3])) if drain else (None, None)
    return BatteryStats(
        history_used_percent=reader.history,
        first_level_percent=next(iter(reader.levels), None),
        levels_percent=tuple(reader.levels),
        estimated_capacity_mah=reader.capacity.get("Estimated"),
        min_learned_capacity_mah=reader.capacity.get("Min learned"),
        max_learned_capacity_mah=reader.capacity.get("Max learned", reader.capacity.get("Last learned")),
        design_capacity_mah=number(drain[1]) if drain else None,
        computed_drain_mah=number(drain[2]) if drain else None,
        actual_drain_mah=None if low is None or high is None else (low, high),
        discharge_mah=frozen(reader.discharge),
        time_ms=frozen(reader.time_ms),
        use_mah=frozen(reader.use),
        uid_use_mah=frozen(reader.uids),
        wake_locks=tuple(reader.locks),
    )


def _milliseconds(words: str) -> int:
    return sum(int(amount) * _UNIT_MS[unit] for amount, unit in _DURATION.findall(words))
