"""The bench around a phone: light, sound, air, and the spare parts that are known to be good."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Literal

Owner = Literal["own", "known_good", "none"]
OWNERS: tuple[Owner, ...] = ("own", "known_good", "none")
CHARGERS: tuple[str, ...] = (*OWNERS, "usb_port", "qi_pad")
SCENES = ("chart", "flat", "dark", "screen", "chart_near", "chart_far")
"""What a camera may look at: a printed chart, a plain wall, nothing, a chart on a monitor, or charts held at 12 cm
and at arm's length."""
POSTURES = ("flat", "face_down", "upright", "landscape", "in_hand")
_NEAR_CM = 0.5
_FAR_CM = 30.0
_SHADE_RATIO = 0.01  # a thumb over the sensor leaves about a hundredth of the light


@dataclass(frozen=True)
class Outlet:
    """What a charger and its cable can give: mA at the phone, the bus voltage, and the kind that Android names."""

    limit_ma: float
    bus_mv: float
    kind: Literal["usb", "ac", "wireless"]


_OUTLETS = {
    "usb_port": Outlet(500.0, 4985.0, "usb"),
    "known_good": Outlet(2000.0, 5020.0, "ac"),
    "own": Outlet(1500.0, 4940.0, "ac"),
    "qi_pad": Outlet(1000.0, 5000.0, "wireless"),
}


@dataclass
class Bench:
    """The surroundings of one phone and what is in it that can be swapped.

    A turntable has tipped it ``turn_deg`` about its long axis by ``turn_since_s`` (BOOTTIME), and goes on at
    ``turn_rate_dps`` up to ``turn_until_s``. ``charger_noise`` is how many touches in a second the ripple of the supply
    makes on its screen.
    """

    lux: float = 320.0
    sound_db_spl: float = 38.0
    air_c: float = 23.0
    posture: str = "flat"
    turn_deg: float = 0.0
    turn_rate_dps: float = 0.0
    turn_since_s: float = 0.0
    turn_until_s: float = math.inf
    covered: str = ""
    charger: str = "usb_port"
    charger_noise: float = 0.0
    cable: Owner = "known_good"
    cable_ohm: float = 0.08
    plug_turned: bool = False
    sim: Owner = "own"
    second_sim: Owner = "own"
    headset: Owner = "none"
    tag_cm: float = 1000.0
    scenes: dict[str, str] = field(default_factory=lambda: {"rear": "flat", "front": "flat"})
    photos: list[str] = field(default_factory=list)

    @property
    def lux_at_sensor(self) -> float:
        """The light that reaches the phone's light sensor: less when it is covered or lies face down."""
        dark = self.covered in ("light", "top") or self.posture == "face_down"
        return self.lux * (_SHADE_RATIO if dark else 1.0)

    @property
    def distance_cm(self) -> float:
        """The distance of what is before the proximity sensor."""
        near = self.covered in ("proximity", "light", "top") or self.posture == "face_down"
        return _NEAR_CM if near else _FAR_CM

    def outlet(self, *, adapter_dead: bool = False, cable_ohm: float = 0.08) -> Outlet | None:
        """Return what reaches the port, None for nothing.

        The customer's own charger may be dead; its cable loses ``I x R``, and phones take no more than keeps their
        bus above 4.4 V (adaptive input current limit).
        """
        found = _OUTLETS.get(self.charger)
        if found is None or (self.charger == "own" and adapter_dead):
            return None
        if found.kind == "wireless" or self.cable == "known_good":
            return found
        if self.cable == "none":
            return None
        limit_ma = min(found.limit_ma, (found.bus_mv - 4400.0) / cable_ohm)
        return Outlet(limit_ma, found.bus_mv - limit_ma * cable_ohm, found.kind)
