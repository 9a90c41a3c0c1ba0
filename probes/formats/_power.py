"""``dumpsys power``: awake or asleep, plugged or not, and who keeps the phone awake."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from ._reading import append, flag, frozen, lines, put, require, whole

_FIELD = re.compile(r"\s{1,8}(m[A-Z][A-Za-z]{2,80})=(.{0,400})")
# Android 2.3 prints several pairs in a line
_PAIRS = re.compile(r"(?<!\S)(m[A-Z][A-Za-z]{2,60})=(\S{1,80})")
_LOCK = re.compile(r"\s{1,8}([A-Z_]{4,60}_WAKE_LOCK|DRAW_WAKE_LOCK)\s{1,40}'(.{0,200})' (.{0,300})")
_LOCK_LISTS = ("Wake Locks: size=", "mLocks.size=")
_MARKS = ("POWER MANAGER (dumpsys power)", "Power Manager State:")
# BatteryManager BATTERY_PLUGGED_*
_PLUGS = {0: "none", 1: "ac", 2: "usb", 4: "wireless", 8: "dock"}


@dataclass(frozen=True, slots=True)
class WakeLock:
    """One held wake lock; ``detail`` as printed (flags, uid, pid)."""

    level: str
    tag: str
    detail: str


@dataclass(frozen=True, slots=True)
class Power:
    """State of the power manager; ``fields`` holds every ``m...=`` value, the first of each name."""

    wakefulness: str | None
    is_powered: bool | None
    plug: str | None
    battery_level: int | None
    stay_on: bool | None
    is_low_power_mode: bool | None
    wake_locks: tuple[WakeLock, ...]
    fields: Mapping[str, str]


def parse_power(text: str) -> Power:
    """Read ``dumpsys power``.

    Raises:
        NotUnderstood: neither title of the power manager is there.
    """
    fields: dict[str, str] = {}
    locks: list[WakeLock] = []
    marked = listing = False
    for line in lines(text):
        if line[:1].strip():
            marked = marked or line.startswith(_MARKS)
            listing = line.startswith(_LOCK_LISTS)
        elif listing and (found := _LOCK.match(line)):
            append(locks, WakeLock(level=found[1], tag=found[2], detail=found[3].strip()), cap=500)
        elif found := _FIELD.fullmatch(line):
            put(fields, found[1], found[2].strip(), cap=1000)
            for key, value in _PAIRS.findall(line[:2000])[1:]:
                put(fields, key, value, cap=1000)
    require(marked, "power dump", text)
    return Power(
        wakefulness=fields.get("mWakefulness"),
        is_powered=flag((fields.get("mIsPowered") or "").partition(" ")[0]),
        plug=_PLUGS.get(whole(fields.get("mPlugType")) or 0) if "mPlugType" in fields else None,
        battery_level=whole(fields.get("mBatteryLevel")),
        stay_on=flag(fields.get("mStayOn")),
        is_low_power_mode=flag(fields.get("mLowPowerModeEnabled")),
        wake_locks=tuple(locks),
        fields=frozen(fields),
    )
