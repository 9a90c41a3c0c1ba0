"""Rub and buzz: where in the sweep the residual stands above its neighbours'.

THD of H2..H5 does not see a buzz of -40 dB; the residual does. A single frequency can buzz while its neighbours do not,
so every block of the sweep is judged by itself.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from probes.signals._channels import TINY
from probes.signals._validity import Float, Judged, Reason, checked_number, nan_like
from probes.signals.tracker import Track

CONTRAST_DB = 6.0
SPAN_OCTAVES = 3.0
LEAST_BLOCKS = 8


@dataclass(frozen=True, slots=True)
class Spot:
    """A stretch of the sweep that buzzes: channel, band, and the largest contrast in it."""

    channel: int
    low_hz: float
    high_hz: float
    contrast_db: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Buzz(Judged):
    """How far the residual stands out, block by block.

    Attributes:
        frequency_hz: (B,).
        contrast_db: (C, B) residual over its median within three octaves on both sides (fewer at the ends).
        contrast_std_db: (C,) robust scatter of the contrast where nothing buzzes: what one block may do by chance.
        spots: stretches above the limit, the loudest first.
    """

    frequency_hz: Float
    contrast_db: Float
    contrast_std_db: Float
    spots: tuple[Spot, ...]


def buzz(track: Track, *, contrast_db: float = CONTRAST_DB, low_hz: float = 50.0, high_hz: float = 3000.0) -> Buzz:
    """Look for blocks between ``low_hz`` and ``high_hz`` whose residual is ``contrast_db`` above its neighbours'."""
    limit = checked_number(contrast_db, name="contrast_db", above=0.1)
    low = checked_number(low_hz, name="low_hz", above=0.0)
    high = checked_number(high_hz, name="high_hz", above=low)
    channels, blocks = track.residual_rms.shape
    reasons = track.reasons or ((Reason.TOO_SHORT,) if blocks < LEAST_BLOCKS else ())
    if reasons:
        blank = nan_like(channels, blocks)
        return Buzz(
            frequency_hz=track.frequency_hz,
            contrast_db=blank,
            contrast_std_db=nan_like(channels),
            spots=(),
            reasons=reasons,
        )
    level = 20.0 * np.log10(track.residual_rms + TINY)
    octave = np.log2(track.frequency_hz)
    reach = np.minimum(SPAN_OCTAVES, np.minimum(octave - octave[0], octave[-1] - octave) + 1e-9)
    near = np.abs(octave[np.newaxis, :] - octave[:, np.newaxis]) <= reach[:, np.newaxis]
    contrast = nan_like(channels, blocks)
    for block in range(blocks):
        some = level[:, near[block]]
        known = np.isfinite(some).any(axis=1)
        contrast[known, block] = level[known, block] - np.nanmedian(some[known], axis=1)
    asked = (track.frequency_hz >= low) & (track.frequency_hz <= high)
    spots = [spot for channel in range(channels) for spot in _spots(track, contrast[channel], asked, limit, channel)]
    return Buzz(
        frequency_hz=track.frequency_hz,
        contrast_db=contrast,
        contrast_std_db=_scatter(contrast),
        spots=tuple(sorted(spots, key=lambda spot: -spot.contrast_db)),
        remarks=track.remarks,
    )


def _scatter(contrast: Float) -> Float:
    """1.4826 times the median magnitude of each channel's contrast."""
    out = nan_like(len(contrast))
    for channel, row in enumerate(contrast):
        known = row[np.isfinite(row)]
        if len(known):
            out[channel] = 1.4826 * float(np.median(np.abs(known)))
    return out


def _spots(
    track: Track, contrast: Float, asked: np.ndarray[tuple[int], np.dtype[np.bool_]], limit: float, channel: int
) -> list[Spot]:
    """Stretches of neighbouring blocks above the limit."""
    loud = np.flatnonzero(asked & (np.nan_to_num(contrast, nan=-math.inf) >= limit))
    spots = []
    for some in np.split(loud, np.flatnonzero(np.diff(loud) > 1) + 1):
        if len(some):
            edges = track.frequency_hz[[some[0], some[-1]]]
            spots.append(Spot(channel, float(edges[0]), float(edges[1]), float(contrast[some].max())))
    return spots
