"""What a probe may ask of the bench around the phone: a hand, an eye, an answer, and what instruments show.

Orders are plain data, recorded like everything else. Who carries them out - a person who is prompted, a robot, an
instrument - is not the probe's affair; where nobody can, the probe ends as not supported or blocked, never as a pass.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Final, Protocol, runtime_checkable

from probes._captures import HardwareBench, SensorKind, SoundOrder, Sweep, Take, Track, Vibrate
from probes._declare import Reply

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


TEST_NUMBER: Final = "{test_number}"
"""Stands for the one number that phones of a bench may call, in commands to the modem and in its answers."""


class Does(StrEnum):
    """What can be done to a phone by hand. What it is done to or with follows in ``Task.what``.

    ``PRESS`` power, volume_up, volume_down, with ``x30`` behind it for so many presses; ``SWIPE_GRID`` along every row
    and column of the screen; ``PLUG`` known_good, own, own_cable (the bench's charger on the customer's cable),
    usb_port, qi_pad; ``TURN_PLUG``, ``WIGGLE_PLUG``, ``UNPLUG``; ``INSERT_SIM`` and ``HEADSET`` known_good, own, none;
    ``PLACE`` flat, face_down, upright, landscape, in_hand; ``COVER`` light, proximity, top; ``UNCOVER``; ``AIM`` at
    chart, chart_near, chart_far, flat, dark (the rear cameras) or front_chart, front_flat, front_dark; ``HOLD_TAG`` at
    a distance in cm;
    ``TURN`` the phone about its long axis in the hand; ``START`` a phone that is off; ``HOLD_MAGNET`` over
    the Hall switch and away again, ``x3`` so many times.
    """

    PRESS = "press"
    SWIPE_GRID = "swipe_grid"
    PLUG = "plug"
    TURN_PLUG = "turn_plug"
    WIGGLE_PLUG = "wiggle_plug"
    UNPLUG = "unplug"
    INSERT_SIM = "insert_sim"
    HEADSET = "headset"
    PLACE = "place"
    COVER = "cover"
    UNCOVER = "uncover"
    AIM = "aim"
    HOLD_TAG = "hold_tag"
    TURN = "turn"
    START = "start"
    HOLD_MAGNET = "hold_magnet"


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """Something to be done by hand.

    Attributes:
        text: English sentence of the catalogue files that tells a person what to do; ``values`` fill its placeholders.
        deadline_s: nobody has done it by then: Blocked.
    """

    does: Does
    what: str = ""
    text: str
    values: Mapping[str, str | float] = field(default_factory=dict)
    deadline_s: float = 120.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """Something that only eyes, ears or fingers can tell.

    Attributes:
        asks: stable name, such as ``swollen``.
        text: English question of the catalogue files.
        options: English words of the catalogue files; the answer is one of them.
    """

    asks: str
    text: str
    values: Mapping[str, str | float] = field(default_factory=dict)
    options: tuple[str, ...] = ("yes", "no")
    deadline_s: float = 120.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Checklist:
    """Several things that one look tells: each of them is so or is not.

    Attributes:
        text: English request of the catalogue files.
        items: stable name of each thing, as ``Question.asks``, and its English words.
    """

    text: str
    items: Mapping[str, str]
    deadline_s: float = 120.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """Turn the table while sensors are recorded."""

    at_s: float
    angle_deg: float
    rate_deg_per_s: float = 45.0


@dataclass(frozen=True, slots=True, kw_only=True)
class PowerTrack:
    """What the meter between supply and phone showed.

    Attributes:
        t_ns: the bench's monotonic clock at each reading, shape (readings,).
        voltage_mv, current_ma: at the meter, shape (readings,); current into the phone is positive.
        calibrated: date of the meter's calibration, empty where it has none.
    """

    id: str
    instrument: str
    calibrated: str
    t_ns: NDArray[np.int64]
    voltage_mv: NDArray[np.float64]
    current_ma: NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Photo:
    """What the bench camera saw: ``rgb`` uint8, shape (rows, columns, 3)."""

    id: str
    instrument: str
    calibrated: str
    rgb: NDArray[np.uint8]


@dataclass(frozen=True, slots=True, kw_only=True)
class BoothTake:
    """What the bench's reference microphone heard.

    Attributes:
        sound: float32, shape (samples,), full scale 1.
        full_scale_dbspl: sound pressure level of a sine that fills the scale; None where nobody has calibrated it.
        frequency_hz, deviation_db: how far the microphone is off, by its calibration file; zeros without one.
        calibrated: date of the calibration, empty where it has none.
        is_whole: False where the card could not keep up; ``sound`` is then silence.
    """

    id: str
    instrument: str
    calibrated: str
    is_whole: bool
    rate_hz: int
    full_scale_dbspl: float | None
    sound: NDArray[np.float32]
    frequency_hz: NDArray[np.float64]
    deviation_db: NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class ModemReply:
    """What the modem answered: its lines, and its final error (``+CME ERROR: 10``) or nothing."""

    id: str
    lines: tuple[str, ...]
    error: str = ""


@runtime_checkable
class StationBench(HardwareBench, Protocol):
    """What a hardware probe may ask of a whole station. Everything is recorded before the probe sees it.

    Each call raises NotSupported where the station has no such thing, Blocked (``operator_absent``,
    ``operator_timeout``) where nobody did it, and BenchError where an instrument broke.
    """

    def do(self, task: Task) -> None:
        """Have something done by hand; return when it is done."""

    def ask(self, question: Question) -> str:
        """Ask what only a person can tell; return one of the options."""

    def tick(self, checklist: Checklist) -> frozenset[str]:
        """Ask which of several things are so, in one prompt; return their names."""

    def photograph(self, question: Question) -> str:
        """Have a picture taken for the record; return the name of the recording."""

    def listen_while(self, task: Task, *argv: str, duration_s: float, cap_bytes: int = 1 << 20) -> Reply:
        """Like ``listen``, and have something done meanwhile; ends soon after it is done, or after ``duration_s``."""

    def sense_while(
        self, task: Task | Turn, kinds: Sequence[SensorKind], *, rate_hz: float, duration_s: float
    ) -> Mapping[SensorKind, Track]:
        """Like ``sense``, and have something done meanwhile.

        It ends soon after a task is done, or after ``duration_s``, and always then where the table turns.
        """

    def power(self, *, duration_s: float, every_s: float = 0.5, during: Sequence[Vibrate] = ()) -> PowerTrack:
        """Read the meter for a while of the phone's own time; once for no time at all, also while its socket is off."""

    def picture(self) -> Photo:
        """Take a picture with the bench camera."""

    def booth(self, order: SoundOrder, *, plays: Sweep | None = None) -> tuple[Take, BoothTake]:
        """Let the phone carry out an order while the reference microphone hears.

        With ``plays`` the reference loudspeaker sweeps meanwhile, and the phone plays nothing; it begins some tenths
        of a second after the phone records, and the recording of the phone must last as much longer.
        """

    def light(self, level_ratio: float) -> None:
        """Shine on the phone with 0 to 1 of the panel's light; dark after the probe, whatever happens."""

    def turn(self, angle_deg: float, *, rate_deg_per_s: float = 45.0) -> None:
        """Turn the phone on its table, and return when it stands."""

    def supply(self, *, on: bool) -> None:
        """Switch the socket of the phone; on after the probe, whatever happens."""

    def modem(self, command: str, *, deadline_s: float = 5.0) -> ModemReply:
        """Send one AT command to the phone's modem and return the answer, errors included.

        What may change the phone or cost money is refused, but for a call (``ATD{test_number};``) to ``TEST_NUMBER``.
        """
