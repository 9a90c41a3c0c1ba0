"""``healthd`` lines of the kernel log, logcat or a charger log: the battery over time."""

from __future__ import annotations

import re
from dataclasses import dataclass

from ._reading import append, lines, number, require, whole

_LINE = re.compile(r"\b(?:healthd|android\.hardware\.health\S{0,60}|charger)[^:]{0,20}: ?battery (l=.{1,200})")
_NO_BATTERY = re.compile(r"\bhealthd: ?battery none")
_PAIR = re.compile(r"(?<!\S)(l|v|t|h|st|c|fc|cc|chg)=(\S{0,20})")
_KERNEL_TIME = re.compile(r"\[\s{0,8}(\d{1,9}\.\d{1,6})")
_CLOCK_TIME = re.compile(r"(\d\d-\d\d \d\d:\d\d:\d\d\.\d{3})")
# no phone's cell holds 100 Ah, and none less than 100 mAh: the size of the number tells its unit
_MICROAMPERE_HOURS_FROM = 100_000
_MAX_SAMPLES = 50_000


@dataclass(frozen=True, slots=True)
class HealthdSample:
    """One line. ``time`` as printed; ``current_raw`` with the driver's own unit (uA mostly) and sign.

    ``health`` and ``status`` are android.os.BatteryManager numbers; ``charger`` is empty while unplugged.
    """

    time: str | None
    level_percent: int | None
    voltage_mv: int | None
    temperature_c: float | None
    health: int | None
    status: int | None
    current_raw: int | None
    full_charge_mah: float | None
    cycle_count: int | None
    charger: str | None


@dataclass(frozen=True, slots=True)
class Healthd:
    """The samples in the order of the text, and how often healthd found no battery at all."""

    samples: tuple[HealthdSample, ...]
    no_battery_count: int


def parse_healthd(text: str) -> Healthd:
    """Read every healthd line of a log, whatever stands between them.

    Raises:
        NotUnderstood: there is none.
    """
    samples: list[HealthdSample] = []
    missing = 0
    for line in lines(text):
        if "battery " not in line[:400]:
            continue
        if found := _LINE.search(line[:600]):
            append(samples, _sample(line, found[1]), cap=_MAX_SAMPLES)
        elif _NO_BATTERY.search(line[:400]):
            missing += 1
    require(samples or missing, "healthd log", text)
    return Healthd(samples=tuple(samples), no_battery_count=missing)


def _sample(line: str, values: str) -> HealthdSample:
    table = dict(_PAIR.findall(values))
    clock = _CLOCK_TIME.search(line[:80]) or _KERNEL_TIME.search(line[:80])
    return HealthdSample(
        time=clock[1] if clock else None,
        level_percent=whole(table.get("l")),
        voltage_mv=whole(table.get("v")),
        temperature_c=number(table.get("t")),
        health=whole(table.get("h")),
        status=whole(table.get("st")),
        current_raw=whole(table.get("c")),
        full_charge_mah=_milliampere_hours(whole(table.get("fc"))),
        cycle_count=whole(table.get("cc")),
        charger=table.get("chg"),
    )


def _milliampere_hours(full: int | None) -> float | None:
    if full is None or full <= 0:
        return None
    return full / 1000 if full >= _MICROAMPERE_HOURS_FROM else float(full)
