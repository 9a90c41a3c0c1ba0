"""A charge cut into its phases: pre-charge, constant current, constant voltage with its taper, steps down when hot.

Rules: pre-charge is below 3.0 V; constant voltage is within 10 mV of the highest voltage that is held while the current
falls; a step down is a lasting fall of the current by 15 % or more before that, and how much warmer the pack then was
than at the start tells whether heat was its reason. The time constant of the taper grows as a battery ages.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import numpy as np
import numpy.typing as npt

from probes.signals._validity import (
    Float,
    Judged,
    Reason,
    Samples,
    as_series,
    checked_rate,
    flaws,
    same_length,
    void,
)

_AT_TOP_V = 0.010
_LEAST = 16
_STEP = 0.15


class ChargePhase(StrEnum):
    """What the charger does."""

    REST = "rest"
    PRE_CHARGE = "pre_charge"
    CONSTANT_CURRENT = "constant_current"
    CONSTANT_VOLTAGE = "constant_voltage"
    DISCHARGE = "discharge"


@dataclass(frozen=True, slots=True, kw_only=True)
class ChargeSegment:
    """One phase: first and last sample's time, their voltage, mean current and charge moved."""

    phase: ChargePhase
    start_s: float
    stop_s: float
    start_v: float
    stop_v: float
    mean_a: float
    moved_mah: float


@dataclass(frozen=True, slots=True, kw_only=True)
class ChargeCurve(Judged):
    """A charge and its phases.

    Attributes:
        segments: phases in their order.
        float_v: the voltage that is held at the end, NaN when the charge did not get there.
        float_std_v: standard deviation of the voltage while it was held.
        end_a: current at the end of the taper, NaN without one.
        taper_s: time constant of the taper, NaN without one.
        taper_std_s: one sigma of it.
        step_times_s: times of the steps down before the constant voltage.
        step_ratios: current after over before each of them.
        step_warming_c: how much warmer the pack was at each than at the start, NaN without a temperature.
        moved_mah: charge into the battery over all.
    """

    segments: tuple[ChargeSegment, ...]
    float_v: float
    float_std_v: float
    end_a: float
    taper_s: float
    taper_std_s: float
    step_times_s: Float
    step_ratios: Float
    step_warming_c: Float
    moved_mah: float


def charge_curve(
    times_s: Samples,
    voltage_v: Samples,
    current_a: Samples,
    *,
    temperature_c: Samples | None = None,
    float_v: float | None = None,
    pre_charge_v: float = 3.0,
    rest_a: float = 0.02,
) -> ChargeCurve:
    """Cut (samples,) of a charge into phases.

    Args:
        times_s: rising times.
        voltage_v: of the battery.
        current_a: positive into the battery.
        temperature_c: of the battery, when known.
        float_v: the voltage that the charger should hold; without it the highest one that was held.
        pre_charge_v: below it charging starts gently.
        rest_a: a current of less magnitude is none.
    """
    times, volts = as_series(times_s, name="times_s"), as_series(voltage_v, name="voltage_v")
    amperes = as_series(current_a, name="current_a")
    warmth = np.full(times.shape, np.nan) if temperature_c is None else as_series(temperature_c, name="temperature_c")
    same_length(times_s=times, voltage_v=volts, current_a=amperes, temperature_c=warmth)
    none = checked_rate(rest_a, name="rest_a")
    gentle = checked_rate(pre_charge_v, name="pre_charge_v")
    known = None if float_v is None else checked_rate(float_v, name="float_v")
    if reasons := _why_not(times, volts, amperes, none):
        return void(ChargeCurve, reasons)
    held = _held(volts, amperes, none, known)
    phases = np.select(
        [amperes < -none, amperes <= none, held, volts < gentle],
        [_code(name) for name in ("DISCHARGE", "REST", "CONSTANT_VOLTAGE", "PRE_CHARGE")],
        _code("CONSTANT_CURRENT"),
    )
    charge = np.concatenate(([0.0], np.cumsum((amperes[1:] + amperes[:-1]) / 2.0 * np.diff(times)))) / 3.6
    taper, taper_std, end = _taper(times[held], amperes[held])
    fast = np.flatnonzero(phases == _code("CONSTANT_CURRENT"))
    places, ratios = _steps_down(amperes, fast)
    return ChargeCurve(
        segments=_segments(phases, times, volts, charge),
        float_v=float(np.median(volts[held])) if held.any() else math.nan,
        float_std_v=float(volts[held].std()) if held.any() else math.nan,
        end_a=end,
        taper_s=taper,
        taper_std_s=taper_std,
        step_times_s=times[places],
        step_ratios=ratios,
        step_warming_c=warmth[places] - warmth[0],
        moved_mah=float(charge[-1]),
        remarks=() if held.any() else (Reason.NOT_COVERED,),
    )


def _why_not(times: Float, volts: Float, amperes: Float, none_a: float) -> tuple[Reason, ...]:
    if reasons := flaws(times, at_least=_LEAST) or flaws(volts) or flaws(amperes, constant_is_bad=False):
        return reasons
    if (np.diff(times) <= 0).any():
        return (Reason.BAD_STAMPS,)
    return () if (amperes > none_a).any() else (Reason.NOT_FOUND,)


def _code(name: str) -> int:
    return list(ChargePhase).index(ChargePhase[name])


def _held(volts: Float, amperes: Float, none_a: float, known_v: float | None) -> npt.NDArray[np.bool]:
    """Samples at the float voltage while the current falls: at least eight, the last below nine tenths of the first."""
    charging = amperes > none_a
    top = known_v if known_v is not None else float(np.median(np.sort(volts[charging])[-8:]))
    here = charging & (volts >= top - _AT_TOP_V)
    places = np.flatnonzero(here)
    if places.size < 8:
        return np.zeros(volts.shape, dtype=np.bool)
    edge = max(places.size // 8, 1)
    first, last = float(np.median(amperes[places[:edge]])), float(np.median(amperes[places[-edge:]]))
    return here if last < 0.9 * first else np.zeros(volts.shape, dtype=np.bool)


def _taper(times: Float, amperes: Float) -> tuple[float, float, float]:
    """Time constant of an exponential, its sigma, and the last current: weighted least squares on the logarithm."""
    if times.size < 8:
        return math.nan, math.nan, math.nan
    weight = amperes**2 / float((amperes**2).sum())
    x, y = times - float(weight @ times), np.log(amperes)
    spread = float(weight @ (x * x))
    slope = float(weight @ (x * y)) / spread
    if slope >= 0.0:
        return math.nan, math.nan, float(amperes[-1])
    rest = y - float(weight @ y) - slope * x
    sigma = math.sqrt(float(weight @ rest**2) / spread / max(times.size - 2, 1))
    return -1.0 / slope, sigma / slope**2, float(amperes[-1])


def _steps_down(amperes: Float, fast: npt.NDArray[np.intp]) -> tuple[npt.NDArray[np.intp], Float]:
    """Places within the constant current where it falls by 15 % or more and stays down, and by what ratio."""
    window = 5
    if fast.size < 2 * window + 1:
        return fast[:0], np.zeros(0)
    run = amperes[fast]
    wide = np.lib.stride_tricks.sliding_window_view(run, window)
    before, after = np.median(wide[: -window - 1], axis=1), np.median(wide[window + 1 :], axis=1)
    ratio = after / np.maximum(before, 1e-12)
    falling = ratio < 1.0 - _STEP
    edges = np.flatnonzero(np.diff(np.concatenate(([False], falling, [False])).astype(np.int8)))
    places, ratios = [], []
    for start, stop in edges.reshape(-1, 2):
        falls = np.diff(run[start : stop + 2 * window])
        places.append(int(start + np.argmin(falls)) + 1)
        ratios.append(float(ratio[start:stop].min()))
    return fast[np.array(places, dtype=np.intp)], np.array(ratios)


def _segments(phases: npt.NDArray[Any], times: Float, volts: Float, charge: Float) -> tuple[ChargeSegment, ...]:
    starts = np.concatenate(([0], np.flatnonzero(np.diff(phases)) + 1))
    stops = np.concatenate((starts[1:], [phases.size])) - 1
    names = list(ChargePhase)
    out = []
    for start, stop in zip(starts, stops, strict=True):
        moved, lasted = float(charge[stop] - charge[start]), float(times[stop] - times[start])
        out.append(
            ChargeSegment(
                phase=names[int(phases[start])],
                start_s=float(times[start]),
                stop_s=float(times[stop]),
                start_v=float(volts[start]),
                stop_v=float(volts[stop]),
                mean_a=moved * 3.6 / lasted if lasted > 0 else math.nan,
                moved_mah=moved,
            )
        )
    return tuple(out)
