"""What waits to be sent: control frames first, samples behind a cap, every loss told."""

from __future__ import annotations

from collections import deque

from hwsim.companion.frames import GAP, HEADER, Kind, encode

CAP_BYTES = 4 * 1024 * 1024
CONTROL_CAP_BYTES = 1024 * 1024


class Overrun(Exception):
    """The host asks and asks but never reads: there is nobody to keep answers for."""


class Outbox:
    """The queue of one connection; ``dropped`` counts DATA frames that found no room."""

    def __init__(self, *, cap_bytes: int = CAP_BYTES, cut_in_data_frame: int | None = None) -> None:
        self.dropped = 0
        self.cut = False
        self._cap_bytes = cap_bytes
        self._control: deque[bytes] = deque()
        self._data: deque[bytes] = deque()
        self._control_bytes = 0
        self._data_bytes = 0
        self._lost: set[int] = set()
        self._until_cut = cut_in_data_frame

    @property
    def queued_bytes(self) -> int:
        """Everything that waits."""
        return self._control_bytes + self._data_bytes

    def control(self, frame: bytes) -> None:
        """Queue an answer or event; raises Overrun when a megabyte of them is not read."""
        self._control_bytes += len(frame)
        if self._control_bytes > CONTROL_CAP_BYTES:
            raise Overrun
        self._control.append(frame)

    def data(self, stream: int, *, t_ns: int, body: bytes) -> bool:
        """Queue samples, or drop them when the queue is full; the next ones of that stream then carry GAP."""
        if self._data_bytes + HEADER.size + len(body) > self._cap_bytes:
            self.lose(stream)
            return False
        flags = GAP if stream in self._lost else 0
        self._lost.discard(stream)
        self._append(encode(Kind.DATA, id_=stream, t_ns=t_ns, body=body, flags=flags))
        return True

    def lose(self, stream: int) -> None:
        """Note that samples of a stream were not queued."""
        self.dropped += 1
        self._lost.add(stream)

    def end(self, stream: int, *, t_ns: int) -> None:
        """Queue the end of a stream behind its samples; it is never dropped, and tells a loss right before it."""
        flags = GAP if stream in self._lost else 0
        self._lost.discard(stream)
        self._append(encode(Kind.EOS, id_=stream, t_ns=t_ns, flags=flags))

    def take(self, limit_bytes: int) -> bytes:
        """Return the frames that go out next, joined; a single frame may be longer than the limit."""
        taken: list[bytes] = []
        size = 0
        while not self.cut and (self._control or self._data):
            queue = self._control or self._data
            if taken and size + len(queue[0]) > limit_bytes:
                break
            frame = queue.popleft()
            if queue is self._control:
                self._control_bytes -= len(frame)
            else:
                self._data_bytes -= len(frame)
                frame = self._maybe_cut(frame)
            taken.append(frame)
            size += len(frame)
        return b"".join(taken)

    def _append(self, frame: bytes) -> None:
        self._data.append(frame)
        self._data_bytes += len(frame)

    def _maybe_cut(self, frame: bytes) -> bytes:
        if self._until_cut is None or frame[0] != Kind.DATA:
            return frame
        self._until_cut -= 1
        self.cut = self._until_cut <= 0
        return frame[: (HEADER.size + len(frame)) // 2] if self.cut else frame
