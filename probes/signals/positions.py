"""Finding the still stretches of a hand-moved recording, one per position of the phone.

Method: D. Tedaldi, A. Pretto, E. Menegatti, "A robust and easy to implement method for IMU calibration without external
equipments" (ICRA 2014): the variance in a sliding window against a multiple of that of the quietest time.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from probes.signals._validity import (
    Float,
    Judged,
    Reason,
    Samples,
    as_channels,
    checked_rate,
    flaws,
    nan_like,
    void,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Positions(Judged):
    """The still stretches, in their order.

    Attributes:
        starts: first sample of each.
        stops: one past the last sample of each.
        means: (positions, channels) mean of each.
        stds: (positions, channels) standard deviation within each.
        threshold: the variance (summed over channels) below which a window counts as still.
    """

    starts: tuple[int, ...]
    stops: tuple[int, ...]
    means: Float
    stds: Float
    threshold: float


def still_positions(
    samples: Samples, *, rate_hz: float, window_s: float = 1.0, least_s: float = 1.0, factor: float = 6.0
) -> Positions:
    """Find them in (channels, samples); a window is still when its variance is below ``factor`` quietest tenths.

    Args:
        samples: even samples, integers stay counts.
        rate_hz: samples per second.
        window_s: length of the sliding window; half of it is cut off both ends of a stretch.
        least_s: the shortest stretch that is kept.
        factor: how much more than the quietest tenth of the time a still window may move.
    """
    rate = checked_rate(rate_hz)
    window = max(round(checked_rate(window_s, name="window_s") * rate), 4)
    least = max(round(checked_rate(least_s, name="least_s") * rate), 2)
    ratio = checked_rate(factor, name="factor")
    channels = as_channels(samples, counts=True)
    if reasons := flaws(channels, at_least=2 * window):
        return void(Positions, reasons, means=nan_like(0, channels.shape[0]), stds=nan_like(0, channels.shape[0]))
    variance = _sliding_variance(channels, window)
    threshold = ratio * float(np.percentile(variance, 10))
    quiet = np.concatenate(([False], variance <= threshold, [False]))
    edges = np.flatnonzero(quiet[1:] != quiet[:-1])
    # Window i covers samples i .. i + window - 1: what every window of the stretch has in common is well inside.
    runs = [(start + window // 2, stop - 1 + window - window // 2) for start, stop in edges.reshape(-1, 2)]
    kept = [(int(start), int(stop)) for start, stop in runs if stop - start >= least]
    if not kept:
        return void(Positions, (Reason.NOT_STILL,), means=nan_like(0, channels.shape[0]), threshold=threshold)
    return Positions(
        starts=tuple(start for start, _ in kept),
        stops=tuple(stop for _, stop in kept),
        means=np.array([channels[:, start:stop].mean(axis=1) for start, stop in kept]),
        stds=np.array([channels[:, start:stop].std(axis=1) for start, stop in kept]),
        threshold=threshold,
    )


def _sliding_variance(channels: Float, window: int) -> Float:
    """Variance within each window of samples, summed over the channels."""
    centred = channels - channels.mean(axis=1, keepdims=True)
    zero = np.zeros((channels.shape[0], 1))
    sums = np.concatenate((zero, np.cumsum(centred, axis=1)), axis=1)
    squares = np.concatenate((zero, np.cumsum(centred**2, axis=1)), axis=1)
    mean = (sums[:, window:] - sums[:, :-window]) / window
    variance: Float = ((squares[:, window:] - squares[:, :-window]) / window - mean**2).sum(axis=0)
    return np.maximum(variance, 0.0)
