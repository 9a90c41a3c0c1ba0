"""Vibration motors: what the accelerometer feels and the microphones hear of them."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from enum import StrEnum

import numpy as np

from hwsim.physics.arrays import Floats, Triple
from hwsim.physics.modes import between, between_log, fault_mode


class Kind(StrEnum):
    """How the motor moves its mass."""

    LRA = "lra"
    ERM = "erm"


@dataclass(frozen=True)
class Motor:
    """The health of a motor in its phone: a resonator driven at its rated frequency, or a turning weight.

    ``peak_m_s2`` is the phone's acceleration at full drive, along ``direction``. Rattle is the share of the amplitude
    that goes into each of the overtones and, beside them, into noise. ``pa_per_m_s2`` is the sound pressure at the
    nearest microphone for each m/s2 of the phone's back.
    """

    kind: Kind = Kind.LRA
    resonance_hz: float = 175.0
    rated_hz: float = 175.0
    q: float = 12.0
    peak_m_s2: float = 9.0
    direction: Triple = (0.25, 0.1, 0.963)
    spin_up_s: float = 0.05
    rattle_ratio: float = 0.0
    pa_per_m_s2: float = 0.004

    @property
    def tau_s(self) -> float:
        """Time constant of the amplitude: a resonator rings up with ``Q / (pi * f)``."""
        return self.q / (math.pi * self.resonance_hz) if self.kind is Kind.LRA else self.spin_up_s

    def strength(self, amplitude_ratio: float) -> float:
        """Return the steady peak acceleration (m/s2) for a drive 0..1 at the rated frequency.

        A resonator off its frequency follows ``1 / |1 - r**2 + i*r/Q|``; the force of a turning weight grows with the
        square of its speed.
        """
        if self.kind is Kind.ERM:
            return self.peak_m_s2 * amplitude_ratio**2
        detuned = self.rated_hz / self.resonance_hz
        return self.peak_m_s2 * amplitude_ratio / (self.q * abs(complex(1.0 - detuned**2, detuned / self.q)))

    def frequency_hz(self, amplitude_ratio: float) -> float:
        """Return the frequency at which the phone then shakes; a turning weight is as fast as its drive is strong."""
        return self.rated_hz if self.kind is Kind.LRA else self.rated_hz * amplitude_ratio


LRA = Motor()
ERM = Motor(kind=Kind.ERM, resonance_hz=200.0, rated_hz=200.0, peak_m_s2=7.0, direction=(0.7, 0.1, 0.7))


@dataclass(frozen=True)
class Buzz:
    """One vibration: begin and length (s) and strength 0..1."""

    start_s: float
    duration_s: float
    amplitude_ratio: float = 1.0


def shake(motor: Motor, buzz: Buzz, times_s: Floats, *, rng: np.random.Generator) -> Floats:
    """Return the phone's acceleration along the motor's direction (m/s2) at any instants, in order.

    Instants further apart than half a period fold down, as they do in an accelerometer.
    """
    since, until = times_s - buzz.start_s, times_s - buzz.start_s - buzz.duration_s
    envelope = np.where(since > 0.0, -np.expm1(-np.maximum(since, 0.0) / motor.tau_s), 0.0)
    envelope *= np.exp(-np.maximum(until, 0.0) / motor.tau_s)
    final_hz = motor.frequency_hz(buzz.amplitude_ratio)
    turns = final_hz * since
    if motor.kind is Kind.ERM:
        # The speed rises with the envelope; its integral is the angle.
        turns = final_hz * (since - motor.spin_up_s * -np.expm1(-np.maximum(since, 0.0) / motor.spin_up_s))
        envelope = envelope**2
    wave = np.sin(2.0 * np.pi * turns)
    if motor.rattle_ratio:
        for overtone in (2, 3, 4, 5):
            wave += motor.rattle_ratio / overtone * np.sin(2.0 * np.pi * overtone * turns + overtone)
        wave += 0.5 * motor.rattle_ratio * np.abs(wave) * rng.standard_normal(len(times_s))
    return np.asarray(envelope * wave * motor.strength(buzz.amplitude_ratio), dtype=np.float64)


def felt(motor: Motor, buzz: Buzz, times_s: Floats, *, rng: np.random.Generator) -> Floats:
    """Return rows of three (m/s2) to be added to the true specific force of a phone that vibrates."""
    return np.outer(shake(motor, buzz, times_s, rng=rng), np.array(motor.direction))


def heard(motor: Motor, buzz: Buzz, times_s: Floats, *, rng: np.random.Generator) -> Floats:
    """Return the sound pressure (Pa) at the microphone next to the motor."""
    return shake(motor, buzz, times_s, rng=rng) * motor.pa_per_m_s2


@fault_mode(
    "motor.weak",
    of=LRA,
    fault_from=0.5,
    because="half of the rated acceleration is not felt in a pocket",
)
def weak(part: Motor, severity: float) -> Motor:
    """The coil or its contact springs have gained resistance, until no current flows."""
    return replace(part, peak_m_s2=part.peak_m_s2 * (1.0 - severity))


@fault_mode(
    "motor.detuned",
    of=LRA,
    fault_from=0.2,
    because="14 Hz beside a resonance of Q 12 more than half of the strength is gone",
)
def detuned(part: Motor, severity: float) -> Motor:
    """The spring of the moving mass is bent or cracked: its resonance has left the rated frequency."""
    return replace(part, resonance_hz=part.resonance_hz - 70.0 * severity)


@fault_mode(
    "motor.rattling",
    of=LRA,
    fault_from=0.16,
    because="overtones of 10 % of the line are heard as a rattle on a table",
)
def rattling(part: Motor, severity: float) -> Motor:
    """The motor has come off its adhesive and knocks against the frame."""
    return replace(
        part,
        rattle_ratio=between(0.0, 0.9, severity),
        peak_m_s2=part.peak_m_s2 * between(1.0, 0.6, severity),
        pa_per_m_s2=part.pa_per_m_s2 * between_log(1.0, 6.0, severity),
    )
