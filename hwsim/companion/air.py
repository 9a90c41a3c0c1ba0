"""The air between the bench's transducers and those of the phone, block by block as a sound card of the bench goes on.

Four ways: bench speaker to bench microphone, bench speaker to each microphone of the phone, and the phone's speaker to
the bench microphone. The bench's transducers are flat; the phone's are as well or as ill as its parts.
"""

from __future__ import annotations

import weakref
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TYPE_CHECKING

import numpy as np

from hwsim.companion.sound import PLACES, Sound
from hwsim.physics.audio.loop import RATE_HZ, SHORT, TEST_BOX, Ear, Voice, path
from hwsim.physics.audio.microphone import MICROPHONE
from hwsim.physics.filters import bins
from hwsim.physics.noise import fast_length, generator

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hwsim.phone.phone import Phone
    from hwsim.physics.arrays import Floats, Singles, Triple
    from hwsim.physics.audio.microphone import Microphone
    from hwsim.physics.parts import Parts

SPEAKER_PA = 0.5
"""Peak pressure at 1 m that a full-scale sine of the bench speaker makes."""
MICROPHONE_PER_PA = 0.1
"""Sample value of the bench microphone for 1 Pa."""
SPEAKER_AT: Triple = (0.12, 0.25, 0.2)
MICROPHONE_AT: Triple = (0.42, 0.25, 0.2)
OUT_LATENCY_NS = 250_000_000
"""From the card's converter to the air of the phone: what the card has not yet rendered is not yet to be heard.

So long may this computer be busy with something else without a gap in what the phone hears.
"""
_KEPT_FRAMES = 8 * 48_000
_NS = 1_000_000_000
_RENDERER = ThreadPoolExecutor(1, thread_name_prefix="air")


class Convolver:
    """Convolves a signal that comes in blocks with a kernel that stays."""

    def __init__(self, kernel: Singles, block_frames: int) -> None:
        self._block_frames = block_frames
        self._size = fast_length(len(kernel) + block_frames)
        self._spectrum = np.fft.rfft(kernel, self._size)
        self._tail = np.zeros(self._size, np.float32)
        self._quiet_frames = self._size

    def run(self, block: Singles) -> Singles:
        """Return the answer's next block."""
        self._quiet_frames = self._quiet_frames + len(block) if not block.any() else 0
        if self._quiet_frames > self._size:  # nothing is under way any more
            return np.zeros(self._block_frames, np.float32)
        self._tail += np.fft.irfft(np.fft.rfft(block, self._size) * self._spectrum, self._size).astype(np.float32)
        said = self._tail[: self._block_frames].copy()
        self._tail[: -self._block_frames] = self._tail[self._block_frames :]
        self._tail[-self._block_frames :] = 0.0
        return said


class Air:
    """What sounds around one phone. ``advance`` is called with each block that the card plays, in order."""

    def __init__(self, phone: Phone, block_frames: int) -> None:
        self._phone = phone
        self._block_frames = block_frames
        self._rng = generator(phone.seed, "air")
        self._start_ns = round(phone.clock.uptime_s * _NS)
        self._frames = 0
        self._parts: Parts | None = None
        self._direct = Convolver(direct_kernel(), block_frames)
        self._ways: dict[str, Convolver] = {}
        self._heard = {name: np.zeros(_KEPT_FRAMES, np.float32) for name in ("bottom", "top")}
        self._played: list[tuple[int, Future[Singles]]] = []

    @property
    def lead_s(self) -> float:
        """How far what was rendered is ahead of the phone's clock."""
        return self._frames / RATE_HZ + self._start_ns / _NS - self._phone.clock.uptime_s

    def advance(self, block: Singles) -> Singles:
        """Let the bench speaker play a block and return what the bench microphone hears meanwhile."""
        self._follow_parts()
        said = self._direct.run(block)
        for name, way in self._ways.items():
            self._put(name, way.run(block))
        self._mix_phone(said)
        self._frames += self._block_frames
        return said

    @property
    def lacks_sound(self) -> bool:
        """Whether the next block holds a sound of the phone that has not been rendered yet."""
        return any(not coming.done() and first < self._frames + self._block_frames for first, coming in self._played)

    def phone_plays(self, sound: Sound, at_ns: int) -> None:
        """Let the phone's speaker play from ``at_ns`` (BOOTTIME) on; call some hundred milliseconds before."""
        parts = self._phone.parts
        speaker = parts.earpiece if sound.out == "earpiece" else parts.speaker
        voice = Voice(speaker, PLACES[sound.out], parts.amplifier)
        first = round((at_ns - self._start_ns) * RATE_HZ / _NS)
        self._played.append((first, _RENDERER.submit(_render, sound, voice, self._rng.spawn(1)[0])))

    @property
    def ready(self) -> bool:
        """Tell whether all that the phone is to play has been rendered."""
        return all(coming.done() for _first, coming in self._played)

    def mixed(self, block: bytes, inputs: Sequence[str], *, at_ns: int, rate_hz: float, bits: int) -> bytes:
        """Return what the phone has recorded with the bench's sound in it, read on the recorder's own clock."""
        wire = np.frombuffer(block, "<i2").reshape(-1, len(inputs)).astype(np.float32)
        first = (at_ns - OUT_LATENCY_NS - self._start_ns) * RATE_HZ / _NS
        places: Floats = first + np.arange(len(wire), dtype=np.float64) * (RATE_HZ / rate_hz)
        steps = np.float32(2.0 ** (bits - 1))
        for channel, name in enumerate(inputs):
            wire[:, channel] += self._at(name, places) * steps
        return np.clip(np.rint(wire), -steps, steps - 1).astype("<i2").tobytes()

    def _at(self, name: str, places: Floats) -> Singles:
        """Read what was heard at places between samples; outside of what is kept there was silence."""
        whole = np.floor(places).astype(np.int64)
        part = (places - whole).astype(np.float32)
        kept = (whole >= max(self._frames - _KEPT_FRAMES + 1, 0)) & (whole + 1 < self._frames)
        ring = self._heard[name]
        read = ring[whole % _KEPT_FRAMES] * (1 - part) + ring[(whole + 1) % _KEPT_FRAMES] * part
        return np.where(kept, read, np.float32(0.0))

    def _put(self, name: str, block: Singles) -> None:
        at = (self._frames + np.arange(len(block))) % _KEPT_FRAMES
        self._heard[name][at] = block

    def _mix_phone(self, said: Singles) -> None:
        left = []
        for first, coming in self._played:
            if not coming.done():
                left.append((first, coming))
                continue
            samples = coming.result()
            begin = self._frames - first
            if begin < len(samples):
                left.append((first, coming))
                skip = max(-begin, 0)
                if skip < len(said):
                    piece = samples[max(begin, 0) : begin + len(said)]
                    said[skip : skip + len(piece)] += piece
        self._played = left

    def _follow_parts(self) -> None:
        parts = self._phone.parts
        if parts is self._parts:
            return
        self._parts = parts
        ears = {"bottom": parts.main_microphone, "top": parts.second_microphone}
        self._ways = {
            name: Convolver(_to_phone(ear, PLACES[name], generator(0, "room")), self._block_frames)
            for name, ear in ears.items()
        }


_AIRS: dict[int, Air] = {}


def air_of(phone: Phone) -> Air | None:
    """Return the air of a phone whose bench has a sound card."""
    return _AIRS.get(id(phone))


def open_air(phone: Phone, block_frames: int) -> Air:
    """Put a sound card's transducers beside a phone."""
    if id(phone) not in _AIRS:
        weakref.finalize(phone, _AIRS.pop, id(phone), None).atexit = False
    _AIRS[id(phone)] = Air(phone, block_frames)
    return _AIRS[id(phone)]


def direct_kernel() -> Singles:
    """Return the way from the card's output to its microphone input: flat transducers in the test box."""
    air = TEST_BOX.impulse_response(SPEAKER_AT, MICROPHONE_AT, rate_hz=RATE_HZ, rng=generator(0, "room"))
    return (air * (SPEAKER_PA * MICROPHONE_PER_PA)).astype(np.float32)


def _to_phone(ear: Microphone, at_m: Triple, rng: np.random.Generator) -> Singles:
    air = TEST_BOX.impulse_response(SPEAKER_AT, at_m, rate_hz=RATE_HZ, rng=rng) * SPEAKER_PA
    size = fast_length(len(air) + SHORT)
    heard = np.fft.irfft(np.fft.rfft(air, size) * ear.transfer(bins(size, RATE_HZ), RATE_HZ), size)
    return heard[: len(air)].astype(np.float32)


def _render(sound: Sound, voice: Voice, rng: np.random.Generator) -> Singles:
    """Return what the bench microphone hears of a sound of the phone, from its first sample on."""
    drive = voice.amplifier.drive(sound.samples, rng)
    force = voice.speaker.force(drive, RATE_HZ, rng)
    kernel = path(voice, Ear(MICROPHONE, MICROPHONE_AT), TEST_BOX, rate_hz=RATE_HZ, rng=rng)
    size = fast_length(len(force) + len(kernel))
    heard = np.fft.irfft(np.fft.rfft(force, size) * np.fft.rfft(kernel, size), size) * MICROPHONE_PER_PA
    return heard[: len(force) + len(kernel)].astype(np.float32)
