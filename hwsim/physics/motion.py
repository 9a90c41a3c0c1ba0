"""What is done to the phone: attitude, rotation and vibration, as its sensors would feel it."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from hwsim.physics.arrays import Floats, Triple

GRAVITY_M_S2 = 9.80665
"""Standard gravity; between equator and pole it is 9.78 to 9.83."""


@dataclass(frozen=True)
class Line:
    """A vibration of one frequency along one direction: peak acceleration per axis (m/s2) and phase at time 0."""

    frequency_hz: float
    peak_m_s2: Triple
    phase_rad: float = 0.0


@dataclass(frozen=True)
class Motion:
    """A phone whose ``up`` and ``north`` (unit vectors in its own axes at time 0) turn at a constant body rate.

    It turns from ``since_s`` until ``until_s`` and rests before and after.
    """

    up: Triple = (0.0, 0.0, 1.0)
    north: Triple = (0.0, 1.0, 0.0)
    rate_rad_s: Triple = (0.0, 0.0, 0.0)
    since_s: float = -math.inf
    until_s: float = math.inf
    vibrations: tuple[Line, ...] = ()
    gravity_m_s2: float = GRAVITY_M_S2

    def specific_force(self, times_s: Floats) -> Floats:
        """Return what an ideal accelerometer reads (m/s2), one row per instant; at rest it points up."""
        force = self.seen_by_phone(self.up, times_s) * self.gravity_m_s2
        for line in self.vibrations:
            swing = np.sin(2.0 * np.pi * line.frequency_hz * times_s + line.phase_rad)
            force += swing[:, None] * np.array(line.peak_m_s2)
        return force

    def angular_rate(self, times_s: Floats) -> Floats:
        """Return what an ideal gyroscope reads (rad/s), one row per instant."""
        turns = (times_s >= self.since_s) & (times_s < self.until_s)
        rates: Floats = turns[:, None] * np.array(self.rate_rad_s)
        return rates

    def magnetic_field(self, times_s: Floats, *, horizontal_ut: float = 20.0, down_ut: float = 44.0) -> Floats:
        """Return the earth's field (microtesla) in the phone's axes."""
        earth = horizontal_ut * np.array(self.north) - down_ut * np.array(self.up)
        return self.seen_by_phone((float(earth[0]), float(earth[1]), float(earth[2])), times_s)

    def seen_by_phone(self, vector: Triple, times_s: Floats) -> Floats:
        """Return a vector that is fixed in the room as the turning phone sees it (Rodrigues' formula)."""
        start = np.array(vector)
        speed = float(np.linalg.norm(self.rate_rad_s))
        if not speed:
            return np.broadcast_to(start, (len(times_s), 3)).copy()
        axis = np.array(self.rate_rad_s) / speed
        angle = -speed * np.clip(times_s, self.since_s, self.until_s)[:, None]
        along: Floats = (axis @ start) * axis
        turned: Floats = along + np.cos(angle) * (start - along) + np.sin(angle) * np.cross(axis, start)
        return turned
