"""A gyroscope against gravity: does its integral turn the gravity of before into the one that is seen now?

The phone rests, is turned, and rests again. The bias is taken from the rests; the angle between the gravity that is
predicted and that measured is the error. What a wrong scale of the gyroscope would do to the prediction is known (by a
difference), so a scale comes out of the same two directions. A turn about the vertical tells nothing.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from probes.signals._rotation import total_rotation
from probes.signals._validity import (
    Float,
    Judged,
    Reason,
    Samples,
    WrongShape,
    WrongValue,
    as_channels,
    checked_rate,
    flaws,
    same_length,
    void,
)

_TRIAL = 1e-3
_LEAST_LEVER = 0.2
_LEAST = 8
_ROUNDS = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class GyroTurn(Judged):
    """How well the gyroscope followed a turn.

    Attributes:
        turned_deg: (3,) integral of each axis, bias taken off.
        turned_std_deg: (3,) one sigma of it, from the noise and the uncertain bias.
        path_deg: angle that was gone through, whatever its direction.
        error_deg: angle between the gravity that is predicted and the one measured.
        error_std_deg: one sigma of it.
        error_per_turn_deg: the error for each 360 degrees of the path.
        scale: what the gyroscope says over what gravity says, NaN (with the remark `AMBIGUOUS`) when the turn was so
            much about the vertical that gravity cannot tell.
        scale_std: one sigma of it.
        bias: (3,) rad/s, mean over both rests.
    """

    turned_deg: Float
    turned_std_deg: Float
    path_deg: float
    error_deg: float
    error_std_deg: float
    error_per_turn_deg: float
    scale: float
    scale_std: float
    bias: Float


def gyro_turn(
    gyro_rad_s: Samples,
    accel: Samples,
    *,
    rate_hz: float,
    before: tuple[int, int],
    after: tuple[int, int],
) -> GyroTurn:
    """Judge (3, samples) of both sensors on one time base, with a rest before and after the turn.

    Args:
        gyro_rad_s: body rates.
        accel: accelerations in any unit.
        rate_hz: samples per second of both.
        before: first and one past the last sample of the rest before the turn (`positions.still_positions` finds them).
        after: the same of the rest after it.

    Raises:
        WrongValue: rests that overlap or lie outside the record.
    """
    rate = checked_rate(rate_hz)
    gyro, force = as_channels(gyro_rad_s, name="gyro_rad_s", counts=True), as_channels(accel, name="accel", counts=True)
    if gyro.shape[0] != 3 or force.shape[0] != 3:
        raise WrongShape(f"three axes each, not {gyro.shape[0]} and {force.shape[0]}")
    count = same_length(gyro_rad_s=gyro, accel=force)
    reasons = flaws(gyro, at_least=2 * _LEAST) or flaws(force, constant_is_bad=False)
    if reasons:
        return void(GyroTurn, reasons, shape=3)
    if not 0 <= before[0] < before[1] <= after[0] < after[1] <= count:
        raise WrongValue(f"rests {before} and {after} must follow each other within 0..{count}")
    if min(before[1] - before[0], after[1] - after[0]) < _LEAST:
        return void(GyroTurn, (Reason.TOO_SHORT,), shape=3)
    rests = [slice(*before), slice(*after)]
    down, down_std = zip(*(_direction(force[:, rest]) for rest in rests), strict=True)
    if not all(np.isfinite(down_std)):
        return void(GyroTurn, (Reason.ALL_ZERO,), shape=3)
    bias, bias_std = _bias(gyro, rests)
    walk = np.sqrt(sum(gyro[:, rest].var(axis=1) for rest in rests) / 2.0 / rate)
    return _judged(
        gyro[:, before[1] - 1 : after[0] + 1], rate, (bias, bias_std, walk), (down[0], down[1]), math.hypot(*down_std)
    )


def _judged(
    moving: Float, rate_hz: float, bias: tuple[Float, Float, Float], down: tuple[Float, Float], down_std: float
) -> GyroTurn:
    rates = moving - bias[0][:, None]
    lasted_s = (rates.shape[1] - 1) / rate_hz
    predicted, _ = _predicted(rates, rate_hz, down[0], 1.0)
    factor, lever = 1.0, math.nan
    for _ in range(_ROUNDS):  # Gauss-Newton on the one factor that the rates would need
        arrow, slope = _predicted(rates, rate_hz, down[0], factor)
        lever = float(slope @ slope)
        if lever <= _LEAST_LEVER**2:
            break
        factor += float((down[1] - arrow) @ slope) / lever
    path = float(np.linalg.norm(rates, axis=0).sum()) / rate_hz
    error = math.atan2(float(np.linalg.norm(np.cross(predicted, down[1]))), float(predicted @ down[1]))
    drift = np.hypot(bias[1] * lasted_s, bias[2] * math.sqrt(lasted_s))
    error_std = math.hypot(down_std, float(np.linalg.norm(drift)) / math.sqrt(1.5))
    told = lever > _LEAST_LEVER**2 and factor > 0.0
    return GyroTurn(
        turned_deg=np.degrees(0.5 * (rates[:, 1:] + rates[:, :-1]).sum(axis=1) / rate_hz),
        turned_std_deg=np.degrees(drift),
        path_deg=math.degrees(path),
        error_deg=math.degrees(error),
        error_std_deg=math.degrees(error_std),
        error_per_turn_deg=math.degrees(error) * 2.0 * math.pi / path if path > 0 else math.nan,
        scale=1.0 / factor if told else math.nan,
        scale_std=error_std / math.sqrt(lever) / factor**2 if told else math.nan,
        bias=bias[0],
        remarks=() if told else (Reason.AMBIGUOUS,),
    )


def _predicted(rates: Float, rate_hz: float, down: Float, factor: float) -> tuple[Float, Float]:
    """Where gravity should be after the turn when the rates are times ``factor``, and its change with that factor."""
    arrows = [total_rotation(rates * value, 1.0 / rate_hz).T @ down for value in (factor, factor + _TRIAL)]
    return arrows[0], (arrows[1] - arrows[0]) / _TRIAL


def _direction(force: Float) -> tuple[Float, float]:
    """Unit vector of the mean, and the angle (rad) that the noise of the mean leaves open."""
    mean = force.mean(axis=1)
    size = float(np.linalg.norm(mean))
    if size == 0.0:
        return mean, math.nan
    spread = float(np.linalg.norm(force.std(axis=1))) * math.sqrt(2.0 / 3.0 / force.shape[1])
    return mean / size, spread / size


def _bias(gyro: Float, rests: list[slice]) -> tuple[Float, Float]:
    """Mean over both rests; its sigma is that of the noise, or half of what the rests differ by when that is more."""
    means = [gyro[:, rest].mean(axis=1) for rest in rests]
    noise = np.sqrt(sum(gyro[:, rest].var(axis=1) / (rest.stop - rest.start) for rest in rests)) / 2.0
    return np.asarray((means[0] + means[1]) / 2.0), np.maximum(noise, np.abs(means[0] - means[1]) / 2.0)
