"""The way to a boot loader: questions only. There is no method that writes, erases, unlocks or restarts.

Protocol: AOSP, ``system/core/fastboot/README.md``; over TCP ``FB01`` both ways, then a 64 bit length (big endian)
before each message; over USB one transfer per message on the interface ff/42/03.
"""

from __future__ import annotations

import contextlib
import re
import socket
import struct
import threading
from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import ClassVar, Final

from agent.links.deadline import Clock, Deadline
from agent.links.link import Call, Link, Trace
from agent.links.usb_bus import UsbBus
from agent.links.usb_link import UsbPipe, claimed
from probes import (
    BadInput,
    BenchError,
    CommandFailed,
    DeviceText,
    LinkBusy,
    LinkError,
    LinkTimeout,
    OutputTooLarge,
    ProtocolBroken,
    Unplugged,
    show,
)

FASTBOOT_TRIPLE: Final = (0xFF, 0x42, 0x03)
_HELLO: Final = b"FB01"
_HEAD: Final = struct.Struct(">Q")
_PACKET_MAX_BYTES: Final = 4096
_INFO_MAX: Final = 4096
_NAME: Final = re.compile(r"[A-Za-z0-9_.:-]{1,60}")
# variables that carry an argument, `partition-size:boot: 0x4000`: the value is behind the second colon
_TWO_WORDS: Final = re.compile(rb"(?:partition-|has-slot|slot-|is-logical|logical-block)")


class FastbootRefused(CommandFailed):
    """The boot loader answered FAIL. Example: a variable that it does not have."""

    code = "E_DEVICE_FASTBOOT"


@dataclass(frozen=True, slots=True)
class FastbootVariables:
    """What ``getvar all`` said, by name; ``lines`` holds what was no ``name: value``."""

    values: Mapping[str, DeviceText]
    lines: tuple[DeviceText, ...] = ()


class FastbootTransport(ABC):
    """What carries messages to a boot loader and back."""

    @abstractmethod
    def open(self, deadline: Deadline) -> None:
        """Get ready."""

    @abstractmethod
    def send(self, message: bytes, deadline: Deadline) -> None:
        """Send one message."""

    @abstractmethod
    def receive(self, deadline: Deadline) -> bytes:
        """Return one packet."""

    @abstractmethod
    def close(self) -> None:
        """Let go; may be called twice."""


class FastbootTcp(FastbootTransport):
    """Fastboot over TCP, as fastbootd and network boot loaders speak it (port 5554 by default)."""

    def __init__(self, host: str, port: int = 5554) -> None:
        self._place = host, port
        self._socket: socket.socket | None = None

    def open(self, deadline: Deadline) -> None:
        """Connect and greet.

        Raises:
            LinkError: nobody is there, or somebody who does not speak fastboot.
        """
        with _plain_errors():
            self._socket = socket.create_connection(self._place, deadline.socket_timeout_s())
            self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self._socket.sendall(_HELLO)
        greeting = self._exactly(len(_HELLO), deadline)
        if greeting[:2] != _HELLO[:2] or not greeting[2:].isdigit():
            raise ProtocolBroken("the other side does not speak fastboot over TCP")

    def send(self, message: bytes, deadline: Deadline) -> None:
        """Send one message with its length before it."""
        if self._socket is None:
            raise LinkError("the connection is closed")
        with _plain_errors():
            self._socket.settimeout(deadline.socket_timeout_s())
            self._socket.sendall(_HEAD.pack(len(message)) + message)

    def receive(self, deadline: Deadline) -> bytes:
        """Return one packet."""
        (length,) = _HEAD.unpack(self._exactly(_HEAD.size, deadline))
        if not 0 < length <= _PACKET_MAX_BYTES:
            raise ProtocolBroken(f"a packet of {length} bytes is none of fastboot's")
        return self._exactly(length, deadline)

    def close(self) -> None:
        """Hang up."""
        with contextlib.suppress(OSError):
            if self._socket is not None:
                self._socket.shutdown(socket.SHUT_RDWR)
        if self._socket is not None:
            self._socket.close()

    def _exactly(self, size: int, deadline: Deadline) -> bytes:
        data = bytearray()
        while len(data) < size:
            if self._socket is None:
                raise LinkError("the connection is closed")
            with _plain_errors():
                self._socket.settimeout(deadline.socket_timeout_s())
                piece = self._socket.recv(size - len(data))
            if not piece:
                raise Unplugged("the boot loader hung up")
            data += piece
        return bytes(data)


class FastbootUsb(FastbootTransport):
    """Fastboot on the bulk pipes of the device at one socket of the bench."""

    def __init__(self, path: str, bus: UsbBus | None = None) -> None:
        self._path = path.removeprefix("usb:")
        self._bus = bus or UsbBus()
        self._held = contextlib.ExitStack()
        self._pipe: UsbPipe | None = None

    def open(self, deadline: Deadline) -> None:
        """Claim the interface."""
        deadline.socket_timeout_s()
        self._pipe = self._held.enter_context(claimed(self._bus, self._path, FASTBOOT_TRIPLE))

    def send(self, message: bytes, deadline: Deadline) -> None:
        """Send one transfer."""
        self._ready().send(message, deadline)

    def receive(self, deadline: Deadline) -> bytes:
        """Return one transfer."""
        return self._ready().receive(deadline, room_bytes=_PACKET_MAX_BYTES)

    def close(self) -> None:
        """Release the interface."""
        self._pipe = None
        self._held.close()

    def _ready(self) -> UsbPipe:
        if self._pipe is None:
            raise LinkError("the interface is not claimed")
        return self._pipe


class FastbootLink(Link):
    """Reads what a boot loader tells of itself. A time-out breaks the link: a late answer would be taken for the next.

    Args:
        device: name of the phone or its socket, for messages.
        transport: what carries the messages.
        clock: where time comes from.
        trace: gets each exchange.
    """

    kind: ClassVar[str] = "fastboot"

    def __init__(
        self, device: str, transport: FastbootTransport, *, clock: Clock | None = None, trace: Trace | None = None
    ) -> None:
        super().__init__(device, clock=clock, trace=trace)
        self._transport = transport
        self._asking = threading.Lock()

    def getvar(self, name: str, *, deadline_s: float = 5.0) -> DeviceText:
        """Value of one variable; empty where the loader answers with nothing.

        Raises:
            BadInput: no name of a variable.
            FastbootRefused: the loader does not have it.
            LinkError: the way broke, or no end came before the deadline.
        """
        if name == "all" or not _NAME.fullmatch(name):
            raise BadInput(f"no variable of a boot loader can be called {show(name, 40)!r}")
        _lines, final = self._ask(f"getvar:{name}", deadline_s)
        return DeviceText(final)

    def variables(self, *, deadline_s: float = 15.0) -> FastbootVariables:
        """All that the loader tells of itself.

        Raises:
            FastbootRefused: the loader does not list them; ask for single ones.
            LinkError: the way broke, or no end came before the deadline.
        """
        lines, final = self._ask("getvar:all", deadline_s)
        values, others = dict[str, DeviceText](), list[DeviceText]()
        for line in (*lines, *([final] if final else [])):
            name, value = _parted(line)
            if name and name not in values:
                values[name] = DeviceText(value)
            else:
                others.append(DeviceText(line))
        return FastbootVariables(values, tuple(others))

    def _ask(self, command: str, deadline_s: float) -> tuple[list[bytes], bytes]:
        with self._exchange(command, deadline_s) as call, self._alone(call):
            try:
                self._transport.send(command.encode("ascii"), call.deadline)
                return self._answer(call)
            except LinkTimeout as error:
                self._broken = error
                raise

    def _answer(self, call: Call) -> tuple[list[bytes], bytes]:
        lines = list[bytes]()
        while len(lines) <= _INFO_MAX:
            packet = self._transport.receive(call.deadline)
            call.received_bytes += len(packet)
            kind, text = packet[:4], packet[4:].rstrip(b"\0")
            if kind == b"OKAY":
                return lines, text
            if kind == b"FAIL":
                raise FastbootRefused(f"the boot loader refused: {show(text.decode('utf-8', 'replace'), 80)}")
            if kind not in (b"INFO", b"TEXT"):
                raise ProtocolBroken(f"the boot loader answered {show(packet[:8].decode('latin-1'))!r}")
            lines.append(text)
        raise OutputTooLarge("the boot loader tells without end")

    @contextlib.contextmanager
    def _alone(self, call: Call) -> Iterator[None]:
        if not self._asking.acquire(timeout=max(0.0, call.deadline.remaining_s())):
            raise LinkBusy("another question to the boot loader is under way")
        try:
            yield
        finally:
            self._asking.release()

    def _open(self, call: Call) -> None:
        try:
            self._transport.open(call.deadline)
        except BenchError:
            self._transport.close()
            raise

    def _close(self) -> None:
        self._transport.close()


def _parted(line: bytes) -> tuple[str, bytes]:
    """Part ``name: value`` or ``name:argument: value``; an empty name where the line is neither."""
    pieces = line.split(b":", 2) if _TWO_WORDS.match(line) else line.split(b":", 1)
    name, value = b":".join(pieces[:-1]).decode("ascii", "replace").strip(), pieces[-1].strip()
    return (name, value) if len(pieces) > 1 and _NAME.fullmatch(name) else ("", line)


@contextlib.contextmanager
def _plain_errors() -> Iterator[None]:
    try:
        yield
    except TimeoutError as error:
        if isinstance(error, LinkTimeout):
            raise
        raise LinkTimeout("no end of the boot loader's answer before the deadline") from error
    except ConnectionRefusedError as error:
        raise LinkError("no boot loader listens there") from error
    except OSError as error:
        raise Unplugged("the connection to the boot loader broke") from error
