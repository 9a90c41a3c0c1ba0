"""Time of the analysers of sound beside what a user would pick instead, and beside one bare Fourier transform.

``python benchmarks/signals/bench_audio.py`` prints the rows; each peer's answer is compared with ours first.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import replace
from functools import lru_cache
from typing import Any

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # one core, before numpy starts its threads

import cv2
import numpy as np
import scipy.fft
import scipy.signal

from benchmarks.signals.one_phone import SWEEP, WINDOW
from benchmarks.signals.timing import best_ms, row, show
from probes.signals.delay import find_sweep, gcc_phat
from probes.signals.response import impulse_response
from probes.signals.spectrum import welch
from probes.signals.sweep import Sweep
from probes.signals.tracker import track

RATE_HZ = SWEEP.rate_hz
CHANNELS = 8
TAIL_S = 0.5


@lru_cache(maxsize=16)
def played(duration_s: float = 10.0) -> Sweep:
    return replace(SWEEP, duration_s=duration_s)


@lru_cache(maxsize=16)
def recording(duration_s: float = 10.0, channels: int = CHANNELS) -> Any:
    """(channels, samples) float32: the sweep, 10 ms and a little more late in each channel, and noise at -80 dB."""
    sweep = played(duration_s)
    sound = 1e-4 * np.random.default_rng(1).standard_normal((channels, sweep.count + round(TAIL_S * RATE_HZ)))
    for channel, one in enumerate(sound):
        late = 480 + 7 * channel
        one[late : late + sweep.count] += sweep.samples()
    return sound.astype(np.float32)


def sweep_rows() -> list[dict[str, Any]]:
    """Response, harmonics and residual; the full impulse response."""
    sound, sweep = recording(), played()
    inverse = sweep.samples()[::-1].copy()
    late = find_sweep(sound, sweep).delay_s * RATE_HZ
    found = scipy.signal.fftconvolve(sound, inverse[np.newaxis], axes=1)
    assert np.array_equal(np.abs(found).argmax(axis=1) - sweep.count + 1, np.round(late))
    ours = impulse_response(sound, sweep)
    assert np.allclose(ours.delay_s * RATE_HZ, np.round(late), atol=0.05)
    assert np.abs(track(sound, sweep).gain_db[:, 10:-2]).max() < 0.01

    tracked, whole, forward, both, batch, each = best_ms(
        lambda: track(sound, sweep),
        lambda: impulse_response(sound, sweep),
        lambda: scipy.fft.rfft(sound),
        lambda: scipy.fft.irfft(scipy.fft.rfft(sound), sound.shape[1]),
        lambda: scipy.signal.fftconvolve(sound, inverse[np.newaxis], axes=1),
        lambda: [scipy.signal.fftconvolve(one, inverse) for one in sound],
    )
    what = "10 s x 8 ch 48 kHz sweep: "
    return [
        row(
            "audio",
            what + "FR, H2..H5, residual",
            "scipy.signal.fftconvolve per channel",
            (tracked, each, forward),
            15.0,
        ),
        row(
            "audio",
            what + "FR, H2..H5, residual",
            "one scipy rfft of the recording (float32)",
            (tracked, forward, forward),
            1.0,
        ),
        row(
            "audio", what + "full impulse response", "scipy.signal.fftconvolve, all channels", (whole, batch, both), 2.5
        ),
        row(
            "audio",
            what + "full impulse response",
            "1.5 x scipy rfft + irfft, unpadded",
            (whole, 1.5 * both, both),
            1.0,
        ),
    ]


def welch_rows() -> list[dict[str, Any]]:
    """Power spectral density, 4096 samples, half overlap."""
    import librosa

    sound = recording()[:, :480_000]
    frames = np.ascontiguousarray(np.lib.stride_tricks.sliding_window_view(sound, 4096, axis=1)[:, ::2048])

    def theirs() -> Any:
        return (np.abs(librosa.stft(sound, n_fft=4096, hop_length=2048, center=False)) ** 2).mean(axis=-1)

    ours = welch(sound, RATE_HZ).density
    scale = 2.0 / (RATE_HZ * np.sum(np.hanning(4097)[:-1] ** 2))
    assert np.allclose(ours[:, 5:], scipy.signal.welch(sound, RATE_HZ, nperseg=4096)[1][:, 5:], rtol=1e-3)
    assert np.allclose(ours[:, 5:-1], theirs()[:, 5:-1] * scale, rtol=1e-3)
    time_ms, floor, scipy_ms, librosa_ms = best_ms(
        lambda: welch(sound, RATE_HZ),
        lambda: scipy.fft.rfft(frames),
        lambda: scipy.signal.welch(sound, RATE_HZ, nperseg=4096),
        theirs,
    )
    return [
        row("audio", "Welch PSD, 10 s x 8 ch", "scipy.signal.welch", (time_ms, scipy_ms, floor), 6.0),
        row("audio", "Welch PSD, 10 s x 8 ch", "librosa.stft, mean of squares", (time_ms, librosa_ms, floor), 2.5),
    ]


def textbook(sound: Any, stimulus: Any) -> Any:
    """GCC-PHAT as textbooks write it: both padded to twice the length, whitened everywhere, one pair at a time."""
    size = 2 * sound.shape[1]
    late = []
    for one in sound:
        cross = np.fft.rfft(one, size) * np.conj(np.fft.rfft(stimulus, size))
        late.append(int(np.argmax(np.fft.irfft(cross / (np.abs(cross) + 1e-15), size)[: sound.shape[1]])))
    return np.array(late)


def delay_rows() -> list[dict[str, Any]]:
    """Eight microphones against the known stimulus, in two seconds of the record and in all of it."""
    sound, sweep = recording(), played()
    stimulus = sweep.samples()
    part, piece = np.ascontiguousarray(sound[:, WINDOW]), stimulus[WINDOW]
    wanted = 480 + 7 * np.arange(CHANNELS)
    assert np.array_equal(textbook(sound, stimulus), wanted)
    for ours in (gcc_phat(sound, stimulus, RATE_HZ), gcc_phat(part, piece, RATE_HZ, max_delay_s=0.5)):
        assert np.array_equal(np.round(ours.delay_s * RATE_HZ), wanted)
    window, whole, floor, theirs = best_ms(
        lambda: gcc_phat(part, piece, RATE_HZ, max_delay_s=0.5),
        lambda: gcc_phat(sound, stimulus, RATE_HZ),
        lambda: scipy.fft.rfft(sound),
        lambda: textbook(sound, stimulus),
    )
    return [
        row(
            "audio",
            "GCC-PHAT 8 microphones, masked 2 s window",
            "textbook, full record (numpy)",
            (window, theirs, floor),
            35.0,
        ),
        row(
            "audio", "GCC-PHAT 8 microphones, full record", "textbook, full record (numpy)", (whole, theirs, floor), 6.0
        ),
    ]


def growth() -> dict[str, list[tuple[float, float]]]:
    """(size, CPU ms) of each analyser over the length of the sound and over the number of channels."""
    out: dict[str, list[tuple[float, float]]] = {}
    for duration_s in (1.0, 3.0, 10.0, 30.0, 60.0):
        sound, sweep = recording(duration_s, 2), played(duration_s)
        for name, work in works(sound, sweep):
            out.setdefault(f"{name}, s of sound", []).append((duration_s, best_ms(work, runs=5)[0]))
    for channels in (1, 2, 4, 8, 16):
        sound, sweep = recording(3.0, channels), played(3.0)
        for name, work in works(sound, sweep):
            out.setdefault(f"{name}, channels", []).append((float(channels), best_ms(work, runs=5)[0]))
    return out


def works(sound: Any, sweep: Sweep) -> tuple[tuple[str, Callable[[], Any]], ...]:
    """The analysers whose growth is shown, on one recording."""
    return (
        ("tracker", lambda: track(sound, sweep)),
        ("impulse response", lambda: impulse_response(sound, sweep)),
        ("Welch PSD", lambda: welch(sound, RATE_HZ)),
    )


def rows() -> list[dict[str, Any]]:
    """All rows of this family."""
    cv2.setNumThreads(1)
    return [*sweep_rows(), *welch_rows(), *delay_rows()]


def main() -> None:
    show(rows())


if __name__ == "__main__":
    main()
