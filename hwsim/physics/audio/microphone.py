"""Microphones: from sound pressure to samples."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from hwsim.physics.arrays import Floats, Singles, Spectrum
from hwsim.physics.filters import Section, Shape, response
from hwsim.physics.modes import between, between_log, fault_mode

PASCAL_RMS_DBSPL = 94.0
"""1 Pa RMS is 94 dB SPL, the level at which microphones are rated."""


@dataclass(frozen=True)
class Microphone:
    """The health of a microphone and its converter.

    ``rated_dbfs`` is the RMS level of its samples for 1 kHz at 94 dB SPL, a full-scale sine being -3 dBFS (RMS over
    1.0). ``noise_dbfs`` is the RMS of its own noise over the band, ``dc_ratio`` an offset over full scale.
    """

    rated_dbfs: float = -36.0
    noise_dbfs: float = -94.0
    band: tuple[Section, ...] = (Section(Shape.LOW_CUT, 55.0), Section(Shape.PEAK, 14500.0, 2.0, 5.0))
    gain_ratio: float = 1.0
    dc_ratio: float = 0.0
    polarity: float = 1.0
    bits: int = 16

    @property
    def full_scale_per_pa(self) -> float:
        """The sample value for an instantaneous pressure of 1 Pa in the flat band."""
        return float(10.0 ** (self.rated_dbfs / 20.0) * self.gain_ratio * self.polarity)

    def transfer(self, frequency_hz: Floats, rate_hz: float) -> Spectrum:
        """Return the linear response, sample value per pascal."""
        return response(self.band, frequency_hz, rate_hz) * self.full_scale_per_pa

    def digitise(self, analog: Singles, rng: np.random.Generator) -> Singles:
        """Return the samples for an analog signal (full scale 1.0): own noise, offset, clipping, quantisation."""
        noise = rng.standard_normal(len(analog), dtype=np.float32)
        noise *= np.float32(10.0 ** (self.noise_dbfs / 20.0))
        noise += analog
        noise += np.float32(self.dc_ratio)
        steps = np.float32(2.0 ** (self.bits - 1))
        noise *= steps
        np.rint(noise, out=noise)
        np.clip(noise, -steps, steps - 1.0, out=noise)
        noise /= steps
        return noise


MICROPHONE = Microphone()


@fault_mode(
    "microphone.port_clogged",
    of=MICROPHONE,
    fault_from=0.24,
    because="the response then leaves the 10 dB band of the compatibility definition below 7 kHz",
)
def port_clogged(part: Microphone, severity: float) -> Microphone:
    """Lint or sealant in the sound port: its resistance with the front volume is a low pass."""
    clog = Section(Shape.HIGH_CUT, between_log(20000.0, 500.0, severity), 0.6)
    return replace(part, band=(*part.band, clog), gain_ratio=part.gain_ratio * between_log(1.0, 0.02, severity))


@fault_mode(
    "microphone.membrane_stuck",
    of=MICROPHONE,
    fault_from=0.3,
    because="3 dB is the whole tolerance of a microphone's sensitivity; half the signal is gone at 0.5",
)
def membrane_stuck(part: Microphone, severity: float) -> Microphone:
    """Water or flux under the membrane holds it, until only the noise of the amplifier is left."""
    return replace(part, gain_ratio=part.gain_ratio * (1.0 - severity))


@fault_mode(
    "microphone.noisy",
    of=MICROPHONE,
    fault_from=0.4,
    because="the noise is then 22 dB above a good part's: less than 40 dB under a voice at 94 dB SPL",
)
def noisy(part: Microphone, severity: float) -> Microphone:
    """A leak of the bias charge pump puts its noise on the membrane."""
    return replace(part, noise_dbfs=between(part.noise_dbfs, -38.0, severity))


@fault_mode(
    "microphone.offset",
    of=MICROPHONE,
    fault_from=0.3,
    because="an offset of 12 % of full scale costs headroom and clicks at each start of a recording",
)
def offset(part: Microphone, severity: float) -> Microphone:
    """A leaking coupling capacitor lets the bias voltage through to the converter."""
    return replace(part, dc_ratio=0.4 * severity)
