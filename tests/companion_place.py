"""How a test reaches a companion: a place to start it, a link of the product, a host of raw frames."""

from __future__ import annotations

import contextlib
import socket
from abc import ABC, abstractmethod
from contextlib import closing
from typing import TYPE_CHECKING, cast

from agent.companion import Companion
from agent.links.deadline import Deadline, RealClock
from agent.links.wire import Wire
from tests.hwsim_companion.wire import MAGIC, RES, Got, request, split

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from agent.links import AdbLink

DEADLINE_S = 15.0
PROTO = "proto=1"
JAR = "pbc-0123abcd.jar"


class Place(ABC):
    """A phone on which the companion can be started once; ``echo_s`` is how long sound takes to its microphones."""

    echo_s: float

    @abstractmethod
    def start(self, words: str = PROTO, *, quirk: str = "") -> socket.socket:
        """Start the program on its standard streams and return the host's end; the caller closes it."""

    @abstractmethod
    def wait(self) -> int:
        """Return the exit code, once the program has ended."""

    @abstractmethod
    def complaint(self) -> str:
        """Return what an ended program wrote to its standard error."""

    @abstractmethod
    def jump(self, seconds: int) -> None:
        """Move the phone's clock on."""

    @abstractmethod
    def is_torch_lit(self) -> bool:
        """Tell whether the torch is lit."""

    @abstractmethod
    def has_jar(self) -> bool:
        """Tell whether the program's file is still on the phone."""

    @abstractmethod
    def close(self) -> None:
        """End what still runs."""


class PipeLink:
    """The two calls of an AdbLink that the companion needs, on a place instead of a phone."""

    def __init__(self, place: Place, *, words: str = PROTO, quirk: str = "") -> None:
        self._place, self._words, self._quirk = place, words, quirk

    def push(self, _data: bytes, _path: str, *, deadline_s: float, cap_bytes: int) -> None:
        assert deadline_s > 0
        assert cap_bytes >= 0

    @contextlib.contextmanager
    def program(self, command: str, *, deadline_s: float) -> Iterator[Wire]:
        assert command.endswith(f"pbc.Main {PROTO}")
        with closing(self._place.start(self._words, quirk=self._quirk)) as host:
            yield Wire(host, Deadline.after(RealClock(), deadline_s))


def companion(place: Place, quirk: str = "") -> Companion:
    return Companion(cast("AdbLink", PipeLink(place, quirk=quirk)), b"the jar")


class Host:
    """A host of raw frames."""

    def __init__(self, link: socket.socket) -> None:
        self.link = link
        self.link.settimeout(DEADLINE_S)
        self._left = b""
        while len(self._left) < len(MAGIC):
            self._left += link.recv(len(MAGIC) - len(self._left))
        assert self._left == MAGIC
        self._left = b""
        self._ready: list[Got] = []

    def send(self, data: bytes) -> None:
        self.link.sendall(data)

    def next(self) -> Got | None:
        """Return the next frame, None at the end."""
        while not self._ready:
            piece = self.link.recv(1 << 16)
            if not piece:
                return None
            self._ready, self._left = split(self._left + piece)
        return self._ready.pop(0)

    def until(self, enough: Callable[[Got], bool]) -> list[Got]:
        """Return frames up to the first one that is enough, or all there are."""
        frames: list[Got] = []
        while (frame := self.next()) is not None:
            frames.append(frame)
            if enough(frame):
                break
        return frames

    def answer(self, op: str, number: int = 1, /, **arguments: object) -> Got:
        self.send(request(op, number, **arguments))
        return self.until(lambda frame: frame.kind == RES and frame.id == number)[-1]
