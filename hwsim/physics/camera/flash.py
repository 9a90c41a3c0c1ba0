"""The flash LED, as a light sensor or a camera before the phone sees it."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from hwsim.physics.arrays import Floats
from hwsim.physics.modes import between, fault_mode


@dataclass(frozen=True)
class Flash:
    """The torch: illuminance at 1 m when cold, rise time, and how much it droops as the die heats up."""

    lux_at_1m: float = 60.0
    rise_s: float = 0.002
    droop_ratio: float = 0.08
    droop_tau_s: float = 20.0
    dropouts_per_s: float = 0.0

    def lux(self, since_on_s: Floats, *, distance_m: float, rng: np.random.Generator) -> Floats:
        """Return the illuminance (lux) at a distance, for times since it was switched on (negative: still off)."""
        lit = np.maximum(since_on_s, 0.0)
        level = -np.expm1(-lit / self.rise_s) * (1.0 + self.droop_ratio * np.expm1(-lit / self.droop_tau_s))
        if self.dropouts_per_s and len(since_on_s):
            breaks = np.sort(rng.uniform(0.0, float(lit[-1]), rng.poisson(self.dropouts_per_s * float(lit[-1]))))
            last = np.searchsorted(breaks, lit)
            since = lit - np.concatenate(([-1.0], breaks))[last]
            level = np.where(since < 0.04, 0.0, level)
        return np.asarray(level * self.lux_at_1m / distance_m**2, dtype=np.float64)


FLASH = Flash()


@fault_mode(
    "flash.dim",
    of=FLASH,
    fault_from=0.5,
    because="half the light is outside the spread of flash LEDs and needs twice the sensitivity",
)
def dim(part: Flash, severity: float) -> Flash:
    """The phosphor is burnt or its window fogged, until nothing comes out."""
    return replace(part, lux_at_1m=part.lux_at_1m * (1.0 - severity), droop_ratio=between(0.08, 0.5, severity))


@fault_mode(
    "flash.flickering",
    of=FLASH,
    fault_from=0.1,
    because="a torch that goes out once in three seconds is seen by anyone",
)
def flickering(part: Flash, severity: float) -> Flash:
    """The spring contacts of the LED's flex do not hold, and the light goes out for tens of milliseconds."""
    return replace(part, dropouts_per_s=3.0 * severity)
