"""How loud a recording is: dB re full scale and, with a calibrated reference, dB SPL.

Full scale means: the rms of the samples over 1.0 (a full-scale sine reads -3.01 dBFS), as Android's requirements count
(RMS 2500 of 32768 is -22.35 dBFS; CDD 5.4.2). AES17 would read 3.01 dB more.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from probes.signals._channels import TINY, Reasons, good, heard, whole
from probes.signals._validity import (
    Float,
    Judged,
    Reason,
    Samples,
    WrongShape,
    WrongValue,
    checked_number,
    checked_rate,
    nan_like,
)

BLOCK_S = 0.05
LEAST_BLOCKS = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Level(Judged):
    """Levels of each channel (C,), NaN where ``channel_reasons`` names something.

    Attributes:
        rms_dbfs: of the samples without their mean.
        rms_std_db: standard deviation of that, from the scatter of 50 ms blocks; NaN with fewer than four.
        peak_dbfs: the largest magnitude.
        crest_db: peak over rms.
        offset: the mean (DC), full scale 1.0.
        spl_db: sound pressure level, when a calibration was given, else NaN.
        spl_std_db: its standard deviation, that of the calibration included.
    """

    rms_dbfs: Float
    rms_std_db: Float
    peak_dbfs: Float
    crest_db: Float
    offset: Float
    spl_db: Float
    spl_std_db: Float
    channel_reasons: tuple[Reasons, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Calibration:
    """The dB SPL that 0 dBFS rms stands for, one number for each channel (or one for all), and its uncertainty."""

    full_scale_spl_db: tuple[float, ...]
    std_db: float = 0.5


def level(recording: Samples, rate_hz: float, *, calibration: Calibration | None = None) -> Level:
    """Measure the levels of a recording (channels, samples) or (samples,); `CLIPPED` is a remark at full scale."""
    rate = checked_rate(rate_hz)
    sound, reasons = heard(recording, at_least=2)
    channels = len(sound)
    rms, std, peak, offset = nan_like(channels), nan_like(channels), nan_like(channels), nan_like(channels)
    for channel in np.flatnonzero(good(reasons)):
        row = sound[channel].astype(np.float64)
        offset[channel] = row.mean()
        peak[channel] = np.abs(row).max()
        row -= offset[channel]
        rms[channel] = math.sqrt(float(np.vecdot(row, row)) / len(row))
        std[channel] = _scatter_db(row, rate)
    rms_db, peak_db = 20.0 * np.log10(rms + TINY), 20.0 * np.log10(peak + TINY)
    spl, spl_std = nan_like(channels), nan_like(channels)
    if calibration is not None:
        spl = rms_db + _full_scale(calibration, channels)
        spl_std = np.hypot(np.nan_to_num(std), calibration.std_db) + 0.0 * rms_db
    return Level(
        rms_dbfs=rms_db,
        rms_std_db=std,
        peak_dbfs=peak_db,
        crest_db=peak_db - rms_db,
        offset=offset,
        spl_db=spl,
        spl_std_db=spl_std,
        channel_reasons=reasons,
        reasons=whole(reasons),
        remarks=(Reason.CLIPPED,) if bool((peak >= 1.0 - 1.0 / 16384.0).any()) else (),
    )


def calibrate(recording: Samples, rate_hz: float, *, spl_db: float, std_db: float = 0.5) -> Calibration:
    """A calibration from a recording of a sound of known level (a pistonphone, a calibrated speaker).

    Raises `WrongValue` when any channel of it is silent, not finite, too short or at full scale.
    """
    wanted = checked_number(spl_db, name="spl_db", above=0.0, below=200.0)
    found = level(recording, rate_hz)
    if any(found.channel_reasons) or found.remarks:
        raise WrongValue(f"this recording cannot calibrate: {[*found.channel_reasons, found.remarks]}")
    spread = float(np.nan_to_num(found.rms_std_db).max())
    return Calibration(
        full_scale_spl_db=tuple((wanted - found.rms_dbfs).tolist()),
        std_db=math.hypot(checked_number(std_db, name="std_db", above=0.0), spread),
    )


def _full_scale(calibration: Calibration, channels: int) -> Float:
    full = np.asarray(calibration.full_scale_spl_db, dtype=np.float64)
    if full.shape not in {(1,), (channels,)}:
        raise WrongShape(f"a calibration of {full.size} channels does not fit {channels}")
    return full


def _scatter_db(row: Float, rate_hz: float) -> float:
    """Standard deviation of the mean power over 50 ms blocks, in dB of level."""
    step = max(1, round(BLOCK_S * rate_hz))
    blocks = len(row) // step
    if blocks < LEAST_BLOCKS:
        return math.nan
    power = (row[: blocks * step].reshape(blocks, step) ** 2).mean(axis=1)
    ratio = float(power.std(ddof=1)) / (math.sqrt(blocks) * (float(power.mean()) + TINY))
    return 10.0 / math.log(10.0) * ratio
