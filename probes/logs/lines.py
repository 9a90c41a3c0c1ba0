"""One line of a kernel log or of logcat, taken apart.

Kernel lines come with many prefixes: every vendor adds its own (processor, process, second clock, wall clock). The
prefix is read piece by piece, so a mixture that nobody has seen yet is still read as far as its pieces are known.
"""

from __future__ import annotations

import calendar
import re
from dataclasses import dataclass, replace
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
_CLOCK = rf"(?P<wall>{_WALL})(?: (?P<zone>[+-]\d{{4}}))?"
_THREADTIME = re.compile(
    rf"{_CLOCK}\s+(?:(?P<uid>[A-Za-z_]\w*|\d+)\s+)?(?P<pid>\d{{1,10}})\s+(?P<tid>\d{{1,10}}) "
    r"(?P<pri>[VDIWEFS]) (?P<rest>.*)",
    re.DOTALL | re.ASCII,
)
_EPOCH = re.compile(
    r"\s*(?P<epoch>\d{1,10}\.\d{3,9})\s+(?:(?P<uid>[A-Za-z_]\w*)\s+)?(?P<pid>\d{1,10})\s+(?P<tid>\d{1,10}) "
    r"(?P<pri>[VDIWEFS]) (?P<rest>.*)",
    re.DOTALL | re.ASCII,
)
_TIME = re.compile(
    rf"{_CLOCK}(?:\s+(?P<uid>\w+))? (?P<pri>[VDIWEFS])/(?P<tag>.*?)\(\s*(?P<pid>\d{{1,10}})\): ?(?P<rest>.*)",
    re.DOTALL | re.ASCII,
)
_BRIEF = re.compile(r"(?P<pri>[VDIWEFS])/(?P<tag>.*?)\(\s*(?P<pid>\d{1,10})\): ?(?P<rest>.*)", re.DOTALL | re.ASCII)
_PROCESS = re.compile(
    r"(?P<pri>[VDIWEFS])\(\s*(?P<pid>\d{1,10})\) (?P<rest>.*?)(?:  \((?P<tag>[^()]*)\))?\Z", re.DOTALL
)
_THREAD = re.compile(r"(?P<pri>[VDIWEFS])\(\s*(?P<pid>\d{1,10}):\s*(?P<tid>\d{1,10})\) (?P<rest>.*)", re.DOTALL)
_TAG = re.compile(r"(?P<pri>[VDIWEFS])/(?P<tag>[^\s:(][^:(\n]{0,60}?)\s*: (?P<rest>.*)", re.DOTALL)
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
    | \[(?P<wall_oplus>\d{8}_\d\d:\d\d:\d\d\.\d+)\](?:@\d+)?          # OPLUS: wall clock
    | \[\s*\d+\.\d{6}\](?:@\d+)?                                     # ASUS: second clock
    | @\d+(?:\[\d\d-\d\d\ \d\d:\d\d:\d\d\])?                         # vivo: processor, time of reading
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
_UNIX_FROM_S = 1e8  # a logcat clock below this counts from boot (-v monotonic), above it from 1970 (-v epoch)


def parse_line(text: str) -> LogLine:
    """Take one line (without its newline) apart; what no shape fits comes back as a plain line."""
    text = text.rstrip("\r\n")
    for shape in (_THREADTIME, _TIME, _EPOCH, _BRIEF, _PROCESS, _THREAD, _TAG):
        if match := shape.match(text):
            return _logcat(match)
    return _kernel(text, Stamp())


def wall_stamp(wall: str, zone: str = "") -> Stamp:
    """Read ``[YYYY-]MM-DD hh:mm:ss[.fff]`` and ``+hhmm`` into a stamp (see there for where its seconds begin)."""
    date, _, clock = wall.partition(" ")
    numbers = [int(part) for part in date.split("-")]
    year = numbers[0] if len(numbers) == 3 else 0
    month, day = numbers[-2:]
    hours, minutes, seconds = clock.split(":")
    if not 1 <= month <= 12:
        return Stamp(wall=wall)
    date_s = calendar.timegm((year, month, day, 0, 0, 0)) if year else (_DAYS_BEFORE[month - 1] + day - 1) * 86400
    wall_s = date_s + int(hours) * 3600 + int(minutes) * 60 + float(seconds)
    return Stamp(wall=wall, wall_s=wall_s, zone_s=_zone(zone) if zone else None)


def _zone(text: str) -> int:
    east = -1 if text.startswith("-") else 1
    return east * (int(text[1:3]) * 3600 + int(text[3:5]) * 60)


def _logcat(match: re.Match[str]) -> LogLine:
    fields = match.groupdict()
    stamp = _logcat_stamp(fields)
    pid, rest = int(fields.get("pid") or -1), fields["rest"]
    if "tag" in fields:
        tag, message = fields["tag"] or "", rest
    elif "tid" in fields and "wall" not in fields and "epoch" not in fields:
        tag, message = "", rest  # -v thread has no tag
    else:
        tag, _, message = rest.partition(": ") if ": " in rest else rest.partition(":")
    if pid == 0:  # the kernel's own lines, read through logcat -b kernel
        inner = (message or rest) if not tag.lstrip().startswith("[") else rest
        kernel = _kernel(inner.lstrip(), stamp)
        return LogLine(LineKind.KERNEL, kernel.stamp, fields["pri"], kernel.pid, kernel.tag, kernel.message)
    return LogLine(LineKind.LOGCAT, stamp, fields["pri"], None if pid < 0 else pid, tag.strip(), message)


def _logcat_stamp(fields: dict[str, str | None]) -> Stamp:
    if wall := fields.get("wall"):
        return wall_stamp(wall, fields.get("zone") or "")
    if epoch := fields.get("epoch"):
        seconds = float(epoch)
        return Stamp(wall=epoch, wall_s=seconds, zone_s=0) if seconds >= _UNIX_FROM_S else Stamp(boot_s=seconds)
    return Stamp()


def _kernel(text: str, outer: Stamp) -> LogLine:
    if match := _KERNEL_HEAD.match(text):
        # LG prints the kernel's own wall clock, which is UTC; a clock that logcat put before it is the local one
        wall = wall_stamp(match["wall"], "+0000") if match["wall"] and not outer.wall else outer
        stamp = replace(wall, boot_s=float(match["boot"]))
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
        for name, value in piece.groupdict().items():
            if value and name.startswith("pid"):
                pid = int(value)
            elif value and name.startswith("wall") and not stamp.wall:
                stamp = _piece_stamp(value, stamp)
        position = piece.end()
    message = rest[position:].lstrip(" ")
    tag = _KERNEL_TAG.match(message)
    priority = _SYSLOG[int(level) & 7] if level else ""
    return LogLine(LineKind.KERNEL, stamp, priority, pid, tag["tag"] if tag else "", message)


def _piece_stamp(text: str, stamp: Stamp) -> Stamp:
    """Add the wall clock that a vendor's prefix carries: ``YYYYMMDD_hh:mm:ss.f``."""
    text = f"{text[:4]}-{text[4:6]}-{text[6:8]} {text[9:]}"
    return replace(wall_stamp(text), boot_s=stamp.boot_s)


def _dated(text: str) -> Stamp:
    try:
        moment = datetime.strptime(text, "%a %b %d %H:%M:%S %Y")  # noqa: DTZ007 - the phone prints no zone
    except ValueError:
        return Stamp(wall=text)
    wall = moment.isoformat(sep=" ")
    return wall_stamp(wall)
