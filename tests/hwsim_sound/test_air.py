"""The phone hears the bench, and the bench hears the phone, in time and at the level that the parts give."""

from __future__ import annotations

import time

import numpy as np
import pytest
from numpy.typing import NDArray

from hwsim.companion.air import OUT_LATENCY_NS, SPEAKER_AT, Air, Convolver, open_air
from hwsim.companion.device import Device
from hwsim.companion.sound import PLACES, READ_FRAMES, Recorder, make_tone
from tests.hwsim.rig import ManualClock, one_phone

BLOCK = 480
NS = 1_000_000_000


def run_air(air: Air, played: NDArray[np.float32]) -> NDArray[np.float32]:
    return np.concatenate([air.advance(played[at : at + BLOCK]) for at in range(0, len(played), BLOCK)])


def recorded(fault: str = "healthy") -> NDArray[np.float64]:
    """What the phone's bottom microphone records while the bench speaker plays a burst after 0.2 s."""
    clock = ManualClock()
    unit = one_phone(fault=fault, clock=clock)
    air = open_air(unit.phone, BLOCK)
    device = Device(unit.phone)
    start_ns = device.now_ns
    played = np.zeros(72_000, np.float32)
    played[9600:33_600] = 0.5 * np.sin(2 * np.pi * 1000 * np.arange(24_000) / 48_000)
    run_air(air, played)
    recorder = Recorder(device.scene, start_ns=start_ns, inputs=("bottom",), rng=np.random.default_rng(3))
    pieces = [recorder.read(first * READ_FRAMES) for first in range(60)]
    return np.frombuffer(b"".join(pieces), "<i2") / 32768.0


def level_of(samples: NDArray[np.float64]) -> float:
    return float(2 * np.abs(np.mean(samples * np.exp(-2j * np.pi * 1000 * np.arange(len(samples)) / 48_000))))


def test_the_phone_hears_the_bench_speaker_when_it_should() -> None:
    heard = recorded()
    loud = np.abs(heard) > 5 * np.abs(heard[:9000]).max()
    distance_m = float(np.linalg.norm(np.subtract(SPEAKER_AT, PLACES["bottom"])))
    expected = 9600 + OUT_LATENCY_NS / NS * 48_000 + distance_m / 343.0 * 48_000
    assert int(np.flatnonzero(loud)[0]) == pytest.approx(expected, abs=12)


def test_a_clogged_microphone_hears_the_bench_less() -> None:
    good, clogged = recorded()[24_000:28_800], recorded("microphone_main.port_clogged:0.9")[24_000:28_800]
    assert level_of(clogged) < 0.3 * level_of(good)


def test_the_bench_hears_the_phones_speaker_from_the_moment_on_at_which_it_plays() -> None:
    unit = one_phone()
    air = Air(unit.phone, BLOCK)
    start_ns = Device(unit.phone).now_ns
    air.phone_plays(make_tone(tone_hz=1000, duration_s=0.3, level=0.5, out="speaker"), start_ns + NS // 10)
    until_s = time.monotonic() + 5
    while not air.ready and time.monotonic() < until_s:
        time.sleep(0.001)
    heard = run_air(air, np.zeros(48_000, np.float32))
    assert np.abs(heard[:4800]).max() == 0.0
    assert np.abs(heard[5500:9000]).max() > 0.002
    assert np.abs(heard[40_000:]).max() < 1e-4


def test_blocks_give_what_one_piece_would() -> None:
    rng = np.random.default_rng(5)
    kernel, signal = rng.standard_normal(1000).astype(np.float32), rng.standard_normal(48 * 100).astype(np.float32)
    way = Convolver(kernel, 48)
    blocks = np.concatenate([way.run(signal[at : at + 48]) for at in range(0, len(signal), 48)])
    assert blocks == pytest.approx(np.convolve(signal, kernel)[: len(signal)], abs=2e-3)
