"""Exponential sine sweeps: their design, their phase, and how far ahead of the answer each harmonic arrives.

Formulas: A. Farina, "Simultaneous measurement of impulse response and distortion with a swept-sine technique", AES 108
(2000), and for the phase of the harmonics A. Novak, P. Lotton, L. Simon, "Synchronized swept-sine", JAES 63 (2015).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from probes.signals._validity import Float, Float32, WrongValue, checked_number, checked_rate

HIGHEST_ORDER = 5
_AT_ONCE = 65_536


@dataclass(frozen=True, slots=True, kw_only=True)
class Sweep:
    """A sine whose frequency grows exponentially from ``start_hz`` to ``stop_hz`` in ``duration_s``.

    Raises:
        WrongRate: the sampling rate is no finite number above zero.
        WrongValue: the band is empty or above half the rate, the duration, amplitude or fades make no sense.
    """

    start_hz: float
    stop_hz: float
    duration_s: float
    rate_hz: float
    amplitude: float = 1.0
    fade_in_s: float = 0.0
    fade_out_s: float = 0.0

    def __post_init__(self) -> None:
        checked_rate(self.rate_hz)
        checked_number(self.amplitude, name="amplitude", above=1e-9)
        checked_number(self.duration_s, name="duration_s", above=64.0 / self.rate_hz, below=3600.0)
        checked_number(self.start_hz, name="start_hz", above=1e-3)
        checked_number(self.stop_hz, name="stop_hz", below=self.rate_hz / 2.0)
        if self.stop_hz <= self.start_hz * 1.01:
            raise WrongValue(f"a sweep from {self.start_hz} Hz to {self.stop_hz} Hz does not rise")
        for name in ("fade_in_s", "fade_out_s"):
            checked_number(getattr(self, name), name=name, above=0.0, below=self.duration_s / 2.0)

    @property
    def growth_s(self) -> float:
        """The time in which the frequency grows by the factor e (Farina's L)."""
        return self.duration_s / math.log(self.stop_hz / self.start_hz)

    @property
    def octave_s(self) -> float:
        """The time that one octave takes."""
        return self.growth_s * math.log(2.0)

    @property
    def count(self) -> int:
        """How many samples the sweep has."""
        return round(self.duration_s * self.rate_hz)

    def phase_rad(self, times_s: Float | float) -> Float:
        """The phase at times from the start; zero at the start."""
        phase: Float = 2.0 * math.pi * self.start_hz * self.growth_s * np.expm1(np.asarray(times_s) / self.growth_s)
        return phase

    def frequency_hz(self, times_s: Float | float) -> Float:
        """The frequency at times from the start."""
        frequency: Float = self.start_hz * np.exp(np.asarray(times_s) / self.growth_s)
        return frequency

    def time_s(self, frequency_hz: float) -> float:
        """When the sweep passes a frequency; outside its band this is before its start or after its end."""
        return self.growth_s * math.log(checked_number(frequency_hz, name="frequency_hz", above=1e-6) / self.start_hz)

    def harmonic_lead_s(self, order: int) -> float:
        """How long before the linear impulse response that of harmonic ``order`` appears (Farina's L ln k)."""
        return self.growth_s * math.log(checked_number(order, name="order", above=1))

    def envelope(self, times_s: Float | float) -> Float:
        """The amplitude at times from the start: raised cosines at both ends, ``amplitude`` between."""
        times = np.asarray(times_s, dtype=np.float64)
        shape = np.ones_like(times)
        for length, inside in ((self.fade_in_s, times), (self.fade_out_s, self.duration_s - times)):
            if length:
                shape *= 0.5 - 0.5 * np.cos(math.pi * np.clip(inside / length, 0.0, 1.0))
        return self.amplitude * shape

    def samples(self) -> Float32:
        """The sweep itself as (count,) float32, full scale 1.0; the array is shared and cannot be written to."""
        return _rendered(self)


@lru_cache(maxsize=4)
def _rendered(sweep: Sweep) -> Float32:
    samples = np.empty(sweep.count, dtype=np.float32)
    for first in range(0, sweep.count, _AT_ONCE):  # in double precision, but never all of it at once
        times_s = np.arange(first, min(first + _AT_ONCE, sweep.count)) / sweep.rate_hz
        samples[first : first + _AT_ONCE] = sweep.envelope(times_s) * np.sin(sweep.phase_rad(times_s))
    samples.flags.writeable = False
    return samples


def design(
    *,
    start_hz: float,
    stop_hz: float,
    rate_hz: float,
    octave_s: float = 1.0,
    decay_s: float = 0.25,
    amplitude: float = 0.5,
    orders: int = HIGHEST_ORDER,
) -> Sweep:
    """A sweep of about ``octave_s`` per octave in which the harmonics can be told apart.

    It is made longer where harmonic ``orders`` would arrive within ``decay_s`` (what the room rings) of its neighbour,
    and its length is set so that ``start_hz`` times Farina's L is whole: then each harmonic starts with phase zero
    (Novak 2015). Both ends are faded over a twelfth of an octave. The recording should last ``decay_s`` longer.
    """
    rate = checked_rate(rate_hz)
    start = checked_number(start_hz, name="start_hz", above=1e-3)
    stop = checked_number(stop_hz, name="stop_hz", above=start * 1.01, below=rate / 2.0)
    order = int(checked_number(orders, name="orders", above=2, below=64))
    wanted_s = checked_number(octave_s, name="octave_s", above=1e-3) / math.log(2.0)
    parted_s = checked_number(decay_s, name="decay_s", above=0.0) / math.log(order / (order - 1))
    cycles = max(1, math.ceil(max(wanted_s, parted_s) * start - 1e-9))
    growth_s = cycles / start
    fade_s = growth_s * math.log(2.0) / 12.0
    return Sweep(
        start_hz=start,
        stop_hz=stop,
        duration_s=growth_s * math.log(stop / start),
        rate_hz=rate,
        amplitude=amplitude,
        fade_in_s=fade_s,
        fade_out_s=fade_s,
    )
