"""What a hardware probe may ask of a bench beside text: sensors, sound, files, settings, and what comes back.

Orders are plain data, so that a stored run can answer them again bit for bit. Arrays are numpy's; importing this module
does not import numpy.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Protocol, runtime_checkable

from probes._declare import MIB, Bench, Probe, Reply, Said
from probes._errors import NotSupported

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


class SensorKind(StrEnum):
    """Sensors that a phone streams. Values are in Android's units (SensorEvent): see ``unit``."""

    ACCELEROMETER = "accelerometer"
    GYROSCOPE = "gyroscope"
    MAGNETOMETER = "magnetometer"
    BAROMETER = "barometer"
    LIGHT = "light"
    PROXIMITY = "proximity"


class Output(StrEnum):
    """Where a phone can sound."""

    SPEAKER = "speaker"
    EARPIECE = "earpiece"


class Input(StrEnum):
    """Where a phone can hear, by the place of the opening."""

    BOTTOM = "bottom"
    TOP = "top"


@dataclass(frozen=True, slots=True, kw_only=True)
class Vibrate:
    """Run the motor while sensors or microphones are recorded; ``amplitude`` is Android's, 1..255."""

    at_s: float
    duration_ms: int
    amplitude: int = 255


@dataclass(frozen=True, slots=True, kw_only=True)
class Track:
    """What one sensor said.

    Attributes:
        id: name of the recording.
        backend: what measured, e.g. ``companion`` or ``shell``.
        t_ns: the phone's BOOTTIME of each sample, shape (samples,).
        values: shape (samples, axes), in Android's unit of the sensor.
        requested_hz: the rate asked for; the delivered one follows from ``t_ns``.
        is_whole: False where the way lost samples, or never tells all of them: noise and rates are then not
            measurable.
    """

    id: str
    kind: SensorKind
    backend: str
    t_ns: NDArray[np.int64]
    values: NDArray[np.float64]
    requested_hz: float
    is_whole: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Sweep:
    """An exponential sine sweep, ``level`` as a share of full scale."""

    low_hz: float
    high_hz: float
    duration_s: float
    level: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Tone:
    """A sine, ``level`` as a share of full scale."""

    frequency_hz: float
    duration_s: float
    level: float


@dataclass(frozen=True, slots=True, kw_only=True)
class SoundOrder:
    """Play (or stay silent) and record at once. Two inputs give two channels, in their order."""

    play: Sweep | Tone | None
    output: Output = Output.SPEAKER
    inputs: tuple[Input, ...] = (Input.BOTTOM, Input.TOP)
    duration_s: float
    during: tuple[Vibrate, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Take:
    """What the microphones heard.

    Attributes:
        id: name of the recording.
        backend: what measured.
        frames: int16, shape (channels, samples).
        rate_hz: nominal rate of the recorder.
        plays_from_frame: where in the recording the first played sample left the phone, by the phone's own clocks;
            None where nothing was played or the phone did not tell.
        is_whole: False where frames were lost on the way.
        is_silenced: the phone says that this recording is muted (privacy toggle, or another app holds the microphone).
    """

    id: str
    backend: str
    frames: NDArray[np.int16]
    rate_hz: int
    plays_from_frame: float | None
    is_whole: bool
    is_silenced: bool


@runtime_checkable
class HardwareBench(Bench, Protocol):
    """What a hardware probe may ask. Everything is recorded before the probe sees it.

    Each call raises LinkError when the way to the phone broke, NotSupported when nothing on this bench can measure it,
    and Blocked when the phone forbids it at the moment.
    """

    def sense(
        self, kinds: Sequence[SensorKind], *, rate_hz: float, duration_s: float, during: Sequence[Vibrate] = ()
    ) -> Mapping[SensorKind, Track]:
        """Record sensors side by side on one clock. A kind that the phone lacks is missing in the answer."""

    def sound(self, order: SoundOrder) -> Take:
        """Play and record. Nothing but zeros in all channels is Blocked, never a Take."""

    def vibrate(self, order: Vibrate) -> None:
        """Run the motor by itself, ``at_s`` from now."""

    def torch(self, *, lit: bool) -> None:
        """Switch the flash LED; it is off after the probe, whatever happens."""

    def pull(self, path: str, *, deadline_s: float = 30.0, cap_bytes: int = 64 * MIB) -> bytes:
        """Return a file of the phone."""

    def setting(self, namespace: str, key: str, value: str) -> AbstractContextManager[None]:
        """Change a setting of the phone for the length of a block; it is put back, also after a kill."""

    def listen(
        self,
        *argv: str,
        duration_s: float,
        enough: Callable[[bytes], bool] = lambda _heard: False,
        cap_bytes: int = MIB,
    ) -> Reply:
        """Run a command that does not end by itself, such as ``getevent -lt``, and return what it printed.

        It is stopped after ``duration_s``, or as soon as ``enough`` says yes to all that was printed so far. The
        reply has no exit code then.
        """

    def wait(self, duration_s: float) -> None:
        """Wait until so much of the phone's own time has passed."""

    def comes_back(self, *, wait_s: float, by_hand: bool = True) -> bool:
        """Wait for a phone that has left the link, and whose Android is up again; False where it stays away.

        For a probe that has caught a LinkError and can tell from what the phone says next whether it went off. With
        ``by_hand``, where somebody is at the bench, he is asked to start the phone when the time is over, and it is
        waited for again.
        """

    def battery_property(self, number: int) -> int | None:
        """Return a property of Android's BatteryManager by its number, None where the phone does not tell it."""


class HardwareProbe(Probe):
    """A check that needs the phone itself and not what somebody has written down of it.

    Subclasses set ``meta`` and write ``measure``.
    """

    def run(self, bench: Bench) -> Iterator[Said]:
        """Measure; a bug report, which has no phone behind it, is not supported."""
        if not isinstance(bench, HardwareBench):
            raise NotSupported("it takes the phone itself, on the bench")
        return self.measure(bench)

    @abstractmethod
    def measure(self, bench: HardwareBench) -> Iterator[Said]:
        """Ask the phone, say what was read. Same answers must give the same readings, bit for bit."""
