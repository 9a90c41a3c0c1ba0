"""Estimators that the tests of the physics judge by: scipy and textbook formulas, nothing of ours."""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
import scipy
from numpy.typing import NDArray

Array: TypeAlias = NDArray[np.float64]
Table: TypeAlias = dict[str, tuple[Callable[[Any], Any], float]]
"""For each fault mode what is observed of the part, larger being worse, and the limit of the bench engineer."""


def oadev(rates: Array, rate_hz: float, taus_s: list[float]) -> Array:
    """Overlapping Allan deviation of a rate-like signal (NIST SP 1065, eq. 11)."""
    phase = np.concatenate(([0.0], np.cumsum(rates))) / rate_hz
    found = []
    for tau_s in taus_s:
        step = round(tau_s * rate_hz)
        second = phase[2 * step :] - 2.0 * phase[step:-step] + phase[: -2 * step]
        found.append(math.sqrt(np.mean(second**2) / 2.0) / tau_s)
    return np.array(found)


def white_fm_interval(count: int, step: int, confidence: float) -> tuple[float, float]:
    """Bounds of measured over true Allan deviation for white frequency noise (NIST SP 1065, table 5)."""
    freedom = (3.0 * (count - 1) / (2.0 * step) - 2.0 * (count - 2) / count) * 4.0 * step**2 / (4.0 * step**2 + 5.0)
    bounds = np.asarray(scipy.stats.chi2.ppf([(1 - confidence) / 2, (1 + confidence) / 2], freedom))
    return math.sqrt(bounds[0] / freedom), math.sqrt(bounds[1] / freedom)


def psd(values: Array, rate_hz: float, segment: int = 4096) -> tuple[Array, Array]:
    frequency_hz, density = scipy.signal.welch(values, rate_hz, nperseg=segment)
    return frequency_hz, density


def tone_amplitudes(values: Array, rate_hz: float, frequency_hz: float, harmonics: int) -> Array:
    """Amplitudes of a tone and its harmonics by least squares over the whole record."""
    times_s = np.arange(len(values)) / rate_hz
    angles = [2.0 * np.pi * frequency_hz * k * times_s for k in range(1, harmonics + 1)]
    basis = np.stack([wave(angle) for angle in angles for wave in (np.cos, np.sin)], axis=1)
    weights, *_ = np.linalg.lstsq(basis, values, rcond=None)
    return np.asarray(np.hypot(weights[0::2], weights[1::2]), dtype=np.float64)


def deconvolve(recorded: Array, played: Array) -> Array:
    """Impulse response by spectral division, regularised outside the band that was played."""
    size = 2 * max(len(recorded), len(played))
    heard, sent = np.fft.rfft(recorded, size), np.fft.rfft(played, size)
    power = np.abs(sent) ** 2
    return np.asarray(np.fft.irfft(heard * sent.conj() / (power + 1e-6 * power.max()), size), dtype=np.float64)


def slanted_edge_mtf(picture: Array, away_px: Array, *, reach_px: float, finer: int = 8) -> tuple[Array, Array]:
    """MTF from an edge whose signed distance from each pixel is known: binned edge, derivative, Fourier."""
    near = np.abs(away_px) < reach_px
    place = np.floor((away_px[near] + reach_px) * finer).astype(int)
    total, count = np.bincount(place, picture[near]), np.bincount(place)
    spread = np.diff(total / count)
    frequency: Array = np.fft.rfftfreq(len(spread), 1.0 / finer).astype(np.float64)
    found = np.abs(np.fft.rfft(spread * scipy.signal.windows.hann(len(spread))))
    return frequency, np.asarray(found / found[0] / np.sinc(frequency / finer) ** 2, dtype=np.float64)


def digital_response(top: Array, bottom: Array, frequency_hz: Array, rate_hz: float) -> NDArray[np.complex128]:
    _, answer = scipy.signal.freqz(top, bottom, worN=frequency_hz, fs=rate_hz)
    return np.asarray(answer, dtype=np.complex128)


def resonator_gain(resonance_hz: float, q: float, frequency_hz: float) -> float:
    """Gain of a driven mass on a spring over its static deflection."""
    own, driven = 2.0 * np.pi * resonance_hz, 2.0 * np.pi * frequency_hz
    resonator = ([own**2], [1.0, own / q, own**2])
    return float(abs(scipy.signal.freqs(*resonator, worN=np.array([driven]))[1][0]))


def gaussian_blur(image: NDArray[np.float32], spread_px: float) -> NDArray[np.float32]:
    blurred = scipy.ndimage.gaussian_filter(image, (spread_px, spread_px, 0), mode="nearest", truncate=6.0)
    return np.asarray(blurred, dtype=np.float32)


def solve(change: Callable[[float, Array], Array], start: list[float], times_s: Array) -> Array:
    """State (rows) at the times of an ordinary differential equation, from time 0."""
    solved = scipy.integrate.solve_ivp(
        change, (0.0, times_s[-1]), start, t_eval=times_s, rtol=1e-8, atol=1e-8, max_step=float(times_s[0])
    )
    return np.asarray(solved.y.T, dtype=np.float64)


def wave_file(path: Path) -> tuple[int, Array]:
    """Rate and first channel of a file of 32-bit samples, full scale 1.0."""
    rate_hz, samples = scipy.io.wavfile.read(path)
    return int(rate_hz), np.asarray(samples.reshape(len(samples), -1)[:, 0] / 2.0**31, dtype=np.float64)
