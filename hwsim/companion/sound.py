"""The recording of the microphones, rendered ahead in blocks, with what the phone itself plays in it."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace

import numpy as np

from hwsim.companion.scene import Scene
from hwsim.physics.arrays import Floats, Singles, Triple
from hwsim.physics.audio.loop import RATE_HZ, Clocks, Ear, Voice, render, sweep
from hwsim.physics.audio.microphone import Microphone
from hwsim.physics.filters import bins
from hwsim.physics.vibration import heard

READ_FRAMES = 1024
"""What a recorder on the phone reads at once."""
BLOCK_FRAMES = 60 * READ_FRAMES
_SEAM_FRAMES = 4 * READ_FRAMES
_TAIL_S = 0.5
_INAUDIBLE_DB = -300.0
PLACES: dict[str, Triple] = {
    "speaker": (0.28, 0.18, 0.2),
    "earpiece": (0.28, 0.32, 0.2),
    "bottom": (0.30, 0.18, 0.2),
    "top": (0.30, 0.31, 0.2),
}
"""Where the openings are (metres in the test box): speaker and first microphone at the bottom of the phone."""
_MOTOR_SHARE = {"bottom": 1.0, "top": 0.4}
"""How much of the motor's sound reaches a microphone: the motor sits at the bottom of the phone."""
_NS = 1_000_000_000
_RENDERER = ThreadPoolExecutor(1, thread_name_prefix="sound")
"""Renders what is played while other phones go on: twenty seconds of sweep take most of one."""


@dataclass(frozen=True)
class Sound:
    """What is played, full scale 1.0, through ``out``."""

    samples: Singles
    out: str = "speaker"


def make_sweep(*, low_hz: float, high_hz: float, duration_s: float, level: float, out: str) -> Sound:
    """Return an exponential sweep."""
    return Sound(sweep(low_hz=low_hz, high_hz=high_hz, duration_s=duration_s)[0] * np.float32(level), out)


def make_tone(*, tone_hz: float, duration_s: float, level: float, out: str) -> Sound:
    """Return a sine."""
    phase = 2.0 * np.pi * tone_hz / RATE_HZ * np.arange(round(duration_s * RATE_HZ))
    return Sound((np.sin(phase) * level).astype(np.float32), out)


class Recorder:
    """What the microphones hear from ``start_ns`` on; ``inputs`` names the microphone of each channel.

    Frame n is taken at ``start_ns + n / rate`` of the recorder's own clock.
    """

    def __init__(
        self, scene: Callable[[], Scene], *, start_ns: int, inputs: tuple[str, ...], rng: np.random.Generator
    ) -> None:
        self._scene = scene
        self.start_ns = start_ns
        self.rate_hz = RATE_HZ * (1.0 + scene().parts.recorder_ppm * 1e-6)
        self._inputs = inputs
        self._rng = rng
        self._rendered = 0
        self._block = b""
        self._seen: Scene | None = None
        self._analog: list[Singles] = []
        self._block_first = 0
        self._seam: Singles | None = None
        self._played: Future[Singles] | None = None
        self._played_first = 0

    @property
    def frame_bytes(self) -> int:
        """The size of one sample of all channels."""
        return 2 * len(self._inputs)

    def frames_by(self, now_ns: int) -> int:
        """Return how many frames have been taken by now."""
        return max(int((now_ns - self.start_ns) * self.rate_hz / _NS), 0)

    def time_of(self, frame: int) -> int:
        """Return when a frame was taken (BOOTTIME, ns)."""
        return self.start_ns + round(frame * _NS / self.rate_hz)

    def play(self, sound: Sound, at_ns: int) -> None:
        """Let the phone play: the first sample leaves the speaker at ``at_ns``; call before that is recorded."""
        scene = self._scene()
        parts = scene.parts
        speaker = parts.earpiece if sound.out == "earpiece" else parts.speaker
        place = (at_ns - self.start_ns) * self.rate_hz / _NS
        first = int(place // 1)
        skew_ppm = ((1.0 + parts.recorder_ppm * 1e-6) / (1.0 + parts.player_ppm * 1e-6) - 1.0) * 1e6
        self._played = _RENDERER.submit(
            render,
            sound.samples[None, :],
            [Voice(speaker, PLACES[sound.out], parts.amplifier)],
            [Ear(_without_noise(part), PLACES[name]) for name, part in self._ears(scene)],
            rng=self._rng.spawn(1)[0],
            room=scene.room,
            ambient=replace(scene.ambient, pink_dbspl=_INAUDIBLE_DB, hum_dbspl=_INAUDIBLE_DB),
            clocks=Clocks(skew_ppm=skew_ppm, latency_s=(place - first) / RATE_HZ),
            tail_s=_TAIL_S,
        )
        self._played_first = first

    def read(self, first: int) -> bytes:
        """Return ``READ_FRAMES`` frames from ``first`` on (interleaved, 16 bit, little endian).

        ``first`` never goes back and is a multiple of ``READ_FRAMES``.
        """
        scene = self._scene()
        if first >= self._rendered:
            self._block_first = first
            self._analog = self._render(scene, first)
            self._rendered = first + BLOCK_FRAMES
            self._seen = None
        if scene is not self._seen:  # also when the phone begins to vibrate in the middle of a block
            self._block, self._seen = self._digitise(scene), scene
        at = (first - self._block_first) * self.frame_bytes
        block = self._block[at : at + READ_FRAMES * self.frame_bytes]
        if scene.air is None:
            return block
        bits = self._ears(scene)[0][1].bits
        return scene.air.mixed(block, self._inputs, at_ns=self.time_of(first), rate_hz=self.rate_hz, bits=bits)

    def _ears(self, scene: Scene) -> list[tuple[str, Microphone]]:
        parts = scene.parts
        return [(name, parts.second_microphone if name == "top" else parts.main_microphone) for name in self._inputs]

    def _render(self, scene: Scene, first: int) -> list[Singles]:
        """Return what reaches each converter from the room and from the phone's own speakers."""
        pressure = self._ambient(scene)
        rows: list[Singles] = []
        size = len(pressure)
        spectrum = np.fft.rfft(pressure)
        room: dict[int, Singles] = {}
        seams = np.empty((len(self._inputs), _SEAM_FRAMES), dtype=np.float32)
        for channel, (_name, part) in enumerate(self._ears(scene)):
            if id(part) not in room:  # noise of a room reaches microphones of one phone alike
                transfer = part.transfer(bins(size, RATE_HZ), RATE_HZ).astype(np.complex64)
                room[id(part)] = np.fft.irfft(spectrum * transfer, size).astype(np.float32, copy=False)
            analog = self._join(room[id(part)], channel)
            seams[channel] = room[id(part)][BLOCK_FRAMES:]
            analog += self._hum(scene, part, first)
            self._mix_played(analog, channel, first)
            rows.append(analog)
        self._seam = seams
        return rows

    def _digitise(self, scene: Scene) -> bytes:
        """Return the block's samples, with what the motor adds."""
        wire = np.empty((BLOCK_FRAMES, len(self._inputs)), dtype="<i2")
        begin_s = self.time_of(self._block_first) / _NS
        times_s: Floats = begin_s + np.arange(BLOCK_FRAMES) / self.rate_hz
        motor = np.zeros(BLOCK_FRAMES)
        for buzz in scene.buzzes_within(begin_s, float(times_s[-1])):
            motor += heard(scene.parts.motor, buzz, times_s, rng=self._rng)
        for channel, (name, part) in enumerate(self._ears(scene)):
            near = (motor * (part.full_scale_per_pa * _MOTOR_SHARE[name])).astype(np.float32)
            samples = part.digitise(self._analog[channel] + near, self._rng)
            wire[:, channel] = samples * np.float32(2.0 ** (part.bits - 1))
        return wire.tobytes()

    def _ambient(self, scene: Scene) -> Singles:
        size = BLOCK_FRAMES + _SEAM_FRAMES
        pink = replace(scene.ambient, hum_dbspl=_INAUDIBLE_DB).spectrum(size, RATE_HZ, self._rng)
        return np.fft.irfft(pink, size).astype(np.float32, copy=False)

    def _join(self, heard: Singles, channel: int) -> Singles:
        """Fade from the end of the block before into this one at equal power, so that no seam is heard."""
        joined = heard[:BLOCK_FRAMES].copy()
        if self._seam is not None:
            angle = np.linspace(0.0, np.pi / 2.0, _SEAM_FRAMES, dtype=np.float32)
            joined[:_SEAM_FRAMES] = joined[:_SEAM_FRAMES] * np.sin(angle) + self._seam[channel] * np.cos(angle)
        return joined

    def _hum(self, scene: Scene, part: Microphone, first: int) -> Singles:
        """Return mains hum: it goes on through all blocks, so its phase follows from the frame's number."""
        ambient = scene.ambient
        orders = np.array([1.0, 2.0, 3.0])
        gains = part.transfer(ambient.mains_hz * orders, RATE_HZ) * np.array([1.0, 0.5, 0.35])
        peak_pa = 20e-6 * 10.0 ** (ambient.hum_dbspl / 20.0) * np.sqrt(2.0)
        times_s: Floats = np.arange(first, first + BLOCK_FRAMES) / self.rate_hz
        turn = np.exp(2j * np.pi * ambient.mains_hz * times_s)
        hum = (gains[0] * turn + gains[1] * turn**2 + gains[2] * turn**3).real * peak_pa
        return np.asarray(hum, dtype=np.float32)

    def _mix_played(self, analog: Singles, channel: int, first: int) -> None:
        if self._played is None or first + BLOCK_FRAMES <= self._played_first:
            return
        played = self._played.result()[channel]
        begin = max(self._played_first, first)
        end = min(self._played_first + len(played), first + BLOCK_FRAMES)
        if begin < end:
            analog[begin - first : end - first] += played[begin - self._played_first : end - self._played_first]


def _without_noise(part: Microphone) -> Microphone:
    """Return the microphone with nothing of its own in the signal: that is added where the sounds are mixed."""
    return replace(part, noise_dbfs=_INAUDIBLE_DB, dc_ratio=0.0, bits=24)
