"""How regularly all sensors deliver: what one chip does is its own, what several do at once is the bus or the hub."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, ClassVar, Final

from probes._captures import HardwareBench, HardwareProbe, SensorKind, Track
from probes._declare import Measure, ProbeMeta, Reading, Said, Says
from probes._limits import AtMost, LimitSource
from probes._records import Evidence
from probes._verdict import Capability, Effort, Resource, Stage, Unit
from probes.hardware._tracks import excuse

if TYPE_CHECKING:
    from probes.signals.stamps import Stamps

_PART: Final = "PCB"
_FUNCTION: Final = "sensor_hub"
_RATE_HZ: Final = 200.0
_SHORT_S: Final = 8.0
_LONG_S: Final = 30.0
_LEAST_STAMPS: Final = 32
_CHIPS: Final = {
    SensorKind.ACCELEROMETER: "motion",
    SensorKind.GYROSCOPE: "motion",
    SensorKind.MAGNETOMETER: "compass",
    SensorKind.BAROMETER: "pressure",
}
_LEAST_HZ: Final = {SensorKind.ACCELEROMETER: 50.0, SensorKind.GYROSCOPE: 50.0, SensorKind.BAROMETER: 5.0}
_GAPS: Final = LimitSource(
    kind="prior",
    text="CTS calls an interval of more than 1.8 periods a gap and allows one in a hundred samples; on a phone at rest "
    "that nobody else asks for samples none is lost",
)
_JITTER: Final = LimitSource(kind="standard", text="Android CDD 7.3, C-1-4: under 3 % of the period")
_STAMPS: Final = LimitSource(kind="standard", text="Android CDD 7.3: events carry the time at which they happened")
_RATES: Final = LimitSource(kind="standard", text="Android CDD 7.3.1, 7.3.4, 7.3.5: 50, 50 and 5 Hz at least")


_MEASURES: Final = (
    Measure(
        name="gaps",
        label="Gaps in all streams",
        unit=Unit.COUNT,
        limit=AtMost(high=0, source=_GAPS),
        says=Says(code="sensors.stream_gaps", component=_PART, function=_FUNCTION),
        key=True,
    ),
    Measure(
        name="jitter_ratio",
        label="Jitter that several chips share",
        unit=Unit.NONE,
        limit=AtMost(high=0.03, source=_JITTER),
        says=Says(code="sensors.stream_jitter", component=_PART, function=_FUNCTION),
    ),
    Measure(
        name="bad_stamps",
        label="Stamps that repeat or go back",
        unit=Unit.COUNT,
        limit=AtMost(high=0, source=_STAMPS),
        says=Says(code="sensors.stream_stamps"),
    ),
    Measure(
        name="slow_streams",
        label="Streams slower than Android asks for",
        unit=Unit.COUNT,
        limit=AtMost(high=0, source=_RATES),
        says=Says(code="sensors.stream_slow"),
    ),
)


def _meta(name: str, duration_s: float, effort: Effort) -> ProbeMeta:
    return ProbeMeta(
        id=name,
        version=1,
        purpose="Sample stream of the sensors",
        stage=Stage.HARDWARE_UNATTENDED,
        effort=effort,
        duration_s=duration_s + 0.5,
        resources=frozenset({Resource.STILLNESS}),
        wants=frozenset({Capability.SENSORS, Capability.SENSOR_RATE}),
        measures=_MEASURES,
    )


class SampleStream(HardwareProbe):
    """Gaps, jitter, rates and stamps of every stream, side by side on one clock: a short look."""

    meta = _meta("sensors.stream", _SHORT_S, Effort.NONE)
    _duration_s: ClassVar[float] = _SHORT_S

    def measure(self, bench: HardwareBench) -> Iterator[Said]:
        """Record all that stream by themselves; light and nearness speak only when something changes."""
        tracks = bench.sense(list(_CHIPS), rate_hz=_RATE_HZ, duration_s=self._duration_s)
        judged = {kind: _stamps(track) for kind, track in tracks.items() if len(track.t_ns) >= _LEAST_STAMPS}
        names = [measure.name for measure in _MEASURES]
        if not judged:
            yield from excuse(names, "no_samples")
            return
        if not all(track.is_whole for track in tracks.values()):
            yield from excuse(names, "samples_lost_on_the_way")
            return
        evidence = tuple(_told(tracks[kind], stamps) for kind, stamps in judged.items())
        yield Reading(name="gaps", value=sum(stamps.gaps for stamps in judged.values()), evidence=evidence)
        yield Reading(name="jitter_ratio", value=_shared_jitter(judged), evidence=evidence)
        backward = sum(stamps.duplicated + stamps.backward for stamps in judged.values())
        yield Reading(name="bad_stamps", value=backward, evidence=evidence)
        slow = sum(stamps.delivered_hz < _LEAST_HZ.get(kind, 0.0) for kind, stamps in judged.items())
        yield Reading(name="slow_streams", value=slow, evidence=evidence)


class LongSampleStream(SampleStream):
    """The same for half a minute: long enough for a bus that stumbles every few seconds."""

    meta = _meta("sensors.stream_long", _LONG_S, Effort.LOW)
    _duration_s: ClassVar[float] = _LONG_S


def _stamps(track: Track) -> Stamps:
    from probes.signals.stamps import judge_stamps  # noqa: PLC0415  `phonebench --help` needs no arrays

    return judge_stamps(track.t_ns, unit_s=1e-9)


def _shared_jitter(judged: Mapping[SensorKind, Stamps]) -> float:
    """The jitter of the second worst chip: of one chip alone it is that chip's own affair."""
    by_chip: dict[str, float] = {}
    for kind, stamps in judged.items():
        by_chip[_CHIPS[kind]] = max(by_chip.get(_CHIPS[kind], 0.0), stamps.jitter_ratio)
    return sorted(by_chip.values())[-2:][0]


def _told(track: Track, stamps: Stamps) -> Evidence:
    return Evidence(
        recording=track.id,
        text=f"{track.kind}: {stamps.delivered_hz:.1f} Hz, {stamps.gaps} gaps, longest {stamps.longest_gap_s:.3f} s, "
        f"jitter {stamps.jitter_ratio:.2%}",
    )
