"""What every analyser of pictures shares: how a picture comes in, what denies it, and how noisy it is."""

from __future__ import annotations

import math
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from probes.signals._validity import Float, Reason, WrongShape, WrongType

_MAD_TO_STD: Final = 1.0 / 0.6744897501960817
"""A normal distribution's standard deviation over its median absolute deviation."""
_QUANTISATION_STD: Final = 1.0 / math.sqrt(12.0)
_CLIPPED_ROWS: Final = 32
_MAX_DN: Final = 1e30
"""No camera gives that; squares and single precision still hold it."""
_MAX_CLIPPED_RATIO: Final = 0.1
_NOISE_SAMPLES: Final = 1 << 14


def as_picture(picture: npt.ArrayLike, *, name: str = "picture") -> npt.NDArray[Any]:
    """A picture as (rows, columns, channels) in its own type; (rows, columns) becomes one channel.

    No copy is made, but of a foreign byte order.

    Raises:
        WrongType: text, objects, complex numbers, booleans.
        WrongShape: not two or three dimensions, or no channel.
    """
    array = np.asarray(picture)
    if array.dtype.kind not in "fiu" and array.size:
        raise WrongType(f"{name} must hold real numbers, not {array.dtype}")
    if array.ndim not in {2, 3} or (array.ndim == 3 and array.shape[2] == 0):
        raise WrongShape(f"{name} must be (rows, columns) or (rows, columns, channels), not {array.shape}")
    if not array.dtype.isnative:  # OpenCV takes the bytes as they are
        array = array.astype(array.dtype.newbyteorder("="))
    return array[..., np.newaxis] if array.ndim == 2 else array


def as_plane(picture: npt.ArrayLike, *, name: str = "picture") -> npt.NDArray[Any]:
    """A picture of one channel (a raw mosaic, a grey picture) as (rows, columns); raises like `as_picture`."""
    array = as_picture(picture, name=name)
    if array.shape[2] != 1:
        raise WrongShape(f"{name} must have one channel, not {array.shape[2]}")
    plane: npt.NDArray[Any] = array[..., 0]
    return plane


def full_scale(picture: npt.NDArray[Any]) -> float:
    """Largest value of an integer type; infinity for floats, which have none."""
    return float(np.iinfo(picture.dtype).max) if picture.dtype.kind in "iu" else math.inf


def is_clipped(plane: npt.NDArray[Any], white_dn: float | None) -> bool:
    """Whether more than a tenth of the pixels (of some rows) are at white: that of the integer type when None."""
    white = full_scale(plane) if white_dn is None else white_dn
    some = plane[:: max(1, plane.shape[0] // _CLIPPED_ROWS)]
    if plane.dtype.kind in "iu" and math.isfinite(white):
        white = math.ceil(white)  # whole numbers are held against a whole one without conversion
    return math.isfinite(white) and float(np.count_nonzero(some >= white)) > _MAX_CLIPPED_RATIO * some.size


def picture_flaws(
    picture: npt.NDArray[Any], *, at_least: tuple[int, int] = (1, 1), constant_is_bad: bool = True
) -> tuple[Reason, ...]:
    """What denies a picture at a glance: EMPTY, TOO_SHORT, NOT_FINITE, OUT_OF_RANGE (over 1e30), ALL_ZERO, CONSTANT."""
    if picture.size == 0:
        return (Reason.EMPTY,)
    if picture.shape[0] < at_least[0] or picture.shape[1] < at_least[1]:
        return (Reason.TOO_SHORT,)
    if picture.dtype.kind == "f":
        low, high = float(picture.min()), float(picture.max())  # NaN and infinities come through
        if not (math.isfinite(low) and math.isfinite(high)):
            return (Reason.NOT_FINITE,)
        if max(-low, high) > _MAX_DN:
            return (Reason.OUT_OF_RANGE,)
    if constant_is_bad:
        first = picture[0, 0]
        # most pictures end this at their first rows
        if bool((picture[0] == first).all()) and bool((picture == first).all()):
            return (Reason.ALL_ZERO,) if not np.any(first) else (Reason.CONSTANT,)
    return ()


def noise_std(plane: npt.NDArray[Any], *, step: int = 1) -> float:
    """Robust noise of a pixel in DN from differences of neighbours ``step`` columns apart, on some rows of the plane.

    ``step`` is 2 for a raw mosaic (same colour). Shading and blemishes hardly count: it is the median absolute
    difference, scaled to the standard deviation of normal noise. Never under the rounding noise of an integer type.
    """
    rows, columns = plane.shape
    every = max(1, rows * columns // _NOISE_SAMPLES)
    some = plane[every // 2 :: every]
    if some.shape[1] <= step or not len(some):
        return math.nan
    return float(noise_of_pairs(apart(some[:, step:], some[:, :-step]).ravel()))


def noise_of_pairs(size: npt.NDArray[Any]) -> Float:
    """Robust noise of a pixel from absolute differences of like pixels, along the last axis: their median, scaled.

    The median of whole numbers is taken inside its class (a median of 1 DN may stand for anything from 0.5 to 1.5).
    """
    integers = size.dtype.kind in "iu"
    count = size.shape[-1]
    middle = np.partition(size, count // 2, axis=-1)[..., count // 2]
    median = middle.astype(np.float64)
    if integers:
        below = np.count_nonzero(size < middle[..., np.newaxis], axis=-1)
        at = np.count_nonzero(size == middle[..., np.newaxis], axis=-1)
        low = np.maximum(median - 0.5, 0.0)
        median = low + (0.5 * count - below) / at * (median + 0.5 - low)
    noise = median * (_MAD_TO_STD / math.sqrt(2.0))
    return np.asarray(np.maximum(noise, _QUANTISATION_STD if integers else 0.0))


def apart(some: npt.NDArray[Any], others: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """Absolute difference, in the type of the pixels where that holds it."""
    if some.dtype.kind == "i":  # the difference of two signed numbers may need one bit more
        some, others = some.astype(np.int64), others.astype(np.int64)
    return np.asarray(np.maximum(some, others) - np.minimum(some, others))
