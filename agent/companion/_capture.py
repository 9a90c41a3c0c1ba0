"""Recordings through the companion: sensors side by side on the phone's clock, sound with the phone's own stamps."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from time import monotonic
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from agent.companion._client import Companion, Refused, Stream
from agent.companion._rows import Meanwhile, SensorRows, SoundRows, nothing
from probes import (
    BenchError,
    Blocked,
    Input,
    LinkTimeout,
    NotSupported,
    NotUnderstood,
    Output,
    SensorKind,
    SoundOrder,
    Sweep,
    Tone,
)

if TYPE_CHECKING:
    from numpy.typing import NDArray

NAME: Final = "companion"
_TYPES: Final[Mapping[SensorKind, int]] = {  # numbers of android.hardware.Sensor
    SensorKind.ACCELEROMETER: 1,
    SensorKind.MAGNETOMETER: 2,
    SensorKind.GYROSCOPE: 4,
    SensorKind.LIGHT: 5,
    SensorKind.BAROMETER: 6,
    SensorKind.PROXIMITY: 8,
}
_ON_CHANGE: Final = frozenset({SensorKind.LIGHT, SensorKind.PROXIMITY})
_AXES: Final[Mapping[SensorKind, int]] = {SensorKind.LIGHT: 1, SensorKind.BAROMETER: 1, SensorKind.PROXIMITY: 1}
_PLACES: Final[Mapping[Output | Input, str]] = {
    Output.SPEAKER: "speaker",
    Output.EARPIECE: "earpiece",
    Input.BOTTOM: "bottom",
    Input.TOP: "top",
}
_NS: Final = 1_000_000_000
_FIRST: Final = np.dtype(">i8")
_SETTLE_S: Final = 0.8  # from the request to the first frames of sound
_PATIENCE_S: Final = 10.0
_LATE_S: Final = 1.0  # for what the phone has said and the host has not heard yet
_SLOWEST: Final = 2.0  # a phone's clock is never so slow
_LOOK_EVERY_S: Final = 0.25


def record_sensors(
    companion: Companion,
    kinds: Sequence[SensorKind],
    *,
    rate_hz: float,
    duration_s: float,
    meanwhile: Meanwhile = nothing,
    after_s: float | None = None,
) -> dict[SensorKind, SensorRows]:
    """Stream sensors for ``duration_s`` of the phone's time; ``meanwhile`` is called once all of them run.

    With ``after_s`` it ends so long after what is done meanwhile, where that is earlier. A sensor that is there and
    says nothing has no rows.

    Raises:
        LinkError: the companion is gone.
    """
    numbers: dict[SensorKind, int] = {}
    for kind in kinds:
        try:
            answer = companion.ask("sensor.start", arguments={"type": _TYPES[kind], "hz": rate_hz})
        except Refused:
            continue  # the phone has no such sensor, or nobody reads it: missing in what is returned
        numbers[kind] = _whole(answer, "stream")
    steady = [number for kind, number in numbers.items() if kind not in _ON_CHANGE]
    with _ended(companion, "sensor.stop", numbers.values()):
        _go_on(companion, duration_s, meanwhile, steady, after_s)
    for number in numbers.values():
        companion.ask("sensor.stop", arguments={"stream": number})
    return {kind: _rows(companion.wait_end(number), _AXES.get(kind, 3)) for kind, number in numbers.items()}


def record_sound(companion: Companion, order: SoundOrder, *, meanwhile: Meanwhile = nothing) -> SoundRows:
    """Play and record as ordered.

    Raises:
        NotSupported: this phone's shell user may not record, or has no such route.
        Blocked: the microphone is busy.
        LinkError: the companion is gone.
    """
    routes = companion.ask("routes").get("routes", [])
    companion.ask("route", arguments={"out": _route(routes, order.output, output=True)})
    if len(order.inputs) == 1:
        companion.ask("route", arguments={"in": _route(routes, order.inputs[0], output=False)})
    else:
        companion.ask("route", arguments={"in": 0})
    try:
        begun = companion.ask("audio.start", arguments={"channels": len(order.inputs), **_played(order.play)})
    except Refused as error:
        if "busy" in str(error):
            raise Blocked("another program holds the microphone", reason="blocked_busy", link=NAME) from error
        raise NotSupported("this phone does not let a program of the shell record sound", link=NAME) from error
    number = _whole(begun, "stream")
    with _ended(companion, "audio.stop", [number]):
        _go_on(companion, order.duration_s + _SETTLE_S, meanwhile, [number])
    offset_ns = companion.sleep_offset_ns()
    companion.ask("audio.stop", arguments={"stream": number})
    stream = companion.wait_end(number)
    channels, rate_hz = _whole(begun, "channels"), _whole(begun, "rate_hz")
    frames, is_whole = _frames(stream, channels)
    return SoundRows(
        frames=frames,
        rate_hz=rate_hz,
        plays_from_frame=_plays_from(stream, rate_hz, offset_ns) if order.play is not None else None,
        is_whole=is_whole,
        is_silenced=bool(begun.get("client_silenced")),
    )


@contextmanager
def _ended(companion: Companion, stop: str, numbers: Iterable[int]) -> Iterator[None]:
    """End streams where what is done meanwhile must end early, for safety or because nobody came."""
    try:
        yield
    except BenchError:
        for number in numbers:
            with suppress(BenchError):
                companion.ask(stop, arguments={"stream": number})
        raise


def _go_on(
    companion: Companion,
    duration_s: float,
    meanwhile: Meanwhile,
    numbers: Sequence[int],
    after_s: float | None = None,
) -> None:
    """Let streams run for so much of the phone's time, and wait a moment for what is still on its way."""
    begun_ns = companion.now_ns()

    def wait_until(at_s: float) -> None:
        _wait_until(companion, begun_ns + round(at_s * _NS))

    meanwhile(wait_until)
    if after_s is not None:
        duration_s = min(duration_s, (companion.now_ns() - begun_ns) / _NS + after_s)
    wait_until(duration_s)
    for number in numbers:
        # a part that is silent is found by what it did not say, and is no trouble of the link
        with suppress(LinkTimeout):
            companion.wait_for(number, until_ns=begun_ns + round(duration_s * _NS), deadline_s=_LATE_S)


def _wait_until(companion: Companion, until_ns: int) -> None:
    """Wait for the phone's own clock.

    Raises:
        LinkError: the companion is gone, or its clock stands still.
    """
    pause = threading.Event()
    ahead_ns = until_ns - companion.now_ns()
    end_s = monotonic() + max(ahead_ns, 0) / _NS * _SLOWEST + _PATIENCE_S
    while ahead_ns > 0:
        if monotonic() > end_s:
            raise LinkTimeout("the phone's clock stands still", link=NAME)
        pause.wait(min(ahead_ns / _NS, _LOOK_EVERY_S))
        ahead_ns = until_ns - companion.now_ns()


def _played(play: Sweep | Tone | None) -> dict[str, object]:
    if play is None:
        return {"play": "none"}
    shared: dict[str, object] = {"duration_s": play.duration_s, "level": play.level}
    if isinstance(play, Sweep):
        return {"play": "sweep", "low_hz": play.low_hz, "high_hz": play.high_hz, **shared}
    return {"play": "tone", "tone_hz": play.frequency_hz, **shared}


def _route(routes: object, place: Output | Input, *, output: bool) -> int:
    for route in routes if isinstance(routes, list) else []:
        if isinstance(route, dict) and route.get("place") == _PLACES[place] and route.get("output") is output:
            return _whole(route, "id")
    raise NotSupported(f"this phone has no {place} that a program may choose", link=NAME)


def _rows(stream: Stream, axes: int) -> SensorRows:
    layout = np.dtype([("t", ">i8"), ("accuracy", "u1"), ("n", "u1"), ("zero", ">u2"), ("v", ">f4", (axes,))])
    body = b"".join(piece.body for piece in stream.pieces)
    if len(body) % layout.itemsize:
        raise NotUnderstood("a sensor's records are cut", link=NAME)
    records = np.frombuffer(body, layout)
    if len(records) and not (records["n"] == axes).all():
        raise NotUnderstood("a sensor's records have another number of axes", link=NAME)
    values = records["v"].astype(np.float64).reshape(len(records), axes)
    return SensorRows(records["t"].astype(np.int64), values, not stream.has_gap)


def _frames(stream: Stream, channels: int) -> tuple[NDArray[np.int16], bool]:
    """Join the pieces; missing frames are zeros, and the recording is then not whole."""
    firsts = [int(np.frombuffer(piece.body[:8], _FIRST)[0]) for piece in stream.pieces]
    blocks = [np.frombuffer(piece.body[8:], "<i2") for piece in stream.pieces]
    if not blocks or any(len(block) % channels for block in blocks):
        raise NotUnderstood("a recording holds no whole frames", link=NAME)
    ends = [first + len(block) // channels for first, block in zip(firsts, blocks, strict=True)]
    total = max(ends) - firsts[0]
    if not 0 < total <= 64 * _FIRST.itemsize * 1_000_000 or firsts != sorted(firsts):
        raise NotUnderstood("a recording counts its frames wrongly", link=NAME)
    frames = np.zeros((total, channels), dtype=np.int16)
    for first, block in zip(firsts, blocks, strict=True):
        frames[first - firsts[0] : first - firsts[0] + len(block) // channels] = block.reshape(-1, channels)
    is_whole = not stream.has_gap and all(end == first for end, first in zip(ends, firsts[1:], strict=False))
    return np.ascontiguousarray(frames.T), is_whole


def _plays_from(stream: Stream, rate_hz: int, offset_ns: int) -> float | None:
    """Return the frame of the recording at which the first played sample left the phone."""
    stamps = [event for event in stream.events if event.get("event") == "record.stamp"]
    starts = [event for event in stream.events if event.get("event") == "play.start"]
    if not stamps or not starts:
        return None
    frames = np.array([_number(event, "frame") for event in stamps])
    boot_ns = np.array([_number(event, "boot_ns") for event in stamps])
    per_ns = rate_hz / _NS
    if len(frames) > 1 and np.ptp(boot_ns) > 0:
        per_ns = float(np.ptp(frames) / np.ptp(boot_ns))
    played_ns = _number(starts[0], "mono_ns") + offset_ns
    first = np.frombuffer(stream.pieces[0].body[:8], _FIRST)[0]
    return float(frames[0] + (played_ns - boot_ns[0]) * per_ns - first)


def _whole(content: Mapping[str, Any], key: str) -> int:
    value = content.get(key)
    if isinstance(value, bool) or not isinstance(value, int):
        raise NotUnderstood(f"the companion's answer has no whole number {key}", link=NAME)
    return value


def _number(content: Mapping[str, Any], key: str) -> float:
    value = content.get(key)
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise NotUnderstood(f"the companion's event has no number {key}", link=NAME)
    return float(value)
