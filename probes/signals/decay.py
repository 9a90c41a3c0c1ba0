"""How a room or an enclosure dies away: Schroeder's backward integral, cut where the noise begins.

Formulas: M. Schroeder, JASA 37 (1965); the cut by A. Lundeby et al., Acustica 81 (1995), as ISO 3382-1:2009 allows.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from probes.signals._channels import TINY, Reasons, good, heard, whole
from probes.signals._validity import Float, Judged, Reason, Samples, WrongValue, checked_number, checked_rate, nan_like

START_DB = -5.0
HEADROOM_DB = 10.0
"""The noise must lie this far below the end of the fitted range (ISO 3382-1)."""
ROUNDS = 6
INDEPENDENT = 2.0
"""How many independent points the curve is worth: an integral's errors hang together over its whole length."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Decay(Judged):
    """How long each channel takes to fall by ``fall_db``.

    Attributes:
        fall_s: (C,) seconds for ``fall_db``, from the fitted slope between -5 dB and -5 dB - ``fall_db``.
        fall_std_s: (C,) its standard deviation, from the scatter of the curve around the line.
        fall_db: how many dB.
        t60_s: (C,) the same slope, carried on to 60 dB.
        knee_s: (C,) when the decay meets the noise, after the strongest sample.
        bend_db: (C,) the largest distance of the curve from the line; above 3 dB there are two slopes.
    """

    fall_s: Float
    fall_std_s: Float
    fall_db: float
    t60_s: Float
    knee_s: Float
    bend_db: Float
    channel_reasons: tuple[Reasons, ...] = ()


def decay(impulse_response: Samples, rate_hz: float, *, fall_db: float = 30.0) -> Decay:
    """Measure the decay of impulse responses.

    Args:
        impulse_response: (channels, samples) or (samples,) that start at or before the direct sound; a tail of noise of
            at least a tenth of the length is needed.
        rate_hz: sampling rate.
        fall_db: the range of the fit: 20 for T20, 30 for T30.

    Returns:
        A `Decay`; channels whose noise lies within 10 dB of the range's end are `TOO_NOISY`.
    """
    rate = checked_rate(rate_hz)
    if checked_number(fall_db, name="fall_db", above=1.0, below=90.0) <= 0:
        raise WrongValue("fall_db must be above zero")
    sound, reasons = heard(impulse_response, at_least=256)
    judged, rows = list(reasons), nan_like(len(sound), 4)
    for channel in np.flatnonzero(good(reasons)):
        found = _one(sound[channel].astype(np.float64), rate, fall_db)
        if isinstance(found, Reason):
            judged[channel] = (found,)
        else:
            rows[channel] = found
    fall, std, knee, bend = rows.T
    return Decay(
        fall_s=fall,
        fall_std_s=std,
        fall_db=fall_db,
        t60_s=fall * (60.0 / fall_db),
        knee_s=knee,
        bend_db=bend,
        channel_reasons=tuple(judged),
        reasons=whole(tuple(judged)),
    )


def _one(response: Float, rate_hz: float, fall_db: float) -> tuple[float, float, float, float] | Reason:
    """(fall_s, std, knee_s, bend_db) of one response, or why there is none."""
    energy = response[int(np.abs(response).argmax()) :] ** 2
    if len(energy) < 128:
        return Reason.TOO_SHORT
    knee, noise = _knee(energy, rate_hz)
    if knee < 16:
        return Reason.TOO_NOISY
    slope = _tail_slope(energy, knee, noise)
    missing = noise / slope if slope > 0.0 else 0.0  # the energy of an exponential that is at the noise at the knee
    backward = np.cumsum((energy[:knee] - noise)[::-1])[::-1] + missing
    if backward[0] <= 0.0:
        return Reason.TOO_NOISY
    curve = 10.0 * np.log10(np.maximum(backward, backward[0] * 1e-12) / backward[0])
    last_db = START_DB - fall_db
    if (
        noise * knee > 0.0
        and 10.0 * math.log10((backward[0] * max(slope, 1e-12) + TINY) / (noise + TINY)) < -last_db + HEADROOM_DB
    ):
        return Reason.TOO_NOISY
    inside = np.flatnonzero((curve <= START_DB) & (curve >= last_db))
    if len(inside) < 8 or curve[-1] > last_db:
        return Reason.TOO_NOISY
    times = inside / rate_hz
    gradient, offset = np.polyfit(times, curve[inside], 1)
    away = curve[inside] - (gradient * times + offset)
    error = float(away.std()) / (float(times.std()) * math.sqrt(INDEPENDENT))
    fall_s = -fall_db / gradient
    return fall_s, fall_s * error / abs(gradient), knee / rate_hz, float(np.abs(away).max())


def _knee(energy: Float, rate_hz: float) -> tuple[int, float]:
    """Where the decay meets the noise (sample), and the noise's power; Lundeby's iteration on 5 ms averages."""
    step = max(8, round(0.005 * rate_hz))
    blocks = len(energy) // step
    power = energy[: blocks * step].reshape(blocks, step).mean(axis=1)
    noise = float(power[-max(1, blocks // 10) :].mean())
    knee = blocks
    for _ in range(ROUNDS):
        above = np.flatnonzero(power[:knee] < noise * 10.0)
        end = int(above[0]) if len(above) else knee
        if end < 3:
            break
        gradient, offset = np.polyfit(np.arange(end), 10.0 * np.log10(power[:end] + TINY), 1)
        if gradient >= 0.0:
            break
        cross = (10.0 * math.log10(noise + TINY) - offset) / gradient
        knee = int(np.clip(cross, 3, blocks))
        quiet = power[min(blocks - 1, knee + round(10.0 / -gradient)) :]
        if len(quiet) >= max(1, blocks // 10):
            noise = float(quiet.mean())
    return knee * step, noise


def _tail_slope(energy: Float, knee: int, noise: float) -> float:
    """The decay rate (1/sample) of the energy over the last 20 dB before the knee; 0 when it does not fall."""
    first = knee // 2
    early = float((energy[first : (first + knee) // 2] - noise).mean())
    late = float((energy[(first + knee) // 2 : knee] - noise).mean())
    return math.log(early / late) / ((knee - first) / 2.0) if early > late > 0.0 else 0.0
