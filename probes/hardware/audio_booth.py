"""What a microphone heard of one sweep, whichever end of the way is the bench's: level in the middle, distortion."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from probes._captures import Output, SoundOrder, Sweep, Take
from probes._station import BoothTake, StationBench
from probes.hardware.audio_golden import MID_HZ
from probes.hardware.audio_paths import HIGH_HZ, LOW_HZ, SWEEP_S, order

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

BENCH_LEVEL: Final = 0.25
"""How loud the reference loudspeaker sweeps."""
_LISTENS_S: Final = 4.8
"""The phone records: the bench's card takes its time to begin, and buffers."""
_FADE_S: Final = 0.005
_SEARCHED_S: Final = 6.0
_LEAST_FOUND: Final = 0.5
_MOVED_HZ: Final = (400.0, 900.0)


@dataclass(frozen=True, slots=True)
class Heard:
    """One sweep at one microphone.

    Attributes:
        level_db: of its sine in the middle band over one that fills the scale; None where it was not found.
        thd_percent: H2..H5 about the resonance of small speakers, NaN where nothing is known.
        lost: samples were lost on the way.
    """

    level_db: float | None
    thd_percent: float
    lost: bool


def bench_plays(bench: StationBench) -> tuple[Take, BoothTake]:
    """Sweep the reference loudspeaker; both microphones of the phone and the reference microphone hear it."""
    sweep = Sweep(low_hz=LOW_HZ, high_hz=HIGH_HZ, duration_s=SWEEP_S, level=BENCH_LEVEL)
    return bench.booth(SoundOrder(play=None, duration_s=_LISTENS_S), plays=sweep)


def phone_plays(bench: StationBench, output: Output) -> BoothTake:
    """Sweep an output of the phone; the reference microphone hears it."""
    return bench.booth(order(output))[1]


def at_reference(take: BoothTake, level: float, *, faded: bool = False) -> Heard:
    """What the reference microphone heard of a sweep, what its calibration file says taken off."""
    if not take.is_whole:
        return Heard(level_db=None, thd_percent=float("nan"), lost=True)
    return _hear(take.sound, level, take.rate_hz, faded=faded, off=(take.frequency_hz, take.deviation_db))


def at_phone(take: Take) -> list[Heard]:
    """What each microphone of the phone heard of the reference loudspeaker."""
    return [_hear(frames, BENCH_LEVEL, take.rate_hz, faded=True) for frames in take.frames]


def _hear(
    sound: NDArray[np.int16] | NDArray[np.float32],
    level: float,
    rate_hz: int,
    *,
    faded: bool,
    off: tuple[NDArray[np.float64], NDArray[np.float64]] | None = None,
) -> Heard:
    import numpy as np  # noqa: PLC0415  most runs of the command line need no arrays

    from probes.signals import sweep, tracker  # noqa: PLC0415  as above
    from probes.signals._validity import Reason  # noqa: PLC0415  as above

    fade_s = _FADE_S if faded else 0.0
    played = sweep.Sweep(
        start_hz=LOW_HZ,
        stop_hz=HIGH_HZ,
        duration_s=SWEEP_S,
        rate_hz=float(rate_hz),
        amplitude=level,
        fade_in_s=fade_s,
        fade_out_s=fade_s,
    )
    track = tracker.track(sound[np.newaxis], played, max_delay_s=_SEARCHED_S)
    gain = track.gain_db[0] - (np.interp(track.frequency_hz, *off) if off is not None else 0.0)
    middle = gain[(track.frequency_hz >= MID_HZ[0]) & (track.frequency_hz < MID_HZ[1])]
    known = middle[np.isfinite(middle)]
    moved = track.thd_ratio[0][(track.frequency_hz >= _MOVED_HZ[0]) & (track.frequency_hz < _MOVED_HZ[1])]
    bent = moved[np.isfinite(moved)]
    found = len(known) >= _LEAST_FOUND * len(middle)
    return Heard(
        level_db=float(np.median(known)) + 20.0 * float(np.log10(level)) if found else None,
        thd_percent=float(np.median(bent)) * 100.0 if found and len(bent) else float("nan"),
        lost=found and Reason.LOST_SAMPLES in track.channel_reasons[0],
    )
