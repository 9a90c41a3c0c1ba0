"""Linear filters: second-order sections by their usual words, and first-order lags."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from hwsim.physics.arrays import Floats
from hwsim.physics.noise import fast_length


class Shape(StrEnum):
    """What a section does to the spectrum."""

    LOW_CUT = "low_cut"
    HIGH_CUT = "high_cut"
    PEAK = "peak"
    LOW_SHELF = "low_shelf"
    HIGH_SHELF = "high_shelf"


@dataclass(frozen=True)
class Section:
    """One second-order section: corner or centre frequency, quality factor, and gain for peaks and shelves."""

    shape: Shape
    frequency_hz: float
    q: float = 0.7071
    gain_db: float = 0.0

    def coefficients(self, rate_hz: float) -> tuple[Floats, Floats]:
        """Return numerator and denominator in powers of 1/z (R. Bristow-Johnson's audio equaliser formulas)."""
        angle = 2.0 * np.pi * min(self.frequency_hz, 0.49 * rate_hz) / rate_hz
        cosine, alpha = float(np.cos(angle)), float(np.sin(angle)) / (2.0 * self.q)
        if self.shape in {Shape.LOW_CUT, Shape.HIGH_CUT}:
            sign = -1.0 if self.shape is Shape.LOW_CUT else 1.0
            edge = (1.0 - sign * cosine) / 2.0
            top, bottom = (edge, sign * 2.0 * edge, edge), (1.0 + alpha, -2.0 * cosine, 1.0 - alpha)
        else:
            top, bottom = self._with_gain(cosine, alpha)
        return np.array(top) / bottom[0], np.array(bottom) / bottom[0]

    def _with_gain(self, cosine: float, alpha: float) -> tuple[tuple[float, float, float], tuple[float, float, float]]:
        level = 10.0 ** (self.gain_db / 40.0)
        if self.shape is Shape.PEAK:
            return (
                (1.0 + alpha * level, -2.0 * cosine, 1.0 - alpha * level),
                (1.0 + alpha / level, -2.0 * cosine, 1.0 - alpha / level),
            )
        sign = 1.0 if self.shape is Shape.LOW_SHELF else -1.0
        plus, minus = level + 1.0, level - 1.0
        slope = 2.0 * alpha * level**0.5
        over, under = plus - sign * minus * cosine, plus + sign * minus * cosine
        return (
            (level * (over + slope), 2.0 * sign * level * (minus - sign * plus * cosine), level * (over - slope)),
            (under + slope, -2.0 * sign * (minus + sign * plus * cosine), under - slope),
        )


def bins(size: int, rate_hz: float) -> Floats:
    """Return the frequencies (Hz) of the one-sided spectrum of ``size`` samples."""
    return np.fft.rfftfreq(size, 1.0 / rate_hz).astype(np.float64)


def response(sections: Sequence[Section], frequency_hz: Floats, rate_hz: float) -> NDArray[np.complex128]:
    """Return the complex response of the chain at the given frequencies."""
    delay = np.exp(-2j * np.pi * frequency_hz / rate_hz)
    total = np.ones(frequency_hz.shape, dtype=np.complex128)
    for section in sections:
        top, bottom = section.coefficients(rate_hz)
        total *= (top[0] + delay * (top[1] + delay * top[2])) / (1.0 + delay * (bottom[1] + delay * bottom[2]))
    return total


def lag(values: Floats, *, step_s: float, tau_s: float, start: float) -> Floats:
    """Return ``values`` seen through a first-order lag that stood at ``start`` before the first sample.

    Each value holds for one step (zero-order hold), which makes the result exact for stepwise input.
    """
    keep = float(np.exp(-step_s / tau_s)) if tau_s else 0.0
    count = len(values)
    powers = keep ** np.arange(count + 1)
    size = fast_length(2 * count)
    kernel = np.fft.rfft(powers[:count] * (1.0 - keep), size)
    return np.fft.irfft(np.fft.rfft(values, size) * kernel, size)[:count] + start * powers[1:]
