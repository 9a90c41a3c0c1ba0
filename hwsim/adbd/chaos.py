"""Bad links on order: the disturbances that the control socket may switch on for one phone.

The vocabulary follows what real cables, hubs and firmware do: cut, truncate, drip, slow, hang, flood, garbage.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING

from hwsim.adbd.stream import StreamClosed

if TYPE_CHECKING:
    from hwsim.adbd.packet import Payload
    from hwsim.adbd.stream import Stream

KINDS = ("none", "cut", "truncate", "drip", "slow", "hang", "flood", "garbage")
_ONE_SHOT = ("cut", "truncate", "garbage")
_AFFECTED = ("shell", "exec:", "sync:")
_FLOOD_BLOCK = b"0123456789abcdef" * 4096


@dataclass
class Chaos:
    """What is wrong with the replies of one phone.

    ``after_bytes`` are let through before a cut, truncation, flood or garbage; ``piece_bytes`` every
    ``interval_s`` seconds is the pace of a drip; ``interval_s`` is also the delay of ``slow``.
    """

    kind: str = "none"
    after_bytes: int = 0
    piece_bytes: int = 1
    interval_s: float = 0.05
    sent_bytes: int = 0

    def hits(self, service: str) -> bool:
        """Tell whether a reply of this service is disturbed."""
        return self.kind != "none" and service.startswith(_AFFECTED)

    def clear(self) -> None:
        """Let everything through again."""
        self.kind = "none"
        self.sent_bytes = 0

    async def deliver(self, stream: Stream, data: Payload) -> None:
        """Send ``data`` the disturbed way; raises StreamClosed where the link or stream ends."""
        if self.kind == "slow":
            await asyncio.sleep(self.interval_s)
            await stream.write_plain(data)
        elif self.kind == "drip":
            await self._drip(stream, data)
        elif self.kind == "hang":
            await asyncio.Event().wait()  # ends when the host closes the stream or leaves
        else:
            await self._after(stream, data)

    async def _drip(self, stream: Stream, data: Payload) -> None:
        view = memoryview(data)
        for at in range(0, len(view), self.piece_bytes):
            await stream.write_plain(view[at : at + self.piece_bytes])
            await asyncio.sleep(self.interval_s)

    async def _after(self, stream: Stream, data: Payload) -> None:
        room = self.after_bytes - self.sent_bytes
        head = memoryview(data)[: max(room, 0)]
        self.sent_bytes += len(head)
        await stream.write_plain(head)
        if len(head) == len(data) and self.sent_bytes < self.after_bytes:
            return
        await stream.drain()
        kind = self.kind
        if kind in _ONE_SHOT:
            self.clear()
        if kind == "cut":
            stream.connection.abort()
        elif kind == "garbage":
            stream.connection.send_raw(bytes(range(256)) * 16)
        elif kind == "flood":
            await self._flood(stream)
        raise StreamClosed

    async def _flood(self, stream: Stream) -> None:
        block = _FLOOD_BLOCK
        if stream.service.startswith("shell,v2"):
            block = b"\x01" + len(block).to_bytes(4, "little") + block  # well-formed, and without an end
        while True:
            await stream.write_plain(block)
