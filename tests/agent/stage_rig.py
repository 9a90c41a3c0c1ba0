"""An emulated phone in this process, asked by the probes without adb, and what the localizer concludes."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from agent.localizer import RunFacts, conclude, load_knowledge
from agent.plan import blocking, make_plan
from agent.session import run_probe, withheld
from probes import MIB, DeviceText, NotSupported, Probe, ProbeResult, Recording, Reply, Samples
from tests.hwsim.rig import ask

if TYPE_CHECKING:
    from hwsim.unit import Unit
    from reports import Diagnosis

LOGS = {name: f"logcat -d -b {name} -v threadtime" for name in ("main", "system", "crash", "events", "radio")}
LOGS |= {"kernel": "dmesg", "dropbox": "dumpsys dropbox --print", "last_kernel": "cat /sys/fs/pstore/console-ramoops-0"}
REFUSALS = ("not permitted", "permission denied", "no such file", "not found", "unable to open log")


class Log:
    """A log read whole."""

    def __init__(self, name: str, body: bytes) -> None:
        self.id = name
        self._body = body

    def __iter__(self) -> Iterator[bytes]:
        for start in range(0, len(self._body), MIB):
            yield self._body[start : start + MIB]


class Keeper:
    """Keeps nothing."""

    def start(self, prefix: str) -> None:
        """Nothing to begin."""

    def samples(self, samples: Samples) -> None:
        """Nothing is kept."""

    def taken(self) -> tuple[Recording, ...]:
        """Nothing was taken."""
        return ()


class PhoneBench:
    """Serves probes from an emulated phone in this process."""

    def __init__(self, unit: Unit) -> None:
        self._unit = unit
        self.asked: list[str] = []

    def shell(self, *argv: str, deadline_s: float = 10.0, cap_bytes: int = MIB) -> Reply:
        assert deadline_s > 0
        line = shlex.join(argv)
        self.asked.append(line)
        answer = ask(self._unit, line)
        out, err = DeviceText(answer.out.encode()[:cap_bytes]), DeviceText(answer.err.encode())
        return Reply(f"test/{len(self.asked)}", out, err, 1_000_000 * len(self.asked), answer.code)

    def log(self, buffer: str, *, deadline_s: float = 60.0, cap_bytes: int = 64 * MIB) -> Log:
        assert deadline_s > 0
        self.asked.append(f"log {buffer}")
        out = ask(self._unit, LOGS[buffer]).out
        if not out or (len(out) < 300 and any(word in out.lower() for word in REFUSALS)):
            raise NotSupported(f"no log {buffer}")
        return Log(f"test/{len(self.asked)}", out.encode()[:cap_bytes])


def diagnose(unit: Unit, *, complaints: Sequence[str] = (), further: Sequence[Probe] = ()) -> Diagnosis:
    """Run the shipped plan and further probes on a phone and conclude."""
    bench, results = PhoneBench(unit), list[ProbeResult]()
    for probe in make_plan([*make_plan(), *further]):
        held = blocking(probe, results)
        results.append(withheld(probe, held) if held else run_probe(probe, bench, Keeper(), {}))
    facts = RunFacts(
        run_id="test",
        created_at=datetime(2026, 11, 21, tzinfo=UTC),
        source="adb",
        subject="test",
        agent_version="0",
        limits="declared",
        complaints=tuple(complaints),
    )
    return conclude(facts, results, load_knowledge())
