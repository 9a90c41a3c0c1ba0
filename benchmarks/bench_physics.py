"""Time and size of what the emulated phones' physics renders, best and median of several runs on one core.

``python benchmarks/bench_physics.py [runs]``
"""

from __future__ import annotations

import os
import statistics
import sys
import time
from collections.abc import Callable
from typing import Any

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # one core, before numpy starts its threads

import numpy as np

from hwsim.phone.at_bench import bench_of
from hwsim.physics.audio.loop import Clocks, Ear, Voice, render, sweep
from hwsim.physics.audio.microphone import MICROPHONE
from hwsim.physics.audio.speaker import SPEAKER, torn_cone
from hwsim.physics.camera.lens import REAR_LENS
from hwsim.physics.camera.scene import picture_of_chart, picture_of_field
from hwsim.physics.camera.sensor import REAR_SENSOR
from hwsim.physics.charge import charge
from hwsim.physics.display import PANEL
from hwsim.physics.imu import ACCELEROMETER, GYROSCOPE, record
from hwsim.physics.motion import Motion
from hwsim.physics.noise import generator
from hwsim.physics.touch import DIGITIZER, swipe, touch
from hwsim.rack import Rack, RackPlan
from hwsim.render.photo import take_picture

RUNS = 7
EARS = [Ear(MICROPHONE, (0.1 + 0.05 * place, 0.25, 0.2)) for place in range(8)]
SWEEP = sweep(duration_s=10.0) * np.float32(0.5)


def sweep_recording(*, torn: bool) -> Any:
    speaker = torn_cone(SPEAKER, 0.4) if torn else SPEAKER
    clocks = Clocks(skew_ppm=30.0, latency_s=0.08) if torn else Clocks()
    return render(SWEEP, [Voice(speaker, (0.1, 0.2, 0.2))], EARS, rng=generator(1, "audio"), clocks=clocks)


def chart() -> Any:
    return picture_of_chart(REAR_LENS, REAR_SENSOR, white_e=6000.0, exposure_s=0.02, rng=generator(1, "chart"))


def photo() -> Any:
    phone = Rack(RackPlan(profile="google_16")).units[0].phone
    bench_of(phone).scenes["rear"] = "chart"
    return take_picture(phone, "rear")


def dark() -> Any:
    return picture_of_field(REAR_LENS, REAR_SENSOR, white_e=0.0, exposure_s=0.25, rng=generator(1, "dark"))


def inertial() -> Any:
    motion, rng = Motion(), generator(1, "imu")
    return [
        record(part, truth, requested_hz=400.0, duration_s=3600.0, rng=rng).values
        for part, truth in ((ACCELEROMETER, motion.specific_force), (GYROSCOPE, motion.angular_rate))
    ]


def strokes() -> Any:
    x_mm, y_mm = swipe((5.0, 5.0), (60.0, 140.0), duration_s=10.0, rate_hz=DIGITIZER.rate_hz)
    return touch(DIGITIZER, x_mm, y_mm, rng=generator(1, "touch")).x


WORK: dict[str, Callable[[], Any]] = {
    "10 s sweep, 8 microphones at 48 kHz": lambda: sweep_recording(torn=False),
    "the same, torn cone, skewed clock": lambda: sweep_recording(torn=True),
    "12 Mpx chart": chart,
    "the same, as the phone's JPEG": photo,
    "12 Mpx dark frame": dark,
    "1 h accelerometer and gyroscope at 400 Hz": inertial,
    "2.6 Mpx panel, one colour": lambda: PANEL.emit(np.full((2400, 1080, 3), 128, dtype=np.uint8), slider=128),
    "10 s of touch with raw deltas": strokes,
    "3 h charge in 5 s steps": lambda: charge(start_share=0.05, duration_s=10_800.0).share,
}

WANTED_MS = {"10 s sweep, 8 microphones at 48 kHz": 500.0, "12 Mpx chart": 1000.0}


def main() -> None:
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else RUNS
    print(f"{'':44}{'best ms':>9}{'median ms':>11}{'CPU ms':>9}")
    for name, work in WORK.items():
        work()
        wall, cpu = [], []
        for _ in range(runs):
            start, start_cpu = time.perf_counter(), time.process_time()
            work()
            wall.append((time.perf_counter() - start) * 1e3)
            cpu.append((time.process_time() - start_cpu) * 1e3)
        wanted = f"  (wanted: under {WANTED_MS[name]:.0f})" if name in WANTED_MS else ""
        print(f"{name:44}{min(wall):9.1f}{statistics.median(wall):11.1f}{statistics.median(cpu):9.1f}{wanted}")


if __name__ == "__main__":
    main()
