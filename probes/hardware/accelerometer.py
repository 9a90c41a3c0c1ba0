"""The accelerometer while the phone lies still: gravity, noise, wild and dead axes, and the rate really delivered."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from probes._captures import HardwareBench, HardwareProbe, SensorKind, Track
from probes._declare import Measure, ProbeMeta, Reading, Said, Says
from probes._limits import AtLeast, AtMost, Between, LimitSource
from probes._verdict import Capability, Resource, Stage, Unit, Verdict
from probes.hardware._tracks import delivered_hz, evidence_of, excuse, settled, was_moved, without_samples

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_PART: Final = "SNS-IMU"
_RATE_HZ: Final = 400.0
_DURATION_S: Final = 4.0
_WILD_M_S2: Final = 25.0
_CDD: Final = LimitSource(kind="standard", text="Android CDD 7.3.1: at least 50 Hz; standard deviation at rest")
_VERIFIER: Final = LimitSource(kind="standard", text="CTS Verifier, MagnitudeVerification: 9.81 m/s2 within 1.5")
_DEAD: Final = LimitSource(kind="prior", text="an axis that never moves by one step in seconds does not measure")
_WILD: Final = LimitSource(kind="prior", text="2.5 g on a phone that lies still is a blow on the bench, once at most")


class AccelerometerAtRest(HardwareProbe):
    """Gravity on a phone that lies still, and what each axis adds to it."""

    meta = ProbeMeta(
        id="sensors.accelerometer_rest",
        version=2,
        purpose="Accelerometer at rest",
        stage=Stage.HARDWARE_UNATTENDED,
        duration_s=_DURATION_S + 0.5,
        resources=frozenset({Resource.STILLNESS}),
        wants=frozenset({Capability.SENSORS}),
        measures=(
            Measure(
                name="gravity_m_s2",
                label="Gravity at rest",
                unit=Unit.METRE_PER_SECOND_2,
                limit=Between(low=8.31, high=11.31, source=_VERIFIER),
                says=Says(code="sensors.accelerometer_gravity", component=_PART),
                key=True,
            ),
            Measure(
                name="noise_m_s2",
                label="Noise of the worst axis",
                unit=Unit.METRE_PER_SECOND_2,
                limit=AtMost(high=0.05, source=_CDD),
                says=Says(code="sensors.accelerometer_noise", component=_PART),
            ),
            Measure(
                name="wild_ratio",
                label="Share of readings far beyond gravity",
                unit=Unit.NONE,
                limit=AtMost(high=0.01, source=_WILD),
                says=Says(code="sensors.accelerometer_wild", component=_PART),
            ),
            Measure(
                name="dead_axes",
                label="Axes that never move",
                unit=Unit.COUNT,
                limit=AtMost(high=0, source=_DEAD),
                says=Says(code="sensors.accelerometer_dead_axis", component=_PART),
            ),
            Measure(
                name="rate_hz",
                label="Delivered rate",
                unit=Unit.HERTZ,
                limit=AtLeast(low=50.0, source=_CDD),
                says=Says(code="sensors.accelerometer_slow"),
            ),
        ),
    )

    def measure(self, bench: HardwareBench) -> Iterator[Said]:
        """Record for some seconds and judge each axis."""
        kind = SensorKind.ACCELEROMETER
        tracks = bench.sense([kind], rate_hz=_RATE_HZ, duration_s=_DURATION_S)
        values, names = settled(tracks.get(kind)), [measure.name for measure in self.meta.measures]
        if values is None:
            yield from without_samples(tracks, kind, names)
            return
        track = tracks[kind]
        if was_moved(tracks):
            yield from excuse(names[:-1], "moved")
        else:
            yield from _judged(track, values)
        if track.is_whole:
            yield Reading(name="rate_hz", value=delivered_hz(track), evidence=evidence_of(track))
        else:
            yield from excuse(["rate_hz"], "needs_every_sample", Verdict.NOT_SUPPORTED)


def _judged(track: Track, values: NDArray[np.float64]) -> Iterator[Said]:
    import numpy as np  # noqa: PLC0415  `phonebench --help` needs no arrays

    evidence = evidence_of(track)
    gravity = float(np.linalg.norm(np.median(values, axis=0)))  # single wild readings are counted below
    yield Reading(name="gravity_m_s2", value=gravity, evidence=evidence)
    if not track.is_whole:  # rounded and thinned out: nothing to be said of noise
        yield from excuse(["noise_m_s2", "wild_ratio", "dead_axes"], "needs_every_sample", Verdict.NOT_SUPPORTED)
        return
    spread = values.std(axis=0)
    wild = float((np.abs(values).max(axis=1) > _WILD_M_S2).mean())
    yield Reading(name="noise_m_s2", value=float(spread.max()), evidence=evidence)
    yield Reading(name="wild_ratio", value=wild, evidence=evidence)
    yield Reading(name="dead_axes", value=int((spread == 0.0).sum()), evidence=evidence)
