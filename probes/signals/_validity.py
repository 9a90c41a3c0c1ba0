"""What every analyser of signals shares: typed errors for misuse, and results that say whether their numbers hold.

Two kinds of trouble are kept apart. The caller's mistake (a wrong shape, a rate of zero) raises a `SignalError`. What
the signal itself denies (too short, too noisy, nothing but zeros) raises nothing: the result comes back with ``valid``
false, the `Reason` of it, and NaN where a number would stand.
::

    SignalError (ValueError)
    |- WrongShape      not (samples,) or (channels, samples), lengths that do not match
    |- WrongRate       a rate that is not a finite number above zero
    |- WrongValue      another parameter outside its range
    '- WrongType       text, complex numbers, objects: no samples
"""

from __future__ import annotations

import math
from dataclasses import dataclass, fields
from enum import StrEnum
from typing import Any, TypeVar, overload

import numpy as np
import numpy.typing as npt

Float = npt.NDArray[np.float64]
Float32 = npt.NDArray[np.float32]
Samples = npt.ArrayLike
_T = TypeVar("_T", bound=np.floating[Any])
_Judged = TypeVar("_Judged", bound="Judged")


class SignalError(ValueError):
    """The call was wrong, not the signal. Example: an array of three dimensions."""


class WrongShape(SignalError):
    """The array does not have the shape that the function asks for. Example: stamps and values of different lengths."""


class WrongRate(SignalError):
    """The sampling rate is not a finite number above zero. Example: 0 Hz, NaN."""


class WrongValue(SignalError):
    """Another parameter is outside its range. Example: a band whose upper edge lies below its lower edge."""


class WrongType(SignalError, TypeError):
    """What was given are no samples. Example: text, complex numbers."""


class Reason(StrEnum):
    """Why a number is missing (in ``reasons``) or deserves care (in ``remarks``)."""

    EMPTY = "empty"
    TOO_SHORT = "too_short"
    TOO_NOISY = "too_noisy"
    BAND_NOT_EXCITED = "band_not_excited"
    LOST_SAMPLES = "lost_samples"
    CLIPPED = "clipped"
    ALL_ZERO = "all_zero"
    CONSTANT = "constant"
    NOT_FINITE = "not_finite"
    NOT_REPEATABLE = "not_repeatable"
    NOT_ENOUGH_POSITIONS = "not_enough_positions"
    NOT_STILL = "not_still"
    NO_STEP = "no_step"
    NO_FIT = "no_fit"
    NOT_FOUND = "not_found"
    NOT_COVERED = "not_covered"
    OUT_OF_RANGE = "out_of_range"
    AMBIGUOUS = "ambiguous"
    COARSE = "coarse"
    BAD_STAMPS = "bad_stamps"


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """The base of every result: with a reason in ``reasons`` its numbers are NaN, with ``remarks`` only they hold."""

    reasons: tuple[Reason, ...] = ()
    remarks: tuple[Reason, ...] = ()

    @property
    def valid(self) -> bool:
        """Whether the numbers hold."""
        return not self.reasons


def checked_rate(rate_hz: float, *, name: str = "rate_hz") -> float:
    """The rate as a float; raises `WrongRate` unless it is finite and above zero."""
    value = checked_number(rate_hz, name=name, error=WrongRate)
    if not value > 0.0:
        raise WrongRate(f"{name} must be above zero, not {value!r}")
    return value


def checked_number(
    value: float, *, name: str, above: float = -math.inf, below: float = math.inf, error: type[SignalError] = WrongValue
) -> float:
    """A finite float with ``above <= value <= below``; raises `error` (default `WrongValue`) otherwise."""
    try:
        number = float(value)
    except (TypeError, ValueError) as trouble:
        raise error(f"{name} must be a number") from trouble
    if not math.isfinite(number) or number < above or number > below:
        raise error(f"{name} must be a finite number in {above}..{below}, not {number!r}")
    return number


@overload
def as_channels(samples: Samples, *, name: str = ..., counts: bool = ...) -> Float: ...
@overload
def as_channels(samples: Samples, *, name: str = ..., counts: bool = ..., dtype: type[_T]) -> npt.NDArray[_T]: ...
def as_channels(
    samples: Samples, *, name: str = "samples", counts: bool = False, dtype: type[np.floating[Any]] = np.float64
) -> npt.NDArray[Any]:
    """Samples as a (channels, samples) float array; (samples,) becomes one channel.

    int16 is full scale 1.0 (divided by 32768) unless ``counts`` says that integers are to be kept as they are; any
    other integer is kept as it is. NaN and infinities pass: `flaws` names them. No copy is made when none is needed.

    Raises:
        WrongType: text, objects, complex numbers.
        WrongShape: a scalar, or more than two dimensions, or no channel at all.
    """
    array = np.asarray(samples)
    if array.dtype.kind not in "fiub" and array.size:
        raise WrongType(f"{name} must be real numbers, not {array.dtype}")
    if array.ndim not in {1, 2} or (array.ndim == 2 and array.shape[0] == 0):
        raise WrongShape(f"{name} must be (samples,) or (channels, samples), not {array.shape}")
    if array.ndim == 1:
        array = array[np.newaxis, :]
    with np.errstate(over="ignore"):  # a float64 beyond float32 becomes an infinity, which `flaws` names
        out: npt.NDArray[Any] = array.astype(dtype, copy=False)
    return out / dtype(32768.0) if array.dtype == np.int16 and not counts else out


def as_series(samples: Samples, *, name: str = "samples") -> Float:
    """One series of numbers as a (samples,) float64 array, integers kept as they are; raises like `as_channels`."""
    array = np.asarray(samples)
    if array.ndim != 1:
        raise WrongShape(f"{name} must be (samples,), not {array.shape}")
    series: Float = as_channels(array, name=name, counts=True)[0]
    return series


def as_reals(values: Samples, *, name: str) -> Float:
    """An array of any shape as float64; raises `WrongType` for text, objects and complex numbers."""
    array = np.asarray(values)
    if array.dtype.kind not in "fiu" and array.size:
        raise WrongType(f"{name} must be real numbers, not {array.dtype}")
    return array.astype(np.float64)


def same_length(**named: npt.NDArray[Any]) -> int:
    """The common length of the last axes; raises `WrongShape` with the names when they differ."""
    lengths = {name: array.shape[-1] for name, array in named.items()}
    if len(set(lengths.values())) > 1:
        raise WrongShape("lengths differ: " + ", ".join(f"{name} {length}" for name, length in lengths.items()))
    return next(iter(lengths.values()), 0)


def flaws(samples: npt.NDArray[Any], *, at_least: int = 1, constant_is_bad: bool = True) -> tuple[Reason, ...]:
    """What denies a series or an array of channels at a glance, the gravest reason first; () when nothing does.

    Args:
        samples: any float array; the last axis is time.
        at_least: fewer samples than that are `TOO_SHORT`.
        constant_is_bad: whether channels that never move are named (`ALL_ZERO`, `CONSTANT`); one that moves suffices.
    """
    if samples.size == 0:
        return (Reason.EMPTY,)
    if samples.shape[-1] < at_least:
        return (Reason.TOO_SHORT,)
    low, high = samples.min(axis=-1), samples.max(axis=-1)
    if not (np.isfinite(low).all() and np.isfinite(high).all()):  # min and max carry NaN and infinities through
        return (Reason.NOT_FINITE,)
    if constant_is_bad and bool((low == high).all()):
        return (Reason.ALL_ZERO,) if not np.any(low) else (Reason.CONSTANT,)
    return ()


def nan_like(*shape: int) -> Float:
    """An array of NaN: what an invalid result holds where numbers would stand."""
    return np.full(shape, np.nan)


def void(
    kind: type[_Judged], reasons: tuple[Reason, ...], *, shape: int | tuple[int, ...] = 0, **given: Any
) -> _Judged:
    """An invalid result of that kind: NaN numbers, NaN arrays of ``shape``, zero counts, and what is ``given``."""
    empty: dict[str, Any] = {"float": math.nan, "int": 0, "bool": False, "Float": np.full(shape, np.nan)}
    values = {
        field.name: empty.get(str(field.type), ()) for field in fields(kind) if field.name not in {"reasons", "remarks"}
    }
    return kind(**{**values, **given}, reasons=reasons)
