"""What a bench makes a phone do, cores at work and the flash lit: the current that it draws and the heat that it makes.

The board warms up like one mass (35 J/K) behind the resistance to the shell; the cores above it follow at once.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from hwsim.phone.misdeeds import CORE_MA

if TYPE_CHECKING:
    from hwsim.phone.phone import Phone

TORCH_MA = 190.0
_BOARD_J_PER_K = 35.0
_MOST_CORES = 8
_STEP_CORES = 4
_STEP_WORTH_S = 1500.0  # a step of all cores at once is as hard on a supply as so many seconds of daily use


class Exertion:
    """The work of one boot; times are seconds since that boot."""

    def __init__(self) -> None:
        self.cores = 0
        self._watts = self._rise_k = self._since_s = 0.0
        self._inside_k_per_w = 1.0

    def draws_ma(self, *, torch_lit: bool) -> float:
        """Return the current that all of it takes from the battery."""
        return min(self.cores, _MOST_CORES) * CORE_MA + TORCH_MA * torch_lit

    def take(self, watts: float, *, inside_k_per_w: float, at_s: float) -> None:
        """Let the processor make so much heat from now on, on a board so well coupled to its shell."""
        self._rise_k, self._since_s = self.board_k(at_s), at_s
        self._watts, self._inside_k_per_w = watts, inside_k_per_w

    def board_k(self, at_s: float) -> float:
        """Return how much warmer than at rest the board is."""
        target_k = self._watts * self._inside_k_per_w
        fading = math.exp(-max(at_s - self._since_s, 0.0) / (_BOARD_J_PER_K * self._inside_k_per_w))
        return target_k + (self._rise_k - target_k) * fading

    def cores_k(self, at_s: float, *, paste_k_per_w: float) -> float:
        """Return how much warmer than at rest the cores are: the board, and what their paste keeps in them."""
        return self.board_k(at_s) + self._watts * paste_k_per_w


def exert(phone: Phone, *, cores: int = 0, torch: bool | None = None) -> None:
    """Let so many more cores work (fewer: negative), or switch the flash."""
    phone.refresh()
    exertion = phone.exertion
    before, exertion.cores = exertion.cores, max(exertion.cores + cores, 0)
    if torch is not None:
        phone.torch_lit = torch
    battery = phone.battery
    battery.exert(exertion.draws_ma(torch_lit=phone.torch_lit))
    watts = exertion.draws_ma(torch_lit=False) * battery.voltage_mv * 1e-6
    exertion.take(watts, inside_k_per_w=battery.path.inside_k_per_w, at_s=phone.clock.uptime_s)
    if before < _STEP_CORES <= exertion.cores:
        _strain(phone)


def _strain(phone: Phone) -> None:
    """Let a supply that gives way under load steps do so, as often as it does in so much of daily use."""
    condition = phone.condition
    ways = (
        (condition.battery_shutdown_period_s, "reboot,undervoltage"),
        (condition.pmic_fault_period_s, "reboot,pmic_fault"),
    )
    for period_s, reason in ways:
        chance = phone.rng(f"step/{phone.boot_count}/{reason}").random()
        if period_s and chance < 1.0 - math.exp(-_STEP_WORTH_S / period_s):
            phone.power_lost(reason)
            return
