"""``dumpsys diskstats``: free space and one timed write."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from ._reading import append, frozen, lines, put, require, whole

_LATENCY = re.compile(r"Latency: (\d{1,9})ms \[512B Data Write\]")
_FREE = re.compile(r"([A-Za-z]{1,20})-Free: (\d{1,15})K / (\d{1,15})K total")
_SPEED = re.compile(r"Recent Disk Write Speed \(kB/s\) = (\d{1,12})")
_SIZE = re.compile(r"([A-Z][A-Za-z ]{1,40} Size): (\d{1,18})")
_ERROR = re.compile(r"(?:Test-Error|[A-Za-z]{1,20}-Error): (.{0,200})")


@dataclass(frozen=True, slots=True)
class FreeSpace:
    """Free and total size of one partition, KiB."""

    free_k: int
    total_k: int

    @property
    def free_ratio(self) -> float | None:
        """Free over total, None when the total is 0."""
        return self.free_k / self.total_k if self.total_k else None


@dataclass(frozen=True, slots=True)
class Diskstats:
    """What the service measured; ``errors`` holds the lines of a failed write or statfs, as printed."""

    write_latency_ms: int | None
    write_speed_kb_per_s: int | None
    partitions: Mapping[str, FreeSpace]
    size_bytes: Mapping[str, int]
    errors: tuple[str, ...]


def parse_diskstats(text: str) -> Diskstats:
    """Read ``dumpsys diskstats``.

    Raises:
        NotUnderstood: there is neither a latency nor a free-space line nor an error line of this service.
    """
    latency = speed = None
    partitions: dict[str, FreeSpace] = {}
    sizes: dict[str, int] = {}
    errors: list[str] = []
    for line in lines(text):
        if found := _LATENCY.match(line):
            latency = int(found[1])
        elif found := _SPEED.match(line):
            speed = int(found[1])
        elif found := _FREE.match(line):
            put(partitions, found[1], FreeSpace(free_k=int(found[2]), total_k=int(found[3])), cap=20)
        elif found := _SIZE.fullmatch(line):
            put(sizes, found[1], whole(found[2]) or 0, cap=40)
        elif _ERROR.match(line):
            append(errors, line[:300], cap=20)
    require(latency is not None or partitions or errors, "diskstats dump", text)
    return Diskstats(
        write_latency_ms=latency,
        write_speed_kb_per_s=speed,
        partitions=frozen(partitions),
        size_bytes=frozen(sizes),
        errors=tuple(errors),
    )
