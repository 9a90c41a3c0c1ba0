"""How runs of the system ended, by the reason that the next start gives: asked for, or by what it was brought down."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from enum import StrEnum
from typing import Final

from probes.formats import Dropbox
from probes.logs import Klass, LogReport, Strength


class End(StrEnum):
    """What ended a run of the system."""

    HEAT = "heat"
    BATTERY = "battery"
    PANIC = "panic"
    WATCHDOG = "watchdog"
    SUPPLY = "supply"
    SUDDEN = "sudden"
    KEY = "key"
    UPDATE = "update"
    OTHER = "other"


UNWANTED: Final = (End.KEY, End.BATTERY, End.HEAT, End.PANIC, End.WATCHDOG, End.SUPPLY, End.SUDDEN)
"""Ends that nobody asked the system for, as far as reasons name them."""

# AOSP system/core/bootstat canonical reasons, and the words that vendors' bootloaders use for the same. The first row
# with a word in the reason decides: `shutdown,thermal,battery` is heat, `reboot,longkey` is the key.
_WORDS: Final = (
    (End.HEAT, ("thermal", "overheat", "overtemp")),
    (End.SUPPLY, ("pmic_off_fault", "pmic_fault", "pmic,ocp", "over_current", "overcurrent")),
    (End.BATTERY, ("shutdown,battery", "undervoltage", "brownout", "low_battery", "smpl", "uvlo")),
    (End.BATTERY, ("power_loss", "powerloss")),
    (End.PANIC, ("panic", "oops", "abnormal")),
    (End.WATCHDOG, ("watchdog", "wdog", "wdt", "hw_reset", "bark")),
    (End.KEY, ("longkey", "long_key", "long_press", "longpress", "2sec", "kpdpwr_reset")),
    (End.UPDATE, ("ota", "update")),
    (End.SUDDEN, ("hard_reset", "hardware_reset")),
)
_JUST_S: Final = 120.0
_STAMP_DIGITS: Final = 10
_PANIC_TAGS: Final = ("APANIC_CONSOLE", "APANIC_THREADS")
_LAST_WORDS: Final = {
    "system.panic": End.PANIC,
    "system.reset": End.WATCHDOG,
    "thermal.shutdown": End.HEAT,
}


def end_of(reason: str) -> End:
    """What a boot reason says of the run before it."""
    words = reason.lower()
    return next((end for end, known in _WORDS if any(word in words for word in known)), End.OTHER)


def ends_of(reasons: Iterable[str]) -> dict[End, list[str]]:
    """The reasons by the end that they name."""
    found: dict[End, list[str]] = {}
    for reason in reasons:
        found.setdefault(end_of(reason), []).append(reason)
    return found


def clock_resets(history: Iterable[str]) -> list[str]:
    """The lines ``reason,unix_time`` whose clock had just begun anew.

    The reason is noted before any network can set the time. A clock that has lost its count starts at the beginning of
    a year (1970, 2000, 2010 ...; which one is the chip's affair), and some seconds later the line is written. A clock
    that nobody can set, as on many a board, counts on from 1970 and stands anywhere.
    """
    found = []
    for line in history:
        stamp = line.rpartition(",")[2].strip()
        if stamp.isdecimal() and len(stamp) <= _STAMP_DIGITS and _since_new_year_s(int(stamp)) < _JUST_S:
            found.append(line)
    return found


def _since_new_year_s(stamp_s: int) -> float:
    at = datetime.fromtimestamp(stamp_s, UTC)
    return (at - at.replace(month=1, day=1, hour=0, minute=0, second=0)).total_seconds()


def panics_kept(dropbox: Dropbox) -> int:
    """Panics of which the drop box keeps the console; one panic leaves up to one entry of each tag."""
    counts = dropbox.count_by_tag()
    return max(counts.get(tag, 0) for tag in _PANIC_TAGS)


def last_end(report: LogReport) -> End | None:
    """How the kernel's log of the run before ends, where it says so."""
    for finding in report.findings:  # the strongest come first
        sure = finding.strength in {Strength.STRONG, Strength.MODERATE} and finding.klass is not Klass.BENIGN
        if sure and finding.code in _LAST_WORDS:
            return _LAST_WORDS[finding.code]
    return None
