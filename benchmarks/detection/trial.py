"""Runs trials on emulated phones through a real adb server: several phones side by side, one folder each."""

from __future__ import annotations

import shutil
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from queue import SimpleQueue
from typing import Any, Final

from agent.plan import known_probes
from agent.sim_phone import SimPhone, SimRack
from benchmarks.detection.cells import HEALTHY, Cell
from probes import CommandFailed, Measurement, NotUnderstood, Probe, ProbeResult

Told = Callable[[Cell, dict[str, Any]], None]
_SPEEDS: Final = (2.0, 5.0, 10.0, 20.0, 50.0, 100.0, 200.0, 500.0)
_BROKEN: Final = frozenset({CommandFailed.code, NotUnderstood.code})
_LOST: Final = frozenset({"samples_lost", "samples_lost_on_the_way", "needs_every_sample"})


def is_shaky(outcome: Mapping[str, Any]) -> bool:
    """Whether the trial says more of this machine than of the probe: a busy one loses samples of phones in a hurry."""
    broke = outcome["verdict"] in {"error", "crash"} or outcome.get("trouble", "") in _BROKEN
    return broke or outcome["said"] in _LOST or not _LOST.isdisjoint(outcome.get("values", {}).values())


@dataclass(frozen=True, slots=True)
class Pace:
    """How fast the phones' time passes.

    Attributes:
        speed: seconds of the phones in one of ours.
        longest_s: a probe that would take longer than this of our time is run faster, up to ``_FASTEST``.
    """

    speed: float
    longest_s: float

    def of(self, probe: Probe) -> float:
        """The speed for a probe, one of few: phones of one speed are emulated together."""
        wanted = max(self.speed, probe.meta.duration_s / self.longest_s)
        return next((speed for speed in (self.speed, *_SPEEDS) if speed >= wanted), _SPEEDS[-1])


def run_trials(cells: Iterable[Cell], told: Told, *, phones: int, pace: Pace, stamp: dict[str, Any]) -> None:
    """Run trials, ``phones`` at a time, and tell what became of each as it ends.

    Args:
        cells: what to run, in this order but for those that run at another speed.
        told: called from the thread that ran the trial.
        phones: how many side by side.
        pace: how fast.
        stamp: what each row says beside, such as the commit.
    """
    probes = {probe.meta.id: probe for probe in known_probes()}
    by_speed: defaultdict[float, list[Cell]] = defaultdict(list)
    for cell in cells:
        by_speed[pace.of(probes[cell.probe])].append(cell)
    for speed, some in sorted(by_speed.items()):
        _run_at(speed, some, told, phones=phones, stamp={**stamp, "speed": speed})


def _run_at(speed: float, cells: Sequence[Cell], told: Told, *, phones: int, stamp: Mapping[str, Any]) -> None:
    probes = {probe.meta.id: probe for probe in known_probes()}
    with tempfile.TemporaryDirectory(prefix="phonebench-detection-") as folder, SimRack(Path(folder)) as rack:
        places: SimpleQueue[tuple[Any, Path]] = SimpleQueue()
        for _number in range(phones):
            places.put(rack.take(speed))

        def one(cell: Cell) -> None:
            place, recordings = places.get()
            started_s = time.perf_counter()
            try:
                outcome = _trial(place, recordings, cell, probes[cell.probe])
            finally:
                shutil.rmtree(recordings, ignore_errors=True)
                places.put((place, recordings))
            told(cell, {**outcome, **stamp, "wall_s": round(time.perf_counter() - started_s, 2)})

        with ThreadPoolExecutor(phones) as pool:
            for _done in pool.map(one, cells):
                pass


def _trial(place: Any, folder: Path, cell: Cell, probe: Probe) -> dict[str, Any]:
    """One trial; whatever goes wrong is a row and not an end."""
    try:
        phone = SimPhone(place, folder, profile=cell.profile, seed=cell.seed)
        try:
            if cell.mode != HEALTHY:
                phone.break_(cell.mode, severity=cell.severity)
            result = phone.run(probe, station=True) if cell.assisted else phone.run(probe)
        finally:
            phone.put_away()
    except Exception as error:  # noqa: BLE001  a crash of emulator, bench or probe is an outcome of the trial
        return {"verdict": "crash", "said": f"{type(error).__name__}: {error}"[:300], "findings": []}
    return _outcome(result)


def _outcome(result: ProbeResult) -> dict[str, Any]:
    findings = [{"code": one.code, "components": list(one.components)} for one in result.findings]
    said = result.trouble.line[:300] if result.trouble else result.reason or ""
    numbers = {taken.name: _value(taken) for taken in result.measurements}
    trouble = result.trouble.code if result.trouble else ""
    return {
        "verdict": str(result.verdict),
        "said": said,
        "trouble": trouble,
        "findings": findings,
        "values": numbers,
    }


def _value(taken: Measurement) -> float | str | None:
    if isinstance(taken.value, float):
        return float(f"{taken.value:.4g}")
    return taken.value if taken.value is not None else taken.reason
