"""Incremental capacity dQ/dV of a slow constant-current charge: an extra, no verdict.

Charge over voltage in steps of 5 mV, smoothed and differentiated by Savitzky and Golay (1964). The peaks tell which
electrode lost what; above a third of the capacity per hour, or with a gauge of coarse steps, they vanish.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import signal

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

_LEAST = 50
_ORDER = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class IncrementalCapacity(Judged):
    """The curve and its peaks.

    Attributes:
        voltage_v: (steps,) middle of each voltage step.
        slope_ah_v: (steps,) dQ/dV.
        slope_std_ah_v: sigma of the curve, from the roughness that the smoothing took away.
        peaks_v: voltages of the peaks that stand out by four sigmas.
        peaks_ah_v: their heights.
    """

    voltage_v: Float
    slope_ah_v: Float
    slope_std_ah_v: float
    peaks_v: Float
    peaks_ah_v: Float


def incremental_capacity(
    voltage_v: Samples, charge_ah: Samples, *, step_v: float = 0.005, window: int = 15
) -> IncrementalCapacity:
    """Differentiate (samples,) of charge by voltage, rising but for noise, smoothed over ``window`` (odd) steps."""
    volts, charge = as_series(voltage_v, name="voltage_v"), as_series(charge_ah, name="charge_ah")
    same_length(voltage_v=volts, charge_ah=charge)
    step = checked_rate(step_v, name="step_v")
    if window % 2 == 0 or window <= _ORDER:
        raise WrongValue(f"window must be odd and above {_ORDER}, not {window}")
    if reasons := flaws(volts, at_least=_LEAST) or flaws(charge):
        return void(IncrementalCapacity, reasons)
    grid = np.arange(float(volts.min()) + step, float(volts.max()), step)
    if grid.size < 2 * window:
        return void(IncrementalCapacity, (Reason.NOT_COVERED,))
    # Noise makes the voltage go back: sorting it keeps the charge below each voltage, which is what the curve asks for.
    order = np.argsort(volts, kind="stable")
    raw = np.interp(grid, volts[order], np.sort(charge))
    slope = np.asarray(signal.savgol_filter(raw, window, _ORDER, deriv=1, delta=step), dtype=np.float64)
    smooth = np.asarray(signal.savgol_filter(raw, window, _ORDER), dtype=np.float64)
    weights = signal.savgol_coeffs(window, _ORDER, deriv=1, delta=step)
    std = float((raw - smooth).std() * np.sqrt((np.asarray(weights) ** 2).sum()))
    places, _ = signal.find_peaks(slope, prominence=max(4.0 * std, 0.02 * float(np.ptp(slope)), 1e-300))
    return IncrementalCapacity(
        voltage_v=grid,
        slope_ah_v=slope,
        slope_std_ah_v=std,
        peaks_v=grid[places],
        peaks_ah_v=slope[places],
    )
