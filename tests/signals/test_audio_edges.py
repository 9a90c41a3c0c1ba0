"""Every analyser of sound meets what no analyser wants: nothing, one sample, NaN, silence, a wrong rate."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from probes.signals import Judged, Reason, SignalError
from probes.signals.buzz import buzz
from probes.signals.clipping import clipping
from probes.signals.coherence import coherence
from probes.signals.comb import comb
from probes.signals.decay import decay
from probes.signals.delay import find_sweep, gcc_phat
from probes.signals.dropouts import dropouts, slips
from probes.signals.level import level
from probes.signals.multitone import design as design_tones
from probes.signals.multitone import measure
from probes.signals.noise_floor import noise_floor
from probes.signals.response import impulse_response
from probes.signals.spectrum import welch
from probes.signals.sweep import design
from probes.signals.tracker import track

SWEEP = design(start_hz=100.0, stop_hz=8000.0, rate_hz=48000.0, octave_s=0.15, decay_s=0.02)
TONES = design_tones(low_hz=100.0, high_hz=8000.0, rate_hz=48000.0)
NOISE = np.random.default_rng(1).standard_normal(4000)

WITH_RATE: dict[str, Callable[[Any, float], Judged]] = {
    "welch": welch,
    "level": level,
    "noise_floor": noise_floor,
    "dropouts": dropouts,
    "decay": decay,
    "gcc_phat": lambda sound, rate: gcc_phat(sound, NOISE, rate),
    "coherence": lambda sound, rate: coherence(sound, NOISE, rate, segment=64),
}
ALL: dict[str, Callable[[Any], Judged]] = {
    **{name: lambda sound, call=call: call(sound, 48000.0) for name, call in WITH_RATE.items()},  # type: ignore[misc]  # a default binds the loop's value
    "track": lambda sound: track(sound, SWEEP),
    "buzz": lambda sound: buzz(track(sound, SWEEP)),
    "find_sweep": lambda sound: find_sweep(sound, SWEEP),
    "slips": lambda sound: slips(sound, SWEEP),
    "impulse_response": lambda sound: impulse_response(sound, SWEEP),
    "comb": lambda sound: comb(impulse_response(sound, SWEEP)),
    "multitone": lambda sound: measure(sound, TONES),
    "clipping": clipping,
}
SILENT = {
    "empty": np.zeros((2, 0)),
    "one sample": np.zeros((2, 1)),
    "all zero": np.zeros((2, 60000)),
    "all zero int16": np.zeros((2, 60000), dtype=np.int16),
    "constant": np.full((2, 60000), 0.25, dtype=np.float32),
    "all NaN": np.full((2, 60000), np.nan),
    "infinite": np.full(60000, np.inf),
}


def numbers(result: Judged) -> list[float]:
    """All per-channel floating numbers of a result."""
    out: list[float] = []
    for field in dataclasses.fields(result):
        value = getattr(result, field.name)
        if isinstance(value, np.ndarray) and value.dtype.kind in "fc" and field.name not in {
            "frequency_hz", "band_hz", "band_std_db", "drift_s", "samples"
        }:  # fmt: skip
            out += np.abs(value).ravel().tolist()
    return out


@pytest.mark.parametrize("sound", SILENT.values(), ids=SILENT.keys())
@pytest.mark.parametrize("call", ALL.values(), ids=ALL.keys())
def test_what_says_nothing_gives_a_reason_and_no_number(call: Callable[[Any], Judged], sound: Any) -> None:
    found = call(sound)
    assert not found.valid
    assert all(math.isnan(number) for number in numbers(found))


@pytest.mark.parametrize("call", ALL.values(), ids=ALL.keys())
@pytest.mark.parametrize(
    "sound", [np.zeros((2, 2, 2)), np.float64(3.0), np.zeros((0, 5)), ["a", "b"], np.zeros(9, complex)]
)
def test_what_is_no_sound_is_refused(call: Callable[[Any], Judged], sound: Any) -> None:
    with pytest.raises(SignalError):
        call(sound)


@pytest.mark.parametrize("call", WITH_RATE.values(), ids=WITH_RATE.keys())
@pytest.mark.parametrize("rate_hz", [0.0, -8000.0, math.nan, math.inf])
def test_a_rate_that_is_none_is_refused(call: Callable[[Any, float], Judged], rate_hz: float) -> None:
    with pytest.raises(SignalError):
        call(np.random.default_rng(1).standard_normal(8000), rate_hz)


@pytest.mark.parametrize("call", ALL.values(), ids=ALL.keys())
def test_one_channel_of_nan_does_not_harm_the_other_and_nothing_is_written_to(call: Callable[[Any], Judged]) -> None:
    rng = np.random.default_rng(2)
    sound = 1e-4 * rng.standard_normal((2, SWEEP.count + 24000))
    sound[:, 500 : 500 + SWEEP.count] += SWEEP.samples()
    sound[1, 500 + round(SWEEP.time_s(4000.0) * 48000)] = np.nan
    before = sound.copy()
    found = call(sound)
    assert np.array_equal(sound, before, equal_nan=True)
    reasons = getattr(found, "channel_reasons", ())
    if reasons:
        assert reasons[1] == (Reason.NOT_FINITE,)


@pytest.mark.parametrize("rate_ratio", [0.5, 0.9, 2.0])
def test_a_sweep_recorded_at_another_rate_is_not_measured(rate_ratio: float) -> None:
    samples = SWEEP.samples()
    places = np.arange(0, len(samples) - 1, 1.0 / rate_ratio)
    sound = np.concatenate([np.zeros(500), np.interp(places, np.arange(len(samples)), samples), np.zeros(60000)])
    sound += 1e-4 * np.random.default_rng(1).standard_normal(len(sound))
    found = track(sound, SWEEP)
    usable = np.isfinite(found.response).mean()
    assert not found.valid or usable < 0.5


@pytest.mark.parametrize("name", ["track", "find_sweep", "impulse_response", "slips", "multitone", "gcc_phat"])
def test_noise_is_said_to_be_noise(name: str) -> None:
    found = ALL[name](0.1 * np.random.default_rng(3).standard_normal((2, 60000)))
    assert found.reasons == (Reason.TOO_NOISY,)
