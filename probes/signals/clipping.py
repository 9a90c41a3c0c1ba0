"""Samples that were cut off: too many at the very top.

Method: near its top a sine (and so a sweep) has as many samples within d of it as between d and 4 d, because the share
above a level grows with the root of the distance; sounds with rarer peaks have fewer at the top. A clipped one has
nearly all there, in runs of three and more. Tones of which fewer than three samples fit into a crest are only judged by
the full scale, in `level`.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from probes.signals._channels import TINY, Reasons, good, heard, whole
from probes.signals._validity import Float, Float32, Judged, Samples, nan_like

STEP = 1.0 / 32768.0
LEAST_TOP = 8
"""Fewer samples at the top are chance."""
TIMES_NEXT = 4.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Clipping(Judged):
    """What was cut off in each channel (C,).

    Attributes:
        clipped: whether it was, at any level (a limiter before the converter counts too).
        share: the share of the samples that lie at the cut, with its binomial standard deviation ``share_std``.
        share_std: see ``share``.
        high: the level above which it was cut, NaN when it was not.
        low: the level below which it was cut, NaN when it was not.
    """

    clipped: tuple[bool, ...]
    share: Float
    share_std: Float
    high: Float
    low: Float
    channel_reasons: tuple[Reasons, ...] = ()


def clipping(recording: Samples) -> Clipping:
    """Look for cut-off tops in (channels, samples) or (samples,); int16 is full scale 1.0.

    Rounded (noisy) tops after the cut are not found here; they show in THD.
    """
    sound, reasons = heard(recording, at_least=16)
    channels = len(sound)
    share, high, low = nan_like(channels), nan_like(channels), nan_like(channels)
    for channel in np.flatnonzero(good(reasons)):
        row = sound[channel]
        top, bottom = _cut(row), _cut(-row)
        share[channel] = (top[0] + bottom[0]) / len(row)
        high[channel] = top[1]
        low[channel] = -bottom[1]
    return Clipping(
        clipped=tuple((np.isfinite(high) | np.isfinite(low)).tolist()),
        share=share,
        share_std=np.sqrt(share * (1.0 - share) / max(1, sound.shape[-1])),
        high=high,
        low=low,
        channel_reasons=reasons,
        reasons=whole(reasons),
    )


def _cut(row: Float32) -> tuple[int, float]:
    """How many samples lie at a cut above, and its level; (0, NaN) when there is none."""
    top = float(row.max())
    if top <= TINY:
        return 0, float("nan")
    width = max(STEP, 1e-4 * top) * 1.01
    at_top = row > top - width
    flat = at_top[:-2] & at_top[1:-1] & at_top[2:]  # tops of one or two samples may be a sine's own
    count = int(flat.sum()) + 2 * int((flat & ~np.concatenate([[False], flat[:-1]])).sum())
    near = int((row > top - 4.0 * width).sum()) - int(at_top.sum())
    if count < LEAST_TOP or count <= TIMES_NEXT * near:
        return 0, float("nan")
    return count, top
