"""The companion's device side: bytes of the host in, bytes for the host out, no socket and no clock of its own."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, Any

from hwsim.companion.arguments import OperationFailed
from hwsim.companion.frames import (
    ERROR,
    MAGIC,
    PROTO,
    BadFrame,
    Frame,
    Framer,
    Kind,
    encode,
    encode_json,
    parse_request,
)
from hwsim.companion.operations import OPERATIONS
from hwsim.companion.outbox import CAP_BYTES, Outbox, Overrun
from hwsim.companion.streams import Streams

if TYPE_CHECKING:
    from hwsim.companion.device import Device

VERSION = "1.0"
IDLE_LIMIT_S = 15.0
"""Without a frame of the host for so long, the program puts everything back and leaves."""
TICK_S = 0.02
_STALE_VERSION = "0.9"
_CLOCKS = struct.Struct(">qq")
_NS = 1_000_000_000


class Engine:
    """One connection of one host.

    A front calls ``receive`` with what came in, ``advance`` at least every ``TICK_S``, and sends what ``take`` gives;
    when ``finished`` is true and nothing is left to take, the connection ends. ``close`` puts torch and streams back.
    """

    def __init__(self, device: Device, *, pid: int, nonce: str = "", cap_bytes: int = CAP_BYTES) -> None:
        self.device = device
        self.pid = pid
        self.finished = False
        quirks = device.quirks
        self.outbox = Outbox(cap_bytes=cap_bytes, cut_in_data_frame=quirks.eof_in_data_frame or None)
        self.streams = Streams(device, self.outbox, self.event)
        self.routes: dict[str, int] = {}
        self._nonce = nonce
        self._framer = Framer()
        self._heard_ns = device.now_ns
        self.outbox.control(quirks.noise.encode() + MAGIC)
        self._hello()

    def receive(self, data: bytes | bytearray | memoryview) -> None:
        """Take bytes of the host, torn anywhere; what is no frame ends the connection."""
        try:
            for frame in self._framer.feed(data):
                if self.finished:
                    return
                self._heard_ns = self.device.now_ns
                self._take_frame(frame)
        except (BadFrame, Overrun):
            self.finished = True

    def advance(self) -> None:
        """Queue everything that has happened by now."""
        if self.finished:
            return
        now_ns = self.device.now_ns
        if now_ns - self._heard_ns > IDLE_LIMIT_S * max(self.device.speed, 1.0) * _NS:
            self.finished = True
            return
        try:
            self.streams.advance(now_ns)
        except Overrun:
            self.finished = True

    def take(self, limit_bytes: int) -> bytes:
        """Return what goes out next, empty when nothing waits."""
        data = self.outbox.take(limit_bytes)
        self.finished = self.finished or self.outbox.cut
        return data

    def close(self) -> None:
        """Leave the phone as it was found; harmless when done twice."""
        self.finished = True
        self.streams.stop_all()
        self.device.set_torch(lit=False)

    def event(self, content: dict[str, Any], stream: int = 0) -> None:
        """Queue an event."""
        self.outbox.control(encode_json(Kind.EVT, content, id_=stream, t_ns=self.device.now_ns))

    def _hello(self) -> None:
        profile, stale = self.device.phone.profile, self.device.quirks.stale
        content = {
            "proto": PROTO - 1 if stale else PROTO,
            "version": _STALE_VERSION if stale else VERSION,
            "sdk": profile.sdk,
            "model": profile.model,
            "uid": 2000,
            "pid": self.pid,
            "ctx_error": None,
            "ops": sorted(OPERATIONS),
        }
        self.outbox.control(encode_json(Kind.HELLO, content, t_ns=self.device.now_ns))

    def _take_frame(self, frame: Frame) -> None:
        now_ns = self.device.now_ns
        if frame.kind == Kind.PING:
            body = _CLOCKS.pack(now_ns, now_ns - self.device.asleep_ns)
            self.outbox.control(encode(Kind.PONG, id_=frame.id, t_ns=now_ns, body=body))
        elif frame.kind == Kind.REQ:
            self._answer(frame)
        else:
            raise BadFrame(f"a host does not send type {frame.kind}")

    def _answer(self, frame: Frame) -> None:
        flags = 0
        try:
            answer = self._do(frame.body)
        except (OperationFailed, ValueError) as error:
            answer, flags = {"error": str(error)}, ERROR
        self.outbox.control(encode_json(Kind.RES, answer, id_=frame.id, t_ns=self.device.now_ns, flags=flags))

    def _do(self, body: bytes) -> dict[str, Any]:
        op, arguments = parse_request(body)
        if self._nonce:
            if op != "auth" or arguments.get("nonce") != self._nonce:
                self.finished = True
                raise OperationFailed("not authorised")
            self._nonce = ""
        operation = OPERATIONS.get(op)
        if operation is None:
            raise OperationFailed(f"unknown op {op[:40]}")
        if self.device.quirks.refuses(op):
            raise OperationFailed("Cannot create AudioRecord" if op == "audio.start" else "refused")
        return operation(self, arguments)
