"""What the microphones of a phone heard of one sweep of its own: levels by band, distortion, buzz, sign and hiss."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from probes._captures import HardwareBench, Output, SoundOrder, Sweep, Take
from probes.hardware.audio_golden import BASS_HZ, MID_HZ, PRESENCE_HZ, TREBLE_HZ

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from probes.signals.sweep import Sweep as Played
    from probes.signals.tracker import Track

LOW_HZ: Final = 100.0
HIGH_HZ: Final = 16000.0
SWEEP_S: Final = 2.5
TAKE_S: Final = 3.5
"""Half a second for the phone to begin, the sweep, and half a second of what follows it."""
LEVEL: Final = {Output.SPEAKER: 0.5, Output.EARPIECE: 0.25}
"""How loud each output sweeps: what its safety allows."""
_LEAD_S: Final = 0.05
_LATE_S: Final = 0.5
_HISS_S: Final = (0.25, 0.48)
"""After the sweep: the room has fallen silent, the amplifier is still on."""
_LEAST_S: Final = 0.1
_MOVED_HZ: Final = (400.0, 900.0)
"""About the resonance of small speakers, where the coil moves most and is still heard."""
_UNMOVED_HZ: Final = (2000.0, 4000.0)
"""Far above it: what is distorted there was distorted before the coil."""
_BUZZ_HZ: Final = (150.0, 900.0)
_CALM_HZ: Final = (1800.0, 3000.0)
_LEAST_FOUND: Final = 0.5
"""A path is heard where the tracker finds the sweep in half of the middle band."""


@dataclass(frozen=True, slots=True)
class Paths:
    """What was heard of one output; each array has an entry per input, NaN where the sweep was not found.

    Attributes:
        found: whether the sweep was found.
        mid_db: gain in the middle band.
        bass_db: gain in the bass less the presence band.
        treble_db: gain in the treble less the middle band.
        third_percent: third harmonic about the resonance.
        thd_percent: H2..H5 about the resonance.
        treble_thd_percent: H2..H5 at 2..4 kHz.
        buzz_db: the residual where the coil moves, over the residual where it does not.
        sign: +1 or -1, of the first half-wave that arrives.
        hiss_db: noise after the sweep over the noise before it.
        lost: samples were lost on the way.
    """

    found: NDArray[np.bool_]
    mid_db: NDArray[np.float64]
    bass_db: NDArray[np.float64]
    treble_db: NDArray[np.float64]
    third_percent: NDArray[np.float64]
    thd_percent: NDArray[np.float64]
    treble_thd_percent: NDArray[np.float64]
    buzz_db: NDArray[np.float64]
    sign: NDArray[np.float64]
    hiss_db: NDArray[np.float64]
    lost: bool


def order(output: Output) -> SoundOrder:
    """The sweep for an output, at what its safety allows."""
    played = Sweep(low_hz=LOW_HZ, high_hz=HIGH_HZ, duration_s=SWEEP_S, level=LEVEL[output])
    return SoundOrder(play=played, output=output, duration_s=TAKE_S)


def whole_take(bench: HardwareBench, asked: SoundOrder) -> Take:
    """Record, and once more where samples were lost on the way or the phone did not tell when it played."""
    take = bench.sound(asked)
    if take.is_whole and (asked.play is None or take.plays_from_frame is not None):
        return take
    return bench.sound(asked)


def listen(bench: HardwareBench, output: Output) -> tuple[Take, Paths | None]:
    """Sweep an output and analyse what is heard; once more where the sweep itself shows that samples were lost."""
    take = whole_take(bench, order(output))
    heard = hear(take, output)
    if take.is_whole and heard is not None and heard.lost:
        take = bench.sound(order(output))
        heard = hear(take, output)
    return take, heard


def hear(take: Take, output: Output) -> Paths | None:
    """Analyse a take of ``order(output)``; None where the phone did not tell when it played, or the take is cut."""
    import numpy as np  # noqa: PLC0415  most runs of the command line need no arrays

    from probes.signals import sweep, tracker  # noqa: PLC0415  as above
    from probes.signals._validity import Reason  # noqa: PLC0415  as above

    if take.plays_from_frame is None:
        return None
    rate = float(take.rate_hz)
    first = round(take.plays_from_frame - _LEAD_S * rate)
    last = round(take.plays_from_frame + (SWEEP_S + _LATE_S) * rate)
    sound = take.frames[:, max(first, 0) : last]
    if first < 0 or sound.shape[1] < (_LEAD_S + SWEEP_S) * rate:
        return None
    played = sweep.Sweep(start_hz=LOW_HZ, stop_hz=HIGH_HZ, duration_s=SWEEP_S, rate_hz=rate, amplitude=LEVEL[output])
    track = tracker.track(sound, played, max_delay_s=2.0 * _LEAD_S)
    gain = track.gain_db
    mid = _band(track, gain, MID_HZ)
    share = np.isfinite(gain[:, _inside(track, MID_HZ)]).mean(axis=1)
    found = (share >= _LEAST_FOUND) & np.isfinite(mid)
    third = _band(track, track.harmonic_ratio[:, 1], _MOVED_HZ) * 100.0
    return Paths(
        found=found,
        mid_db=np.where(found, mid, np.nan),
        bass_db=np.where(found, _band(track, gain, BASS_HZ) - _band(track, gain, PRESENCE_HZ), np.nan),
        treble_db=np.where(found, _band(track, gain, TREBLE_HZ) - mid, np.nan),
        third_percent=np.where(found, third, np.nan),
        thd_percent=np.where(found, _band(track, track.thd_ratio, _MOVED_HZ) * 100.0, np.nan),
        treble_thd_percent=np.where(found, _band(track, track.thd_ratio, _UNMOVED_HZ) * 100.0, np.nan),
        buzz_db=np.where(found, _buzz_db(track), np.nan),
        sign=np.where(found, _signs(sound, played), np.nan),
        hiss_db=_hiss_db(take, rate),
        lost=not take.is_whole or any(Reason.LOST_SAMPLES in why for why in track.channel_reasons),
    )


def _inside(track: Track, band_hz: tuple[float, float]) -> NDArray[np.bool_]:
    inside: NDArray[np.bool_] = (track.frequency_hz >= band_hz[0]) & (track.frequency_hz < band_hz[1])
    return inside


def _band(track: Track, values: NDArray[np.float64], band_hz: tuple[float, float]) -> NDArray[np.float64]:
    """The median of each input over a band, NaN where nothing is known."""
    import numpy as np  # noqa: PLC0415  most runs of the command line need no arrays

    some = values[:, _inside(track, band_hz)]
    known = [row[np.isfinite(row)] for row in some]
    return np.array([float(np.median(row)) if len(row) else np.nan for row in known])


def _buzz_db(track: Track) -> NDArray[np.float64]:
    import numpy as np  # noqa: PLC0415  most runs of the command line need no arrays

    moved, calm = _band(track, track.residual_rms, _BUZZ_HZ), _band(track, track.residual_rms, _CALM_HZ)
    return 20.0 * np.log10(np.maximum(moved, 1e-9) / np.maximum(calm, 1e-9))


def _signs(sound: NDArray[np.int16], played: Played) -> NDArray[np.float64]:
    from probes.signals import response  # noqa: PLC0415  most runs of the command line need no arrays

    undone = response.inverse_of(played.samples(), played.rate_hz, size=sound.shape[1], band_hz=(LOW_HZ, HIGH_HZ))
    return response.impulse_response(sound, undone).polarity


def _hiss_db(take: Take, rate_hz: float) -> NDArray[np.float64]:
    """Noise after the sweep over that before it, NaN where the take holds too little of either."""
    import numpy as np  # noqa: PLC0415  most runs of the command line need no arrays

    from probes.signals.level import level  # noqa: PLC0415  as above

    begin = take.plays_from_frame or 0.0
    before = take.frames[:, : max(round(begin - _LEAD_S * rate_hz), 0)]
    end = begin + SWEEP_S * rate_hz
    after = take.frames[:, round(end + _HISS_S[0] * rate_hz) : round(end + _HISS_S[1] * rate_hz)]
    if min(before.shape[1], after.shape[1]) < _LEAST_S * rate_hz:
        return np.full(len(take.frames), np.nan)
    rise: NDArray[np.float64] = level(after, rate_hz).rms_dbfs - level(before, rate_hz).rms_dbfs
    return rise
