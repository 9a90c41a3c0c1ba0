"""The magnetometer while the phone lies still: its field, and whether a magnet drives it to the end of its range."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from probes._captures import HardwareBench, HardwareProbe, SensorKind
from probes._declare import Measure, ProbeMeta, Reading, Said, Says
from probes._limits import AtMost, LimitSource
from probes._verdict import Capability, Resource, Stage, Unit, Verdict
from probes.hardware._tracks import evidence_of, excuse, settled, without_samples

_PART: Final = "SNS-MAG"
_RATE_HZ: Final = 100.0
_DURATION_S: Final = 4.0
_RANGE_UT: Final = 900.0
_FIELD: Final = LimitSource(
    kind="prior",
    text="the earth's field is 25 to 65 uT; 85 uT more for the bench's own steel and a compass that was not "
    "calibrated lately. Android CDD 7.3.2 calls a hard iron of 200 uT too much by itself",
)
_RANGE: Final = LimitSource(
    kind="standard", text="Android CDD 7.3.2: a range of 900 uT; beyond it no compass has to follow the field"
)
_NOISE: Final = LimitSource(kind="standard", text="Android CDD 7.3.2: standard deviation at most 1.5 uT")
_DEAD: Final = LimitSource(kind="prior", text="a compass whose axes all rest on one value does not measure")


class MagnetometerAtRest(HardwareProbe):
    """Field, noise and range. What the field is like in other directions needs a turn of the phone."""

    meta = ProbeMeta(
        id="sensors.magnetometer_rest",
        version=1,
        purpose="Magnetometer at rest",
        stage=Stage.HARDWARE_UNATTENDED,
        duration_s=_DURATION_S + 0.5,
        resources=frozenset({Resource.STILLNESS}),
        wants=frozenset({Capability.SENSORS}),
        measures=(
            Measure(
                name="largest_axis_ut",
                label="Largest reading of an axis",
                unit=Unit.MICROTESLA,
                limit=AtMost(high=_RANGE_UT, source=_RANGE),
                says=Says(code="sensors.magnetometer_saturated", component=_PART),
                key=True,
            ),
            Measure(
                name="field_ut",
                label="Magnetic field at rest",
                unit=Unit.MICROTESLA,
                limit=AtMost(high=150.0, source=_FIELD),
                says=Says(code="sensors.magnetometer_magnetised", component=_PART),
            ),
            Measure(
                name="noise_ut",
                label="Noise of the worst axis",
                unit=Unit.MICROTESLA,
                limit=AtMost(high=1.5, source=_NOISE),
                says=Says(code="sensors.magnetometer_noise", component=_PART),
            ),
            Measure(
                name="dead_axes",
                label="Axes that never move",
                unit=Unit.COUNT,
                limit=AtMost(high=2, source=_DEAD),
                says=Says(code="sensors.magnetometer_dead", component=_PART),
            ),
        ),
    )

    def measure(self, bench: HardwareBench) -> Iterator[Said]:
        """Record for some seconds; a field beyond the range says nothing of magnets, noise or steps."""
        kind = SensorKind.MAGNETOMETER
        tracks = bench.sense([kind], rate_hz=_RATE_HZ, duration_s=_DURATION_S)
        values, names = settled(tracks.get(kind)), [measure.name for measure in self.meta.measures]
        if values is None:
            yield from without_samples(tracks, kind, names)
            return
        import numpy as np  # noqa: PLC0415  `phonebench --help` needs no arrays

        track = tracks[kind]
        evidence, middle = evidence_of(track), np.median(values, axis=0)
        largest = float(np.abs(middle).max())
        yield Reading(name="largest_axis_ut", value=largest, evidence=evidence)
        if largest > _RANGE_UT:
            yield from excuse(names[1:], "out_of_range")
            return
        yield Reading(name="field_ut", value=float(np.linalg.norm(middle)), evidence=evidence)
        if not track.is_whole:
            yield from excuse(names[2:], "needs_every_sample", Verdict.NOT_SUPPORTED)
            return
        spread = values.std(axis=0)
        yield Reading(name="noise_ut", value=float(spread.max()), evidence=evidence)
        yield Reading(name="dead_axes", value=int((spread == 0.0).sum()), evidence=evidence)
