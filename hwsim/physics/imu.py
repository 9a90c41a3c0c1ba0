"""Three-axis sensors: accelerometer, gyroscope and magnetometer differ in their numbers, not in their kind."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from hwsim.physics import noise
from hwsim.physics.arrays import Floats, Triple
from hwsim.physics.modes import between, between_log, fault_mode
from hwsim.physics.sampling import SAMPLING, Sampling, SensorRecording, deliver, sample_times

ROOM_C = 25.0
IDENTITY = (1.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 1.0)
STILL: Triple = (0.0, 0.0, 0.0)


@dataclass(frozen=True)
class Triad:
    """The health of a three-axis sensor, in its own unit U (m/s2, rad/s or microtesla).

    ``noise_density`` is U per root hertz (one-sided), ``bias_instability`` U, ``random_walk`` U per root second per
    second as in IEEE Std 952. ``matrix`` (rows) holds scale on its diagonal and cross-axis terms, or soft iron, beside
    it; ``bias`` is the zero error or hard iron. ``held_ratio`` is the share of samples in which an axis repeats
    ``held_at`` instead of measuring.
    """

    noise_density: float
    full_scale: float
    lsb: float
    bias: Triple = STILL
    bias_instability: float = 0.0
    random_walk: float = 0.0
    bias_per_c: Triple = STILL
    matrix: tuple[float, ...] = IDENTITY
    held_ratio: Triple = STILL
    held_at: Triple = STILL

    def read(
        self, truth: Floats, *, rate_hz: float, rng: np.random.Generator, temperature_c: float | Floats = ROOM_C
    ) -> Floats:
        """Return what the sensor says of ``truth`` (rows of three, evenly sampled), quantised and saturated.

        The temperature is one for all, or one for each row.
        """
        values = truth @ np.array(self.matrix).reshape(3, 3).T
        values += np.array(self.bias) + np.asarray(temperature_c - ROOM_C)[..., None] * np.array(self.bias_per_c)
        for axis in range(3):
            values[:, axis] += self._noise(len(values), rate_hz, rng)
            if self.held_ratio[axis]:
                held = rng.random(len(values)) < self.held_ratio[axis]
                values[held, axis] = self.held_at[axis]
        steps = np.clip(np.round(values / self.lsb), -np.floor(self.full_scale / self.lsb), self.full_scale // self.lsb)
        return np.asarray(steps * self.lsb, dtype=np.float64)

    def _noise(self, count: int, rate_hz: float, rng: np.random.Generator) -> Floats:
        return (
            noise.white(rng, count, self.noise_density, rate_hz)
            + noise.flicker(rng, count, self.bias_instability, rate_hz)
            + noise.random_walk(rng, count, self.random_walk, rate_hz)
        )


ACCELEROMETER = Triad(
    noise_density=1.5e-3,
    full_scale=8 * 9.80665,
    lsb=9.80665 / 4096,
    bias=(0.08, -0.05, 0.11),
    bias_instability=4e-4,
    random_walk=2e-5,
    bias_per_c=(0.003, -0.002, 0.004),
)
GYROSCOPE = Triad(
    noise_density=1.3e-4,
    full_scale=17.4533,
    lsb=17.4533 / 16384,
    bias=(0.003, -0.002, 0.001),
    bias_instability=4e-5,
    random_walk=1e-6,
    bias_per_c=(2e-4, -1e-4, 1e-4),
)
MAGNETOMETER = Triad(
    noise_density=0.06,
    full_scale=2000.0,
    lsb=0.15,
    bias=(12.0, -25.0, 8.0),
    bias_instability=0.05,
    matrix=(1.02, 0.01, -0.015, 0.008, 0.98, 0.01, -0.01, 0.012, 1.01),
)


def record(
    sensor: Triad,
    truth: Callable[[Floats], Floats],
    *,
    requested_hz: float,
    duration_s: float,
    rng: np.random.Generator,
    sampling: Sampling = SAMPLING,
    temperature_c: float | Floats = ROOM_C,
) -> SensorRecording:
    """Record a sensor for a while; ``truth`` maps instants (s) to rows of three, as the methods of Motion do.

    Vibration above half the rate folds down, as it does in a part without its own anti-alias filter.
    """
    times_s = sample_times(sampling, requested_hz=requested_hz, duration_s=duration_s)
    rate_hz = sampling.rate_hz(requested_hz)
    values = sensor.read(truth(times_s), rate_hz=rate_hz, rng=rng, temperature_c=temperature_c)
    return deliver(values, times_s, sampling=sampling, rng=rng)


@fault_mode(
    "accelerometer.biased",
    of=ACCELEROMETER,
    fault_from=0.4,
    because="2 m/s2 of bias is past the 1.95 m/s2 that CtsVerifier allows in a pose, and turns a level by 11 degrees",
)
def accelerometer_biased(part: Triad, severity: float) -> Triad:
    """A fall has moved the proof mass off its springs' rest, so that every reading has an offset along z."""
    return replace(part, bias=(part.bias[0], part.bias[1], part.bias[2] + 5.0 * severity))


@fault_mode(
    "accelerometer.noisy",
    of=ACCELEROMETER,
    fault_from=0.5,
    because="the standard deviation at 400 Hz passes the 0.05 m/s2 of the compatibility definition near 0.23; doubled",
)
def accelerometer_noisy(part: Triad, severity: float) -> Triad:
    """Moisture at the sense electrodes adds shot noise to the charge amplifier."""
    return replace(part, noise_density=between_log(part.noise_density, 60e-3, severity))


@fault_mode(
    "accelerometer.axis_stuck",
    of=ACCELEROMETER,
    fault_from=0.2,
    because="one sample in five that does not follow the phone makes screen rotation and step count fail",
)
def accelerometer_axis_stuck(part: Triad, severity: float) -> Triad:
    """The z proof mass sticks to its stop after a shock and comes free less and less often."""
    held = (part.held_ratio[0], part.held_ratio[1], severity)
    return replace(part, held_ratio=held, held_at=(0.0, 0.0, part.full_scale))


@fault_mode(
    "accelerometer.scale_lost",
    of=ACCELEROMETER,
    fault_from=0.5,
    because="15 % of 1 g is the 1.5 m/s2 that CTS allows for the norm",
)
def accelerometer_scale_lost(part: Triad, severity: float) -> Triad:
    """A cracked spring lowers the stiffness in z, so the same force deflects the mass further."""
    return replace(part, matrix=(*part.matrix[:8], part.matrix[8] * (1.0 + 0.3 * severity)))


@fault_mode(
    "gyroscope.biased",
    of=GYROSCOPE,
    fault_from=0.3,
    because="0.03 rad/s is three times the calibration error of the compatibility definition; warm-up moves less",
)
def gyroscope_biased(part: Triad, severity: float) -> Triad:
    """The quadrature trim of the drive loop is lost, and leaks into the rate as a constant."""
    return replace(part, bias=(part.bias[0] + 0.1 * severity, part.bias[1], part.bias[2]))


@fault_mode(
    "gyroscope.noisy",
    of=GYROSCOPE,
    fault_from=0.3,
    because="the density is then past the variance of 1e-7 rad2/s2/Hz that the compatibility definition allows",
)
def gyroscope_noisy(part: Triad, severity: float) -> Triad:
    """The cavity has lost its vacuum: the drive amplitude falls and with it the signal over the noise."""
    return replace(
        part,
        noise_density=between_log(part.noise_density, 3e-3, severity),
        bias_instability=between_log(part.bias_instability, 2e-3, severity),
    )


@fault_mode(
    "gyroscope.drive_dead",
    of=GYROSCOPE,
    fault_from=0.15,
    because="a turn of 360 degrees is then read wrong by 54 degrees; CtsVerifier allows 10",
)
def gyroscope_drive_dead(part: Triad, severity: float) -> Triad:
    """The resonator no longer reaches its amplitude, and the Coriolis force on it shrinks in proportion."""
    gain = 1.0 - severity
    return replace(part, matrix=tuple(term * gain for term in part.matrix))


@fault_mode(
    "magnetometer.magnetised",
    of=MAGNETOMETER,
    fault_from=0.5,
    because="200 uT of hard iron is what the compatibility definition says a phone should stay below",
)
def magnetometer_magnetised(part: Triad, severity: float) -> Triad:
    """A steel shield near the sensor was magnetised, by a case's clasp or a repair magnet."""
    return replace(part, bias=(part.bias[0] + 250.0 * severity, part.bias[1] - 300.0 * severity, part.bias[2]))


@fault_mode(
    "magnetometer.soft_iron",
    of=MAGNETOMETER,
    fault_from=0.4,
    because="the field's norm then changes by more than 30 % with the heading, which no calibration routine accepts",
)
def magnetometer_soft_iron(part: Triad, severity: float) -> Triad:
    """A bent shield plate draws the field into one direction."""
    stretched = list(part.matrix)
    stretched[0] *= between(1.0, 1.6, severity)
    stretched[4] *= between(1.0, 0.6, severity)
    return replace(part, matrix=tuple(stretched))


@fault_mode(
    "magnetometer.saturated",
    of=MAGNETOMETER,
    fault_from=0.72,
    because="the reading then hits its rail in ordinary attitudes and stops following the field",
)
def magnetometer_saturated(part: Triad, severity: float) -> Triad:
    """A speaker magnet that came off its seat lies beside the sensor and drives it towards its rail."""
    return replace(
        part, bias=(part.bias[0], part.bias[1], part.bias[2] + between(0.0, part.full_scale * 1.4, severity))
    )
