"""Impulse responses, delays, decays and echoes against closed forms."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from probes.signals import Reason, WrongValue
from probes.signals.comb import comb
from probes.signals.decay import decay
from probes.signals.delay import gcc_phat
from probes.signals.response import impulse_response, inverse_of
from probes.signals.sweep import design

RATE_HZ = 48000.0
SWEEP = design(start_hz=40.0, stop_hz=20000.0, rate_hz=RATE_HZ, octave_s=0.2, decay_s=0.05)


def heard(sound: Any, *, late: int = 700, noise: float = 1e-5, seed: int = 1) -> Any:
    out = noise * np.random.default_rng(seed).standard_normal(SWEEP.count + 24000)
    out[late : late + len(sound)] += sound
    return out


def test_delay_and_polarity_come_out_exactly() -> None:
    found = impulse_response([heard(SWEEP.samples(), late=late) * sign for late, sign in ((700, 1), (901, -1))], SWEEP)
    assert found.delay_s * RATE_HZ == pytest.approx([700, 901], abs=0.01)
    assert found.polarity.tolist() == [1.0, -1.0]
    frequency, gain = found.frequency_response()
    inside = (frequency > 500.0) & (frequency < 15000.0)
    assert np.abs(gain[:, inside]) == pytest.approx(1.0, abs=0.01)
    assert np.angle(gain[0, inside]) == pytest.approx(0.0, abs=0.05)


def test_polarity_is_that_of_the_first_half_wave_though_the_second_is_stronger() -> None:
    sine = SWEEP.samples().astype(np.float64)
    swung = sine - 1.3 * np.concatenate([np.zeros(6), sine[:-6]])
    found = impulse_response([heard(sound * sign) for sound in (sine, swung) for sign in (1.0, -1.0)], SWEEP)
    assert found.polarity.tolist() == [1.0, -1.0, 1.0, -1.0]


def test_the_inverse_of_any_stimulus_gives_the_same_as_that_of_a_sweep() -> None:
    sound = heard(SWEEP.samples())
    whole = inverse_of(SWEEP.samples(), RATE_HZ, size=len(sound), band_hz=(40.0, 20000.0))
    assert impulse_response(sound, whole).delay_s == pytest.approx(impulse_response(sound, SWEEP).delay_s, abs=1e-7)
    noise = np.random.default_rng(2).standard_normal(48000)
    played = np.concatenate([np.zeros(123), noise, np.zeros(5000)])
    found = impulse_response(played, inverse_of(noise, RATE_HZ, size=len(played)))
    assert found.delay_s * RATE_HZ == pytest.approx([123], abs=0.05)
    with pytest.raises(WrongValue):
        found.harmonic(2)


def test_harmonics_appear_before_the_direct_sound() -> None:
    sine = SWEEP.samples().astype(np.float64)
    found = impulse_response(heard(sine + 0.2 * sine**2), SWEEP)
    strength = [float(np.abs(found.harmonic(order, length_s=0.02)).max()) for order in (2, 3)]
    assert strength[0] > 100.0 * strength[1]


def test_int16_is_full_scale_one_and_channels_do_not_mix() -> None:
    rows = np.array([heard(SWEEP.samples()), heard(0.5 * SWEEP.samples(), seed=2)])
    counts = np.round(rows * 32768).astype(np.int16)
    exact, coarse = impulse_response(rows, SWEEP).samples, impulse_response(counts, SWEEP).samples
    assert np.abs(exact - coarse).max() < 1e-4
    assert impulse_response(rows[::-1], SWEEP).samples == pytest.approx(exact[::-1], abs=1e-7)


@pytest.mark.parametrize("late", [12, 24, 60])
@pytest.mark.parametrize("strength", [0.15, 0.5])
def test_an_echo_is_found_with_its_time_and_strength(late: int, strength: float) -> None:
    sound = SWEEP.samples().astype(np.float64)
    echoed = sound + strength * np.concatenate([np.zeros(late), sound[:-late]])
    found = comb(impulse_response([heard(sound), heard(echoed)], SWEEP))
    assert found.found[1]
    assert found.echo_s[1] * RATE_HZ == pytest.approx(late, abs=1.0)
    assert found.echo_ratio[1] == pytest.approx(strength, rel=0.1)
    assert found.echo_ratio[0] < 0.02


@pytest.mark.parametrize("t60_s", [0.2, 0.8, 2.5])
@pytest.mark.parametrize("rate_hz", [8000.0, 48000.0])
def test_decays_come_out_within_their_stated_deviation(t60_s: float, rate_hz: float) -> None:
    times_s = np.arange(round(3.0 * t60_s * rate_hz)) / rate_hz
    off = []
    for seed in range(12):
        noise = np.random.default_rng(seed).standard_normal((2, len(times_s)))
        found = decay(noise[0] * 10 ** (-3.0 * times_s / t60_s) + 1e-4 * noise[1], rate_hz)
        assert found.t60_s[0] == pytest.approx(t60_s, rel=0.12)
        off.append((found.t60_s[0] - t60_s) / (2.0 * found.fall_std_s[0]))
    assert np.abs(np.mean(off)) < 1.5
    assert np.mean(np.abs(off) < 2.0) >= 0.8


def test_a_decay_that_drowns_in_noise_is_no_number() -> None:
    times_s = np.arange(48000) / RATE_HZ
    noise = np.random.default_rng(1).standard_normal((2, 48000))
    found = decay(noise[0] * 10 ** (-3.0 * times_s) + 0.05 * noise[1], RATE_HZ)
    assert found.reasons == (Reason.TOO_NOISY,)
    assert not np.isfinite(found.t60_s).any()


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 3000), st.sampled_from([8000.0, 44100.0, 192000.0]), st.floats(1e-3, 1e3))
def test_gcc_phat_is_exact_for_noise_at_any_rate_and_level(late: int, rate_hz: float, scale: float) -> None:
    stimulus = np.random.default_rng(late).standard_normal(6000)
    sound = np.concatenate([np.zeros(late), stimulus, np.zeros(4000 - late)])
    found = gcc_phat(np.array([sound, -sound]) * scale, stimulus, rate_hz)
    assert found.delay_s * rate_hz == pytest.approx(late, abs=0.1)
    assert found.polarity.tolist() == [1.0, -1.0]


def test_without_the_mask_noise_decides_and_with_it_a_narrow_sound_is_found() -> None:
    part = SWEEP.samples()[20000:28000]
    noise = 3e-3 * np.random.default_rng(1).standard_normal((6, 16000))
    for row, late in zip(noise, range(100, 700, 100), strict=True):
        row[late : late + 8000] += part
    assert gcc_phat(noise, part, RATE_HZ).delay_s * RATE_HZ == pytest.approx(np.arange(100, 700, 100), abs=1.0)


def test_delays_scatter_as_stated_and_chance_is_named() -> None:
    stimulus = np.random.default_rng(0).standard_normal(4000)
    stimulus = np.convolve(stimulus, np.hanning(9), mode="same")
    off = []
    for seed in range(60):
        noise = np.random.default_rng(seed + 1).standard_normal(8000) * 2.0
        noise[1000:5000] += stimulus
        found = gcc_phat(noise, stimulus, RATE_HZ)
        off.append((found.delay_s[0] - 1000 / RATE_HZ) / found.delay_std_s[0])
    assert np.mean(np.abs(off) < 2.0) > 0.85
    nothing = gcc_phat(np.random.default_rng(9).standard_normal((20, 8000)), stimulus, RATE_HZ)
    assert nothing.channel_reasons == ((Reason.TOO_NOISY,),) * 20
