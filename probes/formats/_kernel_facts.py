"""``uptime``, ``/proc/uptime`` and ``/proc/version``."""

from __future__ import annotations

import re
from dataclasses import dataclass

from ._reading import lines, misfit, number

_TOYBOX = re.compile(
    r"\s{0,4}\d{1,2}:\d\d:\d\d up\s{1,4}(?:(\d{1,6}) days?,\s{1,4})?(?:(\d{1,2}):(\d\d)|(\d{1,2}) min)"
    r"(?:.{0,60}?load average: ([0-9.]{1,12}), ([0-9.]{1,12}), ([0-9.]{1,12}))?"
)
_TOOLBOX = re.compile(r"up time: (?:(\d{1,6}) days?, )?(\d{1,6}):(\d\d):(\d\d)")
_PROC = re.compile(r"(\d{1,12}\.\d{1,4}) \d{1,15}\.\d{1,4}")
_WORDS = re.compile(r"(?:Uptime: )?up (.{4,160})")
_PART = re.compile(r"(\d{1,6}) (week|day|hour|minute|second)s?\b")
_SECONDS = {"week": 604_800, "day": 86_400, "hour": 3600, "minute": 60, "second": 1}
_VERSION = re.compile(r"(?:Kernel: )?Linux version (\d{1,4}(?:\.\d{1,6}){1,3})(\S{0,120})(.{0,1000})")
_BUILT = re.compile(r"(#\d{1,9} .{0,200})")


@dataclass(frozen=True, slots=True)
class Uptime:
    """Seconds since boot (whole minutes where the tool prints no more) and the load, None where not printed."""

    uptime_s: float
    load_1min: float | None = None
    load_5min: float | None = None
    load_15min: float | None = None


def parse_uptime(text: str) -> Uptime:
    """Read ``uptime`` of toybox or toolbox, ``/proc/uptime``, or the header line of a bug report.

    Raises:
        NotUnderstood: no line has one of these shapes.
    """
    for line in lines(text):
        if uptime := _uptime(line):
            return uptime
    raise misfit("uptime", text)


def _uptime(line: str) -> Uptime | None:
    if found := _TOYBOX.match(line):
        days, hours, minutes, only_minutes = (int(group or 0) for group in found.groups()[:4])
        seconds = days * 86_400 + hours * 3600 + (minutes + only_minutes) * 60
        return Uptime(float(seconds), number(found[5]), number(found[6]), number(found[7]))
    if found := _TOOLBOX.match(line):
        days, hours, minutes, rest = (int(group or 0) for group in found.groups())
        return Uptime(float(days * 86_400 + hours * 3600 + minutes * 60 + rest))
    if found := _PROC.fullmatch(line.strip()[:60]):
        return Uptime(float(found[1]))
    if (found := _WORDS.match(line)) and (parts := _PART.findall(found[1])):
        return Uptime(float(sum(int(amount) * _SECONDS[unit] for amount, unit in parts)))
    return None


@dataclass(frozen=True, slots=True)
class KernelVersion:
    """The kernel's version number, the vendor's suffix and the build line (``#1 SMP PREEMPT ...``)."""

    version: str
    release: str
    build: str | None


def parse_proc_version(text: str) -> KernelVersion:
    """Read ``/proc/version`` or the kernel line of a bug report.

    Raises:
        NotUnderstood: no line begins with "Linux version".
    """
    for line in lines(text):
        if found := _VERSION.match(line):
            built = _BUILT.search(found[3])
            return KernelVersion(
                version=found[1], release=found[1] + found[2], build=built[1].strip() if built else None
            )
    raise misfit("kernel version", text)
