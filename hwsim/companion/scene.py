"""What the companion's streams look at: the phone's parts, and what is around them on the bench."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Protocol

import numpy as np

from hwsim.physics.audio.loop import QUIET, TEST_BOX
from hwsim.physics.audio.room import Ambient, Room
from hwsim.physics.motion import Motion
from hwsim.physics.parts import Parts
from hwsim.physics.vibration import Buzz

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hwsim.companion.sound import Sound

LYING = Motion()
POSTURES = {
    "flat": LYING,
    "face_down": Motion(up=(0.0, 0.0, -1.0)),
    "upright": Motion(up=(0.0, 1.0, 0.0), north=(0.0, 0.0, -1.0)),
    "landscape": Motion(up=(1.0, 0.0, 0.0)),
    "in_hand": Motion(up=(0.0, 0.7071, 0.7071), north=(0.0, 0.7071, -0.7071)),
}
"""How the operator lays or holds it."""


def turned(posture: Motion, turn_deg: float, rate_dps: float, since_s: float, until_s: float = math.inf) -> Motion:
    """Return a posture tipped about the phone's long axis: by an angle at a time, and further at a rate for a while."""
    if not turn_deg and not rate_dps:
        return posture
    rate_rad_s = math.radians(rate_dps)
    at_zero = np.array([math.radians(turn_deg) - rate_rad_s * since_s])
    turning = replace(posture, rate_rad_s=(0.0, 1.0, 0.0))
    up, north = (turning.seen_by_phone(vector, at_zero)[0].tolist() for vector in (posture.up, posture.north))
    rates = (0.0, rate_rad_s, 0.0)
    return replace(posture, up=tuple(up), north=tuple(north), rate_rad_s=rates, since_s=since_s, until_s=until_s)


class Air(Protocol):
    """What the bench plays into the air around the phone, and what it hears of it."""

    def phone_plays(self, sound: Sound, at_ns: int) -> None:
        """Let the bench's microphone hear what the phone plays from a time on."""

    def mixed(self, block: bytes, inputs: Sequence[str], *, at_ns: int, rate_hz: float, bits: int) -> bytes:
        """Return what the phone has recorded with the bench's sound in it."""


@dataclass(frozen=True)
class Scene:
    """A phone that lies face up at the bench and vibrates in its ``buzzes`` (on BOOTTIME).

    ``lux``, ``pressure_hpa`` and ``distance_cm`` are what its other sensors look at.
    """

    parts: Parts
    buzzes: tuple[Buzz, ...] = ()
    motion: Motion = LYING
    room: Room = TEST_BOX
    ambient: Ambient = QUIET
    lux: float = 320.0
    pressure_hpa: float = 1008.0
    distance_cm: float = 60.0
    air: Air | None = None

    def buzzes_within(self, begin_s: float, end_s: float) -> list[Buzz]:
        """Return the vibrations that can be felt between two times; one rings out for less than a second."""
        return [one for one in self.buzzes if one.start_s < end_s and one.start_s + one.duration_s + 1.0 > begin_s]
