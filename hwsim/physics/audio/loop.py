"""A whole play-and-record: every microphone hears every speaker through the room, on clocks of their own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from hwsim.physics.arrays import Floats, Singles, Triple
from hwsim.physics.audio.amplifier import AMPLIFIER, Amplifier
from hwsim.physics.audio.microphone import Microphone
from hwsim.physics.audio.room import SOUND_M_S, Ambient, Room, resample
from hwsim.physics.audio.speaker import Speaker
from hwsim.physics.noise import fast_length

RATE_HZ = 48000.0


@dataclass(frozen=True)
class Placed:
    """Where a transducer stands in the room (metres)."""

    part: Speaker | Microphone
    at_m: Triple


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
    size = fast_length(count + round(room.ir_s * rate_hz))
    forces = [_spectrum(row, voice, clocks, size, count, rate_hz, rng) for row, voice in zip(play, voices, strict=True)]
    background = ambient.spectrum(size, rate_hz, rng)
    recorded = np.empty((len(ears), count), dtype=np.float32)
    for row, ear in zip(recorded, ears, strict=True):
        heard = _hear(background, ear, room, size, rate_hz)
        for force, voice in zip(forces, voices, strict=True):
            path = _path(voice, ear, room, clocks.latency_s, rate_hz, rng)
            heard += force * np.fft.rfft(path, size)
        row[:] = ear.microphone.digitise(np.fft.irfft(heard, size)[:count], rng)
    return recorded
