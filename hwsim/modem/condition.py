"""The state of the parts around a modem: all that a fault can change there."""

from __future__ import annotations

from dataclasses import dataclass, fields


@dataclass(frozen=True)
class Condition:
    """The state of the parts around the modem; the defaults are a healthy phone."""

    card_present: bool = True
    card_dead: bool = False
    contact_flaps_per_minute: float = 0.0
    pin_asked: bool = False
    pin_blocked: bool = False
    antenna_loss_db: float = 0.0
    antenna_breaks_ratio: float = 0.0
    noise_figure_db: float = 7.0
    receive_dead: bool = False
    transmit_dead: bool = False
    crash_mean_s: float = 0.0
    silent: bool = False
    identity_lost: bool = False
    network_refuses: bool = False
    flight_mode: bool = False


_FIELDS = frozenset(field.name for field in fields(Condition))


def is_field(name: str) -> bool:
    """Tell whether a fault may drive ``name``."""
    return name in _FIELDS
