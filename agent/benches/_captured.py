"""Captures as recordings: a head in JSON that says what was asked and what came, and arrays in the type they came in.

What a phone refused is a head as well, so that a replay is refused in the same words.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final, Protocol

from probes import (
    Blocked,
    CommandFailed,
    DeviceError,
    Input,
    NotSupported,
    NotUnderstood,
    SensorKind,
    SoundOrder,
    StoreError,
    Sweep,
    Take,
    Tone,
    Track,
    Unit,
    Vibrate,
)

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from agent.benches._recorder import Recorder
    from agent.companion import SensorRows, SoundRows

UNITS: Final[Mapping[SensorKind, Unit]] = {
    SensorKind.ACCELEROMETER: Unit.METRE_PER_SECOND_2,
    SensorKind.GYROSCOPE: Unit.RADIAN_PER_SECOND,
    SensorKind.MAGNETOMETER: Unit.MICROTESLA,
    SensorKind.BAROMETER: Unit.HECTOPASCAL,
    SensorKind.LIGHT: Unit.LUX,
    SensorKind.PROXIMITY: Unit.CENTIMETRE,
}
_AXES: Final = ("x", "y", "z")
_REFUSALS: Final[Mapping[str, type[DeviceError]]] = {
    kind.code: kind for kind in (NotSupported, CommandFailed, NotUnderstood, Blocked)
}


class Arrays(Protocol):
    """Reads the arrays of a recording back by its name."""

    def __call__(self, name: str) -> dict[str, NDArray[Any]]:
        """Arrays by channel."""


def sense_source(kinds: Sequence[SensorKind], rate_hz: float, duration_s: float, during: Sequence[Vibrate]) -> str:
    """Name an order for sensors, so that a replay finds what came of it."""
    return " ".join(["sense", *kinds, f"{rate_hz:g}Hz", f"{duration_s:g}s", *(buzz(one) for one in during)])


def sound_source(order: SoundOrder) -> str:
    """Name an order for sound; as ``sense_source``."""
    words = ["sound", played(order.play), str(order.output), *order.inputs, f"{order.duration_s:g}s"]
    return " ".join([*words, *(buzz(one) for one in order.during)])


def vibrate_source(order: Vibrate) -> str:
    """Name an order for the motor; as ``sense_source``."""
    return f"vibrate {buzz(order)}"


def keep_refusal(recorder: Recorder, source: str, error: DeviceError, started_ns: int) -> None:
    """Keep what the phone would not do."""
    told = {"code": error.code, "what": error.what, "link": error.link, "step": error.step}
    reason = {"reason": error.reason} if isinstance(error, Blocked | NotSupported) else {}
    keep_head(recorder, source, {"refused": told | reason}, started_ns)


def keep_head(recorder: Recorder, source: str, content: Mapping[str, object], started_ns: int) -> None:
    """Keep what there is to say of a capture besides its arrays."""
    raw = json.dumps(content, sort_keys=True, allow_nan=False).encode()
    recorder.reply(source, raw, b"", None, started_ns)


def read_head(raw: bytes) -> Mapping[str, Any]:
    """Read a head back.

    Raises:
        DeviceError: the phone had refused then.
        StoreError: it is no head.
    """
    try:
        content = json.loads(raw)
        refused = content.get("refused")
        if refused is None:
            return dict(content)
        kind = _REFUSALS[refused["code"]]
        told = {"link": refused["link"], "step": refused["step"]}
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise StoreError("the head of a capture cannot be read", step="replay") from error
    if kind is Blocked:
        raise Blocked(refused["what"], reason=refused["reason"], **told)
    if kind is NotSupported and "reason" in refused:  # records of older versions have none
        raise NotSupported(refused["what"], reason=refused["reason"], **told)
    raise kind(refused["what"], **told)


def keep_tracks(
    recorder: Recorder,
    source: str,
    backend: str,
    rows: Mapping[SensorKind, SensorRows],
    *,
    rate_hz: float,
    started_ns: int,
) -> dict[SensorKind, Track]:
    """Keep what sensors said, and return it as a probe sees it."""
    tracks = {}
    for kind, (t_ns, values, is_whole) in rows.items():
        columns = {axis: values[:, number].copy() for number, axis in enumerate(_AXES[: values.shape[1]])}
        name = recorder.arrays(
            f"{kind} of {source}", {"t_ns": t_ns, **columns}, UNITS[kind], started_ns=started_ns, rows=len(t_ns)
        )
        tracks[kind] = Track(
            id=name,
            kind=kind,
            backend=backend,
            t_ns=t_ns,
            values=values,
            requested_hz=float(rate_hz),
            is_whole=bool(is_whole),
        )
    heads = [
        {"id": one.id, "kind": str(one.kind), "requested_hz": one.requested_hz, "is_whole": one.is_whole}
        for one in tracks.values()
    ]
    keep_head(recorder, source, {"backend": backend, "tracks": heads}, started_ns)
    return tracks


def read_tracks(head: Mapping[str, Any], arrays: Arrays) -> dict[SensorKind, Track]:
    """Return what sensors had said, bit for bit."""
    import numpy as np  # noqa: PLC0415  most runs of the command line need no arrays

    tracks = {}
    for told in head["tracks"]:
        columns = arrays(told["id"])
        kind = SensorKind(told["kind"])
        tracks[kind] = Track(
            id=told["id"],
            kind=kind,
            backend=head["backend"],
            t_ns=columns["t_ns"],
            values=np.column_stack([columns[axis] for axis in _AXES if axis in columns]),
            requested_hz=float(told["requested_hz"]),
            is_whole=bool(told["is_whole"]),
        )
    return tracks


def keep_take(
    recorder: Recorder, source: str, backend: str, rows: SoundRows, inputs: Sequence[Input], *, started_ns: int
) -> Take:
    """Keep what microphones heard, and return it as a probe sees it."""
    channels = {f"{number}_{place}": row for number, (place, row) in enumerate(zip(inputs, rows.frames, strict=True))}
    name = recorder.arrays(f"frames of {source}", channels, Unit.NONE, started_ns=started_ns, rows=rows.frames.shape[1])
    take = Take(
        id=name,
        backend=backend,
        frames=rows.frames,
        rate_hz=rows.rate_hz,
        plays_from_frame=rows.plays_from_frame,
        is_whole=rows.is_whole,
        is_silenced=rows.is_silenced,
    )
    told = {name: getattr(take, name) for name in ("id", "rate_hz", "plays_from_frame", "is_whole", "is_silenced")}
    keep_head(recorder, source, {"backend": backend, "take": told}, started_ns)
    return take


def read_take(head: Mapping[str, Any], arrays: Arrays) -> Take:
    """Return what microphones had heard, bit for bit."""
    import numpy as np  # noqa: PLC0415  as above

    told = head["take"]
    channels = arrays(told["id"])
    frames = np.stack([channels[name] for name in sorted(channels)])
    return Take(backend=head["backend"], frames=frames, **told)


def buzz(order: Vibrate) -> str:
    """Name one run of the motor."""
    return f"buzz@{order.at_s:g}s/{order.duration_ms}ms/{order.amplitude}"


def played(play: Sweep | Tone | None) -> str:
    """Name what is played."""
    if play is None:
        return "silence"
    if isinstance(play, Sweep):
        return f"sweep/{play.low_hz:g}-{play.high_hz:g}Hz/{play.duration_s:g}s/{play.level:g}"
    return f"tone/{play.frequency_hz:g}Hz/{play.duration_s:g}s/{play.level:g}"
