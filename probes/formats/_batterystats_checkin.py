"""``dumpsys batterystats --checkin``: the same statistics as comma-separated lines."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from ._reading import frozen, lines, number, put, require, whole

# version, uid, category (i info, l last charge, h history ...), section, values
_LINE = re.compile(r"(\d{1,3}),(\d{1,10}),([a-z]),([a-z]{1,8}),(.{0,2000})")
_PREAMBLE = re.compile(r"(\d{1,3}),(?:hsp|h|\d{1,10},[ilt],[a-z]{2,8}),")
_UAH_PER_MAH = 1000
# places in the "bt" section, BatteryStats.dumpCheckinLocked
_BT_REALTIME, _BT_SCREEN_OFF, _BT_ESTIMATED, _BT_MIN_LEARNED, _BT_MAX_LEARNED = 1, 6, 8, 9, 10
_PWI_UID = "uid"


@dataclass(frozen=True, slots=True)
class CheckinStats:
    """Statistics since the last charge; None where the section or the value is missing.

    ``uid_use_mah`` is keyed by the numeric uid, ``use_mah`` by the part (scrn, idle, cell, wifi ...).
    """

    version: int
    build: str | None
    battery_realtime_ms: int | None
    screen_off_realtime_ms: int | None
    estimated_capacity_mah: float | None
    min_learned_capacity_mah: float | None
    max_learned_capacity_mah: float | None
    design_capacity_mah: float | None
    computed_drain_mah: float | None
    use_mah: Mapping[str, float]
    uid_use_mah: Mapping[int, float]


def parse_batterystats_checkin(text: str) -> CheckinStats:
    """Read ``dumpsys batterystats --checkin`` (``-c``).

    Raises:
        NotUnderstood: no line has the shape of this format's first lines.
    """
    version: int | None = None
    sections: dict[str, list[str]] = {}
    use: dict[str, float] = {}
    uids: dict[int, float] = {}
    for line in lines(text):
        if version is None and (start := _PREAMBLE.match(line)):
            version = int(start[1])
        if version is None or not (found := _LINE.match(line)):
            continue
        values = found[5].split(",", 40)
        if found[4] == "pwi" and found[3] == "l":
            amount = number(values[1]) if len(values) > 1 else None
            if amount is not None and values[0] == _PWI_UID:
                put(uids, int(found[2]), amount, cap=5000)
            elif amount is not None:
                put(use, values[0], amount, cap=100)
        elif found[4] in {"vers", "bt", "pws"}:
            put(sections, found[4], values, cap=10)
    require(version, "batterystats checkin", text)
    return _checkin(version or 0, sections, use, uids)


def _checkin(
    version: int, sections: Mapping[str, list[str]], use: Mapping[str, float], uids: Mapping[int, float]
) -> CheckinStats:
    battery, power, build = sections.get("bt", []), sections.get("pws", []), sections.get("vers", [])
    minimum, maximum = number(_at(battery, _BT_MIN_LEARNED)), number(_at(battery, _BT_MAX_LEARNED))
    return CheckinStats(
        version=version,
        build=_at(build, 3) or _at(build, 2),
        battery_realtime_ms=whole(_at(battery, _BT_REALTIME)),
        screen_off_realtime_ms=whole(_at(battery, _BT_SCREEN_OFF)),
        estimated_capacity_mah=number(_at(battery, _BT_ESTIMATED)),
        min_learned_capacity_mah=minimum / _UAH_PER_MAH if minimum else None,
        max_learned_capacity_mah=maximum / _UAH_PER_MAH if maximum else None,
        design_capacity_mah=number(_at(power, 0)),
        computed_drain_mah=number(_at(power, 1)),
        use_mah=frozen(use),
        uid_use_mah=frozen(uids),
    )


def _at(values: list[str], place: int) -> str | None:
    return values[place] if place < len(values) else None
