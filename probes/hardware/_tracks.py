"""What the probes of sensors share: the part of a recording that counts, its rate, and whether the phone lay still."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Final

from probes._captures import SensorKind, Track
from probes._declare import Excuse
from probes._records import Evidence
from probes._verdict import Verdict

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_SETTLING_S: Final = 0.3
_LEAST_SAMPLES: Final = 8
_MOVED_M_S2: Final = 0.5  # about three degrees of tilt between the beginning and the end of a recording
_BROKEN_M_S2: Final = 25.0  # gravity turned over is 20: what changes by more is the sensor


def settled(track: Track | None) -> NDArray[np.float64] | None:
    """Samples (samples, axes) after the first moments; None where there are too few to say anything."""
    if track is None or len(track.t_ns) < _LEAST_SAMPLES:
        return None
    late = track.t_ns - track.t_ns[0] >= (_SETTLING_S * 1e9 if track.is_whole else 0)
    values = track.values[late]
    return values if len(values) >= _LEAST_SAMPLES else None


def delivered_hz(track: Track) -> float:
    """The rate from the phone's own stamps; there must be two of them at least, and time between them."""
    return float((len(track.t_ns) - 1) * 1e9 / max(int(track.t_ns[-1]) - int(track.t_ns[0]), 1))


def was_moved(tracks: Mapping[SensorKind, Track]) -> bool:
    """Whether gravity points elsewhere at the end of the recording than at its beginning; False where none tells."""
    values = settled(tracks.get(SensorKind.ACCELEROMETER))
    if values is None:
        return False
    import numpy as np  # noqa: PLC0415  `phonebench --help` needs no arrays

    third = max(len(values) // 3, 1)
    change = np.median(values[-third:], axis=0) - np.median(values[:third], axis=0)
    return bool(_MOVED_M_S2 < np.linalg.norm(change) < _BROKEN_M_S2)


def excuse(names: Iterable[str], reason: str, verdict: Verdict = Verdict.INCONCLUSIVE) -> Iterator[Excuse]:
    """The same excuse for several measurements."""
    for name in names:
        yield Excuse(name=name, verdict=verdict, reason=reason)


def without_samples(tracks: Mapping[SensorKind, Track], kind: SensorKind, names: Iterable[str]) -> Iterator[Excuse]:
    """Excuses for a sensor that the phone does not list, or that says nothing."""
    if kind not in tracks:
        yield from excuse(names, "no_such_sensor", Verdict.NOT_SUPPORTED)
    else:
        yield from excuse(names, "no_samples")


def evidence_of(track: Track) -> tuple[Evidence, ...]:
    """A pointer to the recording."""
    return (Evidence(recording=track.id, text=f"{len(track.t_ns)} samples, {track.backend}"),)
