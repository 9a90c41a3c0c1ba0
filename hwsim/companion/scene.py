"""What the companion's streams look at: the phone's parts, and what is around them on the bench."""

from __future__ import annotations

from dataclasses import dataclass

from hwsim.physics.audio.loop import QUIET, TEST_BOX
from hwsim.physics.audio.room import Ambient, Room
from hwsim.physics.motion import Motion
from hwsim.physics.parts import Parts
from hwsim.physics.vibration import Buzz

LYING = Motion()
POSTURES = {
    "flat": LYING,
    "face_down": Motion(up=(0.0, 0.0, -1.0)),
    "upright": Motion(up=(0.0, 1.0, 0.0), north=(0.0, 0.0, -1.0)),
    "landscape": Motion(up=(1.0, 0.0, 0.0)),
    "in_hand": Motion(up=(0.0, 0.7071, 0.7071), north=(0.0, 0.7071, -0.7071)),
}
"""How the operator lays or holds it."""


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

    def buzzes_within(self, begin_s: float, end_s: float) -> list[Buzz]:
        """Return the vibrations that can be felt between two times; one rings out for less than a second."""
        return [one for one in self.buzzes if one.start_s < end_s and one.start_s + one.duration_s + 1.0 > begin_s]
