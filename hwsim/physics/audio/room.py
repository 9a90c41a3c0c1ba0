"""The air between speakers and microphones: direct sound, walls, a decaying tail, and what else is heard there."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from hwsim.physics.arrays import Floats, Singles, Spectrum, Triple
from hwsim.physics.noise import fast_length

SOUND_M_S = 343.0
TAPS = 32


@dataclass(frozen=True)
class Room:
    """A rectangular box (metres) with walls that reflect ``reflection_ratio`` of the pressure (image sources).

    ``tail_ratio`` is the RMS of a diffuse tail over the direct sound at 1 m, ``decay_s`` its fall by 60 dB.
    ``order`` is how many mirrors in each direction are followed; 0 leaves the direct sound.
    """

    size_m: Triple = (0.6, 0.5, 0.4)
    reflection_ratio: float = 0.25
    order: int = 2
    tail_ratio: float = 0.0
    decay_s: float = 0.08
    ir_s: float = 0.3

    def impulse_response(
        self, source_m: Triple, listener_m: Triple, *, rate_hz: float, rng: np.random.Generator
    ) -> Floats:
        """Return pressure over time for an impulse that is 1 at 1 m; its length is ``ir_s``."""
        distance_m, strength = self._images(source_m, listener_m)
        count = round(self.ir_s * rate_hz)
        answer = place_impulses(distance_m / SOUND_M_S * rate_hz, strength / distance_m, count)
        if self.tail_ratio:
            times_s = np.arange(count) / rate_hz
            tail = rng.standard_normal(count) * np.exp(-np.log(1e3) * times_s / self.decay_s) * self.tail_ratio
            answer += np.where(times_s > distance_m.min() / SOUND_M_S, tail, 0.0)
        return answer

    def _images(self, source_m: Triple, listener_m: Triple) -> tuple[Floats, Floats]:
        """Return distance and strength of the source and its mirror images (J. Allen and D. Berkley, 1979)."""
        order = np.arange(-self.order, self.order + 1)
        squares, mirrors = [], []
        for axis in range(3):
            length, start, end = self.size_m[axis], source_m[axis], listener_m[axis]
            # Image number k lies at k*L + source for even k, and at (k+1)*L - source for odd k.
            places = np.where(order % 2 == 0, order * length + start, (order + 1) * length - start)
            squares.append((places - end) ** 2)
            mirrors.append(np.abs(order))
        square = squares[0][:, None, None] + squares[1][:, None] + squares[2]
        count = mirrors[0][:, None, None] + mirrors[1][:, None] + mirrors[2]
        near = count <= self.order
        return np.maximum(np.sqrt(square[near]), 0.005), self.reflection_ratio ** count[near].astype(np.float64)


@dataclass(frozen=True)
class Ambient:
    """Noise of the room: pink with a level (dB SPL, 20 Hz to 20 kHz), and mains hum with its harmonics (dB SPL).

    It comes from far away: every microphone hears the same.
    """

    pink_dbspl: float = 30.0
    hum_dbspl: float = 10.0
    mains_hz: float = 50.0

    def spectrum(self, size: int, rate_hz: float, rng: np.random.Generator) -> Spectrum:
        """Return the one-sided spectrum of pressure (Pa) for ``numpy.fft.irfft``; hum is snapped to a bin."""
        bins = size // 2 + 1
        parts = rng.standard_normal(2 * bins, dtype=np.float32)
        spectrum = parts.view(np.complex64)
        frequency_hz = np.fft.rfftfreq(size, 1.0 / rate_hz).astype(np.float32)
        heard = (frequency_hz >= 20.0) & (frequency_hz <= 20000.0)
        frequency_hz[0] = 1.0
        # A one-sided density G makes E|X|^2 = G * rate * size / 2; the two parts share it.
        density = _pascal(self.pink_dbspl) ** 2 / np.log(1000.0)
        spectrum *= np.where(heard, np.sqrt(density * rate_hz * size / 4.0 / frequency_hz), 0.0).astype(np.float32)
        for harmonic, share in ((1, 1.0), (2, 0.5), (3, 0.35)):
            place = round(self.mains_hz * harmonic * size / rate_hz)
            spectrum[place] += np.complex64(share * _pascal(self.hum_dbspl) * np.sqrt(0.5) * size)
        return spectrum


def place_impulses(samples: Floats, strengths: Floats, count: int) -> Floats:
    """Return band-limited impulses at fractional sample positions (a sinc of 32 taps in a Hann window)."""
    answer = np.zeros(count + TAPS)
    whole = np.floor(samples).astype(np.int64)
    inside = whole < count - TAPS // 2
    whole, samples, strengths = whole[inside], samples[inside], strengths[inside]
    taps = np.arange(1 - TAPS // 2, TAPS // 2 + 1)
    away = taps[None, :] - (samples - whole)[:, None]
    shape = np.sinc(away) * np.cos(np.pi * away / (TAPS + 2)) ** 2
    np.add.at(answer, np.maximum(whole[:, None] + taps, 0), strengths[:, None] * shape)
    return answer[:count]


def resample(samples: Singles, ratio: float) -> Singles:
    """Return ``samples`` read ``ratio`` times as fast, same length: a clock that is off by parts per million.

    Four times oversampled by Fourier, then a six-point Lagrange polynomial: errors 68 dB down at 20 kHz of 48 kHz.
    """
    count, factor = len(samples), 4
    size = fast_length(count + 64)
    fine = np.fft.irfft(np.fft.rfft(samples, size), size * factor) * np.float32(factor)
    place = np.arange(count) * (ratio * factor)
    whole = np.floor(place).astype(np.int64)
    part = (place - whole).astype(np.float32)
    answer = np.zeros(count, dtype=np.float32)
    for node in range(-2, 4):
        weight = np.ones(count, dtype=np.float32)
        for other in range(-2, 4):
            if other != node:
                weight *= (part - np.float32(other)) / np.float32(node - other)
        answer += weight * fine[(whole + node) % len(fine)]
    return answer


def _pascal(level_dbspl: float) -> float:
    return float(20e-6 * 10.0 ** (level_dbspl / 20.0))
