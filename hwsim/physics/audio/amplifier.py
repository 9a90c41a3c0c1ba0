"""The electrical side of playing: codec gain, idle noise and where the amplifier clips."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from hwsim.physics.arrays import Singles
from hwsim.physics.modes import between, between_log, fault_mode


@dataclass(frozen=True)
class Amplifier:
    """Gain (1.0 plays full-scale samples as full-scale drive), noise (RMS over full scale) and clipping level."""

    gain_ratio: float = 1.0
    noise_ratio: float = 10e-6
    clip_ratio: float = 1.0

    def drive(self, samples: Singles, rng: np.random.Generator) -> Singles:
        """Return the drive for one channel of samples (full scale 1.0)."""
        drive = rng.standard_normal(len(samples), dtype=np.float32)
        drive *= np.float32(self.noise_ratio)
        drive += samples * np.float32(self.gain_ratio)
        return np.clip(drive, -self.clip_ratio, self.clip_ratio, out=drive)


AMPLIFIER = Amplifier()


@fault_mode(
    "amplifier.clipping",
    of=AMPLIFIER,
    fault_from=0.13,
    because="a tone at full volume then has more than 10 % distortion",
)
def clipping(part: Amplifier, severity: float) -> Amplifier:
    """The boost converter's coil or capacitor has failed, and the amplifier runs from the bare battery or less."""
    return replace(part, clip_ratio=between_log(part.clip_ratio, 0.1, severity))


@fault_mode(
    "amplifier.weak",
    of=AMPLIFIER,
    fault_from=0.5,
    because="all outputs 6 dB down together cannot be the spread of the transducers",
)
def weak(part: Amplifier, severity: float) -> Amplifier:
    """One half of the bridge output is dead or the protection holds the gain down."""
    return replace(part, gain_ratio=part.gain_ratio * (1.0 - severity))


@fault_mode(
    "amplifier.hissing",
    of=AMPLIFIER,
    fault_from=0.5,
    because="the idle noise is then 50 dB under full scale, heard in a quiet room at arm's length",
)
def hissing(part: Amplifier, severity: float) -> Amplifier:
    """A bad ground joint puts the supply's switching noise into the signal."""
    return replace(part, noise_ratio=between(part.noise_ratio, 6e-3, severity))
