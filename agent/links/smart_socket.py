"""Our own bounded client of the adb server's "smart socket".

Requests are four hex digits of length and a text; the server answers ``OKAY`` or ``FAIL`` with a text
(AOSP packages/modules/adb, docs/dev/services.md). One connection serves one exchange.
"""

from __future__ import annotations

import socket
import struct
from collections.abc import Callable
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from agent.links.wire import Wire, encoded
from probes import (
    BadInput,
    BenchError,
    DeviceText,
    LinkError,
    LinkTimeout,
    NotAuthorized,
    ProtocolBroken,
    SetupError,
    UnknownDevice,
    Unplugged,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from agent.links.deadline import Deadline

Dial = Callable[["Deadline"], socket.socket]
"""Makes a connected socket, or raises OSError."""

_REQUEST_MAX_BYTES: Final = 0xFFFF

# First match wins. The texts are those of AOSP transport.cpp (acquire_one_transport) and sockets.cpp.
_REFUSALS: Final[tuple[tuple[str, type[BenchError], str], ...]] = (
    ("cannot bind", SetupError, "the adb server cannot listen there: the port is taken or not allowed"),
    ("listener", SetupError, "the adb server has no such forward"),
    ("device unauthorized", NotAuthorized, "the phone has not allowed this bench"),
    ("device still authorizing", LinkError, "the phone is still being authorized"),
    ("device still connecting", LinkError, "the phone is still connecting"),
    ("device offline", LinkError, "the phone is offline"),
    ("device detached", LinkError, "the phone is detached from this adb server"),
    ("insufficient permissions", SetupError, "this user may not open the USB device (udev rule missing)"),
    ("no permissions", SetupError, "this user may not open the USB device (udev rule missing)"),
    ("more than one", UnknownDevice, "more than one phone answers to this serial; name it by its socket"),
    ("not found", UnknownDevice, "no phone of that serial is connected"),
    ("no devices", UnknownDevice, "no phone is connected"),
    ("no device with transport id", UnknownDevice, "the phone has left since it was found"),
    ("unknown host service", SetupError, "this adb server does not know the request"),
    ("closed", Unplugged, "the phone closed the service"),
)


class SmartSocket:
    """Asks an adb server, and opens services of phones behind it.

    Args:
        host: address of the adb server.
        port: its TCP port.
        dial: other way to get a connected socket, for tests.
    """

    def __init__(self, host: str, port: int, *, dial: Dial | None = None) -> None:
        self.host = host
        self.port = port
        self._dial = dial or self._dial_tcp

    def query(self, request: str, *, deadline: Deadline) -> bytes:
        """Ask the server for a text: ``OKAY``, length, text.

        Raises:
            BenchError: SetupError or LinkError, by what the server or the socket said.
        """
        with self.connected(deadline) as wire:
            ask(wire, request)
            answer = read_text(wire)
            wire.expect_silence()
            return answer

    def transport_id(self, serial: str, *, deadline: Deadline) -> int:
        """Return the number under which the server holds the one phone of that serial.

        Raises:
            BenchError: the phone is unknown, not authorized, offline, or the server does not answer.
        """
        with self.connected(deadline) as wire:
            ask(wire, f"host:tport:serial:{serial}")
            (number,) = struct.unpack("<Q", wire.exactly(8))
            return int(number)

    @contextmanager
    def connected(self, deadline: Deadline) -> Iterator[Wire]:
        """Connect to the server; the wire is closed at the end.

        Raises:
            LinkError: the server does not answer.
        """
        wire = self.connect(deadline)
        try:
            yield wire
        finally:
            wire.close()

    def connect(self, deadline: Deadline) -> Wire:
        """Connect to the server; the caller closes the wire.

        Raises:
            LinkError: the server does not answer.
        """
        where = f"{self.host}:{self.port}"
        try:
            return Wire(self._dial(deadline), deadline)
        except LinkTimeout:
            raise
        except TimeoutError as error:
            raise LinkTimeout(f"the adb server at {where} did not accept the connection in time") from error
        except OSError as error:
            raise LinkError(f"the adb server at {where} does not answer") from error

    def _dial_tcp(self, deadline: Deadline) -> socket.socket:
        sock = socket.create_connection((self.host, self.port), timeout=deadline.socket_timeout_s())
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return sock


def open_service(wire: Wire, transport_id: int, service: str | bytes) -> None:
    """Hand a fresh connection over to a service of a phone.

    Raises:
        BenchError: the phone or the service cannot be reached.
    """
    ask(wire, f"host:transport-id:{transport_id}")
    wire.expect_silence()
    wire.at_phone = True
    ask(wire, service)


def ask(wire: Wire, request: str | bytes) -> None:
    """Send a request and read its ``OKAY``.

    Raises:
        BenchError: the refusal as a typed error, or what broke on the way.
    """
    raw = encoded(request)
    if len(raw) > _REQUEST_MAX_BYTES:
        raise BadInput(f"a request of {len(raw)} bytes is too long for adb (at most {_REQUEST_MAX_BYTES})")
    wire.send(b"%04x%b" % (len(raw), raw))
    read_status(wire)


def read_status(wire: Wire) -> None:
    """Read ``OKAY``; a ``FAIL`` is raised as a typed error.

    Raises:
        BenchError: the refusal as a typed error, or what broke on the way.
    """
    status = bytes(wire.exactly(4))
    if status == b"OKAY":
        return
    if status == b"FAIL":
        raise refusal(read_text(wire))
    raise ProtocolBroken(f"the adb server answered {DeviceText(status).show()!r} instead of OKAY or FAIL")


def read_text(wire: Wire) -> bytes:
    """Read a text that is preceded by its length in four hex digits.

    Raises:
        ProtocolBroken: the length is not hexadecimal.
        LinkError: the text was cut.
    """
    digits = bytes(wire.exactly(4))
    # int() alone would also take "+0f", "0x1" and "1_0"
    if not all(digit in b"0123456789abcdefABCDEF" for digit in digits):
        raise ProtocolBroken(f"the adb server sent {DeviceText(digits).show()!r} where a length should be")
    return bytes(wire.exactly(int(digits, 16)))


def refusal(text: bytes) -> BenchError:
    """Turn the text of a ``FAIL`` into the error whose branch says what to do."""
    said = DeviceText(text)
    lowered = said.parse(str.lower)
    for sign, kind, sentence in _REFUSALS:
        if sign in lowered:
            return kind(sentence)
    return LinkError(f"the adb server refused: {said.show()}")
