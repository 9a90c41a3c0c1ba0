"""One play-and-record of the companion: the microphones' frames in DATA, and time stamps of both sides in events."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from hwsim.companion.sound import READ_FRAMES, Recorder
from hwsim.physics.audio.loop import RATE_HZ

SOURCES = {"mic": 1, "camcorder": 5, "voice_recognition": 6, "voice_communication": 7, "unprocessed": 9}
"""Android's numbers of MediaRecorder.AudioSource."""
RECORD_STARTS_AFTER_NS = 80_000_000
"""From the request to the first frame; 50 to 200 ms on phones (unverified)."""
PLAY_STARTS_AFTER_NS = 350_000_000
"""From the request to the first sample at the speaker: start of the recording, then the output's latency."""
_STAMP_EVERY_FRAMES = 47 * READ_FRAMES
_FIRST = struct.Struct(">q")
_NS = 1_000_000_000


@dataclass
class Playing:
    """What is being played: when its first sample left the speaker (BOOTTIME), how many there are, at which rate."""

    at_ns: int
    frames: int
    rate_hz: float
    told_start: bool = False
    told_end: bool = False

    @property
    def end_ns(self) -> int:
        """When the last sample has left."""
        return self.at_ns + round(self.frames * _NS / self.rate_hz)


class AudioSession:
    """Hands out what has been recorded and what there is to tell by a time."""

    def __init__(self, recorder: Recorder | None, playing: Playing | None, *, silent: bool, asleep_ns: int) -> None:
        self.recorder = recorder
        self.playing = playing
        self._silent = silent
        self._asleep_ns = asleep_ns
        self._next = 0

    def reads(self, now_ns: int) -> Iterator[tuple[int, bytes]]:
        """Yield (time of the first frame, body) for each read that is complete by now."""
        if self.recorder is None:
            return
        taken = self.recorder.frames_by(now_ns)
        while self._next + READ_FRAMES <= taken:
            first = self._next
            self._next += READ_FRAMES
            samples = bytes(READ_FRAMES * self.recorder.frame_bytes) if self._silent else self.recorder.read(first)
            yield self.recorder.time_of(first), _FIRST.pack(first) + samples

    def skip_to(self, now_ns: int) -> None:
        """Forget what was recorded before ``now_ns``, without rendering it."""
        if self.recorder is not None:
            self._next = max(self._next, self.recorder.frames_by(now_ns) // READ_FRAMES * READ_FRAMES)

    def events(self, now_ns: int, *, since_frame: int) -> Iterator[dict[str, Any]]:
        """Yield the stamps that are due: about one a second of each side, as getTimestamp gives them.

        AudioRecord's are BOOTTIME, AudioTrack's MONOTONIC.
        """
        if (
            self.recorder is not None
            and self._next
            and (since_frame == 0 or since_frame // _STAMP_EVERY_FRAMES != self._next // _STAMP_EVERY_FRAMES)
        ):
            yield {"event": "record.stamp", "frame": self._next, "boot_ns": self.recorder.time_of(self._next)}
            if self.playing is not None and self.playing.at_ns <= now_ns < self.playing.end_ns:
                yield self._play_stamp(self.playing, now_ns)
        if self.playing is not None:
            yield from self._edges(self.playing, now_ns)

    @property
    def next_frame(self) -> int:
        """The number of the frame that is read next."""
        return self._next

    def _edges(self, playing: Playing, now_ns: int) -> Iterator[dict[str, Any]]:
        if not playing.told_start and playing.at_ns <= now_ns:
            playing.told_start = True
            yield {"event": "play.start", "frame": 0, "mono_ns": playing.at_ns - self._asleep_ns}
        if not playing.told_end and playing.end_ns <= now_ns:
            playing.told_end = True
            yield {"event": "play.end", "frame": playing.frames, "mono_ns": playing.end_ns - self._asleep_ns}

    def _play_stamp(self, playing: Playing, now_ns: int) -> dict[str, Any]:
        frame = int((now_ns - playing.at_ns) * playing.rate_hz / _NS)
        at_ns = playing.at_ns + round(frame * _NS / playing.rate_hz)
        return {"event": "play.stamp", "frame": frame, "mono_ns": at_ns - self._asleep_ns}


def player_rate_hz(player_ppm: float) -> float:
    """Return the rate at which the player takes samples, in seconds of BOOTTIME."""
    return RATE_HZ * (1.0 + player_ppm * 1e-6)
