"""What a station saw and did, as recordings: named so that a replay finds them, read back bit for bit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from agent.benches import _captured as captured
from probes import (
    BoothTake,
    Checklist,
    NotSupported,
    Photo,
    PowerTrack,
    SensorKind,
    SoundOrder,
    Sweep,
    Task,
    Turn,
    Unit,
    Vibrate,
)

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from agent.benches._recorder import Recorder
    from fixtures import Camera, Fixture, Picture, PowerMeter, PowerReading, Sound, SoundBooth, Turntable

PICTURE: Final = "picture"


def task_source(task: Task) -> str:
    """Name a task."""
    return f"do {task.does} {task.what}".strip()


def tick_source(checklist: Checklist) -> str:
    """Name a look for several things."""
    return f"tick {','.join(checklist.items)}"


def listen_source(task: Task, argv: Sequence[str]) -> str:
    """Name what is heard of a command while a task is done."""
    return f"{' '.join(argv)} while {task_source(task)}"


def sense_source(task: Task | Turn, kinds: Sequence[SensorKind], rate_hz: float, duration_s: float) -> str:
    """Name what sensors say while a task is done, or the table turns."""
    meanwhile = (
        f"turn@{task.at_s:g}s/{task.angle_deg:g}deg/{task.rate_deg_per_s:g}"
        if isinstance(task, Turn)
        else task_source(task)
    )
    return f"{captured.sense_source(kinds, rate_hz, duration_s, ())} while {meanwhile}"


def power_source(duration_s: float, every_s: float, during: Sequence[Vibrate]) -> str:
    """Name a look at the meter."""
    return " ".join(["power", f"{duration_s:g}s", f"every {every_s:g}s", *(captured.buzz(one) for one in during)])


def keep_power(
    recorder: Recorder, source: str, meter: PowerMeter, readings: Sequence[tuple[int, PowerReading]], started_ns: int
) -> PowerTrack:
    """Keep what the meter showed."""
    import numpy as np  # noqa: PLC0415  most runs of the command line need no arrays

    arrays: dict[str, NDArray[Any]] = {
        "t_ns": np.array([at_ns for at_ns, _reading in readings], dtype=np.int64),
        "voltage_mv": np.array([reading.voltage_mv for _at, reading in readings], dtype=np.float64),
        "current_ma": np.array([reading.current_ma for _at, reading in readings], dtype=np.float64),
    }
    name = recorder.arrays(f"meter of {source}", arrays, Unit.NONE, started_ns=started_ns, rows=len(readings))
    told = {"id": name, **_instrument(meter)}
    captured.keep_head(recorder, source, told, started_ns)
    return _power(told, arrays)


def read_power(head: Mapping[str, Any], arrays: captured.Arrays) -> PowerTrack:
    """Return what the meter had shown."""
    return _power(head, arrays(head["id"]))


def _power(head: Mapping[str, Any], arrays: Mapping[str, NDArray[Any]]) -> PowerTrack:
    t_ns, voltage_mv, current_ma = (arrays[name] for name in ("t_ns", "voltage_mv", "current_ma"))
    return PowerTrack(**head, t_ns=t_ns, voltage_mv=voltage_mv, current_ma=current_ma)


def keep_photo(recorder: Recorder, camera: Camera, rgb: Picture, started_ns: int) -> Photo:
    """Keep what the bench camera saw."""
    name = recorder.arrays(f"rows of {PICTURE}", {"rgb": rgb}, Unit.NONE, started_ns=started_ns, rows=len(rgb))
    told = {"id": name, **_instrument(camera)}
    captured.keep_head(recorder, PICTURE, told, started_ns)
    return Photo(**told, rgb=rgb)


def read_photo(head: Mapping[str, Any], arrays: captured.Arrays) -> Photo:
    """Return what the bench camera had seen."""
    return Photo(**head, rgb=arrays(head["id"])["rgb"])


def keep_table(recorder: Recorder, source: str, table: Turntable, started_ns: int) -> None:
    """Keep which table turns the phone, and its calibration.

    Raises:
        NotSupported: a person stands in for it, whose turns have no angle that is known well enough.
    """
    if table.driver == "human":
        raise NotSupported("cannot be measured without a turntable that turns by itself", link="bench")
    captured.keep_head(recorder, f"table of {source}", _instrument(table), started_ns)


def booth_source(order: SoundOrder, plays: Sweep | None) -> str:
    """Name what the reference microphone hears of an order."""
    return f"booth {captured.played(plays)} around {captured.sound_source(order)}"


def phone_source(source: str) -> str:
    """Name what the phone itself recorded meanwhile."""
    return f"phone in {source}"


def keep_booth(
    recorder: Recorder, source: str, booth: SoundBooth, sound: Sound | None, *, rate_hz: int, started_ns: int
) -> BoothTake:
    """Keep what the reference microphone heard, and how it is calibrated."""
    import numpy as np  # noqa: PLC0415  as above

    frequency_hz = np.geomspace(20.0, 20_000.0, 61)
    heard = np.zeros(1, np.float32) if sound is None else sound
    points: dict[str, NDArray[Any]] = {"frequency_hz": frequency_hz, "deviation_db": booth.deviation_db(frequency_hz)}
    name = recorder.arrays(f"sound of {source}", {"sound": heard}, Unit.NONE, started_ns=started_ns, rows=len(heard))
    file = recorder.arrays(f"calibration in {source}", points, Unit.NONE, started_ns=started_ns, rows=len(frequency_hz))
    told: dict[str, Any] = {"id": name, "rate_hz": rate_hz, "is_whole": sound is not None, **_instrument(booth)}
    told["full_scale_dbspl"] = booth.full_scale_dbspl
    captured.keep_head(recorder, source, {"booth": told, "points": file}, started_ns)
    return _booth(told, heard, points)


def read_booth(head: Mapping[str, Any], arrays: captured.Arrays) -> BoothTake:
    """Return what the reference microphone had heard."""
    told = head["booth"]
    return _booth(told, arrays(told["id"])["sound"], arrays(head["points"]))


def _booth(told: Mapping[str, Any], sound: Sound, points: Mapping[str, NDArray[Any]]) -> BoothTake:
    return BoothTake(**told, sound=sound, frequency_hz=points["frequency_hz"], deviation_db=points["deviation_db"])


def _instrument(fixture: Fixture) -> dict[str, str]:
    return {
        "instrument": f"{fixture.name} ({fixture.driver})",
        "calibrated": str(fixture.calibration.on or ""),
    }
