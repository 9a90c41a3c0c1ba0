"""Checks of the analysers of sound: closed forms, tables of standards, and a published set of room recordings."""

from __future__ import annotations

import math
from functools import lru_cache
from pathlib import Path
from typing import Final

import numpy as np

from probes.signals._validity import Float
from probes.signals.decay import decay
from probes.signals.delay import gcc_phat
from probes.signals.references import Check, DataCheck
from probes.signals.response import ImpulseResponse, impulse_response, inverse_of
from probes.signals.spectrum import a_weight_db, welch
from probes.signals.sweep import Sweep, design
from probes.signals.tracker import Track, track

RATE_HZ: Final = 48000.0
SQUARE: Final = 0.02
CUBE: Final = 0.016
LATE: Final = 1234
FOLDER: Final = "ess_impulcifer"


@lru_cache(maxsize=1)
def _bent() -> tuple[Sweep, Track]:
    """A sweep through y = x + 0.02 x**2 + 0.016 x**3 with x of amplitude 1, 1234 samples late."""
    played = design(start_hz=20.0, stop_hz=7000.0, rate_hz=RATE_HZ, amplitude=0.5)
    sine = played.samples().astype(np.float64) / played.amplitude
    heard = np.zeros(played.count + 24000)
    heard[LATE : LATE + played.count] = 0.5 * (sine + SQUARE * sine**2 + CUBE * sine**3)
    return played, track(heard, played)


def _at(values: Float, frequency_hz: float) -> float:
    return float(values[int(np.abs(_bent()[1].frequency_hz - frequency_hz).argmin())])


def _gain_db() -> float:
    return _at(_bent()[1].gain_db[0], 1000.0)


def _harmonic(order: int) -> float:
    return _at(_bent()[1].harmonic_ratio[0, order - 2], 1000.0)


def _delay_samples() -> float:
    played = _bent()[0]
    heard = np.zeros(played.count + 24000)
    heard[LATE : LATE + played.count] = played.samples()
    return float(gcc_phat(heard, played.samples(), RATE_HZ, max_delay_s=0.4).delay_s[0]) * RATE_HZ


def _decay_s() -> float:
    times_s = np.arange(96000) / RATE_HZ
    noise = np.random.default_rng(1).standard_normal(len(times_s))
    return float(decay(noise * 10.0 ** (-60.0 * times_s / 0.8 / 20.0) + 1e-4 * noise[::-1], RATE_HZ).t60_s[0])


def _sine_power() -> float:
    sine = 0.1 * np.sin(2.0 * np.pi * 997.0 * np.arange(480000) / RATE_HZ)
    return float(welch(sine, RATE_HZ).band_power(900.0, 1100.0)[0])


_CLOSED: Final = "closed form: y = x + a x^2 + b x^3 of a sine of amplitude 1"
_FUNDAMENTAL: Final = 1.0 + 0.75 * CUBE

CHECKS: tuple[Check, ...] = (
    Check(
        name="Sweep tracker: gain at 1 kHz",
        reference=20.0 * math.log10(_FUNDAMENTAL),
        tolerance=1e-4,
        unit="dB",
        source=_CLOSED,
        run=_gain_db,
    ),
    Check(
        name="Sweep tracker: second harmonic at 1 kHz",
        reference=SQUARE / 2.0 / _FUNDAMENTAL,
        tolerance=5e-7,
        unit="1",
        source=_CLOSED,
        run=lambda: _harmonic(2),
    ),
    Check(
        name="Sweep tracker: third harmonic at 1 kHz",
        reference=CUBE / 4.0 / _FUNDAMENTAL,
        tolerance=5e-7,
        unit="1",
        source=_CLOSED,
        run=lambda: _harmonic(3),
    ),
    Check(
        name="Delay of a sweep (GCC-PHAT)",
        reference=float(LATE),
        tolerance=0.05,
        unit="1",
        source="closed form: a delay of 1234 samples",
        run=_delay_samples,
    ),
    Check(
        name="Reverberation time of a decaying noise",
        reference=0.8,
        tolerance=0.02,
        unit="s",
        source="closed form: 60 dB in 0.8 s, noise at -80 dB (ISO 3382-1 allows 5 %)",
        run=_decay_s,
    ),
    Check(
        name="Power of a sine in a Welch spectrum",
        reference=0.005,
        tolerance=5e-8,
        unit="1",
        source="closed form: half the amplitude's square (Parseval)",
        run=_sine_power,
    ),
    *(
        Check(
            name="A-weighting",
            reference=wanted,
            tolerance=0.05,
            unit="dB",
            source=f"IEC 61672-1:2013, table 3, {nominal} Hz",
            run=lambda exponent=exponent: float(a_weight_db(np.array([10.0**exponent]))[0]),  # type: ignore[misc]  # a default binds the loop's value
        )
        for nominal, exponent, wanted in ((31.5, 1.5, -39.4), (100, 2.0, -19.1), (8000, 3.9, -1.1), (10000, 4.0, -2.5))
    ),
)


@lru_cache(maxsize=2)
def _room(data: Path) -> ImpulseResponse:
    """The published binaural recording (FLAC), undone by the published sweep."""
    import soundfile  # type: ignore[import-untyped]  # noqa: PLC0415  no types; loaded only where a recording is read

    heard, rate = soundfile.read(data / FOLDER / "FC_binaural.flac", dtype="float32")
    played, _ = soundfile.read(data / FOLDER / "sweep.wav", dtype="float32")
    return impulse_response(heard.T, inverse_of(played, float(rate), size=len(heard)))


def _fall_ms(data: Path, channel: int) -> float:
    room = _room(data)
    start_s = float(np.nanmin(room.delay_s)) - 0.001
    return float(decay(room.cut(start_s, 0.8), room.rate_hz, fall_db=30.0).fall_s[channel]) * 1000.0


def _itd_us(data: Path) -> float:
    """The difference of the arrivals in whole samples, as the published table counts."""
    room = _room(data)
    left, right = np.round(room.delay_s * room.rate_hz)
    return float(right - left) / room.rate_hz * 1e6


_SOURCE: Final = "Impulcifer (MIT), demo recordings, its README: front centre, "
_FILES: Final = (f"{FOLDER}/FC_binaural.flac", f"{FOLDER}/sweep.wav")

DATA_CHECKS: tuple[DataCheck, ...] = (
    DataCheck(
        name="Room decay by 30 dB, left ear",
        reference=170.8,
        tolerance=1.0,
        unit="ms",
        source=_SOURCE + "RT30 (not extrapolated to 60 dB)",
        files=_FILES,
        run=lambda data: _fall_ms(data, 0),
    ),
    DataCheck(
        name="Room decay by 30 dB, right ear",
        reference=168.8,
        tolerance=1.0,
        unit="ms",
        source=_SOURCE + "RT30 (not extrapolated to 60 dB)",
        files=_FILES,
        run=lambda data: _fall_ms(data, 1),
    ),
    DataCheck(
        name="Time between the ears",
        reference=0.0,
        tolerance=1e-6,
        unit="us",
        source=_SOURCE + "ITD",
        files=_FILES,
        run=_itd_us,
    ),
    *(
        DataCheck(
            name="Peak to noise of a room response",
            reference=wanted,
            tolerance=0.5,
            unit="dB",
            source=_SOURCE + f"PNR, {ear}",
            files=_FILES,
            run=lambda data, channel=channel: float(_room(data).peak_to_noise_db[channel]),  # type: ignore[misc]  # a default binds the loop's value
        )
        for channel, ear, wanted in ((0, "left", 94.8), (1, "right", 94.1))
    ),
)
