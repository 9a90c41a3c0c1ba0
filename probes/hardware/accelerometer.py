"""The accelerometer while the phone lies still: gravity, noise, dead axes, and the rate that is really delivered."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from probes._captures import HardwareBench, HardwareProbe, SensorKind, Track
from probes._declare import Excuse, Measure, ProbeMeta, Reading, Said, Says
from probes._limits import AtLeast, AtMost, Between, LimitSource
from probes._records import Evidence
from probes._verdict import Capability, Resource, Stage, Unit, Verdict

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_PART: Final = "SNS-IMU"
_RATE_HZ: Final = 400.0
_DURATION_S: Final = 4.0
_SETTLING_S: Final = 0.3
_LEAST_SAMPLES: Final = 8
_CDD: Final = LimitSource(kind="standard", text="Android CDD 7.3.1: at least 50 Hz; standard deviation at rest")
_VERIFIER: Final = LimitSource(kind="standard", text="CTS Verifier, MagnitudeVerification: 9.81 m/s2 within 1.5")
_PRIOR: Final = LimitSource(kind="prior", text="an axis that never moves by one step in seconds does not measure")


class AccelerometerAtRest(HardwareProbe):
    """Gravity on a phone that lies still, and what each axis adds to it."""

    meta = ProbeMeta(
        id="sensors.accelerometer_rest",
        version=1,
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
                name="dead_axes",
                label="Axes that never move",
                unit=Unit.COUNT,
                limit=AtMost(high=0, source=_PRIOR),
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
        tracks = bench.sense([SensorKind.ACCELEROMETER], rate_hz=_RATE_HZ, duration_s=_DURATION_S)
        track = tracks.get(SensorKind.ACCELEROMETER)
        settled = None if track is None else _settled(track)
        if track is None or settled is None:
            for measure in self.meta.measures:
                yield Excuse(name=measure.name, verdict=Verdict.INCONCLUSIVE, reason="no_samples")
            return
        evidence = (Evidence(recording=track.id, text=f"{len(settled)} samples, {track.backend}"),)
        yield Reading(name="gravity_m_s2", value=_magnitude(settled), evidence=evidence)
        if not track.is_whole:  # rounded and thinned out: nothing to be said of noise
            for name in ("noise_m_s2", "dead_axes", "rate_hz"):
                yield Excuse(name=name, verdict=Verdict.NOT_SUPPORTED, reason="needs_every_sample")
            return
        spread = settled.std(axis=0)
        yield Reading(name="noise_m_s2", value=float(spread.max()), evidence=evidence)
        yield Reading(name="dead_axes", value=int((spread == 0.0).sum()), evidence=evidence)
        yield Reading(name="rate_hz", value=_rate_hz(track.t_ns), evidence=evidence)


def _settled(track: Track) -> NDArray[np.float64] | None:
    """Samples after the first moments; None where there are too few to say anything."""
    if len(track.t_ns) < _LEAST_SAMPLES:
        return None
    late = track.t_ns - track.t_ns[0] >= (_SETTLING_S * 1e9 if track.is_whole else 0)
    settled = track.values[late]
    return settled if len(settled) >= _LEAST_SAMPLES else None


def _magnitude(values: NDArray[np.float64]) -> float:
    return float((values.mean(axis=0) ** 2).sum() ** 0.5)


def _rate_hz(t_ns: NDArray[np.int64]) -> float:
    """The rate from the phone's own stamps."""
    return float((len(t_ns) - 1) * 1e9 / (int(t_ns[-1]) - int(t_ns[0])))
