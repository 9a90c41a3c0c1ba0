"""Sensors of the surroundings: barometer, ambient light and proximity."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from hwsim.physics import noise
from hwsim.physics.arrays import Floats
from hwsim.physics.filters import lag
from hwsim.physics.modes import between, between_log, fault_mode


@dataclass(frozen=True)
class Barometer:
    """An absolute pressure sensor behind a vent; ``vent_tau_s`` is how long the vent takes to equalise."""

    noise_pa_per_rthz: float = 0.8
    bias_hpa: float = 0.4
    drift_hpa_per_h: float = 0.01
    vent_tau_s: float = 0.05
    lsb_hpa: float = 0.0026

    def read(self, pressure_hpa: Floats, *, rate_hz: float, rng: np.random.Generator, since_s: float = 0.0) -> Floats:
        """Return the readings (hPa) of an evenly sampled outside pressure, which begins ``since_s`` into the drift."""
        inside = lag(pressure_hpa, step_s=1.0 / rate_hz, tau_s=self.vent_tau_s, start=float(pressure_hpa[0]))
        hours = since_s / 3600.0 + np.arange(len(pressure_hpa)) / (rate_hz * 3600.0)
        shift = self.bias_hpa + self.drift_hpa_per_h * hours
        seen = inside + shift + noise.white(rng, len(inside), self.noise_pa_per_rthz / 100.0, rate_hz)
        return np.asarray(np.round(seen / self.lsb_hpa) * self.lsb_hpa, dtype=np.float64)


@dataclass(frozen=True)
class LightSensor:
    """An ambient light sensor under the glass; ``window_ratio`` is the share of the light that reaches it."""

    window_ratio: float = 1.0
    dark_lux: float = 0.0
    integration_s: float = 0.1
    noise_ratio: float = 0.01
    full_scale_lux: float = 65535.0

    def read(
        self, lux: Floats, times_s: Floats, *, rng: np.random.Generator, flicker_hz: float = 100.0, depth: float = 0.0
    ) -> Floats:
        """Return the readings (lux, whole numbers) of a lamp that flickers with a modulation ``depth``.

        The sensor averages over its integration time, so that the ripple left is ``sinc(flicker * integration)``.
        """
        ripple = depth * np.sinc(flicker_hz * self.integration_s) * np.sin(2.0 * np.pi * flicker_hz * times_s)
        seen = lux * (1.0 + ripple) * self.window_ratio
        seen = seen * (1.0 + self.noise_ratio * rng.standard_normal(len(lux))) + self.dark_lux
        return np.asarray(np.round(np.clip(seen, 0.0, self.full_scale_lux)), dtype=np.float64)


@dataclass(frozen=True)
class Proximity:
    """An infrared emitter and receiver; the counts fall with the square of the distance, over a crosstalk."""

    counts_at_1cm: float = 900.0
    crosstalk_counts: float = 40.0
    noise_counts: float = 4.0
    near_counts: float = 130.0
    far_counts: float = 90.0
    far_cm: float = 5.0
    bits: int = 11

    def counts(self, distance_cm: Floats, *, rng: np.random.Generator) -> Floats:
        """Return the raw receiver counts for the distance of what is before the phone."""
        echo = self.counts_at_1cm / (1.0 + (distance_cm - 1.0).clip(0.0)) ** 2
        seen = echo + self.crosstalk_counts + self.noise_counts * rng.standard_normal(len(distance_cm))
        return np.asarray(np.round(np.clip(seen, 0.0, 2.0**self.bits - 1.0)), dtype=np.float64)

    def read(self, distance_cm: Floats, *, rng: np.random.Generator, was_near: bool = False) -> Floats:
        """Return what Android reports: 0 (near) or ``far_cm``, with the hysteresis of two thresholds.

        Between the two the chip says what it said before: ``was_near`` at the first sample.
        """
        counts = self.counts(distance_cm, rng=rng)
        change = np.where(counts > self.near_counts, 1, np.where(counts < self.far_counts, -1, 0))
        change[0] = change[0] or (1 if was_near else -1)
        last = np.maximum.accumulate(np.where(change != 0, np.arange(len(change)), 0))
        return np.where(change[last] > 0, 0.0, self.far_cm)


BAROMETER = Barometer()
LIGHT_SENSOR = LightSensor()
PROXIMITY = Proximity()


@fault_mode(
    "barometer.vent_plugged",
    of=BAROMETER,
    fault_from=0.5,
    because="the reading then needs more than ten seconds to follow a lift or a bench's pressure step",
)
def barometer_vent_plugged(part: Barometer, severity: float) -> Barometer:
    """Dirt or a misplaced membrane closes the vent, and pressure equalises through the seals only."""
    return replace(part, vent_tau_s=between_log(part.vent_tau_s, 3000.0, severity))


@fault_mode(
    "barometer.drifting",
    of=BAROMETER,
    fault_from=0.3,
    because="1 hPa in an hour is the whole absolute accuracy that phones are asked for",
)
def barometer_drifting(part: Barometer, severity: float) -> Barometer:
    """Water on the gel over the membrane adds a load that dries and creeps."""
    return replace(part, drift_hpa_per_h=between(part.drift_hpa_per_h, 3.5, severity))


@fault_mode(
    "barometer.noisy",
    of=BAROMETER,
    fault_from=0.6,
    because="the noise then hides a storey (0.36 hPa) in single readings",
)
def barometer_noisy(part: Barometer, severity: float) -> Barometer:
    """A cracked bridge resistor on the membrane makes contact noise."""
    return replace(part, noise_pa_per_rthz=between_log(part.noise_pa_per_rthz, 80.0, severity))


@fault_mode(
    "light.window_covered",
    of=LIGHT_SENSOR,
    fault_from=0.6,
    because="with 40 % of the light the automatic brightness is visibly a step too dark",
)
def light_window_covered(part: LightSensor, severity: float) -> LightSensor:
    """Glue, a film without a hole or a display put in out of line covers the sensor's window."""
    return replace(part, window_ratio=part.window_ratio * (1.0 - severity))


@fault_mode(
    "light.leaking",
    of=LIGHT_SENSOR,
    fault_from=0.4,
    because="80 lux in the dark keep the screen bright at night",
)
def light_leaking(part: LightSensor, severity: float) -> LightSensor:
    """The photodiode leaks after overheating, and its dark current reads as light."""
    return replace(part, dark_lux=part.dark_lux + 200.0 * severity)


@fault_mode(
    "proximity.crosstalk",
    of=PROXIMITY,
    fault_from=0.4,
    because="from there on the far threshold is under the crosstalk: the screen stays dark after a call",
)
def proximity_crosstalk(part: Proximity, severity: float) -> Proximity:
    """The light barrier between emitter and receiver is missing or the glass is greasy: light comes back inside."""
    return replace(part, crosstalk_counts=between(part.crosstalk_counts, 200.0, severity))


@fault_mode(
    "proximity.emitter_weak",
    of=PROXIMITY,
    fault_from=0.95,
    because="an ear at 1 cm then stays under the near threshold: the cheek presses keys",
)
def proximity_emitter_weak(part: Proximity, severity: float) -> Proximity:
    """The infrared emitter's bond has lifted, and less light goes out."""
    return replace(part, counts_at_1cm=part.counts_at_1cm * (1.0 - severity))
