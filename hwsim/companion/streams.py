"""The open streams of one connection: sensors and sound on their way into the outbox."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from hwsim.companion.audio_session import AudioSession
from hwsim.companion.sensors import SensorStream

if TYPE_CHECKING:
    from hwsim.companion.device import Device
    from hwsim.companion.outbox import Outbox

MAX_STREAMS = 16
CATCH_UP_NS = 20_000_000_000
"""What lies further back than this when somebody looks again is lost: no phone would have kept it."""
_NS = 1_000_000_000


class TooManyStreams(ValueError):
    """All places are taken."""


@dataclass
class _Open:
    source: SensorStream | AudioSession
    begun_ns: int


class Streams:
    """Numbers the streams and moves what is due into the outbox."""

    def __init__(self, device: Device, outbox: Outbox, event: Callable[[dict[str, Any], int], None]) -> None:
        self._device = device
        self._outbox = outbox
        self._event = event
        self._open: dict[int, _Open] = {}
        self._next_id = 1
        self._advanced_ns = device.now_ns

    def add(self, source: SensorStream | AudioSession) -> int:
        """Open a stream and return its number; raises TooManyStreams."""
        if len(self._open) >= MAX_STREAMS:
            raise TooManyStreams(f"{MAX_STREAMS} streams are open")
        number = self._next_id
        while number in self._open:
            number = number % 0xFFFF + 1
        self._next_id = number % 0xFFFF + 1
        self._open[number] = _Open(source, self._device.now_ns)
        return number

    def find(self, number: int, kind: type[SensorStream | AudioSession]) -> bool:
        """Tell whether a stream of this kind has the number."""
        return number in self._open and isinstance(self._open[number].source, kind)

    def has(self, kind: type[SensorStream | AudioSession]) -> bool:
        """Tell whether any stream of this kind is open."""
        return any(isinstance(stream.source, kind) for stream in self._open.values())

    def stop(self, number: int) -> None:
        """Send the rest of a stream and its end."""
        now_ns = self._device.now_ns
        self.advance(now_ns)
        del self._open[number]
        self._outbox.end(number, t_ns=now_ns)

    def stop_all(self) -> None:
        """Forget all streams: nobody listens any more."""
        self._open.clear()

    def advance(self, now_ns: int) -> None:
        """Queue everything that is due by ``now_ns``; raises Overrun when nobody reads the events."""
        for number, stream in self._open.items():
            if now_ns - self._advanced_ns > CATCH_UP_NS:
                stream.source.skip_to(now_ns - CATCH_UP_NS)
                self._outbox.lose(number)
            if isinstance(stream.source, SensorStream) and self._device.sensors_muted:
                stream.source.skip_to(now_ns)  # the developer's tile: streams stay open and carry nothing
            elif isinstance(stream.source, SensorStream):
                self._queue(number, stream, stream.source.batches(now_ns))
            else:
                self._advance_audio(number, stream, stream.source, now_ns)
        self._advanced_ns = now_ns

    def _advance_audio(self, number: int, stream: _Open, session: AudioSession, now_ns: int) -> None:
        since_frame = session.next_frame
        self._queue(number, stream, session.reads(now_ns))
        for content in session.events(now_ns, since_frame=since_frame):
            self._event(content, number)

    def _queue(self, number: int, stream: _Open, pieces: Iterator[tuple[int, bytes]]) -> None:
        for t_ns, body in pieces:
            if self._in_gap(t_ns - stream.begun_ns):
                self._outbox.lose(number)
            else:
                self._outbox.data(number, t_ns=t_ns, body=body)

    def _in_gap(self, age_ns: int) -> bool:
        """Tell whether the ordered gaps swallow what is this old; the first one comes after a whole period."""
        quirks = self._device.quirks
        if not quirks.gap_every_s:
            return False
        age_s = age_ns / _NS
        return age_s >= quirks.gap_every_s and age_s % quirks.gap_every_s < quirks.gap_s
