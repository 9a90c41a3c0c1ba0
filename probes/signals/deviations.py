"""The relatives of the overlapping Allan deviation: plain, modified, time, Hadamard (plain, overlapping) and total.

Formulas: NIST SP1065 (W. J. Riley, 2008), section 5.2 (total: doubly reflected phase). They tell kinds of noise
apart that the Allan deviation cannot (white from flicker phase noise), and ignore a linear drift (Hadamard).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np

from probes.signals._validity import (
    Float,
    Judged,
    Reason,
    Samples,
    WrongValue,
    as_series,
    checked_rate,
    flaws,
    void,
)

Form = Literal["allan", "modified", "time", "hadamard", "overlapping_hadamard", "total"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Deviation(Judged):
    """Deviations of one series: averaging times (s), values in the unit of the rate (``time``: of the phase), terms.

    ``deviation_std`` is value / sqrt(terms), the spread of white noise without overlap: an indication, no interval.
    """

    taus_s: Float
    deviation: Float
    deviation_std: Float
    terms: Float


def deviation(
    samples: Samples, *, form: Form, rate_hz: float, taus_s: Samples, kind: Literal["rate", "phase"] = "rate"
) -> Deviation:
    """One of the relatives at the averaging times asked for; times that the record cannot show are left out.

    Raises:
        WrongValue: an unknown form, or averaging times that are not finite.
    """
    if form not in _FORMS:
        raise WrongValue(f"form must be one of {', '.join(_FORMS)}")
    rate = checked_rate(rate_hz)
    series, wanted = as_series(samples), as_series(taus_s, name="taus_s") * rate
    if not np.isfinite(wanted).all():
        raise WrongValue("taus_s must be finite")
    if reasons := flaws(series, at_least=3):
        return void(Deviation, reasons)
    phase = np.concatenate(([0.0], np.cumsum(series))) / rate if kind == "rate" else series
    measure, taus, values, terms = _FORMS[form], [], [], []
    for factor in (int(value) for value in np.unique(np.rint(wanted)) if value >= 1):
        differences, norm = measure(phase, factor)
        if differences.size:
            taus.append(factor / rate)
            values.append(np.sqrt(float(differences.dot(differences)) / differences.size / norm) / taus[-1])
            terms.append(float(differences.size))
    if not taus:
        return void(Deviation, (Reason.TOO_SHORT,))
    times, found = np.array(taus), np.array(values)
    if form == "time":
        found = found * times / np.sqrt(3.0)
    return Deviation(taus_s=times, deviation=found, deviation_std=found / np.sqrt(terms), terms=np.array(terms))


def _allan(phase: Float, factor: int) -> tuple[Float, float]:
    return np.diff(phase[::factor], 2), 2.0


def _overlapping(phase: Float, factor: int) -> Float:
    return phase[2 * factor :] - 2.0 * phase[factor:-factor] + phase[: -2 * factor]


def _modified(phase: Float, factor: int) -> tuple[Float, float]:
    if phase.size < 3 * factor:
        return phase[:0], 2.0
    summed = np.concatenate(([0.0], np.cumsum(_overlapping(phase - phase.mean(), factor))))
    return (summed[factor:] - summed[:-factor]) / factor, 2.0


def _hadamard(phase: Float, factor: int) -> tuple[Float, float]:
    return np.diff(phase[::factor], 3), 6.0


def _overlapping_hadamard(phase: Float, factor: int) -> tuple[Float, float]:
    if phase.size <= 3 * factor:
        return phase[:0], 6.0
    second = _overlapping(phase, factor)
    return second[factor:] - second[:-factor], 6.0


def _total(phase: Float, factor: int) -> tuple[Float, float]:
    """Second differences around every inner point of the phase, mirrored beyond both of its ends."""
    points = phase.size
    if factor >= points:
        return phase[:0], 2.0
    mirrored = np.concatenate((2 * phase[0] - phase[:0:-1], phase, 2 * phase[-1] - phase[-2::-1]))
    middle = points - 1
    inner = slice(middle + 1, middle + points - 1)
    left, right = slice(inner.start - factor, inner.stop - factor), slice(inner.start + factor, inner.stop + factor)
    return mirrored[left] - 2.0 * mirrored[inner] + mirrored[right], 2.0


_FORMS: dict[str, Callable[[Float, int], tuple[Float, float]]] = {
    "allan": _allan,
    "modified": _modified,
    "time": _modified,
    "hadamard": _hadamard,
    "overlapping_hadamard": _overlapping_hadamard,
    "total": _total,
}
