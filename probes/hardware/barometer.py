"""The barometer of a phone that lies still: noise at once, creep over two minutes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from probes._captures import HardwareBench, HardwareProbe, SensorKind, Track
from probes._declare import Excuse, Measure, ProbeMeta, Reading, Said, Says
from probes._limits import AtMost, Between, LimitSource
from probes._verdict import Capability, Effort, Resource, Stage, Unit, Verdict
from probes.hardware._tracks import delivered_hz, evidence_of, excuse, settled, without_samples

_PART: Final = "PCB"
_FUNCTION: Final = "barometer"
_RATE_HZ: Final = 25.0
_DURATION_S: Final = 6.0
_DRIFT_S: Final = 120.0
_PA_S_PER_HPA_H: Final = 100.0 / 3600.0
_AIR: Final = LimitSource(kind="prior", text="the air from the shore of the Dead Sea to the highest towns of the Andes")
_NOISE: Final = LimitSource(
    kind="prior", text="Android CDD 7.3.5 asks good sensors for 2 Pa/rtHz; a fan or a door on the bench adds to it"
)
_CREEP: Final = LimitSource(
    kind="prior", text="the weather seldom moves by more than 0.7 hPa in an hour; 1 hPa in an hour is all the accuracy"
)


class BarometerAtRest(HardwareProbe):
    """Pressure and its noise."""

    meta = ProbeMeta(
        id="sensors.barometer_rest",
        version=1,
        purpose="Barometer at rest",
        stage=Stage.HARDWARE_UNATTENDED,
        duration_s=_DURATION_S + 0.5,
        resources=frozenset({Resource.STILLNESS}),
        wants=frozenset({Capability.SENSORS}),
        measures=(
            Measure(
                name="pressure_hpa",
                label="Air pressure",
                unit=Unit.HECTOPASCAL,
                limit=Between(low=550.0, high=1090.0, source=_AIR),
                says=Says(code="sensors.barometer_pressure", component=_PART, function=_FUNCTION),
                key=True,
            ),
            Measure(
                name="noise_pa_rthz",
                label="Noise density (Pa/√Hz)",
                unit=Unit.NONE,
                limit=AtMost(high=6.0, source=_NOISE),
                says=Says(code="sensors.barometer_noise", component=_PART, function=_FUNCTION),
            ),
        ),
    )

    def measure(self, bench: HardwareBench) -> Iterator[Said]:
        """Record for some seconds."""
        tracks = bench.sense([SensorKind.BAROMETER], rate_hz=_RATE_HZ, duration_s=_DURATION_S)
        track = tracks.get(SensorKind.BAROMETER)
        values = settled(track)
        if track is None or values is None:
            names = [measure.name for measure in self.meta.measures]
            yield from without_samples(tracks, SensorKind.BAROMETER, names)
            return
        yield Reading(name="pressure_hpa", value=float(values.mean()), evidence=evidence_of(track))
        from probes.signals.barometer import barometer  # noqa: PLC0415  `phonebench --help` needs no arrays

        if (refusal := _unfit(track, "noise_pa_rthz")) is not None:
            yield refusal
            return
        rest = barometer(values[:, 0], rate_hz=delivered_hz(track))
        if rest.valid:
            yield Reading(name="noise_pa_rthz", value=rest.density_pa, evidence=evidence_of(track))
        else:
            yield from excuse(["noise_pa_rthz"], str(rest.reasons[0]))


class BarometerDrift(HardwareProbe):
    """How fast the reading creeps while the air does not."""

    meta = ProbeMeta(
        id="sensors.barometer_drift",
        version=2,
        purpose="Barometer: creep",
        stage=Stage.HARDWARE_UNATTENDED,
        effort=Effort.LOW,
        duration_s=_DRIFT_S + 0.5,
        resources=frozenset({Resource.STILLNESS}),
        wants=frozenset({Capability.SENSORS, Capability.SENSOR_RATE}),
        measures=(
            Measure(
                name="drift_hpa_h",
                label="Creep of the pressure (hPa per hour)",
                unit=Unit.NONE,
                limit=AtMost(high=0.7, source=_CREEP),
                says=Says(code="sensors.barometer_drift", component=_PART, function=_FUNCTION),
                key=True,
            ),
        ),
    )

    def measure(self, bench: HardwareBench) -> Iterator[Said]:
        """Record for two minutes; a slope that its own noise hides is not told."""
        tracks = bench.sense([SensorKind.BAROMETER], rate_hz=_RATE_HZ, duration_s=_DRIFT_S)
        track = tracks.get(SensorKind.BAROMETER)
        values = settled(track)
        if track is None or values is None:
            yield from without_samples(tracks, SensorKind.BAROMETER, ["drift_hpa_h"])
            return
        if (refusal := _unfit(track, "drift_hpa_h")) is not None:
            yield refusal
            return
        from probes.signals.barometer import barometer  # noqa: PLC0415  `phonebench --help` needs no arrays

        rest = barometer(values[:, 0], rate_hz=delivered_hz(track))
        std_hpa_h = rest.drift_std_pa_s / _PA_S_PER_HPA_H
        if not rest.valid:
            yield from excuse(["drift_hpa_h"], str(rest.reasons[0]))
        elif std_hpa_h > 0.35:  # half of the limit
            yield from excuse(["drift_hpa_h"], "too_noisy")
        else:
            value = abs(rest.drift_pa_s) / _PA_S_PER_HPA_H
            yield Reading(name="drift_hpa_h", value=value, evidence=evidence_of(track))


def _unfit(track: Track, name: str) -> Excuse | None:
    if track.is_whole:
        return None
    return Excuse(name=name, verdict=Verdict.NOT_SUPPORTED, reason="needs_every_sample")
