"""Photon transfer after EMVA 1288: gain, dark noise, non-uniformity and linearity of a camera from flat frames.

Light is counted by its own noise: the temporal variance rises by the gain with every electron. Two frames a level and
two in the dark are enough. Against the reference implementation's published results for a real camera (EMVA 1288
reference set 1): gain, responsivity, dark noise, DSNU and PRNU to eight digits and more. Fits go through the origin,
from the dark to 70 % of saturation, as EMVA 1288 release 3 asks. DN are digital numbers.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from probes.signals._pictures import as_plane
from probes.signals._validity import (
    Float,
    Judged,
    Reason,
    WrongShape,
    WrongValue,
    as_series,
    checked_number,
    same_length,
)

_FIT_RATIO: Final = 0.7
_LINEAR_LOW_RATIO: Final = 0.05
_LINEAR_HIGH_RATIO: Final = 0.95
_QUANTISATION_DN2: Final = 1.0 / 12.0
_MIN_LEVELS: Final = 3
_MIN_FRAMES: Final = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class PhotonTransfer(Judged):
    """What a series of levels says of a camera.

    Gain in DN per electron with its standard deviation from the scatter of the levels, temporal dark noise in DN and
    electrons, the level of saturation (dark taken off) in DN and electrons, the signal-to-noise ratio there, and the
    largest and smallest departure from the straight line between 5 % and 95 % of saturation as ratios. What needs the
    light in photons (responsivity, quantum efficiency, threshold, dynamic range) is NaN without it.
    """

    gain_dn_e: float
    gain_std_dn_e: float
    dark_noise_dn: float
    dark_noise_e: float
    saturation_dn: float
    saturation_e: float
    snr_max_ratio: float
    linearity_max_ratio: float
    linearity_min_ratio: float
    responsivity_dn_photon: float
    quantum_efficiency_ratio: float
    threshold_photons: float
    dynamic_range_ratio: float
    dark_current_e_s: float


@dataclass(frozen=True, slots=True)
class Stack:
    """Frames of one level, summed up: their mean, the mean temporal variance of a pixel in DN^2, and how many."""

    mean_dn: Float
    temporal_variance_dn2: float
    frames: int


@dataclass(frozen=True, slots=True, kw_only=True)
class NonUniformity(Judged):
    """How much pixels differ from each other: in the dark (DSNU, DN and electrons) and in response (PRNU, a ratio).

    ``dsnu_std_e`` and ``prnu_std_ratio`` are standard deviations for independent pixels.
    """

    dsnu_dn: float
    dsnu_e: float
    dsnu_std_e: float
    prnu_ratio: float
    prnu_std_ratio: float


def pair_statistics(first: npt.ArrayLike, second: npt.ArrayLike) -> tuple[float, float]:
    """Mean in DN and temporal variance in DN^2 of two frames of one level: half the mean squared difference.

    A change of the light between the two counts as noise (it is not taken off), as in the reference implementation.

    Raises:
        WrongShape: frames of different sizes, or empty ones.
    """
    one, other = as_plane(first).astype(np.float64), as_plane(second).astype(np.float64)
    if one.shape != other.shape or not one.size:
        raise WrongShape(f"two frames of one size are needed, not {one.shape} and {other.shape}")
    with np.errstate(invalid="ignore", over="ignore"):  # what is not finite makes both numbers NaN or infinite
        return float(0.5 * (one.mean() + other.mean())), float(0.5 * np.mean((one - other) ** 2))


def stack_of(frames: Iterable[npt.ArrayLike]) -> Stack:
    """Sum up the frames of one level, one at a time (Welford), so that they need not be in memory together.

    Raises:
        WrongShape: frames of different sizes. WrongValue: fewer than two frames.
    """
    mean, squares, count = np.zeros((0, 0)), np.zeros((0, 0)), 0
    for frame in frames:
        plane = as_plane(frame).astype(np.float64)
        if count == 0:
            mean, squares = np.zeros(plane.shape), np.zeros(plane.shape)
        if plane.shape != mean.shape:
            raise WrongShape(f"frames of one size are needed, not {plane.shape} after {mean.shape}")
        count += 1
        with np.errstate(invalid="ignore", over="ignore"):  # a pixel that is not finite stays so in the stack
            away = plane - mean
            mean += away / count
            squares += away * (plane - mean)
    if count < _MIN_FRAMES or not mean.size:
        raise WrongValue(f"a stack needs two frames, not {count}")
    return Stack(mean, float(squares.mean() / (count - 1)), count)


def photon_transfer(
    mean_dn: npt.ArrayLike,
    variance_dn2: npt.ArrayLike,
    dark_mean_dn: npt.ArrayLike,
    dark_variance_dn2: npt.ArrayLike,
    *,
    exposure_s: npt.ArrayLike | None = None,
    photons: npt.ArrayLike | None = None,
) -> PhotonTransfer:
    """Gain, dark noise, saturation and linearity from levels of rising light.

    Args:
        mean_dn: (levels,) mean of each level; ``variance_dn2`` its temporal variance (`pair_statistics`).
        dark_mean_dn: (levels,) the same in the dark with the same exposures; ``dark_variance_dn2`` likewise.
        exposure_s: (levels,) exposure times: dark noise is then taken at exposure 0, and linearity goes by them
            where there are no photons.
        photons: (levels,) photons that fall on a pixel.

    Invalid with fewer than three levels under 70 % of saturation (`TOO_SHORT`), without light (`ALL_ZERO`), or when
    the variance does not rise with the light (`NO_FIT`). `NOT_COVERED` is remarked when no level saturates: the
    saturation is then only the largest level seen.

    Raises:
        WrongShape: series of different lengths.
    """
    mean, variance = as_series(mean_dn, name="mean_dn"), as_series(variance_dn2, name="variance_dn2")
    dark = as_series(dark_mean_dn, name="dark_mean_dn")
    dark_variance = as_series(dark_variance_dn2, name="dark_variance_dn2")
    exposure = None if exposure_s is None else as_series(exposure_s, name="exposure_s")
    light = None if photons is None else as_series(photons, name="photons")
    given = [one for one in (mean, variance, dark, dark_variance, exposure, light) if one is not None]
    levels = same_length(**{f"series {number}": one for number, one in enumerate(given)})
    if levels == 0:
        return _invalid(Reason.EMPTY)
    if not all(np.isfinite(one).all() for one in given):
        return _invalid(Reason.NOT_FINITE)
    signal, noise = mean - dark, variance - dark_variance
    if not np.any(signal > 0):
        return _invalid(Reason.ALL_ZERO)
    order = np.argsort(signal, kind="stable")
    saturated = int(order[np.argmax(variance[order])])  # noise grows with light until pixels begin to clip
    low = (signal > 0) & (signal <= _FIT_RATIO * signal[saturated])
    if np.count_nonzero(low) < _MIN_LEVELS:
        return _invalid(Reason.TOO_SHORT)
    gain, gain_std = _slope(signal[low], noise[low])
    if not gain > 0:
        return _invalid(Reason.NO_FIT)
    scale = light if light is not None else exposure
    clips = bool(signal[order[-1]] > signal[saturated])
    return _judged(
        gain=(gain, gain_std),
        dark=_dark(exposure, dark, dark_variance, gain),
        saturation_dn=float(signal[saturated]),
        responsivity=math.nan if light is None else _slope(light[low], signal[low])[0],
        linearity=(math.nan, math.nan) if scale is None else _linearity(scale, signal, float(signal[saturated])),
        saturation_photons=math.nan if light is None else float(light[saturated]),
        remarks=() if clips else (Reason.NOT_COVERED,),
    )


def nonuniformity(bright: Stack, dark: Stack, *, gain_dn_e: float) -> NonUniformity:
    """DSNU and PRNU from a stack at about half saturation and one in the dark (EMVA 1288: 16 frames and more each).

    The variance over the pixels of the mean frame, less what temporal noise leaves in it; population variance.
    Invalid (`TOO_NOISY`) when too few frames leave nothing but temporal noise, (`TOO_SHORT`) for the same level twice.

    Raises:
        WrongShape: stacks of different sizes. WrongValue: a gain that is not above zero.
    """
    checked_number(gain_dn_e, name="gain_dn_e", above=np.finfo(float).tiny)
    if bright.mean_dn.shape != dark.mean_dn.shape:
        raise WrongShape(f"stacks of one size are needed, not {bright.mean_dn.shape} and {dark.mean_dn.shape}")
    nan = math.nan
    step = float(bright.mean_dn.mean() - dark.mean_dn.mean())
    if not math.isfinite(step) or not step > 0:
        reason = Reason.TOO_SHORT if math.isfinite(step) else Reason.NOT_FINITE
        return NonUniformity(
            reasons=(reason,), dsnu_dn=nan, dsnu_e=nan, dsnu_std_e=nan, prnu_ratio=nan, prnu_std_ratio=nan
        )
    measured = [float(stack.mean_dn.var()) for stack in (dark, bright)]
    spatial = [
        value - stack.temporal_variance_dn2 / stack.frames
        for value, stack in zip(measured, (dark, bright), strict=True)
    ]
    response = spatial[1] - spatial[0]
    # a variance over n independent pixels has the relative standard deviation sqrt(2 / n)
    relative = math.sqrt(2.0 / bright.mean_dn.size)
    dsnu = math.sqrt(spatial[0]) if spatial[0] > 0 else nan
    prnu = math.sqrt(response) / step if response > 0 else nan
    missing = math.isnan(dsnu) or math.isnan(prnu)
    return NonUniformity(
        reasons=(Reason.TOO_NOISY,) if missing else (),
        dsnu_dn=nan if missing else dsnu,
        dsnu_e=nan if missing else dsnu / gain_dn_e,
        dsnu_std_e=nan if missing else 0.5 * relative * measured[0] / dsnu / gain_dn_e,
        prnu_ratio=nan if missing else prnu,
        prnu_std_ratio=nan if missing else 0.5 * relative * math.hypot(*measured) / (prnu * step**2),
    )


def _slope(along: Float, values: Float) -> tuple[float, float]:
    """Slope of the least-squares line through the origin and its standard deviation from the scatter (White's)."""
    square = float(along @ along)
    if square <= 0.0:
        return math.nan, math.nan
    slope = float(along @ values / square)
    residual = values - slope * along
    free = len(along) / max(1, len(along) - 1)
    return slope, math.sqrt(free * float((along * residual) @ (along * residual))) / square


def _dark(exposure: Float | None, dark: Float, dark_variance: Float, gain: float) -> tuple[float, float]:
    """Temporal dark noise in DN at exposure 0, and dark current in electrons per second."""
    if exposure is None or np.ptp(exposure) == 0:
        return math.sqrt(max(0.0, float(dark_variance.mean()))), math.nan
    variance_at_0 = float(np.polynomial.polynomial.polyfit(exposure, dark_variance, 1)[0])
    current = float(np.polynomial.polynomial.polyfit(exposure, dark, 1)[1]) / gain
    return math.sqrt(max(0.0, variance_at_0)), current


def _linearity(scale: Float, signal: Float, saturation_dn: float) -> tuple[float, float]:
    """Largest and smallest relative departure from the line of least relative squares (EMVA 1288, 5 % to 95 %)."""
    used = (signal >= _LINEAR_LOW_RATIO * saturation_dn) & (signal <= _LINEAR_HIGH_RATIO * saturation_dn)
    if np.count_nonzero(used) < _MIN_LEVELS or np.ptp(scale[used]) == 0:
        return math.nan, math.nan
    line = np.polyfit(scale[used], signal[used], 1, w=1.0 / signal[used])
    fitted = np.polyval(line, scale[used])
    departure = (signal[used] - fitted) / fitted
    return float(departure.max()), float(departure.min())


def _judged(
    *,
    gain: tuple[float, float],
    dark: tuple[float, float],
    saturation_dn: float,
    responsivity: float,
    linearity: tuple[float, float],
    saturation_photons: float,
    remarks: tuple[Reason, ...],
) -> PhotonTransfer:
    efficiency = responsivity / gain[0]
    dark_e = math.sqrt(max(0.0, dark[0] ** 2 - _QUANTISATION_DN2)) / gain[0]
    capacity_e = saturation_dn / gain[0] if math.isnan(saturation_photons) else efficiency * saturation_photons
    threshold = (
        dark[0] / gain[0] + 0.5
    ) / efficiency  # the approximation that EMVA 1288 prints, good from 3 electrons on
    return PhotonTransfer(
        remarks=remarks,
        gain_dn_e=gain[0],
        gain_std_dn_e=gain[1],
        dark_noise_dn=dark[0],
        dark_noise_e=dark_e,
        saturation_dn=saturation_dn,
        saturation_e=capacity_e,
        snr_max_ratio=math.sqrt(capacity_e),
        linearity_max_ratio=linearity[0],
        linearity_min_ratio=linearity[1],
        responsivity_dn_photon=responsivity,
        quantum_efficiency_ratio=efficiency,
        threshold_photons=threshold,
        dynamic_range_ratio=saturation_photons / threshold,
        dark_current_e_s=dark[1],
    )


def _invalid(reason: Reason) -> PhotonTransfer:
    nan = math.nan
    return PhotonTransfer(
        reasons=(reason,),
        gain_dn_e=nan,
        gain_std_dn_e=nan,
        dark_noise_dn=nan,
        dark_noise_e=nan,
        saturation_dn=nan,
        saturation_e=nan,
        snr_max_ratio=nan,
        linearity_max_ratio=nan,
        linearity_min_ratio=nan,
        responsivity_dn_photon=nan,
        quantum_efficiency_ratio=nan,
        threshold_photons=nan,
        dynamic_range_ratio=nan,
        dark_current_e_s=nan,
    )
