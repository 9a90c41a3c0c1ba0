"""What one probe saw, read from its recordings alone: neither the phone nor that version of the probe is needed."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from agent.store import Store, unpack_arrays
from probes import BenchError, Input, Output, ProbeResult, Recording, SensorKind, SoundOrder, Sweep, Take, Track

if TYPE_CHECKING:
    from numpy.typing import NDArray

_MAX_BYTES: Final = 1 << 28
_SWEPT: Final = re.compile(r"sound sweep/([\d.e+]+)-([\d.e+]+)Hz/([\d.e+]+)s/([\d.e+-]+) (\w+) ((?:\w+ )+?)([\d.e+]+)s")
_PHOTO: Final = re.compile(r"pull \S+\.jpe?g", re.IGNORECASE)
_AXES: Final = ("x", "y", "z")
Arrays = Mapping[str, "NDArray[Any]"]


@dataclass(slots=True)
class Seen:
    """What one probe saw, in its order.

    Attributes:
        takes: sweeps that were played, and what was heard of each.
        tracks: what sensors said.
        photos: files of the phone's camera.
        events: text of input events.
        samples: recordings of arrays, by name of the channel.
    """

    takes: list[tuple[SoundOrder, Take]] = field(default_factory=list)
    tracks: list[Track] = field(default_factory=list)
    photos: list[bytes] = field(default_factory=list)
    events: list[str] = field(default_factory=list)
    samples: list[Arrays] = field(default_factory=list)


def seen_in(result: ProbeResult, store: Store) -> Seen:
    """Read what a probe saw; a recording that is lost, or that says nothing to a plot, is left out."""
    seen, arrays = Seen(), dict[str, Arrays]()
    for recording in result.recordings:
        if recording.kind == "samples":
            with suppress(BenchError):
                arrays[recording.id] = unpack_arrays(store.read(recording.sha256, cap_bytes=_MAX_BYTES))
    seen.samples += arrays.values()
    for recording in result.recordings:
        read = next((read for begins, read in _READERS.items() if recording.source.startswith(begins)), None)
        if recording.kind == "dump" and read is not None:
            # a head of another version, or one that says what was refused, has not got the keys
            with suppress(BenchError, ValueError, KeyError, TypeError):
                read(seen, recording, store.read(recording.sha256, cap_bytes=_MAX_BYTES), arrays)
    return seen


def _sweep(seen: Seen, recording: Recording, raw: bytes, arrays: Mapping[str, Arrays]) -> None:
    import numpy as np  # noqa: PLC0415  most runs of the command line need no arrays

    ordered = _SWEPT.match(recording.source)
    if ordered is None:
        return
    low_hz, high_hz, played_s, level = (float(number) for number in ordered.groups()[:4])
    order = SoundOrder(
        play=Sweep(low_hz=low_hz, high_hz=high_hz, duration_s=played_s, level=level),
        output=Output(ordered[5]),
        inputs=tuple(Input(word) for word in ordered[6].split()),
        duration_s=float(ordered[7]),
    )
    head = json.loads(raw)
    channels = arrays[head["take"]["id"]]
    frames = np.stack([channels[name] for name in sorted(channels)])
    seen.takes.append((order, Take(backend=head["backend"], frames=frames, **head["take"])))


def _sensors(seen: Seen, _recording: Recording, raw: bytes, arrays: Mapping[str, Arrays]) -> None:
    import numpy as np  # noqa: PLC0415  as above

    head = json.loads(raw)
    for told in head["tracks"]:
        columns = arrays[told["id"]]
        values = np.column_stack([columns[axis] for axis in _AXES if axis in columns])
        told["kind"] = SensorKind(told["kind"])
        seen.tracks.append(Track(backend=head["backend"], t_ns=columns["t_ns"], values=values, **told))


def _photo(seen: Seen, recording: Recording, raw: bytes, _arrays: Mapping[str, Arrays]) -> None:
    if _PHOTO.match(recording.source):
        seen.photos.append(raw)


def _events(seen: Seen, _recording: Recording, raw: bytes, _arrays: Mapping[str, Arrays]) -> None:
    seen.events.append(raw.decode("utf-8", "replace"))


_READERS: Final[Mapping[str, Callable[[Seen, Recording, bytes, Mapping[str, Arrays]], None]]] = {
    "sound sweep": _sweep,
    "sense ": _sensors,
    "pull ": _photo,
    "getevent": _events,
}
"""By the beginning of what a recording is named after; see ``agent.benches``."""
