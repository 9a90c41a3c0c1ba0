"""Bad links on order: the disturbances that the control socket may switch on for one phone.

The vocabulary follows what real cables, hubs and firmware do: cut, reset, truncate, drip, slow, hang, flood, garbage.
"""

from __future__ import annotations

import asyncio
import random
from dataclasses import dataclass
from typing import TYPE_CHECKING

from hwsim.adbd.stream import StreamClosed

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from hwsim.adbd.packet import Payload
    from hwsim.adbd.stream import Stream

KINDS = ("none", "cut", "reset", "truncate", "drip", "slow", "hang", "flood", "garbage")
BY_CHANCE = ("slow", "cut", "reset", "garbage", "truncate")
_ONE_SHOT = ("cut", "reset", "truncate", "garbage")
_AFFECTED = ("shell", "exec:", "sync:")
_FAR_BYTES = 100_000
_SLOW_S = (0.05, 1.0)
_FLOOD_BLOCK = b"0123456789abcdef" * 4096


class Mischief:
    """Lets chance disturb the answers of one phone: the same seed disturbs the same answers in the same way.

    Chance goes by the answers' order, not by the clock. ``tell`` hears of each answer that will be disturbed.
    """

    def __init__(
        self, kinds: Sequence[str], *, ratio: float, seed: str, tell: Callable[[dict[str, object]], None]
    ) -> None:
        self._kinds = tuple(kinds)
        self._ratio = ratio
        self._random = random.Random(seed)
        self._tell = tell
        self._answers = 0

    def draw(self, service: str) -> Chaos | None:
        """Return what happens to the next answer, or None when it goes through."""
        if not service.startswith(_AFFECTED):
            return None
        self._answers += 1
        lot, which, how_far, how_slow = (self._random.random() for _ in range(4))  # four each time, used or not
        if lot >= self._ratio:
            return None
        kind = self._kinds[int(which * len(self._kinds))]
        interval_s = round(_SLOW_S[0] + how_slow * (_SLOW_S[1] - _SLOW_S[0]), 3)
        chaos = Chaos(kind=kind, after_bytes=int(_FAR_BYTES**how_far), interval_s=interval_s)
        detail = {"seconds": chaos.interval_s} if kind == "slow" else {"after_bytes": chaos.after_bytes}
        self._tell({"event": kind, "answer": self._answers, **detail})
        return chaos


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
        if kind in {"cut", "reset"}:
            stream.connection.abort(reset=kind == "reset")
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
