"""The battery's cell: open-circuit voltage, resistance and what age and cold do to them."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np

from hwsim.physics.arrays import Floats
from hwsim.physics.modes import between, fault_mode

SHARES = (0.0, 0.02, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0)
OCV_V = (3.00, 3.35, 3.55, 3.66, 3.72, 3.76, 3.79, 3.84, 3.92, 4.03, 4.14, 4.26, 4.42)
"""A curve of the usual shape for a 4.4 V lithium cobalt oxide cell on graphite, drawn by hand, not of one maker."""


@dataclass(frozen=True)
class Cell:
    """The health of a cell with its protection board and connector; ``full_ratio`` is capacity over design."""

    design_mah: float = 4500.0
    full_ratio: float = 1.0
    resistance_ohm: float = 0.13
    shares: tuple[float, ...] = SHARES
    ocv_v: tuple[float, ...] = OCV_V

    @property
    def capacity_ah(self) -> float:
        """What the cell holds between empty and full."""
        return self.design_mah * self.full_ratio / 1000.0

    def open_circuit_v(self, share: Floats | float) -> Floats:
        """Return the voltage at rest for a state of charge 0..1 (linear between the points)."""
        return np.asarray(np.interp(share, self.shares, self.ocv_v), dtype=np.float64)

    def share_at(self, open_circuit_v: float) -> float:
        """Return the state of charge 0..1 at a voltage at rest."""
        return float(np.interp(open_circuit_v, self.ocv_v, self.shares))

    def ohm_at(self, temperature_c: float) -> float:
        """Return the resistance, which doubles every 23 K towards the cold."""
        return self.resistance_ohm * math.exp(0.03 * (25.0 - temperature_c))

    def terminal_v(self, share: Floats | float, current_a: Floats | float, *, temperature_c: float = 25.0) -> Floats:
        """Return the voltage at the terminals; the current is positive while charging."""
        return np.asarray(self.open_circuit_v(share) + np.asarray(current_a) * self.ohm_at(temperature_c))


CELL = Cell()


@fault_mode(
    "battery.capacity_lost",
    of=CELL,
    fault_from=0.4,
    because="under 80 % of the design capacity a battery counts as worn in the statutory list",
)
def capacity_lost(part: Cell, severity: float) -> Cell:
    """Lithium is bound in the film on the anode and no longer takes part."""
    return replace(part, full_ratio=part.full_ratio * between(1.0, 0.5, severity))


@fault_mode(
    "battery.resistance_high",
    of=CELL,
    fault_from=0.35,
    because="over 250 milliohm the voltage sags under load until the phone turns off with charge left",
)
def resistance_high(part: Cell, severity: float) -> Cell:
    """The electrolyte has dried or a tab's weld is breaking: the current finds less way through."""
    return replace(part, resistance_ohm=part.resistance_ohm * between(1.0, 4.0, severity))
