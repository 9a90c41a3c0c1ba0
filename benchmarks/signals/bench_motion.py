"""Time of the analysers of motion beside what a user would pick instead, and beside the running sum that all need.

``python benchmarks/signals/bench_motion.py`` prints the rows; each peer's answer is compared with ours first.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from functools import lru_cache
from typing import Any

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # one core, before numpy starts its threads

import numpy as np

from benchmarks.signals.one_phone import MOTION_HZ, PLACES, motion_share
from benchmarks.signals.timing import RUNS, best_ms, row, show
from probes.signals.allan import allan, pyramid_error_sigma
from probes.signals.gates import gates
from probes.signals.still import still

RATE_HZ = MOTION_HZ
AXES = 6


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


def allan_rows(runs: int = RUNS) -> list[dict[str, Any]]:
    """One hour of six axes, 91 averaging times."""
    import allantools

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
        row(
            "motion",
            f"{what}, pyramid ({off.max():.3f} sigma off)",
            "allantools.oadev",
            (pyramid_ms, peer, floor),
            10.0,
        ),
        row("motion", f"{what}, exact", "allantools.oadev", (exact_ms, peer, floor), 1.5),
    ]


def share_rows() -> list[dict[str, Any]]:
    """The share of motion in one phone: at most ten milliseconds."""
    samples = recording(10.0)
    ours, floor = best_ms(lambda: motion_share(samples), lambda: np.cumsum(samples, axis=1))
    return [
        row(
            "motion",
            "10 s x 6 axes: stamps, gates, noise, line, Allan",
            "the 10 ms that it may take",
            (ours, 10.0, floor),
            1.0,
        )
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
    show(rows())


if __name__ == "__main__":
    main()
