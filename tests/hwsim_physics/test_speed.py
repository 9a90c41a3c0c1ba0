"""The speeds that the design promises, in seconds of one core: waiting for a busy machine does not count."""

from __future__ import annotations

import time
from collections.abc import Callable

import numpy as np
import pytest

from hwsim.physics.audio.loop import Ear, Voice, render, sweep
from hwsim.physics.audio.microphone import MICROPHONE
from hwsim.physics.audio.speaker import SPEAKER
from hwsim.physics.camera.lens import REAR_LENS
from hwsim.physics.camera.scene import picture_of_chart
from hwsim.physics.camera.sensor import REAR_SENSOR
from hwsim.physics.noise import generator


def core_seconds(work: Callable[[], object]) -> float:
    best = float("inf")
    for _ in range(4):
        start = time.thread_time()
        work()
        best = min(best, time.thread_time() - start)
    return best


@pytest.mark.slow
def test_ten_seconds_of_sweep_in_eight_channels_take_under_half_a_second() -> None:
    played = sweep(duration_s=10.0) * np.float32(0.5)
    ears = [Ear(MICROPHONE, (0.1 + 0.05 * place, 0.25, 0.2)) for place in range(8)]

    def work() -> object:
        return render(played, [Voice(SPEAKER, (0.1, 0.2, 0.2))], ears, rng=generator(1, "a"))

    assert core_seconds(work) < 0.5


@pytest.mark.slow
def test_a_picture_of_twelve_megapixels_takes_under_a_second() -> None:
    assert REAR_SENSOR.height * REAR_SENSOR.width == 12_000_000

    def work() -> object:
        return picture_of_chart(REAR_LENS, REAR_SENSOR, white_e=6000.0, exposure_s=0.02, rng=generator(1, "c"))

    assert core_seconds(work) < 1.0
