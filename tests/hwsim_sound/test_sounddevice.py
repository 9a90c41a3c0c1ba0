"""The real sounddevice plays and records through the card: exact level, exact delay, phones apart."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray

from hwsim.companion.air import MICROPHONE_AT, MICROPHONE_PER_PA, SPEAKER_AT, SPEAKER_PA
from hwsim.physics.audio.loop import TEST_BOX

pytestmark = pytest.mark.slow
RATE_HZ = 48_000
Play = Callable[..., NDArray[np.float32]]


def tone(level: float, *, hz: float = 1000.0) -> NDArray[np.float32]:
    times_s = np.arange(RATE_HZ // 2) / RATE_HZ
    played = np.zeros(RATE_HZ, np.float32)
    played[6000 : 6000 + len(times_s)] = level * np.sin(2 * np.pi * hz * times_s)
    return played


def level_of(samples: NDArray[np.float32], hz: float = 1000.0) -> float:
    turn = np.exp(-2j * np.pi * hz * np.arange(len(samples)) / RATE_HZ)
    return float(2 * np.abs(np.mean(samples * turn)))


def begin_of(samples: NDArray[np.float32]) -> int:
    return int(np.flatnonzero(np.abs(samples) > 0.01)[0])


def test_the_loop_is_exact_and_the_air_is_what_physics_says(play: Play) -> None:
    heard = play(tone(0.5))
    begin = begin_of(heard[:, 1])
    steady = heard[begin + 14_400 : begin + 14_400 + 4_800]
    assert level_of(steady[:, 1]) == pytest.approx(0.5, rel=1e-4)
    room = TEST_BOX.impulse_response(SPEAKER_AT, MICROPHONE_AT, rate_hz=RATE_HZ, rng=np.random.default_rng(1))
    gain = abs(np.fft.rfft(room, RATE_HZ)[1000]) * SPEAKER_PA * MICROPHONE_PER_PA
    assert level_of(steady[:, 0]) == pytest.approx(0.5 * gain, rel=1e-3)
    assert begin < 6000 + 0.25 * RATE_HZ  # what the computer buffers is bounded


def test_the_delay_against_the_loop_is_the_way_through_the_air(play: Play) -> None:
    click = np.zeros(RATE_HZ, np.float32)
    click[9000] = 0.9
    heard = play(click)
    lag = int(np.argmax(np.abs(heard[:, 0]))) - int(np.argmax(np.abs(heard[:, 1])))
    distance_m = float(np.linalg.norm(np.subtract(SPEAKER_AT, MICROPHONE_AT)))
    assert lag == pytest.approx(distance_m / 343.0 * RATE_HZ, abs=1.0)


def test_the_benches_of_two_phones_do_not_hear_each_other(play: Play) -> None:
    heard = play(tone(0.5, hz=500.0), phone=1)
    assert level_of(heard[begin_of(heard[:, 1]) :][9600:14_400, 1], 500.0) == pytest.approx(0.5, rel=1e-3)
    assert np.abs(play(np.zeros(RATE_HZ // 4, np.float32))).max() < 1e-4
