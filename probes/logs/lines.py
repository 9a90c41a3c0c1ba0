"""One line of a kernel log or of logcat, taken apart.

Kernel lines come with many prefixes: every vendor adds its own (processor, process, second clock, wall clock). The
prefix is read piece by piece, so a mixture that nobody has seen yet is still read as far as its pieces are known.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from itertools import accumulate

from probes.logs.records import Stamp


class LineKind(StrEnum):
    """Which writer a line's shape speaks for."""

    KERNEL = "kernel"
    LOGCAT = "logcat"
    BOOTLOADER = "bootloader"
    PLAIN = "plain"


@dataclass(frozen=True, slots=True)
class LogLine:
    """A line in parts; ``priority`` is one of ``V D I W E F`` or empty, ``pid`` is None where the line has none."""

    kind: LineKind
    stamp: Stamp
    priority: str
    pid: int | None
    tag: str
    message: str


_WALL = r"(?:\d{4}-)?\d\d-\d\d \d\d:\d\d:\d\d(?:\.\d{1,9})?"
_THREADTIME = re.compile(
    rf"(?P<wall>{_WALL})(?: [+-]\d{{4}})?\s+(?:(?P<uid>[A-Za-z_]\w*|\d+)\s+)?(?P<pid>\d{{1,10}})\s+(?P<tid>\d{{1,10}}) "
    r"(?P<pri>[VDIWEFS]) (?P<rest>.*)",
    re.DOTALL | re.ASCII,
)
_EPOCH = re.compile(
    r"\s*(?P<epoch>\d{9,10}\.\d{3,9})\s+(?:(?P<uid>[A-Za-z_]\w*)\s+)?(?P<pid>\d{1,10})\s+(?P<tid>\d{1,10}) "
    r"(?P<pri>[VDIWEFS]) (?P<rest>.*)",
    re.DOTALL | re.ASCII,
)
_TIME = re.compile(
    rf"(?P<wall>{_WALL})(?:\s+(?P<uid>\w+))? (?P<pri>[VDIWEFS])/(?P<tag>.*?)\(\s*(?P<pid>\d{{1,10}})\): ?(?P<rest>.*)",
    re.DOTALL | re.ASCII,
)
_BRIEF = re.compile(r"(?P<pri>[VDIWEFS])/(?P<tag>.*?)\(\s*(?P<pid>\d{1,10})\): ?(?P<rest>.*)", re.DOTALL | re.ASCII)
_KERNEL_HEAD = re.compile(
    rf"(?:<(?P<pri>\d{{1,3}})>)?\[\s*(?P<boot>\d{{1,10}}\.\d{{1,9}})(?:\s*/\s*(?P<wall>{_WALL}))?\]"
)
_KERNEL_BARE = re.compile(r"<(?P<pri>\d{1,3})>(?!\[)")
_KERNEL_DATE = re.compile(
    r"(?:<(?P<pri>\d{1,3})>)?\[(?P<date>[A-Z][a-z]{2} [A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d \d{4})\]"
)
_PIECES = re.compile(
    r"""\s*(?:
      <(?P<pri>\d)>                                                  # MTK: level after the clock
    | \.?\(\d+\)(?:\[(?P<pid_mtk>\d{1,10}):[^\]\n]*\]|(?=[\[<]))     # MTK, OPLUS: processor, then pid:comm
    | \[pid:(?P<pid_kirin>\d{1,10}),cpu\d+,[^\]\n]*\]                # Kirin
    | \[\s*\d+:(?P<pid_meizu>\d{1,10}):[^\]\n]*\]                    # Meizu: cpu:pid:comm
    | \[\s*\d+:[^\]\n]*:\s*(?P<pid_samsung>\d{1,10})\]               # Samsung: cpu:comm:pid
    | \[(?P<pid_comm>\d{1,10}):[^\]\n]*\]                            # pid:comm
    | \[\s*[TC](?P<pid_caller>\d{1,10})\]                            # CONFIG_PRINTK_CALLER
    | \[\d{8}_\d\d:\d\d:\d\d\.\d+\](?:@\d+)?                         # OPLUS: wall clock
    | \[\s*\d+\.\d{6}\](?:@\d+)?                                     # ASUS: second clock
    | @\d+(?:\[\d\d-\d\d\ \d\d:\d\d:\d\d\])?                         # vivo: processor and wall clock
    | \[\d{1,2}\](?=\s)                                              # LG: processor
    | c\d+\s+(?P<pid_pixel>\d{1,10})(?=\s)                           # Pixel: processor and process
    )""",
    re.VERBOSE | re.ASCII,
)
_BOOTLOADER = re.compile(
    r"(?:\{\s*\d+\s*\}\[[^\]\n]{1,12}\]|\[\d+:\s*\d+\.\d+\]|[BDS] -\s+\d+ - |\[\d{1,8}\]\s)(?P<rest>.*)", re.DOTALL
)
_KERNEL_TAG = re.compile(r"\s*(?P<tag>\[[^\]\n]{1,32}\]|[A-Za-z0-9_.,/-]{2,40}(?: [A-Za-z0-9_.,:-]{1,40})?)(?=\s*:\s)")
_SYSLOG = "FFFEWIID"  # emergencies to debug, RFC 5424 order
_DAYS_BEFORE = (0, *accumulate((31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30)))
_MAX_PIECES = 6


def parse_line(text: str) -> LogLine:
    """Take one line (without its newline) apart; what no shape fits comes back as a plain line."""
    text = text.rstrip("\r\n")
    for shape in (_THREADTIME, _TIME, _EPOCH, _BRIEF):
        if match := shape.match(text):
            return _logcat(match)
    return _kernel(text, Stamp())


def wall_stamp(wall: str) -> Stamp:
    """Read ``[YYYY-]MM-DD hh:mm:ss[.fff]`` into a stamp; without a year the count starts at the year's first day."""
    date, _, clock = wall.partition(" ")
    numbers = [int(part) for part in date.split("-")]
    year = numbers[0] if len(numbers) == 3 else 0
    month, day = numbers[-2:]
    hours, minutes, seconds = clock.split(":")
    if not 1 <= month <= 12:
        return Stamp(wall=wall)
    days = year * 366 + _DAYS_BEFORE[month - 1] + day - 1
    return Stamp(wall=wall, wall_s=days * 86400 + int(hours) * 3600 + int(minutes) * 60 + float(seconds))


def _logcat(match: re.Match[str]) -> LogLine:
    fields = match.groupdict()
    stamp = Stamp()
    if wall := fields.get("wall"):
        stamp = wall_stamp(wall)
    elif epoch := fields.get("epoch"):
        stamp = Stamp(wall=epoch, wall_s=float(epoch))
    pid, rest = int(fields["pid"]), fields["rest"]
    if (tag := fields.get("tag")) is None:
        tag, _, message = rest.partition(": ") if ": " in rest else rest.partition(":")
    else:
        message = rest
    if pid == 0:  # the kernel's own lines, read through logcat -b kernel
        inner = (message or rest) if not tag.lstrip().startswith("[") else rest
        kernel = _kernel(inner.lstrip(), stamp)
        return LogLine(LineKind.KERNEL, kernel.stamp, fields["pri"], kernel.pid, kernel.tag, kernel.message)
    return LogLine(LineKind.LOGCAT, stamp, fields["pri"], pid, tag.strip(), message)


def _kernel(text: str, outer: Stamp) -> LogLine:
    if match := _KERNEL_HEAD.match(text):
        wall = wall_stamp(match["wall"]) if match["wall"] else outer
        stamp = Stamp(boot_s=float(match["boot"]), wall=wall.wall, wall_s=wall.wall_s)
        return _after_head(text[match.end() :], stamp, match["pri"])
    if match := _KERNEL_DATE.match(text):
        return _after_head(text[match.end() :], _dated(match["date"]), match["pri"])
    if match := _BOOTLOADER.match(text):
        return LogLine(LineKind.BOOTLOADER, outer, "", None, "", match["rest"].lstrip())
    if match := _KERNEL_BARE.match(text):
        return _after_head(text[match.end() :], outer, match["pri"])
    if outer.wall:
        return _after_head(text, outer, None)
    return LogLine(LineKind.PLAIN, outer, "", None, "", text)


def _after_head(rest: str, stamp: Stamp, level: str | None) -> LogLine:
    pid: int | None = None
    position = 0
    for _ in range(_MAX_PIECES):
        piece = _PIECES.match(rest, position)
        if piece is None:
            break
        level = level or piece["pri"]
        number = next((value for name, value in piece.groupdict().items() if name != "pri" and value), None)
        pid = pid if number is None else int(number)
        position = piece.end()
    message = rest[position:].lstrip(" ")
    tag = _KERNEL_TAG.match(message)
    priority = _SYSLOG[int(level) & 7] if level else ""
    return LogLine(LineKind.KERNEL, stamp, priority, pid, tag["tag"] if tag else "", message)


def _dated(text: str) -> Stamp:
    try:
        moment = datetime.strptime(text, "%a %b %d %H:%M:%S %Y")  # noqa: DTZ007 - the phone prints no zone
    except ValueError:
        return Stamp(wall=text)
    wall = moment.isoformat(sep=" ")
    return wall_stamp(wall)
