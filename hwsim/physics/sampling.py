"""How a sensor's values reach the listener: rate, clamp, time stamps with jitter, and gaps."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from hwsim.physics.arrays import Floats, Singles, Stamps
from hwsim.physics.modes import between, between_log, fault_mode

UNPRIVILEGED_CLAMP_HZ = 200.0
"""Android 12 and later give no more to a client without HIGH_SAMPLING_RATE_SENSORS."""


@dataclass(frozen=True)
class Sampling:
    """The timing of a sensor; ``jitter_ratio`` is the standard deviation of a stamp's error over the period."""

    max_rate_hz: float = 400.0
    clamp_hz: float | None = None
    clock_error_ppm: float = 20.0
    jitter_ratio: float = 0.004
    gaps_per_s: float = 0.0
    gap_s: float = 0.05

    def rate_hz(self, requested_hz: float) -> float:
        """Return the rate that is delivered for a request."""
        rate_hz = min(requested_hz, self.max_rate_hz, self.clamp_hz or np.inf)
        return float(rate_hz * (1.0 + self.clock_error_ppm * 1e-6))


SAMPLING = Sampling()


@dataclass(frozen=True)
class SensorRecording:
    """Samples as a listener gets them: device time stamps (ns) and one row of values for each."""

    t_ns: Stamps
    values: Singles
    lost: int


def sample_times(sampling: Sampling, *, requested_hz: float, duration_s: float) -> Floats:
    """Return the instants (s) at which the sensor takes its samples."""
    rate_hz = sampling.rate_hz(requested_hz)
    return np.arange(round(duration_s * rate_hz)) / rate_hz


def deliver(
    values: Floats, times_s: Floats, *, sampling: Sampling, rng: np.random.Generator, start_ns: int = 0
) -> SensorRecording:
    """Stamp the samples taken at ``times_s``, and lose those that fall into a gap."""
    period_s = float(times_s[1] - times_s[0]) if len(times_s) > 1 else 0.0
    error_s = rng.standard_normal(len(times_s)) * (sampling.jitter_ratio * period_s)
    stamps = start_ns + np.round((times_s + error_s) * 1e9).astype(np.int64)
    kept = ~_in_gap(times_s, sampling, rng)
    rows = values.reshape(len(times_s), -1).astype(np.float32)
    return SensorRecording(t_ns=stamps[kept], values=rows[kept], lost=int(np.count_nonzero(~kept)))


def _in_gap(times_s: Floats, sampling: Sampling, rng: np.random.Generator) -> np.ndarray[tuple[int], np.dtype[np.bool]]:
    if not sampling.gaps_per_s or not len(times_s):
        return np.zeros(len(times_s), dtype=np.bool)
    end_s = float(times_s[-1])
    begins = np.sort(rng.uniform(0.0, end_s, rng.poisson(sampling.gaps_per_s * end_s)))
    ends = begins + rng.exponential(sampling.gap_s, len(begins))
    # A sample is lost when more gaps have begun than ended.
    return np.searchsorted(begins, times_s, "right") > np.searchsorted(np.sort(ends), times_s, "right")


@fault_mode(
    "sensor_bus.gaps",
    of=SAMPLING,
    fault_from=0.3,
    because="from one gap in five seconds on, over 1 % of the samples are missing, which CTS does not accept",
)
def bus_gaps(part: Sampling, severity: float) -> Sampling:
    """A marginal bus contact makes transfers fail, and the driver throws samples away until it has recovered."""
    return replace(part, gaps_per_s=between_log(0.05, 4.0, severity), gap_s=between(0.02, 0.2, severity))


@fault_mode(
    "sensor_bus.jitter",
    of=SAMPLING,
    fault_from=0.45,
    because="the compatibility definition wants a jitter of stamps under 3 % of the period",
)
def stamp_jitter(part: Sampling, severity: float) -> Sampling:
    """The sensor's interrupt line is noisy or lost, so the driver polls and stamps samples when it gets to them."""
    return replace(part, jitter_ratio=between_log(part.jitter_ratio, 0.4, severity))
