"""Storage under writes that must reach the flash: how long they take, and whether what was written is read again.

A file of our own, bounded in size and removed afterwards. What has just been written is read from memory and not from
the flash as long as a stock shell cannot empty the cache, so the comparison tells of memory and file system first.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from statistics import median
from typing import Final

from probes._captures import HardwareBench, HardwareProbe
from probes._declare import Excuse, Measure, ProbeMeta, Reading, Reply, Said, Says
from probes._limits import AtLeast, AtMost, LimitSource
from probes._records import Evidence
from probes._verdict import Effort, Risk, Stage, Unit, Verdict
from probes.hardware.battery_sampling import excuse_all

FOLDER: Final = "/data/local/tmp"
"""Where a stock shell may write."""
_FILE: Final = f"{FOLDER}/phonebench-storage.bin"
_SMALL: Final = f"{FOLDER}/phonebench-sync.bin"
_FIRST_MB: Final = 2
_MORE_MB: Final = 32
_FAST_MB_S: Final = 15.0
_SYNCS: Final = 9
_DEADLINE_S: Final = 60.0
_COPIED: Final = re.compile(r"copied, ([0-9.]+) ?s")
_SYNC: Final = LimitSource(
    kind="prior", text="healthy flash, eMMC too, brings 4 KiB to its cells within some 30 ms; worn flash retries"
)
_RATE: Final = LimitSource(kind="prior", text="the slowest eMMC of phones with Android 9 writes some 20 MB in a second")
_SAME: Final = LimitSource(kind="standard", text="what is read is what was written")


class StorageStress(HardwareProbe):
    """Write rate, delay of writes that must be kept, and a comparison of what was written."""

    meta = ProbeMeta(
        id="storage.stress",
        version=1,
        purpose="Storage under writes that must reach the flash",
        stage=Stage.HARDWARE_UNATTENDED,
        effort=Effort.LOW,
        risk=Risk.NONE,
        duration_s=3.0,
        measures=(
            Measure(
                name="sync_write_ms",
                label="Small write until it is kept",
                unit=Unit.MILLISECOND,
                limit=AtMost(high=60.0, marginal_above=40.0, source=_SYNC),
                says=Says(code="storage.slow_sync", component="PCB", function="storage"),
                key=True,
            ),
            Measure(name="sync_write_worst_ms", label="Slowest of the small writes", unit=Unit.MILLISECOND),
            Measure(
                name="write_mb_per_s",
                label="Megabytes written in a second",
                unit=Unit.NONE,
                limit=AtLeast(low=8.0, marginal_below=15.0, source=_RATE),
                says=Says(code="storage.slow_sync", component="PCB", function="storage"),
            ),
            Measure(
                name="changed_reads",
                label="Readings that differ from what was written",
                unit=Unit.COUNT,
                limit=AtMost(high=0, source=_SAME),
                says=Says(code="storage.data_changed", component="PCB", function="storage"),
            ),
        ),
    )

    def measure(self, bench: HardwareBench) -> Iterator[Said]:
        """Write little, write much where the flash is fast enough, read again, and tidy up."""
        try:
            yield from self._stress(bench)
        finally:
            bench.shell("rm", "-f", _FILE, _SMALL)

    def _stress(self, bench: HardwareBench) -> Iterator[Said]:
        first = _write(bench, _FILE, megabytes=_FIRST_MB)
        taken_s = _taken_s(first)
        if taken_s is None:
            yield from excuse_all(self.meta, "write_refused")
            return
        rate, reply = _FIRST_MB / taken_s, first
        if rate >= _FAST_MB_S:
            reply = _write(bench, _FILE, megabytes=_MORE_MB)
            rate = _MORE_MB / (_taken_s(reply) or taken_s * _MORE_MB / _FIRST_MB)
        syncs = [_taken_s(_write(bench, _SMALL, megabytes=0)) for _ in range(_SYNCS)]
        delays_ms = [1000 * taken for taken in syncs if taken is not None]
        evidence = (Evidence(recording=reply.id, text=f"{rate:.0f} MB/s, {len(delays_ms)} small writes"),)
        if len(delays_ms) < _SYNCS:
            for name in ("sync_write_ms", "sync_write_worst_ms"):
                yield Excuse(name=name, verdict=Verdict.INCONCLUSIVE, reason="write_refused")
        else:
            yield Reading(name="sync_write_ms", value=round(median(delays_ms), 1), evidence=evidence)
            yield Reading(name="sync_write_worst_ms", value=round(max(delays_ms), 1), evidence=evidence)
        yield Reading(name="write_mb_per_s", value=round(rate, 1), evidence=evidence)
        sums = {checksum(bench, _FILE) for _ in range(2)}
        yield Reading(name="changed_reads", value=len(sums) - 1, evidence=evidence)


def _write(bench: HardwareBench, path: str, *, megabytes: int) -> Reply:
    """Write random megabytes, or 4 KiB of nothing where there are none, and wait until the flash has them."""
    size = (
        ("if=/dev/urandom", "bs=1048576", f"count={megabytes}") if megabytes else ("if=/dev/zero", "bs=4096", "count=1")
    )
    return bench.shell("dd", *size, f"of={path}", "conv=fsync", deadline_s=_DEADLINE_S)


def _taken_s(reply: Reply) -> float | None:
    """How long it took by the phone's own watch."""
    found = _COPIED.search(reply.err.parse(str) + reply.out.parse(str))
    return max(float(found[1]), 1e-6) if found and reply.exit_code == 0 else None


def checksum(bench: HardwareBench, path: str) -> str:
    """SHA-256 of a file by the phone itself, or what it said instead."""
    return bench.shell("sha256sum", path, deadline_s=_DEADLINE_S).out.parse(str).split(" ")[0].strip()
