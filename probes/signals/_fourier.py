"""Fourier transforms of many rows of float32: OpenCV's for powers of two (two to three times as fast), else scipy's.

OpenCV packs half a spectrum into a row as long as the samples: Re0, Re1, Im1, Re2, Im2 ... and, for an even length, the
real last one. From the second number on that is an array of complex numbers, which a view can show without a copy.
"""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
import numpy.typing as npt
import scipy.fft

from probes.signals._validity import Float, Float32

Complex64 = npt.NDArray[np.complex64]


def fast_size(count: int) -> int:
    """The next power of two: with up to twice the padding it is still faster than a length made of 2, 3 and 5."""
    return 1 << max(4, (count - 1).bit_length())


def band(rows: npt.NDArray[Any], size: int, first: int, count: int) -> Complex64:
    """(rows, count) bins of the half spectrum from ``first`` on; rows shorter than ``size`` are padded with zeros."""
    if size & (size - 1) or first < 1 or first + count > size // 2:
        single: Float32 = rows.astype(np.float32, copy=False)
        whole: Complex64 = scipy.fft.rfft(single, size)
        return whole[:, first : first + count]
    padded = _padded(rows, size)
    packed = _packed(padded, padded)
    return np.ascontiguousarray(packed[:, 2 * first - 1 : 2 * (first + count) - 1]).view(np.complex64)


def back(bins: Complex64, first: int, size: int) -> Float32:
    """(rows, size): the samples whose half spectra are zero but for ``bins`` from ``first`` on."""
    count = bins.shape[-1]
    if size & (size - 1) or first < 1 or first + count > size // 2:
        half = np.zeros((len(bins), size // 2 + 1), dtype=np.complex64)
        half[:, first : first + count] = bins
        plain: Float32 = scipy.fft.irfft(half, size, overwrite_x=True)
        return plain
    packed = np.zeros((len(bins), size), dtype=np.float32)
    packed[:, 2 * first - 1 : 2 * (first + count) - 1] = bins.view(np.float32)
    cv2.dft(packed, dst=packed, flags=cv2.DFT_ROWS | cv2.DFT_INVERSE | cv2.DFT_SCALE | cv2.DFT_REAL_OUTPUT)
    return packed


def filtered(rows: Float32, spectrum: Complex64, size: int) -> Float32:
    """(rows, size): each row, padded with zeros to ``size``, times a half spectrum (circular convolution)."""
    if size & (size - 1):
        bins = scipy.fft.rfft(rows, size)
        bins *= spectrum
        back: Float32 = scipy.fft.irfft(bins, size, overwrite_x=True)
        return back
    padded = _padded(rows, size)
    packed = _packed(padded, padded)
    packed[:, 0] *= spectrum[0].real
    packed[:, -1] *= spectrum[-1].real
    packed[:, 1:-1].view(np.complex64)[:] *= spectrum[1:-1]
    cv2.dft(packed, dst=packed, flags=cv2.DFT_ROWS | cv2.DFT_INVERSE | cv2.DFT_SCALE | cv2.DFT_REAL_OUTPUT)
    return packed


def packed_power(rows: Float32, room: Float32) -> Float32:
    """(samples,) the squared numbers of the packed half spectra, summed over the rows; ``room`` is overwritten."""
    packed = _packed(rows, room)
    squares: Float32 = np.einsum("ij,ij->j", packed, packed)
    return squares


def unpacked_power(squares: Float) -> Float:
    """(bins,) of what `packed_power` gave: real and imaginary parts together."""
    inner = squares[1 : 1 + 2 * ((len(squares) - 1) // 2)]
    return np.concatenate([squares[:1], inner[::2] + inner[1::2], squares[len(inner) + 1 :]])


def _packed(rows: Float32, room: Float32) -> Float32:
    out: Any = cv2.dft(rows, dst=room, flags=cv2.DFT_ROWS)
    packed: Float32 = out
    return packed


def _padded(rows: npt.NDArray[Any], size: int) -> Float32:
    """A copy, padded or cut to ``size``: the transform may overwrite it."""
    padded = np.empty((len(rows), size), dtype=np.float32)
    count = min(size, rows.shape[-1])
    padded[:, :count] = rows[:, :count]
    padded[:, count:] = 0.0
    return padded
