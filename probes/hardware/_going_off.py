"""A phone that left the link under a load, or with its supply: did it go off, and was it the battery or the board?

A pulled cable leaves the same silence. What tells the two apart is asked when the phone is there again: a phone that
went off has started anew. Not verified on a real phone; the words are those of the canonical boot reasons and of the
kernel's last lines.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from probes._captures import HardwareBench
from probes._declare import Excuse, Measure, Reading, Said, Says
from probes._errors import NotSupported
from probes._limits import LimitSource, OneOf
from probes._records import Evidence
from probes._text import show
from probes._verdict import Unit, Verdict
from probes.formats import Battery, parse_getprop
from probes.hardware.battery_sampling import Sample, phone_uptime_s, read_service
from probes.software._ask import ask
from probes.software._boot_ends import End, end_of

_BACK_S: Final = 45.0
_LOG_S: Final = 20.0
_LAST_BYTES: Final = 4000
_BOOT_ID: Final = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_REASONS: Final = ("sys.boot.reason", "ro.boot.bootreason")
_BATTERY_WORDS: Final = re.compile(r"uvlo|under.?volt|vbat|brown.?out|power.?loss|cut-?off")
_SUPPLY_WORDS: Final = re.compile(r"pmic.{0,20}fault|(buck|ldo|smps|pmic).{0,30}over.?current|\bocp\b")
_FALLEN_PERCENT: Final = 10
_SAGGED_V: Final = 3.4
_STAYS_ON: Final = LimitSource(
    kind="standard", text="statutory fault table, abnormal shutdown: a charged phone stays on under its own load"
)


def _measure(name: str, label: str, says: Says) -> Measure:
    return Measure(name=name, label=label, unit=Unit.TEXT, limit=OneOf(values=("no",), source=_STAYS_ON), says=says)


MEASURES: Final = (
    _measure("went_off", "Went off under the load", Says(code="power.off_under_load")),
    _measure("battery_gave_way", "Battery gave way under the load", Says(code="battery.gave_way", component="BAT")),
    _measure(
        "supply_tripped",
        "Supply of the board tripped under the load",
        Says(code="power.supply_tripped", component="PCB", function="pmic"),
    ),
)
"""What a probe that loads a phone declares beside its own measurements."""


@dataclass(frozen=True, slots=True)
class Before:
    """The phone right before the load: the kernel's id of its boot, its uptime (s), what its battery service said."""

    boot: str
    uptime_s: float | None
    battery: Battery


def before(bench: HardwareBench, battery: Battery) -> Before:
    """Take note of what a start would change."""
    return Before(_boot_id(bench), phone_uptime_s(bench), battery)


def stayed_on() -> Iterator[Said]:
    """Say that nothing of the kind happened."""
    for measure in MEASURES:
        yield Reading(name=measure.name, value="no")


def after_silence(bench: HardwareBench, then: Before, seen: list[Sample]) -> list[Said] | None:
    """Wait for the phone; None where it has not gone off but lost its link, or does not come back.

    Raises:
        LinkError: it came back and left again.
    """
    if not bench.comes_back(wait_s=_BACK_S) or not has_restarted(bench, then):
        return None
    return why_off(bench, then, seen)


def why_off(bench: HardwareBench, then: Before, seen: Sequence[Sample] = ()) -> list[Said]:
    """What gave way, as a phone tells it that has gone off and is there again; ``seen`` is its battery before.

    Raises:
        LinkError: it left again.
    """
    battery = read_service(bench)
    reason, last, recording = _told(bench)
    fallen = (then.battery.percent or 0) - (battery.percent or 0)
    lowest_v = min((sample.voltage_v for sample in seen), default=math.inf)
    text = f"{reason or 'no reason'}; {then.battery.percent} to {battery.percent} %"
    text += f", seen {lowest_v:.2f} V" if seen else ""
    evidence = (Evidence(recording=recording, text=show(text, 200)),)
    said: list[Said] = [Reading(name="went_off", value="yes", evidence=evidence)]
    of_battery, of_supply = _whose(reason, last, is_empty=fallen >= _FALLEN_PERCENT or lowest_v < _SAGGED_V)
    for name, value in (("battery_gave_way", of_battery), ("supply_tripped", of_supply)):
        if value is None:
            said.append(Excuse(name=name, verdict=Verdict.INCONCLUSIVE, reason="not_told"))
        else:
            said.append(Reading(name=name, value="yes" if value else "no", evidence=evidence))
    return said


def _whose(reason: str, last: str, *, is_empty: bool) -> tuple[bool | None, bool | None]:
    """Whether it was the battery, and whether the board's supply: by the boot reason, then by the kernel's last lines.

    Voltage and level are asked last: a gauge that has just lost its battery is no good witness.
    """
    for words, end in ((reason.lower(), end_of(reason)), (last.lower(), End.OTHER)):
        if _SUPPLY_WORDS.search(words):
            return False, True
        if end is End.BATTERY or _BATTERY_WORDS.search(words):
            return True, False
        if end in {End.HEAT, End.PANIC, End.WATCHDOG}:
            return False, False
    return (True, False) if is_empty else (None, None)


def has_restarted(bench: HardwareBench, then: Before) -> bool:
    """Whether the phone has started anew since then; not where it tells neither its boot nor its uptime."""
    boot, uptime_s = _boot_id(bench), phone_uptime_s(bench)
    if boot and then.boot:
        return boot != then.boot
    return uptime_s is not None and then.uptime_s is not None and uptime_s < then.uptime_s


def _boot_id(bench: HardwareBench) -> str:
    found = _BOOT_ID.search(bench.shell("cat", "/proc/sys/kernel/random/boot_id").out.parse(str))
    return found[0] if found else ""


def _told(bench: HardwareBench) -> tuple[str, str, str]:
    """The reason of this start, the kernel's last lines of the run before (few shells give them), the recording."""
    answer = ask(bench, parse_getprop, "getprop")
    reason = next((answer.value.props[key] for key in _REASONS if answer.value.props.get(key)), "")
    try:
        log = bench.log("last_kernel", deadline_s=_LOG_S)
        last = b"".join(log)[-_LAST_BYTES:].decode("utf-8", "replace")
    except NotSupported:
        last = ""
    return reason, last, answer.reply.id
