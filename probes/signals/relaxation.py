"""How a battery's voltage comes to rest after a load: one or two resistor-capacitor branches.

``v(t) = rest - sum(amplitude_k * exp(-t / tau_k))``. The amplitudes are linear once the time constants are known, so
only these are searched (variable projection, G. Golub and V. Pereyra 1973), from a grid: no first guess is needed.
"""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass

import numpy as np

from probes.signals._fit import fit
from probes.signals._validity import (
    Float,
    Judged,
    Reason,
    Samples,
    WrongValue,
    as_series,
    checked_rate,
    flaws,
    same_length,
    void,
)

_LEAST = {1: 8, 2: 16}
_LONG_ENOUGH_S = {1: 60.0, 2: 600.0}
_GRID = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Relaxation(Judged):
    """The branches, slowest first.

    Attributes:
        rest_v: the voltage at the end of time.
        rest_std_v: one sigma of it.
        amplitude_v: (branches,) what each branch still had to go at the first sample, positive when the voltage rises.
        amplitude_std_v: one sigma of it.
        tau_s: (branches,) time constants.
        tau_std_s: one sigma of it.
        residual_v: root mean square of what the model leaves.
    """

    rest_v: float
    rest_std_v: float
    amplitude_v: Float
    amplitude_std_v: Float
    tau_s: Float
    tau_std_s: Float
    residual_v: float

    def resistances_ohm(self, *, step_a: float, pulse_s: float) -> Float:
        """(branches,) resistances when a load of ``step_a`` for ``pulse_s`` before had charged the branches."""
        step, pulse = checked_rate(abs(step_a), name="step_a"), checked_rate(pulse_s, name="pulse_s")
        return np.asarray(self.amplitude_v / (-np.expm1(-pulse / self.tau_s) * step), dtype=np.float64)


def relaxation(times_s: Samples, voltage_v: Samples, *, branches: int = 1) -> Relaxation:
    """Fit (samples,) of voltage while no current flows; one branch needs a minute, two need ten [measured].

    The remark `AMBIGUOUS` says that a time constant is longer than the record, or that two are less than twice apart.
    """
    if branches not in _LEAST:
        raise WrongValue(f"branches must be 1 or 2, not {branches}")
    times, volts = as_series(times_s, name="times_s"), as_series(voltage_v, name="voltage_v")
    same_length(times_s=times, voltage_v=volts)
    reasons = flaws(times, at_least=_LEAST[branches]) or flaws(volts)
    if not reasons and bool((np.diff(times) <= 0).any()):
        reasons = (Reason.BAD_STAMPS,)
    if not reasons and times[-1] - times[0] < _LONG_ENOUGH_S[branches]:
        reasons = (Reason.TOO_SHORT,)
    if reasons:
        return void(Relaxation, reasons, shape=branches)
    since = times - times[0]
    start = _start(since, volts, branches)
    search = fit(_left, start, since, volts)
    whole = np.concatenate(([0.0], np.zeros(branches), search.numbers))
    whole[: branches + 1] = _linear(since, volts, search.numbers)
    found = fit(_excess, whole, since, volts)
    taus = np.exp(np.clip(found.numbers[branches + 1 :], -50.0, 50.0))
    if not found.done or not np.isfinite(found.std).all():
        return void(Relaxation, (Reason.NO_FIT,), shape=branches)
    order = np.argsort(taus)[::-1]
    near = branches == 2 and taus.max() < 2.0 * taus.min()
    return Relaxation(
        rest_v=float(found.numbers[0]),
        rest_std_v=float(found.std[0]),
        amplitude_v=found.numbers[1 : branches + 1][order],
        amplitude_std_v=found.std[1 : branches + 1][order],
        tau_s=taus[order],
        tau_std_s=(taus * found.std[branches + 1 :])[order],
        residual_v=found.rms,
        remarks=(Reason.AMBIGUOUS,) if near or taus.max() > since[-1] else (),
    )


def _design(since: Float, log_taus: Float) -> Float:
    taus = np.exp(np.clip(log_taus, -50.0, 50.0))
    return np.column_stack((np.ones(since.size), *(-np.exp(-since / tau) for tau in taus)))


def _linear(since: Float, volts: Float, log_taus: Float) -> Float:
    return np.asarray(np.linalg.lstsq(_design(since, log_taus), volts, rcond=None)[0], dtype=np.float64)


def _left(log_taus: Float, since: Float, volts: Float) -> Float:
    return np.asarray(_design(since, log_taus) @ _linear(since, volts, log_taus) - volts)


def _excess(numbers: Float, since: Float, volts: Float) -> Float:
    branches = (numbers.size - 1) // 2
    return np.asarray(_design(since, numbers[branches + 1 :]) @ numbers[: branches + 1] - volts)


def _start(since: Float, volts: Float, branches: int) -> Float:
    """The best time constants of a coarse logarithmic grid between the sampling and the length of the record."""
    grid = np.linspace(math.log(max(float(since[1]), 1e-9)), math.log(float(since[-1])), _GRID)
    choices = [np.array(choice) for choice in itertools.combinations(grid, branches)]
    powers = [float(np.square(_left(choice, since, volts)).sum()) for choice in choices]
    return choices[int(np.argmin(powers))]
