"""A connected socket with one deadline and bounded memory: the one place where socket errors become ours."""

from __future__ import annotations

import contextlib
import socket
from collections.abc import Iterator
from typing import Final

from agent.links.deadline import Deadline
from probes import BadInput, LinkError, LinkTimeout, ProtocolBroken, Unplugged

PIECE_BYTES: Final = 64 * 1024
"""Largest piece handed out at once: the DATA limit of adb's sync protocol (AOSP file_sync_protocol.h)."""
_BUFFER_BYTES: Final = 4 * PIECE_BYTES


def encoded(text: str | bytes) -> bytes:
    """Bytes of a text on their way to the phone; names that came from a file system keep their odd bytes.

    Raises:
        BadInput: the text holds half a character.
    """
    try:
        return text.encode("utf-8", "surrogateescape") if isinstance(text, str) else text
    except UnicodeEncodeError as error:
        raise BadInput("a text for the phone holds half a character") from error


class Wire:
    """Reads exact amounts from a socket through one fixed buffer.

    Views that ``exactly`` and ``available`` return are valid until the next read.

    Args:
        sock: connected stream socket; the wire owns and closes it.
        deadline: end of the whole exchange, applied before every read and write.
    """

    def __init__(self, sock: socket.socket, deadline: Deadline) -> None:
        self._sock = sock
        self._deadline = deadline
        self._buffer = memoryview(bytearray(_BUFFER_BYTES))
        self._start = 0
        self._end = 0
        self._aborted = False
        self.at_phone = False
        """True once the phone's service answers here: an early end is then an unplug, before it is the server."""
        self.received_bytes = 0
        """All bytes that came in, framing included."""

    def send(self, data: bytes | bytearray | memoryview) -> None:
        """Write everything.

        Raises:
            LinkError: the other side went away, or the deadline passed.
        """
        with self._converted():
            self._sock.settimeout(self._deadline.socket_timeout_s())
            self._sock.sendall(data)

    def exactly(self, count: int) -> memoryview:
        """Exactly ``count`` bytes (at most 64 KiB).

        Raises:
            LinkError: the bytes did not come: end of stream, reset, or deadline.
        """
        if count > PIECE_BYTES:
            raise ValueError("read large answers piece by piece")
        while self._end - self._start < count:
            if not self._fill():
                raise self._cut()
        return self._take(count)

    def available(self, limit: int = PIECE_BYTES) -> memoryview:
        """At least one and at most ``limit`` bytes; empty at the end of the stream.

        Raises:
            LinkError: reset or deadline.
        """
        if self._start == self._end and not self._fill():
            return self._buffer[:0]
        return self._take(min(limit, PIECE_BYTES, self._end - self._start))

    def pieces(self, count: int) -> Iterator[memoryview]:
        """Give the next ``count`` bytes in pieces of at most 64 KiB.

        Raises:
            LinkError: the stream ended before.
        """
        while count:
            piece = self.available(count)
            if not piece:
                raise self._cut()
            count -= len(piece)
            yield piece

    def expect_silence(self) -> None:
        """Check that nothing came behind a complete answer; it does not wait.

        Raises:
            ProtocolBroken: bytes that nobody asked for lie in the buffer.
        """
        if self._start != self._end:
            raise ProtocolBroken("bytes came that nobody asked for")

    def abort(self) -> None:
        """Wake a reader in another thread; its read fails. Never raises."""
        self._aborted = True
        with contextlib.suppress(OSError):
            self._sock.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        """Close the socket. Never raises."""
        with contextlib.suppress(OSError):
            self._sock.close()

    def _take(self, count: int) -> memoryview:
        piece = self._buffer[self._start : self._start + count]
        self._start += count
        return piece

    def _fill(self) -> int:
        if self._start == self._end:
            self._start = self._end = 0
        elif _BUFFER_BYTES - self._start < PIECE_BYTES:
            kept = self._end - self._start
            self._buffer[:kept] = bytes(self._buffer[self._start : self._end])
            self._start, self._end = 0, kept
        with self._converted():
            self._sock.settimeout(self._deadline.socket_timeout_s())
            count = self._sock.recv_into(self._buffer[self._end :])
        self._end += count
        self.received_bytes += count
        return count

    def _cut(self) -> LinkError:
        if self._aborted:
            return LinkError("the link was closed in the middle of an answer")
        if self.at_phone:
            return Unplugged("the answer was cut before its end")
        return LinkError("the adb server closed the connection")

    @contextlib.contextmanager
    def _converted(self) -> Iterator[None]:
        try:
            yield
        except TimeoutError as error:
            if isinstance(error, LinkTimeout):
                raise
            raise LinkTimeout("no end of the answer before the deadline") from error
        except OSError as error:
            raise self._cut() from error
