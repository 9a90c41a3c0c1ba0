"""One stream of a connection and its window: how much may be on its way before the host has acknowledged it.

Without ``delayed_ack`` that is one packet. With it both sides name a number of bytes when the stream opens, and each
acknowledgement says how many it is for (packages/modules/adb, adb.cpp and sockets.cpp).
"""

from __future__ import annotations

import asyncio
import struct
from collections import deque
from typing import TYPE_CHECKING

from hwsim.adbd.packet import A_CLSE, A_OKAY, A_WRTE

if TYPE_CHECKING:
    from hwsim.adbd.chaos import Chaos
    from hwsim.adbd.connection import Connection
    from hwsim.adbd.packet import Payload


WINDOW_BYTES = 32 * 1024 * 1024  # INITIAL_DELAYED_ACK_BYTES of adb.h
_ACKNOWLEDGED = struct.Struct("<I")


class StreamClosed(Exception):
    """The host closed the stream or the link is gone."""


class Stream:
    """A pair of ids with a mailbox on our side and a window on the way out.

    ``window_bytes`` is what the host lets us send ahead, 0 where a packet waits for the acknowledgement of the last;
    ``remote_id`` is 0 until the host has accepted a stream that the phone opened.
    """

    def __init__(
        self, connection: Connection, *, local_id: int, remote_id: int, service: str, window_bytes: int = 0
    ) -> None:
        self.connection = connection
        self.local_id = local_id
        self.remote_id = remote_id
        self.service = service
        self.closed = False
        self.accepted = False
        self._inbox: deque[Payload] = deque()
        self._reader: asyncio.Future[None] | None = None
        self.chaos: Chaos = connection.front.chaos
        self._window_bytes = window_bytes
        self._in_flight_bytes = 0
        self._writers: list[asyncio.Future[None]] = []

    def accept(self) -> None:
        """Answer OPEN with OKAY."""
        self.accepted = True
        self._acknowledge(WINDOW_BYTES)

    async def read(self) -> Payload:
        """Return the next payload and acknowledge it; empty bytes when the host has closed."""
        while not self._inbox:
            if self.closed:
                return b""
            self._reader = asyncio.get_running_loop().create_future()
            await self._reader
        payload = self._inbox.popleft()
        self._acknowledge(len(payload))
        return payload

    async def write(self, data: Payload) -> None:
        """Send data in pieces of the negotiated size; raises StreamClosed when nobody is there."""
        if self.chaos.hits(self.service):
            await self.chaos.deliver(self, data)
            return
        await self.write_plain(data)

    async def write_plain(self, data: Payload) -> None:
        """Send data past any disturbance that the bench has ordered."""
        limit = self.connection.max_payload_bytes
        view = memoryview(data)
        while view:
            await self._until_at_most(max(self._window_bytes - 1, 0))
            if self.closed:
                raise StreamClosed
            room = self._window_bytes - self._in_flight_bytes if self._window_bytes else limit
            piece, view = view[: min(room, limit)], view[min(room, limit) :]
            self._in_flight_bytes += len(piece)
            self.connection.send(A_WRTE, self.local_id, self.remote_id, piece)

    async def drain(self) -> None:
        """Wait until the host has taken the last write."""
        await self._until_at_most(0)

    async def opened(self) -> bool:
        """Wait until the host has answered a stream that the phone opened; tell whether it accepted."""
        while not self.accepted and not self.closed:
            await self._turn()
        return self.accepted

    async def _until_at_most(self, in_flight_bytes: int) -> None:
        while self._in_flight_bytes > in_flight_bytes and not self.closed:
            await self._turn()

    async def _turn(self) -> None:
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._writers.append(turn)
        await turn

    def _acknowledge(self, taken_bytes: int) -> None:
        payload = _ACKNOWLEDGED.pack(taken_bytes) if self.connection.delayed_ack else b""
        self.connection.send(A_OKAY, self.local_id, self.remote_id, payload)

    def close(self) -> None:
        """Tell the host that no more comes; harmless when already closed.

        A stream that was never accepted is refused with id 0: the host does not know any other id yet.
        """
        if not self.closed:
            self.closed = True
            self.connection.send(A_CLSE, self.local_id if self.accepted else 0, self.remote_id)
            self._wake()
        self.connection.forget(self)

    def on_write(self, payload: Payload) -> None:
        """Take a WRTE of the host."""
        self._inbox.append(payload)
        if self._reader is not None and not self._reader.done():
            self._reader.set_result(None)

    def on_okay(self, remote_id: int, payload: Payload) -> None:
        """Take an acknowledgement of the host; the first one for a stream of ours accepts it."""
        told_bytes = _ACKNOWLEDGED.unpack(payload)[0] if len(payload) == _ACKNOWLEDGED.size else None
        if not self.remote_id:
            self.remote_id, self.accepted = remote_id, True
            self._window_bytes = told_bytes or 0
        elif told_bytes is None:
            self._in_flight_bytes = 0
        else:
            self._in_flight_bytes = max(self._in_flight_bytes - told_bytes, 0)
        self._wake_writers()

    def on_close(self) -> None:
        """The host (or the end of the link) closed the stream."""
        self.closed = True
        self._wake()

    def _wake(self) -> None:
        if self._reader is not None and not self._reader.done():
            self._reader.set_result(None)
        self._wake_writers()

    def _wake_writers(self) -> None:
        writers, self._writers = self._writers, []
        for writer in writers:
            if not writer.done():
                writer.set_result(None)
