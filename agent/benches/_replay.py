"""A stored run: the same questions get the same answers, from the recordings alone."""

from __future__ import annotations

import hashlib
from collections import defaultdict, deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from typing import TYPE_CHECKING, Any, Final

from agent.benches import _captured as captured
from agent.benches._replay_station import ReplayStation
from agent.benches._return import SOURCE as RETURN
from agent.store import Store, pack_samples, unpack_arrays
from probes import (
    MIB,
    Capability,
    DeviceText,
    LinkError,
    NotSupported,
    Recording,
    Reply,
    Samples,
    SensorKind,
    SoundOrder,
    StoreError,
    Take,
    Track,
    Vibrate,
    show,
)

if TYPE_CHECKING:
    from numpy.typing import NDArray

_SAMPLES_MAX_BYTES: Final = 1 << 30


class ReplayBench(ReplayStation):
    """Serves one probe from what it was answered then. Nothing reaches a phone, nothing is recorded anew."""

    def __init__(self, recordings: tuple[Recording, ...], store: Store) -> None:
        self._store = store
        self._recordings = recordings
        self._boots = [_by_source(part) for part in _cut_at_returns(recordings)]
        self._by_source = self._boots.pop(0)

    def shell(self, *argv: str, deadline_s: float = 10.0, cap_bytes: int = MIB) -> Reply:  # noqa: ARG002  protocol
        """The stored answer to that command; see ``probes.Bench``."""
        return self._reply(" ".join(argv))

    def log(self, buffer: str, *, deadline_s: float = 60.0, cap_bytes: int = 64 * MIB) -> StoredLog:  # noqa: ARG002
        """The stored log; see ``probes.Bench``."""
        recording = self._next(f"log {buffer}")
        return StoredLog(recording.id, recording.sha256, self._store)

    def prepare(self, wants: Iterable[Capability]) -> None:  # noqa: ARG002  protocol
        """Refuse as the bench did then; see ``agent.session``."""
        if self._by_source.get("prepare"):
            self._head("prepare")

    def finish(self) -> None:
        """Nothing was changed."""

    def sense(
        self, kinds: Sequence[SensorKind], *, rate_hz: float, duration_s: float, during: Sequence[Vibrate] = ()
    ) -> Mapping[SensorKind, Track]:
        """What the sensors said then; see ``probes.HardwareBench``."""
        return captured.read_tracks(self._head(captured.sense_source(kinds, rate_hz, duration_s, during)), self._arrays)

    def sound(self, order: SoundOrder) -> Take:
        """What the microphones heard then; see ``probes.HardwareBench``."""
        return captured.read_take(self._head(captured.sound_source(order)), self._arrays)

    def vibrate(self, order: Vibrate) -> None:
        """Refuse as the phone did then; see ``probes.HardwareBench``."""
        self._head(captured.vibrate_source(order))

    def torch(self, *, lit: bool) -> None:
        """Refuse as the phone did then; see ``probes.HardwareBench``."""
        self._head(f"torch {'on' if lit else 'off'}")

    def battery_property(self, number: int) -> int | None:
        """The stored property; see ``probes.HardwareBench``."""
        value = self._head(f"battery property {number}")["value"]
        return value if isinstance(value, int) else None

    def pull(self, path: str, *, deadline_s: float = 30.0, cap_bytes: int = 64 * MIB) -> bytes:  # noqa: ARG002
        """The stored file; see ``probes.HardwareBench``."""
        self._refused(f"pull {path}")
        return self._store.read(self._next(f"pull {path}").sha256)

    def setting(self, namespace: str, key: str, value: str) -> AbstractContextManager[None]:
        """Nothing changes; refuse as the phone did then; see ``probes.HardwareBench``."""
        self._head(f"setting {namespace}/{key}={value}")
        return nullcontext()

    def listen(
        self,
        *argv: str,
        duration_s: float,  # noqa: ARG002  protocol
        enough: Callable[[bytes], bool] = lambda _heard: False,  # noqa: ARG002  protocol
        cap_bytes: int = MIB,
    ) -> Reply:
        """What the command printed then; see ``probes.HardwareBench``."""
        return self.shell(*argv, cap_bytes=cap_bytes)

    def comes_back(self, *, wait_s: float, by_hand: bool = True) -> bool:  # noqa: ARG002  protocol
        """Whether the phone came back then; see ``probes.HardwareBench``."""
        if not self._boots:
            raise NotSupported("in the stored run the phone had not left the link", link="replay")
        self._by_source = self._boots.pop(0)
        return bool(self._head(RETURN)["back"])

    def wait(self, duration_s: float) -> None:
        """No time passes in a stored run."""

    def _reply(self, source: str) -> Reply:
        recording = self._next(source)
        err = self._store.read(recording.err_sha256) if recording.err_sha256 else b""
        out = self._store.read(recording.sha256)
        ended_ns = recording.started_ns + recording.duration_ns
        return Reply(recording.id, DeviceText(out), DeviceText(err), ended_ns, recording.exit_code, recording.complete)

    def _refused(self, source: str) -> None:
        if self._by_source.get(show(f"{source} refused")):
            self._head(f"{source} refused")

    def _head(self, source: str) -> Mapping[str, Any]:
        return captured.read_head(self._store.read(self._next(source).sha256))

    def _arrays(self, name: str) -> dict[str, NDArray[Any]]:
        for recording in self._recordings:
            if recording.id == name and recording.kind == "samples":
                return unpack_arrays(self._store.read(recording.sha256, cap_bytes=_SAMPLES_MAX_BYTES))
        raise StoreError(f"the stored run has lost the samples {name}", step="replay")

    def _next(self, source: str) -> Recording:
        waiting = self._by_source.get(show(source))
        if not waiting and self._boots:
            raise LinkError("the phone had left the link then", link="replay", step=show(source))
        if not waiting:
            raise NotSupported(f"the stored run holds no answer to {show(source)!r}", link="replay")
        return waiting.popleft()


def _cut_at_returns(recordings: Iterable[Recording]) -> list[list[Recording]]:
    """Recordings in parts, each but the first beginning with the word of a phone that came back."""
    parts: list[list[Recording]] = [[]]
    for recording in recordings:
        if recording.source == RETURN:
            parts.append([])
        parts[-1].append(recording)
    return parts


def _by_source(recordings: Iterable[Recording]) -> defaultdict[str, deque[Recording]]:
    found: defaultdict[str, deque[Recording]] = defaultdict(deque)
    for recording in recordings:
        found[recording.source].append(recording)
    return found


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
