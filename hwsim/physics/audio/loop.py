"""A whole play-and-record: every microphone hears every speaker through the room, on clocks of their own."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from hwsim.physics.arrays import Floats, Singles, Spectrum, Triple
from hwsim.physics.audio.amplifier import AMPLIFIER, Amplifier
from hwsim.physics.audio.microphone import Microphone
from hwsim.physics.audio.room import Ambient, Room, resample
from hwsim.physics.audio.speaker import Speaker
from hwsim.physics.filters import bins
from hwsim.physics.noise import fast_length

RATE_HZ = 48000.0
SHORT = 8192
"""Samples that the response of a transducer takes to die away (0.17 s at 48 kHz)."""


@dataclass(frozen=True)
class Clocks:
    """How the recording's clock differs from the player's: its rate error, and how late the sound is in it."""

    skew_ppm: float = 0.0
    latency_s: float = 0.0


@dataclass(frozen=True)
class Voice:
    """One speaker with its amplifier and the place where it stands."""

    speaker: Speaker
    at_m: Triple
    amplifier: Amplifier = AMPLIFIER


@dataclass(frozen=True)
class Ear:
    """One microphone and the place where it stands."""

    microphone: Microphone
    at_m: Triple


QUIET = Ambient()
TEST_BOX = Room()
IN_STEP = Clocks()


def render(
    play: Singles,
    voices: Sequence[Voice],
    ears: Sequence[Ear],
    *,
    rng: np.random.Generator,
    room: Room = TEST_BOX,
    ambient: Ambient = QUIET,
    clocks: Clocks = IN_STEP,
    rate_hz: float = RATE_HZ,
    tail_s: float = 0.0,
) -> Singles:
    """Return what the microphones record (one row each, full scale 1.0) while each row of ``play`` goes to its voice.

    The recording starts with the playing on the player's clock and is ``tail_s`` longer. A clock that runs
    ``skew_ppm`` fast takes more samples of the same sound. Raises ValueError when rows and voices do not pair.
    """
    if play.shape[0] != len(voices):
        raise ValueError(f"{play.shape[0]} rows of samples for {len(voices)} speakers")
    count = play.shape[1] + round(tail_s * rate_hz)
    size = fast_length(count + round((room.ir_s + clocks.latency_s) * rate_hz))
    forces = [
        np.fft.rfft(_force(row, voice, count, clocks, rate_hz=rate_hz, rng=rng), size)
        for row, voice in zip(play, voices, strict=True)
    ]
    if clocks.latency_s:
        late = np.exp(-2j * np.pi * bins(size, rate_hz) * clocks.latency_s).astype(np.complex64)
        forces = [force * late for force in forces]
    background = ambient.spectrum(size, rate_hz, rng)
    recorded = np.empty((len(ears), count), dtype=np.float32)
    for row, ear in zip(recorded, ears, strict=True):
        heard = background.copy()
        for force, voice in zip(forces, voices, strict=True):
            heard += force * np.fft.rfft(path(voice, ear, room, rate_hz=rate_hz, rng=rng), size)
        heard *= np.fft.rfft(_impulse(ear.microphone.transfer(bins(SHORT, rate_hz), rate_hz)), size)
        row[:] = ear.microphone.digitise(np.fft.irfft(heard, size)[:count].astype(np.float32, copy=False), rng)
    return recorded


def path(voice: Voice, ear: Ear, room: Room, *, rate_hz: float, rng: np.random.Generator) -> Singles:
    """Return the impulse response from a drive to the pressure (Pa) at a microphone: speaker and room."""
    air = room.impulse_response(voice.at_m, ear.at_m, rate_hz=rate_hz, rng=rng)
    size = fast_length(len(air) + SHORT)
    spoken = voice.speaker.transfer(bins(size, rate_hz), rate_hz)
    return np.fft.irfft(np.fft.rfft(air, size) * spoken, size)[: len(air)].astype(np.float32)


def sweep(*, low_hz: float = 20.0, high_hz: float = 20000.0, duration_s: float, rate_hz: float = RATE_HZ) -> Singles:
    """Return an exponential sine sweep of amplitude 1 (A. Farina, 2000), as one row."""
    times_s = np.arange(round(duration_s * rate_hz)) / rate_hz
    growth_s = duration_s / math.log(high_hz / low_hz)
    phase: Floats = 2.0 * np.pi * low_hz * growth_s * np.expm1(times_s / growth_s)
    return np.sin(phase).astype(np.float32)[None, :]


def _force(
    samples: Singles, voice: Voice, count: int, clocks: Clocks, *, rate_hz: float, rng: np.random.Generator
) -> Singles:
    """Return the force on the membrane, on the recording's clock; that the band of a skewed part moves is inaudible."""
    padded = np.zeros(count, dtype=np.float32)
    padded[: len(samples)] = samples
    force = voice.speaker.force(voice.amplifier.drive(padded, rng), rate_hz, rng)
    return resample(force, 1.0 / (1.0 + clocks.skew_ppm * 1e-6)) if clocks.skew_ppm else force


def _impulse(transfer: Spectrum) -> Singles:
    return np.fft.irfft(transfer, SHORT).astype(np.float32)
