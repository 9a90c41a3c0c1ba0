"""The vibration motor: how strongly the accelerometer feels it, and whether the microphones hear it rattle."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from probes._captures import HardwareBench, HardwareProbe, SensorKind, SoundOrder, Take, Track, Vibrate
from probes._declare import Excuse, Measure, ProbeMeta, Reading, Said, Says
from probes._limits import AtLeast, AtMost, LimitSource
from probes._records import Evidence
from probes._verdict import Capability, Effort, Resource, Stage, Unit, Verdict
from probes.formats import parse_getprop, parse_settings_list
from probes.hardware.audio_paths import whole_take
from probes.software._ask import try_ask

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from probes.signals.motor_line import MotorLine

_PART: Final = "VIB"
_RATE_HZ: Final = 400.0
_CAPTURE_S: Final = 2.2
_ATTEMPTS: Final = (
    (_CAPTURE_S, Vibrate(at_s=0.3, duration_ms=1000)),
    (8.0, Vibrate(at_s=0.3, duration_ms=2000)),
)
"""How long to look at how much vibration; the second only where the first showed none or its end only, since the shell
of a busy phone begins late."""
_WINDOW_S: Final = 0.5
"""Of the second that the motor runs, this much is looked at, wherever in the capture it came."""
_LEAST_S: Final = 1.0
_END_S: Final = 0.1
_STILL_RUNS: Final = 0.3
_HARDLY_HEARD_DB: Final = -95.0
_FELT: Final = LimitSource(
    kind="prior",
    text="two thirds of 0.65 g rms, which good emulated phones give; half of that is not felt in a pocket",
)
_RATTLE: Final = LimitSource(
    kind="prior", text="a mass on a spring has overtones below 1 %; 10 % are heard as a rattle on a table"
)
_FELT_LIMIT: Final = AtLeast(low=4.2, source=_FELT)
_TOUCH_SINCE: Final = 31
"""From Android 12 on the shell's vibrations count as touch feedback (AOSP, VibratorManagerService's shell command)."""
_TOUCH_KEYS: Final = ("haptic_feedback_enabled", "haptic_feedback_intensity")
_NEEDS_SETTING: Final = frozenset({"setting.haptics_off", "setting.dnd"})


class VibrationFelt(HardwareProbe):
    """The line of the motor in the accelerometer, all axes together."""

    meta = ProbeMeta(
        id="vibration.felt",
        version=2,
        purpose="Vibration felt by the accelerometer",
        stage=Stage.HARDWARE_UNATTENDED,
        effort=Effort.NONE,
        duration_s=_CAPTURE_S + 0.3,
        needs_setting=_NEEDS_SETTING,
        resources=frozenset({Resource.VIBRATION, Resource.STILLNESS}),
        wants=frozenset({Capability.SENSOR_RATE, Capability.VIBRATE}),
        measures=(
            Measure(
                name="vibration_m_s2",
                label="Strength of the vibration",
                unit=Unit.METRE_PER_SECOND_2,
                limit=_FELT_LIMIT,
                says=Says(code="vibration.weak", component=_PART),
                key=True,
            ),
        ),
    )

    def measure(self, bench: HardwareBench) -> Iterator[Said]:
        """Run the motor for a second and look for its line."""
        for number, (duration_s, order) in enumerate(_ATTEMPTS, start=1):
            tracks = bench.sense([SensorKind.ACCELEROMETER], rate_hz=_RATE_HZ, duration_s=duration_s, during=[order])
            track = tracks.get(SensorKind.ACCELEROMETER)
            reason = "no_samples" if track is None else _unusable(track)
            if track is None or reason:
                verdict = Verdict.NOT_SUPPORTED if reason == "needs_every_sample" else Verdict.INCONCLUSIVE
                yield Excuse(name="vibration_m_s2", verdict=verdict, reason=reason)
                return
            felt = _Felt.of(track)
            if number == len(_ATTEMPTS) or felt.is_whole:
                yield from self._told(bench, felt.said(track))
                return

    @staticmethod
    def _told(bench: HardwareBench, reading: Reading) -> Iterator[Said]:
        """The reading, but for one that the owner's settings explain: some versions run the motor all the same."""
        if _FELT_LIMIT.judge(reading.value) is not Verdict.PASS and _touch_feedback_is_off(bench):
            yield Excuse(name=reading.name, verdict=Verdict.INCONCLUSIVE, reason="blocked_silent")
        else:
            yield reading


def _unusable(track: Track) -> str:
    """Why these samples cannot judge a motor, nothing where they can."""
    if len(track.t_ns) < 2 or int(track.t_ns[-1]) - int(track.t_ns[0]) < _LEAST_S * 1e9:
        return "no_samples"
    if not track.is_whole:
        return "needs_every_sample"
    return "axis_dead" if bool((track.values.std(axis=0) == 0.0).any()) else ""


@dataclass(frozen=True, slots=True)
class _Felt:
    """The motor's line in a track; ``is_whole`` False where it is not there, or the motor still ran at the end."""

    line: MotorLine
    rate_hz: float
    is_whole: bool

    @classmethod
    def of(cls, track: Track) -> _Felt:
        from probes.signals.motor_line import motor_line  # noqa: PLC0415  most runs of the command line need no arrays

        rate_hz = (len(track.t_ns) - 1) * 1e9 / (int(track.t_ns[-1]) - int(track.t_ns[0]))
        loudest = _loudest(track.values.T, round(_WINDOW_S * rate_hz))
        line = motor_line(track.values[loudest].T, rate_hz=rate_hz)
        last = track.values[-round(_END_S * rate_hz) :]
        still_runs = float(last.std(axis=0).max()) > _STILL_RUNS * float(track.values[loudest].std(axis=0).max())
        return cls(line, rate_hz, line.valid and not still_runs)

    def said(self, track: Track) -> Reading:
        line = self.line  # its frequency is told by ear: sampled as slowly as a sensor is, two frequencies look alike
        text = f"{len(track.t_ns)} samples, {track.backend}, {self.rate_hz:.0f} Hz"
        evidence = (Evidence(recording=track.id, text=text),)
        return Reading(name="vibration_m_s2", value=line.total_rms if line.valid else 0.0, evidence=evidence)


def _touch_feedback_is_off(bench: HardwareBench) -> bool:
    """Whether the owner has switched off what the shell's vibrations count as; nothing else need be off."""
    properties = try_ask(bench, parse_getprop, "getprop")
    sdk = properties.value.get("ro.build.version.sdk", "") if properties is not None else ""
    if not sdk.isdecimal() or int(sdk) < _TOUCH_SINCE:
        return False
    system = try_ask(bench, parse_settings_list, "settings", "list", "system")
    return system is not None and any(system.value.values.get(key) == "0" for key in _TOUCH_KEYS)


def _loudest(channels: NDArray[np.float64], count: int) -> slice:
    """Where ``count`` samples hold the most energy, all channels together and without their medians."""
    import numpy as np  # noqa: PLC0415  most runs of the command line need no arrays

    power = ((channels - np.median(channels, axis=1, keepdims=True)) ** 2).sum(axis=0)
    grown = np.concatenate([[0.0], np.cumsum(power)])
    count = min(count, channels.shape[1])
    first = int((grown[count:] - grown[:-count]).argmax())
    return slice(first, first + count)


class VibrationHeard(HardwareProbe):
    """The motor as the microphones hear it: a line, and overtones where something knocks."""

    meta = ProbeMeta(
        id="vibration.heard",
        version=2,
        purpose="Vibration heard by the microphones",
        stage=Stage.HARDWARE_UNATTENDED,
        effort=Effort.NONE,
        duration_s=_CAPTURE_S + 0.3,
        needs_setting=_NEEDS_SETTING | {"setting.mic_privacy"},
        resources=frozenset({Resource.VIBRATION, Resource.MICROPHONE}),
        wants=frozenset({Capability.RECORD, Capability.VIBRATE}),
        measures=(
            Measure(
                name="rattle_percent",
                label="Overtones of the motor",
                unit=Unit.PERCENT,
                limit=AtMost(high=4.0, source=_RATTLE),
                says=Says(code="vibration.rattles", component=_PART),
                key=True,
            ),
            Measure(name="motor_db", label="Level of the motor at the microphone", unit=Unit.DECIBEL),
            Measure(name="motor_hz", label="Frequency of the motor", unit=Unit.HERTZ),
        ),
    )

    def measure(self, bench: HardwareBench) -> Iterator[Said]:
        """Run the motor for a second and listen; the microphone that hears it better is believed."""
        import numpy as np  # noqa: PLC0415  most runs of the command line need no arrays

        for duration_s, order in _ATTEMPTS:
            take = whole_take(bench, SoundOrder(play=None, duration_s=duration_s, during=(order,)))
            if not take.is_whole:  # a gap in the motor's line would pass for overtones
                yield from self._excused("samples_lost")
                return
            lines = _heard(take)
            level_db = [20.0 * np.log10(line.total_rms) if line.valid else -np.inf for line in lines]
            best = int(np.argmax(level_db))
            if level_db[best] > _HARDLY_HEARD_DB and np.isfinite(lines[best].harmonic_ratio).any():
                text = f"channel {best}, {lines[best].seen_hz:.0f} Hz, {take.backend}"
                evidence = (Evidence(recording=take.id, text=text),)
                overtones = float(np.sqrt(np.nansum(lines[best].harmonic_ratio ** 2)))
                yield Reading(name="rattle_percent", value=100.0 * overtones, evidence=evidence)
                yield Reading(name="motor_db", value=float(level_db[best]), evidence=evidence)
                yield Reading(name="motor_hz", value=lines[best].seen_hz, evidence=evidence)
                return
        yield from self._excused("motor_not_heard")

    def _excused(self, reason: str) -> Iterator[Said]:
        for measure in self.meta.measures:
            yield Excuse(name=measure.name, verdict=Verdict.INCONCLUSIVE, reason=reason)


def _heard(take: Take) -> list[MotorLine]:
    """The motor's line in each channel."""
    import numpy as np  # noqa: PLC0415  most runs of the command line need no arrays

    from probes.signals.motor_line import motor_line  # noqa: PLC0415  as above

    sound, rate_hz = take.frames / 32768.0, float(take.rate_hz)
    count = round(_WINDOW_S * rate_hz)
    return [motor_line(row[_loudest(row[np.newaxis], count)], rate_hz=rate_hz) for row in sound]
