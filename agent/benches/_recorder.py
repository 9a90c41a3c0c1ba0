"""Keeps everything that comes from a phone, before a probe sees it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from time import monotonic_ns
from typing import TYPE_CHECKING, Any

from agent.store import Store, pack_arrays
from probes import Channel, DeviceText, Recording, Reply, Samples, Unit, show

if TYPE_CHECKING:
    from numpy.typing import NDArray


class Recorder:
    """Numbers and stores the recordings of one probe after another."""

    def __init__(self, store: Store, clock_ns: Callable[[], int] = monotonic_ns) -> None:
        self._store = store
        self._clock_ns = clock_ns
        self._taken: list[Recording] = []
        self._prefix = ""
        self._count = 0

    def start(self, prefix: str) -> None:
        """Forget the last probe's recordings and name the next ones after ``prefix``."""
        self._taken = []
        self._prefix = prefix
        self._count = 0

    def taken(self) -> tuple[Recording, ...]:
        """What was recorded since ``start``; their files are durable when this returns."""
        self._store.settle()
        return tuple(self._taken)

    def now_ns(self) -> int:
        """The bench's monotonic clock, nanoseconds."""
        return self._clock_ns()

    def reply(
        self,
        source: str,
        out: bytes,
        err: bytes,
        exit_code: int | None,
        started_ns: int,
        *,
        complete: bool = True,
    ) -> Reply:
        """Keep the answer to one command."""
        ended_ns = self._clock_ns()
        recording = Recording(
            id=self._next_id(),
            kind="dump",
            source=show(source),
            sha256=self._store.keep(out),
            err_sha256=self._store.keep(err) if err else None,
            size_bytes=len(out),
            started_ns=started_ns,
            duration_ns=ended_ns - started_ns,
            complete=complete,
            exit_code=exit_code,
        )
        self._taken.append(recording)
        return Reply(recording.id, DeviceText(out), DeviceText(err), ended_ns, exit_code, complete)

    def stream(self, source: str, chunks: Iterable[bytes], whole: Callable[[], bool]) -> RecordedStream:
        """Keep a log while it is read. ``whole`` tells, after the last chunk, whether nothing was cut."""
        return RecordedStream(self._next_id(), lambda name: self._spool(name, source, chunks, whole))

    def samples(self, samples: Samples) -> None:
        """Keep arrays beside the record."""
        arrays = dict(samples.channels)
        sha256, size_bytes = self._store.keep_samples(samples.t_ns, arrays)
        span_ns = [int(samples.t_ns[0]), int(samples.t_ns[-1])] if len(samples.t_ns) else [0, 0]
        self._taken.append(
            Recording(
                id=self._next_id(),
                kind="samples",
                source=show(samples.source),
                sha256=sha256,
                size_bytes=size_bytes,
                started_ns=span_ns[0],
                duration_ns=span_ns[1] - span_ns[0],
                channels=tuple(
                    Channel(name=name, unit=samples.units[name], samples=len(values))
                    for name, values in sorted(arrays.items())
                ),
            )
        )

    def arrays(self, source: str, arrays: Mapping[str, NDArray[Any]], unit: Unit, *, started_ns: int, rows: int) -> str:
        """Keep arrays of a capture in the type that they came in, and return the recording's name."""
        raw = pack_arrays(arrays)
        name = self._next_id()
        self._taken.append(
            Recording(
                id=name,
                kind="samples",
                source=show(source),
                sha256=self._store.keep(raw),
                size_bytes=len(raw),
                started_ns=started_ns,
                duration_ns=self._clock_ns() - started_ns,
                channels=tuple(Channel(name=name, unit=unit, samples=rows) for name in arrays if name != "t_ns"),
            )
        )
        return name

    def _spool(self, name: str, source: str, chunks: Iterable[bytes], whole: Callable[[], bool]) -> Iterator[bytes]:
        started_ns = self._clock_ns()
        with self._store.spool() as spool:
            for chunk in chunks:
                spool.write(chunk)
                yield chunk
        self._taken.append(
            Recording(
                id=name,
                kind="dump",
                source=show(source),
                sha256=spool.sha256,
                size_bytes=spool.size_bytes,
                started_ns=started_ns,
                duration_ns=self._clock_ns() - started_ns,
                complete=whole(),
            )
        )

    def _next_id(self) -> str:
        self._count += 1
        return f"{self._prefix}/{self._count}"


class RecordedStream:
    """A log on its way to a probe and to the store at once. Read it once."""

    def __init__(self, recording_id: str, spool: Callable[[str], Iterator[bytes]]) -> None:
        self.id = recording_id
        self._spool = spool

    def __iter__(self) -> Iterator[bytes]:
        return self._spool(self.id)
