"""The sums behind the Allan family: second differences of a phase series, exactly, block by block in cache."""

from __future__ import annotations

import numpy as np

from probes.signals._validity import Float

_ROW = 8_192
BLOCK = 32_768  # 256 KiB a buffer: the operands of a block stay in a second-level cache of 1 MiB and more


def phase_of(samples: Float) -> Float:
    """Phase (the running sum, one sample longer) of a (samples,) rate series, its mean taken off.

    The mean only adds a straight line, which second differences do not see; without it the sums keep their digits.
    """
    phase = np.empty(samples.size + 1)
    phase[0] = 0.0
    np.subtract(samples, samples.mean(), out=phase[1:])
    np.cumsum(phase[1:], out=phase[1:])
    return phase


def second_difference_powers(phase: Float, factors: list[int]) -> Float:
    """Sums over i of (x[i + 2m] - 2 x[i + m] + x[i])**2 for each factor m in samples.

    Every block of the series serves all short factors while it lies in the cache; long ones reach too far for that.
    """
    powers = np.zeros(len(factors))
    short = [(place, factor) for place, factor in enumerate(factors) if factor <= BLOCK // 2]
    first, second = np.empty(BLOCK + max((factor for _, factor in short), default=0)), np.empty(BLOCK)
    for start in range(0, phase.size, BLOCK) if short else ():
        for place, factor in short:
            stop = min(start + BLOCK, phase.size - 2 * factor)
            if stop > start:
                ahead = phase[start + factor : stop + 2 * factor]
                steps = np.subtract(ahead, phase[start : stop + factor], out=first[: stop - start + factor])
                powers[place] += _power(np.subtract(steps[factor:], steps[:-factor], out=second[: stop - start]))
    for place, factor in enumerate(factors):
        if factor > BLOCK // 2:
            powers[place] = _far_power(phase, factor, second)
    return powers


def _far_power(phase: Float, factor: int, buffer: Float) -> float:
    total, terms = 0.0, phase.size - 2 * factor
    for start in range(0, terms, BLOCK):
        stop = min(start + BLOCK, terms)
        out, middle = buffer[: stop - start], phase[start + factor : stop + factor]
        np.subtract(phase[start + 2 * factor : stop + 2 * factor], middle, out=out)
        out -= middle
        out += phase[start:stop]
        total += _power(out)
    return total


def _power(block: Float) -> float:
    """Sum of squares in rows too short for the threads of a BLAS, which cost more than they bring on a busy machine."""
    if block.size <= _ROW:
        return float(block.dot(block))
    whole = block.size // _ROW * _ROW
    rows, rest = block[:whole].reshape(-1, _ROW), block[whole:]
    return float(np.vecdot(rows, rows).sum()) + float(rest.dot(rest))


def exact_variances(phase: Float, factors: list[int]) -> Float:
    """Mean squared second difference for each factor, over all overlapping places."""
    return second_difference_powers(phase, factors) / (phase.size - 2.0 * np.array(factors))
