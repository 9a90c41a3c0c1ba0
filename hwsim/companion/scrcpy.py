"""The device side of scrcpy-server 3.x without video: the microphone as raw samples, control messages swallowed.

On the first socket one dummy byte and the phone's name (64 bytes) unless the options say otherwise, then the codec
(``raw`` behind a NUL, or 0: refused by the phone, 1: wrong configuration), then packets {flags and time stamp in
microseconds of MONOTONIC (64 bit), size (32 bit), 16-bit stereo samples at 48 kHz}.
"""

from __future__ import annotations

import re
import struct
from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING

from hwsim.companion.outbox import CAP_BYTES
from hwsim.companion.sound import READ_FRAMES, Recorder
from hwsim.physics.noise import generator

if TYPE_CHECKING:
    from hwsim.companion.device import Device

SERVER_CLASS = "com.genymobile.scrcpy.Server"
CODEC_RAW = b"\0raw"
CODEC_REFUSED = bytes(4)
CODEC_WRONG = b"\0\0\0\1"
NAME_BYTES = 64
_PACKET = struct.Struct(">QI")
_MICROPHONES = {
    "mic",
    "mic-unprocessed",
    "mic-camcorder",
    "mic-voice-recognition",
    "mic-voice-communication",
    "voice-performance",
}
_NOTHING_PLAYS = {"output", "playback", "voice-call", "voice-call-uplink", "voice-call-downlink"}
_STARTS_AFTER_NS = 60_000_000
_CATCH_UP_NS = 20_000_000_000


class BadOptions(ValueError):
    """The server does not start with these options; the text is what it logs."""


@dataclass(frozen=True)
class Options:
    """What the command line asks for; a server that does not listen calls the host's ``adb reverse``."""

    scid: str
    listens: bool
    audio: bool
    control: bool
    codec: str
    source: str
    dummy_byte: bool
    device_meta: bool
    codec_meta: bool
    frame_meta: bool

    @property
    def socket(self) -> str:
        """The abstract socket's name."""
        return f"scrcpy_{self.scid}" if self.scid else "scrcpy"


def parse_options(arguments: list[str]) -> Options:
    """Read version and ``key=value`` options; raises BadOptions for what this server cannot do."""
    if not arguments:
        raise BadOptions("Missing client version")
    version, values = arguments[0], {}
    if not re.fullmatch(r"3\.\d+(\.\d+)?", version):
        raise BadOptions(f"The server version (3.3.4) does not match the client ({version})")
    for option in arguments[1:]:
        key, equals, value = option.partition("=")
        if not equals:
            raise BadOptions(f'Invalid key=value pair: "{option}"')
        values[key] = value
    flags = {
        key: _flag(values, key)
        for key in ("video", "audio", "control", "send_dummy_byte", "send_device_meta", "send_codec_meta")
    }
    if flags["video"]:
        raise BadOptions("Could not create default video encoder for h264")
    listens = values.get("tunnel_forward") == "true"
    source = values.get("audio_source", "output")
    if source not in _MICROPHONES | _NOTHING_PLAYS:
        raise BadOptions(f"Audio source {source} not supported")
    return Options(
        scid=_scid(values.get("scid", "-1")),
        listens=listens,
        audio=flags["audio"],
        control=flags["control"],
        codec=values.get("audio_codec", "opus"),
        source=source,
        dummy_byte=flags["send_dummy_byte"] and listens,
        device_meta=flags["send_device_meta"],
        codec_meta=flags["send_codec_meta"],
        frame_meta=_flag(values, "send_frame_meta"),
    )


def _scid(text: str) -> str:
    """Return eight digits of the client's number, empty for none; raises BadOptions beyond 31 bits."""
    if text == "-1":
        return ""
    if not re.fullmatch(r"[0-7][0-9a-f]{7}|[0-9a-f]{1,7}", text):
        raise BadOptions(f'For input string: "{text}"')
    return text.zfill(8)


def _flag(values: dict[str, str], key: str) -> bool:
    return values.get(key, "true") == "true"


class MicrophoneStream:
    """The audio socket: ``advance``, ``take``, ``finished`` and ``close`` as the companion's engine has them."""

    def __init__(self, device: Device, options: Options, *, first: bool) -> None:
        self.device = device
        self.finished = False
        self._options = options
        self._out: deque[bytes] = deque()
        self._out_bytes = 0
        self._next = 0
        self._recorder: Recorder | None = None
        self._begin(first=first)

    def receive(self, _data: bytes | bytearray | memoryview) -> None:
        """Ignore the host: it has nothing to say on this socket."""

    def advance(self) -> None:
        """Queue all reads that are complete by now; what does not fit is lost, and shows as a jump of the stamps."""
        recorder, now_ns = self._recorder, self.device.now_ns
        if recorder is None or self.finished:
            return
        taken = recorder.frames_by(now_ns)
        self._next = max(self._next, recorder.frames_by(now_ns - _CATCH_UP_NS) // READ_FRAMES * READ_FRAMES)
        while self._next + READ_FRAMES <= taken:
            first, self._next = self._next, self._next + READ_FRAMES
            if self._out_bytes < CAP_BYTES:
                self._put(self._packet(recorder, first))

    def take(self, limit_bytes: int) -> bytes:
        """Return what goes out next, empty when nothing waits."""
        taken: list[bytes] = []
        size = 0
        while self._out and (not taken or size + len(self._out[0]) <= limit_bytes):
            taken.append(self._out.popleft())
            size += len(taken[-1])
        self._out_bytes -= size
        return b"".join(taken)

    def close(self) -> None:
        """Stop recording."""
        self.finished = True
        self._recorder = None

    def _begin(self, *, first: bool) -> None:
        options, device = self._options, self.device
        if first and options.dummy_byte:
            self._put(b"\0")
        if first and options.device_meta:
            name = device.phone.profile.model.encode()[: NAME_BYTES - 1]
            self._put(name.ljust(NAME_BYTES, b"\0"))
        codec = CODEC_RAW if options.codec == "raw" else CODEC_WRONG
        if not device.may_record or device.quirks.refuses("audio.start"):
            codec = CODEC_REFUSED
        if options.codec_meta or codec != CODEC_RAW:
            self._put(codec)
        if codec != CODEC_RAW:
            self.finished = True
            return
        now_ns = device.now_ns
        self._recorder = Recorder(
            device.scene,
            start_ns=now_ns + _STARTS_AFTER_NS,
            inputs=("bottom", "top"),
            rng=generator(device.phone.seed, "scrcpy", str(now_ns)),
        )

    def _packet(self, recorder: Recorder, first: int) -> bytes:
        silent = self._options.source in _NOTHING_PLAYS or self.device.mic_silent
        samples = bytes(READ_FRAMES * recorder.frame_bytes) if silent else recorder.read(first)
        if not self._options.frame_meta:
            return samples
        stamp_us = (recorder.time_of(first) - self.device.asleep_ns) // 1000
        return _PACKET.pack(stamp_us, len(samples)) + samples

    def _put(self, data: bytes) -> None:
        self._out.append(data)
        self._out_bytes += len(data)
