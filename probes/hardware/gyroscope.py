"""The gyroscope while the phone lies still: what it says of no rotation at all."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from probes._captures import HardwareBench, HardwareProbe, SensorKind
from probes._declare import Measure, ProbeMeta, Reading, Said, Says
from probes._limits import AtMost, LimitSource
from probes._verdict import Capability, Resource, Stage, Unit, Verdict
from probes.hardware._tracks import delivered_hz, evidence_of, excuse, settled, was_moved, without_samples

_PART: Final = "SNS-IMU"
_RATE_HZ: Final = 400.0
_DURATION_S: Final = 5.0
_MICRO: Final = 1e6
_BIAS: Final = LimitSource(
    kind="prior",
    text="Android CDD 7.3.4 asks for a calibration error below 0.01 rad/s; doubled, as a phone is not calibrated anew "
    "on the bench and warms up there",
)
_NOISE: Final = LimitSource(
    kind="standard",
    text="Android CDD 7.3.9: at most 0.014 deg/s/rtHz (244 urad/s/rtHz); usual parts stay under half of it",
)
_DEAD: Final = LimitSource(kind="prior", text="an axis that never moves by one step in seconds does not measure")


class GyroscopeAtRest(HardwareProbe):
    """Bias, noise and dead axes; that a turn is read right needs a turn."""

    meta = ProbeMeta(
        id="sensors.gyroscope_rest",
        version=1,
        purpose="Gyroscope at rest",
        stage=Stage.HARDWARE_UNATTENDED,
        duration_s=_DURATION_S + 0.5,
        resources=frozenset({Resource.STILLNESS}),
        wants=frozenset({Capability.SENSORS}),
        measures=(
            Measure(
                name="bias_rad_s",
                label="Rotation told at rest, worst axis",
                unit=Unit.RADIAN_PER_SECOND,
                limit=AtMost(high=0.02, source=_BIAS),
                says=Says(code="sensors.gyroscope_bias", component=_PART),
                key=True,
            ),
            Measure(
                name="noise_urad_s_rthz",
                label="Noise density of the worst axis (µrad/s/√Hz)",
                unit=Unit.NONE,
                limit=AtMost(high=244.0, source=_NOISE),
                says=Says(code="sensors.gyroscope_noise", component=_PART),
            ),
            Measure(
                name="dead_axes",
                label="Axes that never move",
                unit=Unit.COUNT,
                limit=AtMost(high=0, source=_DEAD),
                says=Says(code="sensors.gyroscope_dead_axis", component=_PART),
            ),
        ),
    )

    def measure(self, bench: HardwareBench) -> Iterator[Said]:
        """Record it beside the accelerometer, which tells whether the phone was moved meanwhile."""
        kind = SensorKind.GYROSCOPE
        tracks = bench.sense([kind, SensorKind.ACCELEROMETER], rate_hz=_RATE_HZ, duration_s=_DURATION_S)
        values, names = settled(tracks.get(kind)), [measure.name for measure in self.meta.measures]
        if values is None:
            yield from without_samples(tracks, kind, names)
            return
        if was_moved(tracks):
            yield from excuse(names, "moved")
            return
        import numpy as np  # noqa: PLC0415  `phonebench --help` needs no arrays

        from probes.signals.still import still  # noqa: PLC0415  as above

        track = tracks[kind]
        evidence = evidence_of(track)
        yield Reading(name="bias_rad_s", value=float(np.abs(values.mean(axis=0)).max()), evidence=evidence)
        if not track.is_whole:
            yield from excuse(names[1:], "needs_every_sample", Verdict.NOT_SUPPORTED)
            return
        moving = values.std(axis=0) > 0.0
        rest = still(values.T, rate_hz=delivered_hz(track))
        if rest.valid and moving.any():
            noise = float(np.nanmax(rest.noise_density)) * _MICRO
            yield Reading(name="noise_urad_s_rthz", value=noise, evidence=evidence)
        else:
            yield from excuse(["noise_urad_s_rthz"], str(next(iter(rest.reasons), "constant")))
        yield Reading(name="dead_axes", value=int((~moving).sum()), evidence=evidence)
