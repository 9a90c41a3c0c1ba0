"""Loudspeakers: from drive voltage to sound pressure, with what a moving coil does beyond its linear range."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from hwsim.physics.arrays import Floats, Singles, Spectrum
from hwsim.physics.filters import Section, Shape, bins, response
from hwsim.physics.modes import between, between_log, fault_mode
from hwsim.physics.noise import fast_length


@dataclass(frozen=True)
class Speaker:
    """The health of a transducer in its chamber; drive 1.0 is the amplifier's full scale.

    ``full_scale_pa`` is the peak pressure at 1 m for a full-scale drive in the flat band. Excursion 1.0 is what a
    full-scale tone gives well below resonance; the force factor over it is ``1 + bl_slope*x + bl_curve*x**2``
    (W. Klippel's dominant nonlinearity of small speakers). ``buzz_pa`` is the peak of a rub-and-buzz burst at 1 m where
    excursion passes ``buzz_from``. ``comb_gain`` and ``comb_s`` are a reflection behind a clogged mesh.
    """

    full_scale_pa: float = 0.9
    resonance_hz: float = 820.0
    resonance_q: float = 1.1
    voicing: tuple[Section, ...] = (
        Section(Shape.PEAK, 4200.0, 1.2, 3.0),
        Section(Shape.HIGH_CUT, 17000.0, 0.7071),
    )
    bl_slope: float = 0.012
    bl_curve: float = -0.02
    buzz_pa: float = 0.0
    buzz_from: float = 0.5
    buzz_hz: float = 6000.0
    comb_gain: float = 0.0
    comb_s: float = 0.0
    polarity: float = 1.0

    def transfer(self, frequency_hz: Floats, rate_hz: float) -> Spectrum:
        """Return the linear response, pascal at 1 m for full-scale drive, without the delay of the air."""
        sections = (Section(Shape.LOW_CUT, self.resonance_hz, self.resonance_q), *self.voicing)
        echo = 1.0 + self.comb_gain * np.exp(-2j * np.pi * frequency_hz * self.comb_s)
        answer: Spectrum = response(sections, frequency_hz, rate_hz) * echo * (self.full_scale_pa * self.polarity)
        return answer

    def excursion(self, drive: Singles, rate_hz: float) -> Singles:
        """Return the coil's excursion for a drive: a second-order low pass at the resonance."""
        size = fast_length(len(drive))
        low = response((Section(Shape.HIGH_CUT, self.resonance_hz, self.resonance_q),), bins(size, rate_hz), rate_hz)
        moved = np.fft.irfft(np.fft.rfft(drive, size) * low.astype(np.complex64), size)
        return moved[: len(drive)].astype(np.float32)

    def force(self, drive: Singles, rate_hz: float, rng: np.random.Generator) -> Singles:
        """Return the drive with the products of distortion and buzz added, to be sent through ``transfer``."""
        if not (self.bl_slope or self.bl_curve or self.buzz_pa):
            return drive
        moved = self.excursion(drive, rate_hz)
        force = drive * (1.0 + moved * (self.bl_slope + self.bl_curve * moved))
        if self.buzz_pa and self.full_scale_pa:
            force += self._buzz(moved, rate_hz, rng)
        return force.astype(np.float32, copy=False)

    def _buzz(self, moved: Singles, rate_hz: float, rng: np.random.Generator) -> Singles:
        """Return one ringing burst at each peak of the excursion beyond the limit, stronger the further beyond."""
        middle = moved[1:-1]
        peaks = 1 + np.flatnonzero((middle > self.buzz_from) & (middle >= moved[:-2]) & (middle > moved[2:]))
        hits = np.zeros(len(moved), dtype=np.float32)
        depth = np.minimum((moved[peaks] - self.buzz_from) / max(1.0 - self.buzz_from, 1e-3), 1.0)
        hits[peaks] = depth * rng.uniform(0.6, 1.4, len(peaks))
        ring_s = np.arange(round(0.001 * rate_hz)) / rate_hz
        burst = np.sin(2.0 * np.pi * self.buzz_hz * ring_s) * np.exp(-ring_s / 0.0003)
        size = fast_length(len(moved) + len(burst))
        rung = np.fft.irfft(np.fft.rfft(hits, size) * np.fft.rfft(burst.astype(np.float32), size), size)
        return (rung[: len(moved)] * (self.buzz_pa / self.full_scale_pa)).astype(np.float32)


SPEAKER = Speaker()
EARPIECE = Speaker(
    full_scale_pa=0.08,
    resonance_hz=480.0,
    resonance_q=0.9,
    voicing=(Section(Shape.PEAK, 3000.0, 1.0, 4.0), Section(Shape.HIGH_CUT, 11000.0)),
    bl_slope=0.015,
)


@fault_mode(
    "speaker.torn_cone",
    of=SPEAKER,
    fault_from=0.12,
    because="a buzz 40 dB under the tone is heard by most people, and THD passes 3 % near the resonance",
)
def torn_cone(part: Speaker, severity: float) -> Speaker:
    """The membrane has torn from its surround: it moves lopsidedly and its edge slaps at each excursion peak."""
    return replace(
        part,
        bl_slope=between(part.bl_slope, 0.45, severity),
        bl_curve=between(part.bl_curve, -0.3, severity),
        buzz_pa=part.full_scale_pa * between_log(0.002, 0.25, severity),
        buzz_from=between(0.6, 0.08, severity),
        full_scale_pa=part.full_scale_pa * between(1.0, 0.55, severity),
    )


@fault_mode(
    "speaker.rub",
    of=SPEAKER,
    fault_from=0.35,
    because="the residual then stands 6 dB over its neighbouring bands, where listeners begin to complain",
)
def rub(part: Speaker, severity: float) -> Speaker:
    """Iron dust in the gap or an off-centre coil: the former scrapes at the end of each stroke."""
    return replace(part, buzz_pa=part.full_scale_pa * between_log(0.001, 0.1, severity), buzz_from=0.25)


@fault_mode(
    "speaker.mesh_clogged",
    of=SPEAKER,
    fault_from=0.42,
    because="a loss of 6 dB at 6 kHz takes consonants away and is outside any band of production",
)
def mesh_clogged(part: Speaker, severity: float) -> Speaker:
    """Dust and grease in the mesh: its flow resistance and the front volume make a low pass and reflect sound back."""
    clog = Section(Shape.HIGH_CUT, between_log(20000.0, 900.0, severity), 0.6)
    return replace(
        part,
        voicing=(*part.voicing, clog),
        full_scale_pa=part.full_scale_pa * between(1.0, 0.25, severity),
        comb_gain=between(0.0, 0.35, severity),
        comb_s=180e-6,
    )


@fault_mode(
    "speaker.leak",
    of=SPEAKER,
    fault_from=0.4,
    because="6 dB less below 800 Hz is what a missing gasket costs; the voice is thin",
)
def leak(part: Speaker, severity: float) -> Speaker:
    """The gasket of the back volume leaks, and the rear of the membrane cancels its front at low frequency."""
    loss = Section(Shape.LOW_SHELF, 1100.0, 0.7071, -18.0 * severity)
    return replace(part, voicing=(*part.voicing, loss), resonance_q=between(part.resonance_q, 0.6, severity))


@fault_mode(
    "speaker.coil_open",
    of=SPEAKER,
    fault_from=0.5,
    because="6 dB less level over the whole band is beyond the spread of good units (3 dB)",
)
def coil_open(part: Speaker, severity: float) -> Speaker:
    """The joint of the coil's lead cracks: its resistance grows until nothing flows."""
    return replace(part, full_scale_pa=part.full_scale_pa * (1.0 - severity))


@fault_mode(
    "speaker.reversed",
    of=SPEAKER,
    fault_from=0.01,
    because="a pair out of phase loses its bass, at any severity: polarity is right or wrong",
)
def reversed_polarity(part: Speaker, severity: float) -> Speaker:  # noqa: ARG001  there is no half reversed speaker
    """The wires were swapped when the speaker was replaced."""
    return replace(part, polarity=-part.polarity)


@fault_mode(
    "earpiece.clogged",
    of=EARPIECE,
    fault_from=0.3,
    because="6 dB less in the voice band: the far end is not understood in the street",
)
def earpiece_clogged(part: Speaker, severity: float) -> Speaker:
    """Skin fat and dust in the narrow slot over the earpiece."""
    return replace(
        part,
        voicing=(*part.voicing, Section(Shape.HIGH_CUT, between_log(12000.0, 1200.0, severity), 0.6)),
        full_scale_pa=part.full_scale_pa * between_log(1.0, 0.08, severity),
    )


@fault_mode(
    "earpiece.coil_open",
    of=EARPIECE,
    fault_from=0.5,
    because="6 dB less level over the whole band is beyond the spread of good units (3 dB)",
)
def earpiece_coil_open(part: Speaker, severity: float) -> Speaker:
    """The spring contact of the earpiece is bent or corroded, in series with its coil."""
    return replace(part, full_scale_pa=part.full_scale_pa * (1.0 - severity))
