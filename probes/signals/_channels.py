"""What the analysers of sound share: channels in float32, each with its own reasons, and pieces of a recording."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from probes.signals._validity import Float32, Reason, Samples, WrongShape, WrongType, as_channels

Complex = npt.NDArray[np.complex128]
Reasons = tuple[Reason, ...]
INT16_SCALE = 1.0 / 32768.0
TINY = 1e-30
"""Added to powers before a logarithm: -300 dB instead of minus infinity."""


def heard(samples: Samples, *, at_least: int = 1, silence_is_bad: bool = True) -> tuple[Float32, tuple[Reasons, ...]]:
    """The recording as (channels, samples) float32 and what denies each channel, () where nothing does."""
    sound = as_channels(samples, dtype=np.float32)
    if sound.shape[-1] == 0:
        return sound, ((Reason.EMPTY,),) * len(sound)
    if sound.shape[-1] < at_least:
        return sound, ((Reason.TOO_SHORT,),) * len(sound)
    reasons: list[Reasons] = []
    for low, high in zip(sound.min(axis=-1), sound.max(axis=-1), strict=True):
        if not (np.isfinite(low) and np.isfinite(high)):
            reasons.append((Reason.NOT_FINITE,))
        elif silence_is_bad and low == high:
            reasons.append((Reason.ALL_ZERO,) if low == 0.0 else (Reason.CONSTANT,))
        else:
            reasons.append(())
    return sound, tuple(reasons)


def whole(channel_reasons: tuple[Reasons, ...]) -> Reasons:
    """The reasons of a whole result: () as long as one channel holds, else all that were found, each once."""
    if any(not reasons for reasons in channel_reasons):
        return ()
    return tuple(dict.fromkeys(reason for reasons in channel_reasons for reason in reasons)) or (Reason.EMPTY,)


def good(channel_reasons: tuple[Reasons, ...]) -> npt.NDArray[np.bool_]:
    """Which channels hold, as (channels,) booleans."""
    return np.array([not reasons for reasons in channel_reasons], dtype=np.bool_)


def raw_channels(samples: Samples) -> tuple[npt.NDArray[Any], float]:
    """The recording as (channels, samples) without converting or copying int16 and float, and its scale.

    For analysers that read a small part of a long recording, or each piece once. Raises like `as_channels`.
    """
    array = np.asarray(samples)
    if array.dtype in {np.dtype(np.int16), np.dtype(np.float32)}:
        if array.ndim not in {1, 2} or (array.ndim == 2 and array.shape[0] == 0):
            raise WrongShape(f"samples must be (samples,) or (channels, samples), not {array.shape}")
        return array[np.newaxis, :] if array.ndim == 1 else array, INT16_SCALE if array.dtype == np.int16 else 1.0
    return as_channels(array, dtype=np.float32), 1.0


def piece(sound: npt.NDArray[Any], start: int, count: int) -> Float32:
    """``count`` samples of each channel from ``start`` on as float32; what lies outside the recording is zero."""
    inside = sound[:, max(0, start) : max(0, start + count)]
    if inside.shape[-1] == count:
        return np.asarray(inside, dtype=np.float32)
    out = np.zeros((len(sound), count), dtype=np.float32)
    lead = max(0, -start)
    out[:, lead : lead + inside.shape[-1]] = inside
    return out


def mono(stimulus: Samples, *, name: str = "stimulus") -> Float32:
    """One stimulus as (samples,) float32 that is finite and not silent; raises `WrongShape` or `WrongType`."""
    channels, reasons = heard(stimulus, at_least=2)
    if len(channels) != 1:
        raise WrongShape(f"{name} must be one channel, not {len(channels)}")
    if reasons[0]:
        raise WrongType(f"{name} cannot be used: {reasons[0][0]}")
    sound: Float32 = channels[0]
    return sound
