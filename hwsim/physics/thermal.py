"""Heat: a phone as two masses (board and shell) that exchange heat with each other and with the air."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from hwsim.physics.arrays import Floats
from hwsim.physics.filters import lag
from hwsim.physics.modes import between, fault_mode


@dataclass(frozen=True)
class TwoNode:
    """Heat capacities (J/K) of board and shell, and resistances (K/W) board to shell and shell to air."""

    board_j_per_k: float = 35.0
    shell_j_per_k: float = 90.0
    inside_k_per_w: float = 3.0
    outside_k_per_w: float = 5.5

    def system(self) -> tuple[Floats, Floats]:
        """Return A and b of dT/dt = A T + b P for the rises over the air of (board, shell)."""
        inside, outside = 1.0 / self.inside_k_per_w, 1.0 / self.outside_k_per_w
        rates = np.array(
            [
                [-inside / self.board_j_per_k, inside / self.board_j_per_k],
                [inside / self.shell_j_per_k, -(inside + outside) / self.shell_j_per_k],
            ]
        )
        return rates, np.array([1.0 / self.board_j_per_k, 0.0])

    def steady_rise_k(self, power_w: float) -> tuple[float, float]:
        """Return the rises over the air (board, shell) after a long time at constant power."""
        shell = power_w * self.outside_k_per_w
        return shell + power_w * self.inside_k_per_w, shell

    def temperatures(
        self, power_w: Floats, *, step_s: float, air_c: float, start_c: tuple[float, float] | None = None
    ) -> Floats:
        """Return board and shell temperatures (rows, Celsius) at the end of each step of constant power.

        Exact for stepwise power: each of the two modes is a first-order lag.
        """
        rates, entry = self.system()
        values, vectors = np.linalg.eig(rates)
        start_k = np.zeros(2) if start_c is None else np.array(start_c) - air_c
        weights, begin = np.linalg.solve(vectors, entry), np.linalg.solve(vectors, start_k)
        modes = [
            lag(power_w * (-weight / value), step_s=step_s, tau_s=-1.0 / value, start=float(first))
            for value, weight, first in zip(values, weights, begin, strict=True)
        ]
        return np.asarray(np.stack(modes, axis=1) @ vectors.T + air_c, dtype=np.float64)


PHONE_BODY = TwoNode()


@fault_mode(
    "cooling.pad_missing",
    of=PHONE_BODY,
    fault_from=0.4,
    because="at 3 W the board is then over 12 K hotter than with its pad, and clocks step down in daily use",
)
def cooling_pad_missing(part: TwoNode, severity: float) -> TwoNode:
    """The thermal pad or graphite sheet was left out at a repair, so heat leaves the board through air."""
    return replace(part, inside_k_per_w=between(part.inside_k_per_w, 14.0, severity))
