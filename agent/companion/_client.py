"""One running companion: requests with answers, streams with data, and the link between the phone's two clocks."""

from __future__ import annotations

import hashlib
import json
import struct
import threading
from collections import defaultdict
from contextlib import ExitStack, contextmanager, suppress
from time import monotonic
from typing import TYPE_CHECKING, Any, Final, Self, TypeVar

from agent.companion._frames import PROTO, Flag, Frame, Kind, ping, read_frame, request, skip_noise
from probes import (
    BenchError,
    CommandFailed,
    LinkError,
    LinkTimeout,
    NotSupported,
    NotUnderstood,
    OutputTooLarge,
    ProtocolBroken,
    show,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from agent.links import AdbLink
    from agent.links.wire import Wire

_FOLDER: Final = "/data/local/tmp"
_CLASS: Final = "pbc.Main"
_SESSION_S: Final = 48 * 3600.0  # a long observation of a phone, and no more
_HELLO_S: Final = 15.0
_PING_EVERY_S: Final = 4.0  # the phone's program leaves after 15 s of silence
_STREAM_MAX_BYTES: Final = 64 * 1024 * 1024
_EVENTS_MAX: Final = 10_000
_NOISE_SHOWN: Final = 120
_CLOCKS: Final = struct.Struct(">qq")


_Found = TypeVar("_Found")


class Refused(CommandFailed):
    """The companion answered that it cannot do what was asked."""


class Stream:
    """What one stream has sent so far."""

    def __init__(self) -> None:
        self.pieces: list[Frame] = []
        self.events: list[dict[str, Any]] = []
        self.size_bytes = 0
        self.has_gap = False
        self.is_over = False


class Companion:
    """Starts the companion on a phone and talks to it; ``with`` ends it.

    Args:
        link: an open link to the phone.
        jar: the program; its file on the phone is named by its hash, so an old one can never run.
    """

    def __init__(self, link: AdbLink, jar: bytes) -> None:
        self._link = link
        self._jar = jar
        self._stack = ExitStack()
        self._heard = threading.Condition()
        self._sending = threading.Lock()
        self._answers: dict[int, Frame] = {}
        self._streams: defaultdict[int, Stream] = defaultdict(Stream)
        self._clocks: tuple[int, int] | None = None
        self._ended: BenchError | None = None
        self._closing = threading.Event()
        self._number = 0
        self._wire: Wire | None = None
        self.hello: dict[str, Any] = {}

    def __enter__(self) -> Self:
        try:
            self._start()
        except BaseException:
            self._stack.close()
            raise
        return self

    def __exit__(self, *_exception: object) -> None:
        self._closing.set()
        with suppress(BenchError):
            self.ask("quit", deadline_s=2.0)
        if self._wire is not None:
            self._wire.abort()
        self._stack.close()

    def ask(self, op: str, arguments: Mapping[str, object] | None = None, *, deadline_s: float = 5.0) -> dict[str, Any]:
        """Do one operation and return its answer.

        Raises:
            Refused: the phone cannot do it.
            LinkError: the companion is gone, or did not answer in time.
        """
        with self._heard:
            self._number = self._number % 0xFFFF + 1
            number = self._number
        self._send(request(op, arguments or {}, number))
        answer = self._wait(lambda: self._answers.pop(number, None), deadline_s, f"companion {op}")
        content = _json(answer.body)
        if answer.flags & Flag.ERROR:
            raise Refused(f"the companion refuses {op}: {show(str(content.get('error', '')))}", step=op)
        return content

    @property
    def ended(self) -> BenchError | None:
        """Why nothing more comes from the phone, or None while it is there."""
        return self._ended

    def stream(self, number: int) -> Stream:
        """Return what a stream has sent so far."""
        with self._heard:
            return self._streams[number]

    def wait_for(self, number: int, *, until_ns: int, deadline_s: float) -> None:
        """Wait until a stream has sent data of the phone's time ``until_ns``, or has ended.

        Raises:
            LinkError: the companion is gone, or the time did not come before the deadline.
        """

        def reached() -> bool | None:
            stream = self._streams[number]
            late = stream.pieces and stream.pieces[-1].t_ns >= until_ns
            return True if late or stream.is_over else None

        self._wait(reached, deadline_s, "companion stream")

    def wait_end(self, number: int, *, deadline_s: float = 5.0) -> Stream:
        """Wait for the end of a stream that was stopped, and forget it.

        Raises:
            LinkError: the companion is gone, or the end did not come before the deadline.
        """
        self._wait(lambda: self._streams[number].is_over or None, deadline_s, "companion stream end")
        with self._heard:
            return self._streams.pop(number)

    def sleep_offset_ns(self, *, deadline_s: float = 5.0) -> int:
        """Return BOOTTIME minus MONOTONIC of the phone, in nanoseconds."""
        with self._heard:
            self._clocks = None
        self._send(ping(1))
        boot_ns, mono_ns = self._wait(lambda: self._clocks, deadline_s, "companion clocks")
        return boot_ns - mono_ns

    def now_ns(self, *, deadline_s: float = 5.0) -> int:
        """Return the phone's BOOTTIME, nanoseconds."""
        with self._heard:
            self._clocks = None
        self._send(ping(1))
        return self._wait(lambda: self._clocks, deadline_s, "companion clocks")[0]

    def _start(self) -> None:
        name = f"pbc-{hashlib.sha256(self._jar).hexdigest()[:8]}.jar"
        self._link.push(self._jar, f"{_FOLDER}/{name}", deadline_s=20.0, cap_bytes=len(self._jar))
        command = f"CLASSPATH={_FOLDER}/{name} app_process / {_CLASS} proto={PROTO}"
        self._wire = self._stack.enter_context(self._link.program(command, deadline_s=_SESSION_S))
        with _in_time(self._wire, _HELLO_S):
            noise = skip_noise(self._wire)
            first = read_frame(self._wire)
        self.hello = _json(first.body)
        if first.kind != Kind.HELLO or self.hello.get("proto") != PROTO:
            said = show(noise.decode("utf-8", "replace"), _NOISE_SHOWN)
            raise NotSupported(f"another companion than ours answers {said}".rstrip(), link="companion")
        reader = threading.Thread(target=self._read, name="companion", daemon=True)
        pinger = threading.Thread(target=self._ping, name="companion-ping", daemon=True)
        for thread in (reader, pinger):
            thread.start()
            self._stack.callback(thread.join, 2.0)

    def _send(self, data: bytes) -> None:
        if self._ended is not None:
            raise self._ended
        if self._wire is None:
            raise LinkError("the companion is not running", link="companion")
        with self._sending:
            self._wire.send(data)

    def _wait(self, ready: Callable[[], _Found | None], deadline_s: float, step: str) -> _Found:
        end_s = monotonic() + deadline_s
        with self._heard:
            while (found := ready()) is None:
                if self._ended is not None:
                    raise self._ended
                left_s = end_s - monotonic()
                if left_s <= 0:
                    raise LinkTimeout("no answer of the companion before the deadline", link="companion", step=step)
                self._heard.wait(left_s)
            return found

    def _ping(self) -> None:
        while not self._closing.wait(_PING_EVERY_S):
            with suppress(BenchError):
                self._send(ping(1))

    def _read(self) -> None:
        wire = self._wire
        try:
            while wire is not None:
                frame = read_frame(wire)
                with self._heard:
                    self._take(frame)
                    self._heard.notify_all()
        except BenchError as error:
            with self._heard:
                self._ended = error
                self._heard.notify_all()

    def _take(self, frame: Frame) -> None:
        if frame.kind == Kind.RES:
            self._answers[frame.id] = frame
        elif frame.kind == Kind.PONG:
            if len(frame.body) != _CLOCKS.size:
                raise ProtocolBroken("the companion's clocks are cut")
            boot_ns, mono_ns = _CLOCKS.unpack(frame.body)
            self._clocks = (boot_ns, mono_ns)
        elif frame.kind in {Kind.DATA, Kind.EVT, Kind.EOS}:
            self._keep(self._streams[frame.id], frame)

    def _keep(self, stream: Stream, frame: Frame) -> None:
        if frame.kind == Kind.EOS:
            stream.is_over = True
        elif frame.kind == Kind.EVT:
            if len(stream.events) < _EVENTS_MAX:
                stream.events.append(_json(frame.body))
        else:
            stream.size_bytes += len(frame.body)
            if stream.size_bytes > _STREAM_MAX_BYTES:
                raise OutputTooLarge("a stream of the companion never ends", link="companion")
            stream.has_gap = stream.has_gap or bool(frame.flags & Flag.GAP)
            stream.pieces.append(frame)


@contextmanager
def _in_time(wire: Wire, deadline_s: float) -> Iterator[None]:
    """Hang up on a program that says nothing."""
    timer = threading.Timer(deadline_s, wire.abort)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


def _json(body: bytes) -> dict[str, Any]:
    try:
        content = json.loads(body)
    except ValueError as error:
        raise NotUnderstood("the companion's answer is no JSON", link="companion") from error
    if not isinstance(content, dict):
        raise NotUnderstood("the companion's answer is no JSON object", link="companion")
    return content
