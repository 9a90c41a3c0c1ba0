"""Resistance of the way from a charger to the phone, as the slope over load steps: offsets of the two meters cancel.

``(source - sink) = offset + resistance * current`` over at least three different loads. It belongs to cable, plug and
port together; exchanging one of them tells which.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from probes.signals._validity import (
    Judged,
    Reason,
    Samples,
    as_series,
    checked_rate,
    flaws,
    same_length,
    void,
)

_LEVELS = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class PathResistance(Judged):
    """The straight line through the loads.

    Attributes:
        resistance_ohm: slope.
        resistance_std_ohm: one sigma of it.
        offset_v: difference of the two meters without load.
        offset_std_v: one sigma of it.
        residual_v: root mean square about the line; above the meters' noise the contact changes while it is loaded.
        span_a: largest minus smallest current.
        levels: different loads (more than a tenth of the span apart).
    """

    resistance_ohm: float
    resistance_std_ohm: float
    offset_v: float
    offset_std_v: float
    residual_v: float
    span_a: float
    levels: int


def path_resistance(
    source_v: Samples, sink_v: Samples, current_a: Samples, *, least_span_a: float = 0.3
) -> PathResistance:
    """Fit (samples,) of both ends' voltages and the current through the path, taken at the same times.

    `NO_STEP` when the currents lie closer together than ``least_span_a`` or at fewer than three levels; the remark
    `OUT_OF_RANGE` when the slope is negative by more than two sigmas: meters exchanged, or sign of the current.
    """
    source, sink = as_series(source_v, name="source_v"), as_series(sink_v, name="sink_v")
    amperes, least = as_series(current_a, name="current_a"), checked_rate(least_span_a, name="least_span_a")
    same_length(source_v=source, sink_v=sink, current_a=amperes)
    fine = {"constant_is_bad": False}
    reasons = flaws(amperes, at_least=_LEVELS, **fine) or flaws(source, **fine) or flaws(sink, **fine)
    if reasons:
        return void(PathResistance, reasons)
    span = float(np.ptp(amperes))
    ordered = np.sort(amperes)
    levels = 1 + int((np.diff(ordered) > 0.1 * span).sum()) if span > 0 else 1
    if levels < _LEVELS and np.unique(np.rint((ordered - ordered[0]) / max(span, 1e-12) * 10)).size >= _LEVELS:
        levels = _LEVELS  # a ramp has no gaps between its levels
    if span < least or levels < _LEVELS:
        return void(PathResistance, (Reason.NO_STEP,), span_a=span, levels=levels)
    drop = source - sink
    centred = amperes - amperes.mean()
    power = float(centred @ centred)
    slope = float(centred @ drop) / power
    rest = drop - drop.mean() - slope * centred
    variance = float(rest @ rest) / max(drop.size - 2, 1)
    std = math.sqrt(variance / power)
    return PathResistance(
        resistance_ohm=slope,
        resistance_std_ohm=std,
        offset_v=float(drop.mean()) - slope * float(amperes.mean()),
        offset_std_v=math.sqrt(variance * (1.0 / drop.size + float(amperes.mean()) ** 2 / power)),
        residual_v=math.sqrt(float(rest @ rest) / drop.size),
        span_a=span,
        levels=levels,
        remarks=(Reason.OUT_OF_RANGE,) if slope < -2.0 * std else (),
    )
