"""One stream of a connection: at most one unacknowledged write in flight, as the protocol demands."""

from __future__ import annotations

import asyncio
from collections import deque
from typing import TYPE_CHECKING

from hwsim.adbd.packet import A_CLSE, A_OKAY, A_WRTE

if TYPE_CHECKING:
    from hwsim.adbd.connection import Connection
    from hwsim.adbd.packet import Payload


class StreamClosed(Exception):
    """The host closed the stream or the link is gone."""


class Stream:
    """A pair of ids with a mailbox on our side and a window of one packet on the way out."""

    def __init__(self, connection: Connection, *, local_id: int, remote_id: int, service: str) -> None:
        self.connection = connection
        self.local_id = local_id
        self.remote_id = remote_id
        self.service = service
        self.closed = False
        self.accepted = False
        self._inbox: deque[Payload] = deque()
        self._reader: asyncio.Future[None] | None = None
        self._in_flight = False
        self._writers: list[asyncio.Future[None]] = []

    def accept(self) -> None:
        """Answer OPEN with OKAY."""
        self.accepted = True
        self.connection.send(A_OKAY, self.local_id, self.remote_id)

    async def read(self) -> Payload:
        """Return the next payload and acknowledge it; empty bytes when the host has closed."""
        while not self._inbox:
            if self.closed:
                return b""
            self._reader = asyncio.get_running_loop().create_future()
            await self._reader
        payload = self._inbox.popleft()
        self.connection.send(A_OKAY, self.local_id, self.remote_id)
        return payload

    async def write(self, data: Payload) -> None:
        """Send data in pieces of the negotiated size; raises StreamClosed when nobody is there."""
        chaos = self.connection.front.chaos
        if chaos.hits(self.service):
            await chaos.deliver(self, data)
            return
        await self.write_plain(data)

    async def write_plain(self, data: Payload) -> None:
        """Send data past any disturbance that the bench has ordered."""
        limit = self.connection.max_payload_bytes
        view = memoryview(data)
        for at in range(0, len(view), limit):
            await self.drain()
            if self.closed:
                raise StreamClosed
            self._in_flight = True
            self.connection.send(A_WRTE, self.local_id, self.remote_id, view[at : at + limit])

    async def drain(self) -> None:
        """Wait until the host has taken the last write."""
        while self._in_flight and not self.closed:
            turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
            self._writers.append(turn)
            await turn

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

    def on_okay(self) -> None:
        """Take an acknowledgement of the host."""
        self._in_flight = False
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
