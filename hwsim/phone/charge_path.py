"""From the plug to the pack as its wear makes it: what port, charger and heat pads do to a charge, by physics."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import random

    from hwsim.phone.condition import Condition

_LOWEST_BUS_MV = 4400.0  # phones let their bus sag no further (adaptive input current limit)
_CONTACT_STEP_S = 0.2
_WORN = (
    "charger_limited_ratio",
    "charger_float_low_ratio",
    "charger_loss_ratio",
    "port_corroded_ratio",
    "port_loose_ratio",
    "port_cc_open_ratio",
    "pad_missing_ratio",
)
IDLE_W = 0.8
"""What an idle phone's board turns into heat."""


@dataclass(frozen=True)
class ChargePath:
    """What is left of a way of charging; the defaults are a good one.

    ``port_ohm`` is beyond a good port's, ``contact_ratio`` the share of time in which the port makes contact,
    ``fast_ma`` and ``float_mv`` the charger's limits, ``efficiency_ratio`` what it passes on. ``inside_k_per_w`` is
    between board and shell, ``outside_k_per_w`` between shell and air; the charger steps down from ``hot_c`` on.
    """

    port_ohm: float = 0.0
    breaks_per_s: float = 0.0
    contact_ratio: float = 1.0
    cc_turned_open: bool = False
    fast_ma: float = 2600.0
    float_mv: float = 4450.0
    efficiency_ratio: float = 0.92
    inside_k_per_w: float = 3.0
    outside_k_per_w: float = 5.5
    hot_c: float = 46.0
    step_ratio: float = 0.6
    step_apart_c: float = 2.0

    def input_ma(self, offered_ma: float, bus_mv: float) -> float:
        """Return what the charger takes of an offer: no more than keeps its bus above 4.4 V."""
        if not self.port_ohm:
            return offered_ma
        return max(min(offered_ma, (bus_mv - _LOWEST_BUS_MV) / self.port_ohm), 0.0)

    def stepped_ma(self, board_c: float) -> float:
        """Return the charger's limit at a temperature of the board."""
        over_k = board_c - self.hot_c
        return self.fast_ma * (self.step_ratio ** (1 + over_k // self.step_apart_c) if over_k > 0 else 1.0)

    def passed_on_ratio(self) -> float:
        """Return what arrives behind the charger, against a good one."""
        return self.efficiency_ratio / GOOD_PATH.efficiency_ratio

    def loss_w(self, input_ma: float, bus_mv: float) -> float:
        """Return the heat that a good charger would not make of this input."""
        return input_ma * bus_mv * 1e-6 * (GOOD_PATH.efficiency_ratio - self.efficiency_ratio)

    def board_rise_k(self, board_w: float) -> float:
        """Return how much hotter than with its pad the board is, at the heat that it makes."""
        return board_w * (self.inside_k_per_w - GOOD_PATH.inside_k_per_w)

    def touches(self, chance: random.Random) -> bool:
        """Tell whether the port makes contact at the moment that ``chance`` belongs to."""
        return self.contact_ratio >= 1.0 or chance.random() < self.contact_ratio


GOOD_PATH = ChargePath()


def contact_moment(uptime_s: float) -> int:
    """Return the number of the moment in which a loose contact stays as it is."""
    return int(uptime_s // _CONTACT_STEP_S)


def path_of(condition: Condition) -> ChargePath:
    """Return the way of charging in a condition; an idle phone with a good one loads no physics."""
    return _worn_path(condition) if any(getattr(condition, name) for name in _WORN) else GOOD_PATH


def _worn_path(condition: Condition) -> ChargePath:
    from hwsim.physics import charge, supply, thermal  # noqa: PLC0415 - an idle rack needs no arrays

    charger = charge.current_limited(charge.CHARGER, condition.charger_limited_ratio)
    charger = charge.inefficient(charger, condition.charger_loss_ratio)
    charger = charge.float_low(charger, condition.charger_float_low_ratio)
    port = supply.contact_resistance(supply.PORT, condition.port_corroded_ratio)
    port = supply.loose(port, condition.port_loose_ratio)
    body = thermal.cooling_pad_missing(thermal.PHONE_BODY, condition.pad_missing_ratio)
    return ChargePath(
        port_ohm=port.loop_ohm - supply.PORT.loop_ohm,
        breaks_per_s=port.breaks_per_s,
        contact_ratio=supply.Supply(port=port).contact_ratio,
        cc_turned_open=not supply.cc_one_side(port, condition.port_cc_open_ratio).cc_down_good,
        fast_ma=charger.fast_a * 1000.0,
        float_mv=GOOD_PATH.float_mv - (charge.CHARGER.float_v - charger.float_v) * 1000.0,
        efficiency_ratio=charger.efficiency_ratio,
        inside_k_per_w=body.inside_k_per_w,
        outside_k_per_w=body.outside_k_per_w,
    )
