"""All that one phone asks of the analysers: its sound, ten seconds of its motion, one picture.

``python -m benchmarks.signals.one_phone FOLDER`` does it as a program would that only does this: nothing else is
imported, and each recording (sound.npy, motion.npy, picture.npy) is read when its turn comes. It prints the peak memory
after the imports and after the work, and then the CPU time, as JSON.
"""

from __future__ import annotations

import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # one core, before numpy starts its threads

import json
import sys
from pathlib import Path
from typing import Any, Final

import cv2
import numpy as np

from benchmarks.signals.timing import best_ms, peak_mb
from probes.signals.allan import allan
from probes.signals.defects import find_defects
from probes.signals.delay import gcc_phat
from probes.signals.gates import gates
from probes.signals.motor_line import motor_line
from probes.signals.shading import shading
from probes.signals.slanted_edge import slanted_edges
from probes.signals.spectrum import welch
from probes.signals.stamps import judge_stamps
from probes.signals.still import still
from probes.signals.sweep import Sweep
from probes.signals.tracker import track

SWEEP: Final = Sweep(start_hz=20.0, stop_hz=20000.0, duration_s=10.0, rate_hz=48000.0, amplitude=0.5)
WINDOW: Final = slice(192_000, 288_000)
"""Two seconds of the sweep, for the delay in a window."""
MOTION_HZ: Final = 400.0
PLACES: Final = 16
"""Starting places per averaging time that the pyramid keeps."""
FLOOR_DN: Final = 150.0
EDGES: Final = ((1400, 1800), (200, 200), (200, 3400), (2500, 200), (2500, 3400))


def sound_share(sound: Any) -> None:
    """The sweep tracked, a spectrum, a masked delay."""
    assert track(sound, SWEEP).valid
    assert welch(sound, SWEEP.rate_hz).valid
    part = np.ascontiguousarray(sound[:, WINDOW])
    assert gcc_phat(part, SWEEP.samples()[WINDOW], SWEEP.rate_hz, max_delay_s=0.5).valid


def motion_share(samples: Any) -> None:
    """Stamps, gates, noise, the motor's line, an Allan curve."""
    judge_stamps(np.arange(samples.shape[1]) / MOTION_HZ)
    gates(samples, rate_hz=MOTION_HZ)
    still(samples, rate_hz=MOTION_HZ)
    motor_line(samples[:3], rate_hz=MOTION_HZ)
    allan(samples, rate_hz=MOTION_HZ, taus_s=np.geomspace(1.0 / MOTION_HZ, 3.0, 24), pyramid=PLACES)


def picture_share(raw: Any) -> None:
    """Shading, defects and five edges."""
    assert shading(raw, mosaic=True, white_dn=1023.0).valid
    assert find_defects(raw, mosaic=True, floor_dn=FLOOR_DN, white_dn=1023.0).valid
    assert all(edge.valid for edge in slanted_edges(raw, [(row, column, 300, 400) for row, column in EDGES]))


SHARES: Final = {"picture": picture_share, "motion": motion_share, "sound": sound_share}


def main(folder: Path) -> None:
    """Do it once for the memory, then some times for the time."""
    cv2.setNumThreads(1)
    libraries_mb = peak_mb()
    for name, share in SHARES.items():
        share(np.load(folder / f"{name}.npy"))
    whole_mb = peak_mb()
    recordings = {name: np.load(folder / f"{name}.npy") for name in SHARES}
    (cost_ms,) = best_ms(lambda: [share(recordings[name]) for name, share in SHARES.items()])
    held_mb = {name: recording.nbytes / 2**20 for name, recording in recordings.items()}
    print(json.dumps({"libraries_mb": libraries_mb, "whole_mb": whole_mb, "cost_ms": cost_ms, "held_mb": held_mb}))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
