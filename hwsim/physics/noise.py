"""Noise with a known spectrum, and generators that a name and a seed determine.

Densities are those of data sheets: the root of the one-sided power spectral density, per root hertz. A white noise of
density n has the standard deviation n*sqrt(rate/2) and, in the words of IEEE Std 952, the random walk coefficient
N = n/sqrt(2).
"""

from __future__ import annotations

import hashlib
import math

import numpy as np

from hwsim.physics.arrays import Floats


def generator(seed: int, *names: str) -> np.random.Generator:
    """Return the generator that belongs to this seed and name: streams of different names are independent."""
    digest = hashlib.blake2b("/".join(names).encode(), digest_size=16).digest()
    return np.random.Generator(np.random.PCG64(np.random.SeedSequence([seed, *digest])))


def white(rng: np.random.Generator, count: int, density: float, rate_hz: float) -> Floats:
    """Return white noise of a one-sided density (unit per root hertz)."""
    return rng.standard_normal(count) * (density * math.sqrt(rate_hz / 2.0))


def flicker(rng: np.random.Generator, count: int, instability: float, rate_hz: float) -> Floats:
    """Return 1/f noise whose Allan deviation is flat at ``0.664 * instability``.

    The one-sided density is ``instability**2 / (pi * f)`` (IEEE Std 952-1997, annex C: bias instability), down to the
    inverse of twice the record's length; what is slower cannot be told from a constant bias.
    """
    if not instability:
        return np.zeros(count)
    size = fast_length(2 * count)
    spectrum = np.fft.rfft(rng.standard_normal(size))
    frequency_hz = np.fft.rfftfreq(size, 1.0 / rate_hz)
    frequency_hz[0] = np.inf
    # White noise of unit variance has the one-sided density 2/rate.
    spectrum *= np.sqrt(instability**2 / (np.pi * frequency_hz) * rate_hz / 2.0)
    return np.fft.irfft(spectrum, size)[:count]


def random_walk(rng: np.random.Generator, count: int, coefficient: float, rate_hz: float) -> Floats:
    """Return a random walk that starts at 0; its Allan deviation is ``coefficient * sqrt(tau / 3)``."""
    if not coefficient:
        return np.zeros(count)
    return np.cumsum(rng.standard_normal(count)) * (coefficient / math.sqrt(rate_hz))


def fast_length(count: int) -> int:
    """Return the smallest even length of at least ``count`` whose prime factors are 2, 3 and 5: quick to transform."""
    best = 1 << max(1, (count - 1).bit_length())
    fives = 1
    while fives < best:
        threes = fives
        while threes < best:
            twos = 2 * threes
            while twos < count:
                twos *= 2
            best = min(best, twos)
            threes *= 3
        fives *= 5
    return best
