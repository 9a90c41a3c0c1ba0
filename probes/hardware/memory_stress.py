"""Memory that keeps what is put there: a file in the system's cache is summed again and again.

Bounded: it sees cells that lose their bits all the time, not a weak row that turns one bit in an hour. That is for the
crash logs of days.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Final

from probes._captures import HardwareBench, HardwareProbe
from probes._declare import Measure, ProbeMeta, Reading, Said, Says
from probes._limits import AtMost, LimitSource
from probes._records import Evidence
from probes._verdict import Effort, Stage, Unit
from probes.hardware.battery_sampling import excuse_all
from probes.hardware.storage_stress import FOLDER, checksum

_FILE: Final = f"{FOLDER}/phonebench-memory.bin"
_MEGABYTES: Final = 24
_PASSES: Final = 4
_DEADLINE_S: Final = 60.0
_HEX: Final = 64
_SAME: Final = LimitSource(kind="standard", text="memory gives back what was put there")


class MemoryStress(HardwareProbe):
    """A pattern of random bytes, read several times over."""

    meta = ProbeMeta(
        id="memory.stress",
        version=1,
        purpose="Memory that keeps what is put there",
        stage=Stage.HARDWARE_UNATTENDED,
        effort=Effort.LOW,
        duration_s=2.0,
        measures=(
            Measure(
                name="changed_passes",
                label="Passes over memory that differ",
                unit=Unit.COUNT,
                limit=AtMost(high=0, source=_SAME),
                says=Says(code="memory.bits_changed", component="PCB", function="memory"),
                key=True,
            ),
            Measure(name="tested_megabytes", label="Memory read", unit=Unit.MEGABYTE),
        ),
    )

    def measure(self, bench: HardwareBench) -> Iterator[Said]:
        """Fill, sum several times, tidy up."""
        try:
            words = ("if=/dev/urandom", f"of={_FILE}", "bs=1048576", f"count={_MEGABYTES}")
            reply = bench.shell("dd", *words, deadline_s=_DEADLINE_S)
            sums = [checksum(bench, _FILE) for _ in range(_PASSES)] if reply.exit_code == 0 else []
            if not sums or any(len(one) != _HEX for one in sums):
                yield from excuse_all(self.meta, "write_refused")
                return
            usual = Counter(sums).most_common(1)[0][1]
            evidence = (Evidence(recording=reply.id, text=f"{_PASSES} passes over {_MEGABYTES} MB"),)
            yield Reading(name="changed_passes", value=_PASSES - usual, evidence=evidence)
            yield Reading(name="tested_megabytes", value=_MEGABYTES * _PASSES, evidence=evidence)
        finally:
            bench.shell("rm", "-f", _FILE)
