"""A host of the companion as these tests speak it: its own frames, sharing nothing with what it tests."""

from __future__ import annotations

import json
import struct
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from hwsim.companion.device import Device
from hwsim.companion.engine import Engine
from hwsim.companion.quirks import parse_quirks
from tests.hwsim.rig import ManualClock, one_phone

if TYPE_CHECKING:
    from hwsim.unit import Unit

MAGIC = bytes.fromhex("00504243310d0a1a")
HELLO, REQ, RES, EVT, PING, PONG, DATA, EOS = 1, 2, 3, 4, 5, 6, 16, 17
GAP, ERROR = 1, 2
RECORD = np.dtype([("t", ">i8"), ("accuracy", "u1"), ("n", "u1"), ("zero", ">u2"), ("v", ">f4", (3,))])


class Got(NamedTuple):
    kind: int
    flags: int
    id: int
    t_ns: int
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


def request(op: str, id_: int = 1, /, **arguments: object) -> bytes:
    body = "\n".join([op, *(f"{key.removesuffix('_')}={value}" for key, value in arguments.items())]).encode()
    return struct.pack(">BBHIq", REQ, 0, id_, len(body), 0) + body


def ping(id_: int = 9) -> bytes:
    return struct.pack(">BBHIq", PING, 0, id_, 0, 0)


def split(data: bytes) -> tuple[list[Got], bytes]:
    """Return whole frames and what is left over."""
    frames = []
    while len(data) >= 16:
        kind, flags, id_, length, t_ns = struct.unpack(">BBHIq", data[:16])
        if len(data) < 16 + length:
            break
        frames.append(Got(kind, flags, id_, t_ns, data[16 : 16 + length]))
        data = data[16 + length :]
    return frames, data


class Talk:
    """A phone under a clock that the test moves, and an engine on it."""

    def __init__(
        self,
        profile: str = "google_16",
        fault: str = "healthy",
        *,
        nonce: str = "",
        quirks: dict[str, Any] | None = None,
    ) -> None:
        self.clock = ManualClock()
        self.unit: Unit = one_phone(profile, fault, clock=self.clock)
        self.unit.phone.quirks = parse_quirks(quirks or {})
        self.engine = Engine(Device(self.unit.phone), pid=4711, nonce=nonce)
        self.raw = self.engine.take(1 << 30)
        noise, magic, rest = self.raw.partition(MAGIC)
        assert magic
        self.noise = noise
        self.hello = split(rest)[0][0]

    def run(self, seconds: float, *, step_s: float = 0.02, pinging: bool = True) -> list[Got]:
        """Let time pass and return what the phone sends meanwhile."""
        data = b""
        for _ in range(round(seconds / step_s)):
            self.clock.now_s += step_s
            if pinging:
                self.engine.receive(ping())
            self.engine.advance()
            data += self.engine.take(1 << 30)
        frames, self.left = split(data)
        return [frame for frame in frames if frame.kind != PONG]

    def ask(self, op: str, **arguments: object) -> Any:
        """Ask and return the answer; raises AssertionError when the phone refuses."""
        answer = self.answer(op, **arguments)
        assert not answer.flags & ERROR, answer.body
        return answer.json

    def answer(self, op: str, id_: int = 1, /, **arguments: object) -> Got:
        self.engine.receive(request(op, id_, **arguments))
        frames, _ = split(self.engine.take(1 << 30))
        return next(frame for frame in frames if frame.kind == RES)


def records(frames: list[Got], stream: int) -> Any:
    body = b"".join(frame.body for frame in frames if frame.kind == DATA and frame.id == stream)
    return np.frombuffer(body, RECORD)


def samples(frames: list[Got], stream: int, channels: int = 2) -> Any:
    """Return the recorded samples (rows: frames) and the numbers of the first frames of the pieces."""
    bodies = [frame.body for frame in frames if frame.kind == DATA and frame.id == stream]
    firsts = [struct.unpack(">q", body[:8])[0] for body in bodies]
    return np.frombuffer(b"".join(body[8:] for body in bodies), "<i2").reshape(-1, channels), firsts
