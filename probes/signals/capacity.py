"""Capacity by counting charge between two rests whose open-circuit voltages tell the state of charge.

Formula (coulomb counting): ``capacity = charge moved / difference of the state of charge``. Between rests that are 30 %
or more apart three percent are within reach; closer together the uncertainty of the voltage rules, which the result's
sigma shows.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from probes.signals._validity import (
    Float,
    Judged,
    Reason,
    Samples,
    WrongValue,
    as_series,
    checked_number,
    checked_rate,
    flaws,
    same_length,
    void,
)

_MAH_PER_AS = 1000.0 / 3600.0
_GAP = 5.0
_GAP_SHARE = 0.02


@dataclass(frozen=True, slots=True)
class OpenCircuit:
    """State of charge (0..1, rising) and the open-circuit voltage (V, rising) that belongs to it."""

    shares: Float
    voltage_v: Float

    def __post_init__(self) -> None:
        shares, volts = as_series(self.shares, name="shares"), as_series(self.voltage_v, name="voltage_v")
        if same_length(shares=shares, voltage_v=volts) < 2:
            raise WrongValue("an open-circuit curve needs two points at least")
        if not (np.isfinite(shares).all() and np.isfinite(volts).all()):
            raise WrongValue("an open-circuit curve must be finite")
        if (np.diff(shares) <= 0).any() or (np.diff(volts) <= 0).any():
            raise WrongValue("both columns of an open-circuit curve must rise")
        object.__setattr__(self, "shares", shares)
        object.__setattr__(self, "voltage_v", volts)

    def share_at(self, voltage_v: float, *, std_v: float = 0.0) -> tuple[float, float]:
        """State of charge at a rested voltage and its sigma (linear between points); NaN outside the curve."""
        volts = checked_number(voltage_v, name="voltage_v")
        doubt = checked_number(std_v, name="std_v", above=0.0)
        if not self.voltage_v[0] <= volts <= self.voltage_v[-1]:
            return math.nan, math.nan
        ends = np.clip([volts - doubt, volts + doubt], self.voltage_v[0], self.voltage_v[-1])
        low, high = np.interp(ends, self.voltage_v, self.shares)
        return float(np.interp(volts, self.voltage_v, self.shares)), float(high - low) / 2.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Capacity(Judged):
    """What was counted.

    Attributes:
        capacity_mah: charge for the whole of the state of charge.
        capacity_std_mah: one sigma of it.
        moved_mah: charge between the two rests, positive into the battery.
        moved_std_mah: one sigma of it, from the current's offset and gain.
        share_before: state of charge at the first rest.
        share_after: at the second.
        span: their difference, positive when charged.
    """

    capacity_mah: float
    capacity_std_mah: float
    moved_mah: float
    moved_std_mah: float
    share_before: float
    share_after: float
    span: float


def counted_charge(times_s: Samples, current_a: Samples) -> tuple[float, float]:
    """Charge (mAh) under (samples,) of current, trapezoids, and the share of the time that lies in gaps.

    A gap is an interval longer than five usual ones; the trapezoid goes across it all the same.
    """
    times, amperes = as_series(times_s, name="times_s"), as_series(current_a, name="current_a")
    same_length(times_s=times, current_a=amperes)
    if times.size < 2:
        return math.nan, math.nan
    steps = np.diff(times)
    charge = float(((amperes[1:] + amperes[:-1]) / 2.0) @ steps) * _MAH_PER_AS
    usual = float(np.median(steps))
    lost = float(steps[steps > _GAP * usual].sum()) / float(times[-1] - times[0]) if times[-1] > times[0] else math.nan
    return charge, lost


def counted_capacity(
    times_s: Samples,
    current_a: Samples,
    *,
    rest_before_v: float,
    rest_after_v: float,
    curve: OpenCircuit,
    rest_std_v: float = 0.003,
    offset_std_a: float = 0.005,
    gain_std: float = 0.01,
    least_span: float = 0.3,
) -> Capacity:
    """Capacity from (samples,) of current between two rests.

    Args:
        times_s: rising times, from the one rest to the other.
        current_a: positive into the battery.
        rest_before_v: rested voltage at the start (an hour without load, or `relaxation.rest_v`).
        rest_after_v: the same at the end.
        curve: open-circuit curve of this kind of cell.
        rest_std_v: one sigma of either voltage.
        offset_std_a: one sigma of the current's zero [prior: a phone's gauge].
        gain_std: one sigma of the current's scale [prior].
        least_span: below that difference of charge nothing is concluded (`NOT_COVERED`).
    """
    times, amperes = as_series(times_s, name="times_s"), as_series(current_a, name="current_a")
    same_length(times_s=times, current_a=amperes)
    offset = checked_number(offset_std_a, name="offset_std_a", above=0.0)
    gain = checked_number(gain_std, name="gain_std", above=0.0)
    wanted = checked_rate(least_span, name="least_span")
    before, before_std = curve.share_at(rest_before_v, std_v=rest_std_v)
    after, after_std = curve.share_at(rest_after_v, std_v=rest_std_v)
    reasons = flaws(times, at_least=2) or flaws(amperes, constant_is_bad=False)
    if not reasons and (np.diff(times) < 0).any():
        reasons = (Reason.BAD_STAMPS,)
    span = after - before
    if not reasons and not math.isfinite(span):
        reasons = (Reason.OUT_OF_RANGE,)
    if not reasons and abs(span) < wanted:
        reasons = (Reason.NOT_COVERED,)
    if reasons:
        return void(Capacity, reasons, share_before=before, share_after=after, span=span)
    moved, lost = counted_charge(times, amperes)
    if lost > _GAP_SHARE:
        return void(Capacity, (Reason.LOST_SAMPLES,), share_before=before, share_after=after, span=span)
    if moved * span <= 0:
        return void(Capacity, (Reason.AMBIGUOUS,), share_before=before, share_after=after, span=span, moved_mah=moved)
    moved_std = math.hypot(offset * float(times[-1] - times[0]) * _MAH_PER_AS, gain * moved)
    value = moved / span
    return Capacity(
        capacity_mah=value,
        capacity_std_mah=value * math.hypot(moved_std / moved, math.hypot(before_std, after_std) / span),
        moved_mah=moved,
        moved_std_mah=moved_std,
        share_before=before,
        share_after=after,
        span=span,
    )
