"""Commands on the phone: exit code required, output bounded, and an unplug never looks like an answer.

Two dialects. ``shell,v2,raw:`` (Android 7 and later) sends packets of id, length and data (AOSP
daemon/shell_service.h). Older phones know ``shell:`` only, where an end of stream says nothing; there a random
marker with the exit status closes the output.
"""

from __future__ import annotations

import io
import secrets
import shlex
import struct
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from enum import IntEnum
from typing import TYPE_CHECKING, Final

from agent.links.wire import PIECE_BYTES, encoded
from probes import BadInput, LinkError, OutputTooLarge, ProtocolBroken, Unplugged

if TYPE_CHECKING:
    from agent.links.wire import Wire

PACKET_MAX_BYTES: Final = 1024 * 1024
"""Largest packet an adbd can build: its buffer is MAX_PAYLOAD (AOSP adb.h)."""
_HEADER: Final = struct.Struct("<BI")
_CLOSE_STDIN: Final = _HEADER.pack(4, 0)
_EXIT_BYTES: Final = 1


class Channel(IntEnum):
    """Packet ids that a phone may send."""

    STDOUT = 1
    STDERR = 2
    EXIT = 3


Piece = tuple[Channel, memoryview | bytes]
"""A part of the output, valid until the next one is asked for."""


@dataclass(frozen=True, slots=True)
class ShellReply:
    """A command that ran to its end. Without shell v2 ``stderr`` is empty and its text is in ``stdout``."""

    stdout: bytes
    stderr: bytes
    exit_code: int


class ShellOutputTooLarge(OutputTooLarge):
    """Raised when a command printed more than its cap; ``partial`` holds the output up to there."""

    def __init__(self, what: str, *, partial_stdout: bytes, partial_stderr: bytes) -> None:
        super().__init__(what)
        self.partial_stdout = partial_stdout
        self.partial_stderr = partial_stderr


def command_line(argv: Sequence[str]) -> bytes:
    """Quote an argument list for the phone's shell, so that each argument arrives unchanged.

    Raises:
        BadInput: no argument, an argument with a NUL, or a plain string instead of a list.
    """
    if isinstance(argv, str) or not argv:
        raise BadInput("a command is a list of at least one argument")
    if any("\0" in argument for argument in argv):
        raise BadInput("an argument for the phone's shell cannot hold a NUL")
    return encoded(shlex.join(argv))


@dataclass(slots=True)
class ShellStream:
    """Output of a running command: iterate over chunks of stdout.

    When the iteration is over, ``complete`` tells whether the command ended by itself; if the cap cut it, it is
    False and ``exit_code`` is None. That is no error: a log has no end.
    """

    pieces: Iterator[Piece]
    cap_bytes: int
    stop: Callable[[], None] = lambda: None
    """Ends the iteration from another thread."""
    exit_code: int | None = None
    stderr: bytearray = field(default_factory=bytearray)
    taken_bytes: int = 0

    @property
    def complete(self) -> bool:
        """Whether the command ended by itself and everything it printed was handed out."""
        return self.exit_code is not None

    def __iter__(self) -> Iterator[bytes]:
        for channel, piece in self.pieces:
            if channel is Channel.EXIT:
                self.exit_code = piece[0]
                return
            room = self.cap_bytes - self.taken_bytes
            kept = bytes(piece[:room])
            self.taken_bytes += len(kept)
            if channel is Channel.STDERR:
                self.stderr += kept
            elif kept:
                yield kept
            if len(piece) > room:
                return


def collect(pieces: Iterator[Piece], cap_bytes: int) -> ShellReply:
    """Read a command's output to its exit code.

    Raises:
        ShellOutputTooLarge: stdout and stderr together exceed ``cap_bytes``.
        LinkError: the output was cut or malformed.
    """
    stdout = io.BytesIO()
    stream = ShellStream(pieces, cap_bytes)
    for chunk in stream:
        stdout.write(chunk)
    if stream.exit_code is None:
        raise ShellOutputTooLarge(
            f"the command printed more than {cap_bytes} bytes",
            partial_stdout=stdout.getvalue(),
            partial_stderr=bytes(stream.stderr),
        )
    return ShellReply(stdout.getvalue(), bytes(stream.stderr), stream.exit_code)


@dataclass(frozen=True, slots=True)
class Command:
    """A quoted command in the dialect of one phone.

    Args:
        line: what ``command_line`` made.
        v2: whether the phone has ``shell_v2``.
        nonce: random marker for phones that have not.
    """

    line: bytes
    v2: bool
    nonce: str = field(default_factory=lambda: secrets.token_hex(16))

    @property
    def service(self) -> bytes:
        """The service to open on the phone."""
        if self.v2:
            return b"shell,v2,raw:" + self.line
        # in a subshell, so that an ``exit`` in the line cannot swallow the marker
        return b"shell:(%b); echo %b:$?" % (self.line, self.nonce.encode())

    def pieces(self, wire: Wire) -> Iterator[Piece]:
        """Read the output of the command from its service; its input is empty and closed.

        Raises:
            LinkError: the output was cut or malformed.
        """
        if not self.v2:
            return until_marker(wire, self.nonce)
        # else a command that reads its input would wait for us until the deadline
        wire.send(_CLOSE_STDIN)
        return packets(wire)


def packets(wire: Wire) -> Iterator[Piece]:
    """Split a shell v2 answer into its channels; the last piece is the exit code.

    Raises:
        ProtocolBroken: an unknown id or an impossible length.
        LinkError: no exit packet came.
    """
    while True:
        number, length = _HEADER.unpack(wire.exactly(_HEADER.size))
        try:
            channel = Channel(number)
        except ValueError as error:
            raise ProtocolBroken(f"the phone sent a shell packet of unknown kind {number}") from error
        if length > PACKET_MAX_BYTES or (channel is Channel.EXIT and length != _EXIT_BYTES):
            raise ProtocolBroken(f"the phone sent a shell packet with an impossible length of {length} bytes")
        for piece in wire.pieces(length):
            if channel is Channel.EXIT:
                wire.expect_silence()
            yield channel, piece
        if channel is Channel.EXIT:
            return


def until_marker(wire: Wire, nonce: str) -> Iterator[Piece]:
    """Give what comes before the marker; the last piece is the exit code.

    Raises:
        Unplugged: the stream ended without a marker.
        ProtocolBroken: the marker is there, but not at the end or without a valid status.
    """
    marker = nonce.encode() + b":"
    # the marker, three digits, and \r\n of an old phone's terminal
    held_back_bytes = len(marker) + 5
    tail = b""
    while piece := wire.available(PIECE_BYTES - held_back_bytes):
        tail += piece
        if (at := tail.find(marker)) >= 0:
            yield Channel.STDOUT, tail[:at]
            yield Channel.EXIT, bytes([_status(wire, tail[at + len(marker) :])])
            return
        ready = max(0, len(tail) - held_back_bytes)
        yield Channel.STDOUT, tail[:ready]
        tail = tail[ready:]
    raise Unplugged("the answer was cut before its end")


def _status(wire: Wire, rest: bytes) -> int:
    longest = len(b"255\r\n")
    while piece := wire.available():
        rest += piece
        if len(rest) > longest:
            break
    digits = rest.removesuffix(b"\n").removesuffix(b"\r")
    if rest.endswith(b"\n") and digits.isdigit() and len(rest) <= longest and int(digits) <= 0xFF:
        return int(digits)
    kind: type[LinkError] = Unplugged if len(rest) < longest and b"\n" not in rest else ProtocolBroken
    raise kind("the end of the answer is damaged")
