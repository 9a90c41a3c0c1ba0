"""Time of the analysers of motion beside what a user would pick instead, and beside the running sum that all need.

``python benchmarks/signals/bench_motion.py`` prints the rows; each peer's answer is compared with ours first.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from functools import lru_cache
from typing import Any

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # one core, before numpy starts its threads

import numpy as np

from probes.signals.allan import allan, pyramid_error_sigma
from probes.signals.gates import gates
from probes.signals.motor_line import motor_line
from probes.signals.stamps import judge_stamps
from probes.signals.still import still

RUNS = 7
RATE_HZ = 400.0
AXES = 6
PLACES = 32
"""Starting places per averaging time that the pyramid keeps."""


def best_ms(*works: Callable[[], Any], runs: int = RUNS) -> list[float]:
    """The least CPU time of each, in milliseconds; they take turns, so that all meet the same quiet moments."""
    for work in works:
        work()
    times: list[list[float]] = [[] for _ in works]
    for _ in range(runs):
        for work, some in zip(works, times, strict=True):
            start = time.process_time()
            work()
            some.append((time.process_time() - start) * 1e3)
    return [min(some) for some in times]


@lru_cache(maxsize=8)
def recording(duration_s: float, axes: int = AXES) -> Any:
    """(axes, samples): white noise and the walk of a bias, as a phone's sensors have them."""
    noise = np.random.default_rng(1)
    count = round(duration_s * RATE_HZ)
    return noise.standard_normal((axes, count)) + 1e-4 * np.cumsum(noise.standard_normal((axes, count)), axis=1)


def averaging_times_s(count: int) -> Any:
    """91 averaging times, evenly on a logarithmic axis up to a third of the record."""
    wanted, points = 91, 91
    while True:
        factors = np.unique(np.rint(np.geomspace(1.0, count / 3.0, points)))
        if factors.size >= wanted:
            return factors[:wanted] / RATE_HZ
        points += 1


def row(workload: str, peer: str, times_ms: tuple[float, float, float], wanted: float) -> dict[str, Any]:
    """One line of the table from the times of ours, the peer and the floor; ``wanted`` is the least peer / ours."""
    ours, theirs, floor = times_ms
    return {
        "family": "motion",
        "workload": workload,
        "peer": peer,
        "ours_ms": ours,
        "peer_ms": theirs,
        "floor_ms": floor,
        "ratio": theirs / ours,
        "wanted": wanted,
        "met": theirs / ours >= wanted,
    }


def allan_rows(runs: int = RUNS) -> list[dict[str, Any]]:
    """One hour of six axes, 91 averaging times."""
    import allantools  # type: ignore[import-untyped]  # ships no types: only this function touches it

    samples = recording(3600.0)
    taus = averaging_times_s(samples.shape[1])

    def theirs(times_s: Any = taus) -> Any:
        return np.array([allantools.oadev(one, rate=RATE_HZ, data_type="freq", taus=times_s)[1] for one in samples])

    exact = allan(samples, rate_hz=RATE_HZ, taus_s=taus)
    assert np.allclose(exact.deviation, theirs(), rtol=1e-10)
    fast = allan(samples, rate_hz=RATE_HZ, taus_s=taus, pyramid=PLACES)
    same = allan(samples, rate_hz=RATE_HZ, taus_s=fast.taus_s)
    off = np.abs(fast.deviation - same.deviation) / (same.high - same.deviation)
    assert off.max() < pyramid_error_sigma(PLACES)
    pyramid_ms, exact_ms, floor, peer = best_ms(
        lambda: allan(samples, rate_hz=RATE_HZ, taus_s=taus, pyramid=PLACES),
        lambda: allan(samples, rate_hz=RATE_HZ, taus_s=taus),
        lambda: np.cumsum(samples, axis=1),
        theirs,
        runs=runs,
    )
    what = "overlapping Allan, 1 h x 6 axes x 400 Hz, 91 taus"
    return [
        row(f"{what}, pyramid ({off.max():.3f} sigma off)", "allantools.oadev", (pyramid_ms, peer, floor), 10.0),
        row(f"{what}, exact", "allantools.oadev", (exact_ms, peer, floor), 1.5),
    ]


def phone_share() -> Callable[[], Any]:
    """What one phone's ten seconds of motion cost: stamps, gates, noise, the motor's line, an Allan curve."""
    samples = recording(10.0)
    times = np.arange(samples.shape[1]) / RATE_HZ
    taus = np.geomspace(1.0 / RATE_HZ, 3.0, 24)
    return lambda: (
        judge_stamps(times),
        gates(samples, rate_hz=RATE_HZ),
        still(samples, rate_hz=RATE_HZ),
        motor_line(samples[:3], rate_hz=RATE_HZ),
        allan(samples, rate_hz=RATE_HZ, taus_s=taus, pyramid=PLACES),
    )


def share_rows() -> list[dict[str, Any]]:
    """The share of motion in one phone: at most ten milliseconds."""
    samples = recording(10.0)
    ours, floor = best_ms(phone_share(), lambda: np.cumsum(samples, axis=1))
    return [
        row("10 s x 6 axes: stamps, gates, noise, line, Allan", "the 10 ms that it may take", (ours, 10.0, floor), 1.0)
    ]


def growth() -> dict[str, list[tuple[float, float]]]:
    """(size, CPU ms) of each analyser over the length of the record and over the number of axes."""
    out: dict[str, list[tuple[float, float]]] = {}
    for duration_s in (1.0, 10.0, 60.0, 600.0, 3600.0):
        for name, work in _works(recording(duration_s, 3)):
            out.setdefault(f"{name}, s of motion", []).append((duration_s, best_ms(work, runs=3)[0]))
    for axes in (1, 3, 6, 12):
        for name, work in _works(recording(60.0, axes)):
            out.setdefault(f"{name}, axes", []).append((float(axes), best_ms(work, runs=5)[0]))
    return out


def _works(samples: Any) -> tuple[tuple[str, Callable[[], Any]], ...]:
    return (
        ("Allan, pyramid", lambda: allan(samples, rate_hz=RATE_HZ, pyramid=PLACES)),
        ("Allan, exact", lambda: allan(samples, rate_hz=RATE_HZ)),
        ("gates", lambda: gates(samples, rate_hz=RATE_HZ)),
        ("still", lambda: still(samples, rate_hz=RATE_HZ)),
    )


def rows() -> list[dict[str, Any]]:
    """All rows of this family."""
    return [*allan_rows(), *share_rows()]


def main() -> None:
    for one in rows():
        print(
            f"{one['workload']:72}{one['peer']:28}{one['ours_ms']:9.2f}{one['peer_ms']:9.2f}{one['floor_ms']:9.2f}"
            f"{one['ratio']:8.2f} x (wanted {one['wanted']:g} x) {'' if one['met'] else 'MISSED'}"
        )


if __name__ == "__main__":
    main()
