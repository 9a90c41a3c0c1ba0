"""The fast sums of the Allan deviation: moving sums of the samples themselves, on a pyramid of halved records.

A moving sum over m samples is a difference of phases, so no phase (a running sum, one addition after the other) is
needed: sums of two widths make that of their widths together, a whole block at a time while it lies in the cache. In
single precision; where that would say too little (a bias that moves ten thousand times further than the noise), all is
done again in double.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from probes.signals._allan_noise import carried, noise_of_averages
from probes.signals._allan_sums import exact_variances, phase_of
from probes.signals._validity import Float

BLOCK = 32_768
"""128 KiB a buffer in single precision: those in turn stay in a second-level cache; shorter ones cost more calls."""
MOST_AVERAGES = 4_096
"""Averages that tell the kind of noise: the lag-1 autocorrelation is then known to 0.016."""
LEAST_DIGITS = 1e-2
"""Rounding (largest sum times the type's last digit) over the deviation that is found: 1e-4 of its value at most."""


def pyramid_variances(samples: Float, factors: list[int], quality: int) -> tuple[Float, Float]:
    """Mean squared second differences of the phase and exponents of the noise, at factors from `snapped`.

    Args:
        samples: (samples,) rate data.
        factors: averaging factors, rising.
        quality: starting places per averaging time that are kept; all of them where the noise is that of phase, which
            differs at every place (it falls fastest with time, so it rules the shortest times first).
    """
    mean = float(samples.mean())
    centred = _centred(samples, mean, np.float32)
    reach = max(float(centred.max()), -float(centred.min()))
    variances, told = _levels(centred, factors, quality)
    digits = reach * np.array(factors) * float(np.finfo(np.float32).eps)
    if not (digits <= LEAST_DIGITS * np.sqrt(variances)).all():
        variances, told = _levels(_centred(samples, mean, np.float64), factors, quality)
    alpha = carried(told)
    fine = np.logical_and.accumulate(alpha >= 1.0) & (np.array(factors) >= 2 * quality)
    if fine.any():
        again = [factor for factor, whole in zip(factors, fine, strict=True) if whole]
        variances[fine] = exact_variances(phase_of(samples), again)
    return variances, alpha


def stride_for(factor: int, quality: int) -> int:
    """The largest power of two that leaves at least ``quality`` starting places per averaging time."""
    return 1 << max((factor // quality).bit_length() - 1, 0)


def snapped(factors: list[int], quality: int) -> list[int]:
    """Each factor rounded to a multiple of its stride, so that the thinned series holds its places."""
    out = []
    for factor in factors:
        stride = stride_for(factor, quality)
        out.append((factor + stride // 2) // stride * stride if stride > 1 else factor)
    return sorted(set(out))


def _centred(samples: Float, mean: float, dtype: type[np.floating[Any]]) -> npt.NDArray[Any]:
    out = np.empty(samples.size, dtype)
    np.subtract(samples, mean, out=out, casting="same_kind")
    return out


def _levels(level: npt.NDArray[Any], factors: list[int], quality: int) -> tuple[Float, list[float]]:
    """Variances and noise at each factor; the record is halved by adding neighbours wherever strides double."""
    strides = np.array([stride_for(factor, quality) for factor in factors])
    variances, alpha, stride = np.empty(len(factors)), [np.nan] * len(factors), 1
    widest = max(factor // stride for factor, stride in zip(factors, strides.tolist(), strict=True))
    store = np.empty((widest.bit_length() + 3, min(BLOCK, level.size) + 2 * widest), level.dtype)
    while stride <= strides[-1]:
        places = np.flatnonzero(strides == stride)
        widths = [factors[place] // stride for place in places]
        if widths:
            terms = level.size + 1.0 - 2.0 * np.array(widths)
            variances[places] = _powers(level, widths, store) / terms
            for place, width in zip(places.tolist(), widths, strict=True):
                count = min(level.size // width, MOST_AVERAGES)
                averages = level[: count * width].reshape(count, width) @ np.ones(width, level.dtype)
                alpha[place] = noise_of_averages(averages.astype(np.float64))
        even = level.size // 2 * 2
        level = level[:even:2] + level[1:even:2]
        stride *= 2
    return variances, alpha


def _powers(level: npt.NDArray[Any], widths: list[int], store: npt.NDArray[Any]) -> Float:
    """Sums over i of (y[i + w] - y[i])**2 for each width w, y the moving sum over w samples; widths rise."""
    powers = np.zeros(len(widths))
    for start in range(0, level.size + 1 - 2 * widths[0], BLOCK):
        _block_powers(level[start : start + BLOCK + 2 * widths[-1] - 1], widths, store, powers)
    return powers


def _block_powers(block: npt.NDArray[Any], widths: list[int], store: npt.NDArray[Any], powers: Float) -> None:
    """Add one block's share: of each width the places that start in its first `BLOCK` samples."""
    doubled = [block]  # moving sums over 1, 2, 4, ... samples
    for power in range(widths[-1].bit_length() - 1):
        last, step = doubled[-1], 1 << power
        if last.size <= step:
            break
        doubled.append(np.add(last[step:], last[:-step], out=store[power][: last.size - step]))
    sums, width, spare = block, 1, 0
    for place, wanted in enumerate(widths):
        for power, part in enumerate(doubled):
            if (wanted - width) >> power & 1:
                size = min(sums.size, part.size - width)
                if size < 1:
                    return
                spare = 1 - spare
                sums = np.add(sums[:size], part[width : width + size], out=store[-1 - spare][:size])
                width += 1 << power
        count = min(BLOCK, sums.size - width)
        if count < 1:
            return
        steps = np.subtract(sums[width : width + count], sums[:count], out=store[-3][:count])
        powers[place] += float(steps.dot(steps))
