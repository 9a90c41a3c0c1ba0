"""A stored run: the same questions get the same answers, from the recordings alone."""

from __future__ import annotations

import hashlib
from collections import defaultdict, deque
from collections.abc import Iterator

from agent.store import Store, pack_samples
from probes import MIB, DeviceText, NotSupported, Recording, Reply, Samples, StoreError, show


class ReplayBench:
    """Serves one probe from what it was answered then. Nothing reaches a phone, nothing is recorded anew."""

    def __init__(self, recordings: tuple[Recording, ...], store: Store) -> None:
        self._store = store
        self._by_source: defaultdict[str, deque[Recording]] = defaultdict(deque)
        for recording in recordings:
            self._by_source[recording.source].append(recording)

    def shell(self, *argv: str, deadline_s: float = 10.0, cap_bytes: int = MIB) -> Reply:  # noqa: ARG002  protocol
        """The stored answer to that command; see ``probes.Bench``."""
        recording = self._next(" ".join(argv))
        err = self._store.read(recording.err_sha256) if recording.err_sha256 else b""
        out = self._store.read(recording.sha256)
        ended_ns = recording.started_ns + recording.duration_ns
        return Reply(recording.id, DeviceText(out), DeviceText(err), ended_ns, recording.exit_code, recording.complete)

    def log(self, buffer: str, *, deadline_s: float = 60.0, cap_bytes: int = 64 * MIB) -> StoredLog:  # noqa: ARG002
        """The stored log; see ``probes.Bench``."""
        recording = self._next(f"log {buffer}")
        return StoredLog(recording.id, recording.sha256, self._store)

    def _next(self, source: str) -> Recording:
        waiting = self._by_source.get(show(source))
        if not waiting:
            raise NotSupported(f"the stored run holds no answer to {show(source)!r}", link="replay")
        return waiting.popleft()


class StoredLog:
    """A log read back from the store."""

    def __init__(self, recording_id: str, sha256: str, store: Store) -> None:
        self.id = recording_id
        self._sha256 = sha256
        self._store = store

    def __iter__(self) -> Iterator[bytes]:
        return self._store.chunks(self._sha256)


class StoredRecordings:
    """Stands for the recorder when a run is replayed: nothing is kept anew, arrays must come out as they were."""

    def __init__(self, recordings: tuple[Recording, ...]) -> None:
        self._recordings = recordings

    def start(self, prefix: str) -> None:
        """Nothing to begin."""

    def samples(self, samples: Samples) -> None:
        """Check that the arrays are what was recorded.

        Raises:
            StoreError: they differ.
        """
        sha256 = hashlib.sha256(pack_samples(samples.t_ns, dict(samples.channels))).hexdigest()
        if not any(recording.sha256 == sha256 for recording in self._recordings):
            raise StoreError(f"the arrays of {show(samples.source)} are not what was recorded", step="replay")

    def taken(self) -> tuple[Recording, ...]:
        """The recordings of the stored run."""
        return self._recordings
