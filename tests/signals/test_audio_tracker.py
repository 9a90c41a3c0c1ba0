"""The sweep tracker: harmonics to four digits, buzz that THD does not see, and uncertainties that hold."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hwsim.physics.audio.loop import Clocks, Ear, Voice, render
from hwsim.physics.audio.loop import sweep as emulated_sweep
from hwsim.physics.audio.microphone import MICROPHONE
from hwsim.physics.audio.speaker import SPEAKER, rub
from hwsim.physics.noise import generator
from probes.signals import Reason, SignalError
from probes.signals.buzz import buzz
from probes.signals.delay import find_sweep
from probes.signals.dropouts import slips
from probes.signals.sweep import Sweep, design
from probes.signals.tracker import track
from probes.signals.tracker_plan import plan

SHORT = design(start_hz=100.0, stop_hz=8000.0, rate_hz=48000.0, octave_s=0.25, decay_s=0.02)
LONG = design(start_hz=20.0, stop_hz=10000.0, rate_hz=48000.0)


def heard(sweep: Sweep, sound: Any, *, late: int = 300, noise: float = 0.0, seed: int = 1) -> Any:
    out = noise * np.random.default_rng(seed).standard_normal(sweep.count + round(0.3 * sweep.rate_hz))
    out[late : late + sweep.count] += sound
    return out


def sine_of(sweep: Sweep) -> Any:
    return sweep.samples().astype(np.float64) / sweep.amplitude


@pytest.mark.parametrize(
    ("rate_hz", "stop_hz"),
    [(8000.0, 3600.0), (16000.0, 7000.0), (44100.0, 20000.0), (96000.0, 30000.0), (192000.0, 40000.0)],
)
def test_second_and_third_harmonics_come_out_to_four_digits_at_any_rate(rate_hz: float, stop_hz: float) -> None:
    sweep = design(start_hz=80.0, stop_hz=stop_hz, rate_hz=rate_hz, octave_s=0.4, decay_s=0.02)
    times_s = np.arange(sweep.count) / rate_hz
    phase, shape = sweep.phase_rad(times_s), sweep.envelope(times_s)
    for second, third in ((0.03, 0.007), (0.001, 0.0005)):
        harmonics = [
            np.where(k * sweep.frequency_hz(times_s) < 0.49 * rate_hz, np.sin(k * phase + k), 0.0) for k in (2, 3)
        ]
        found = track(
            heard(sweep, shape * (np.sin(phase) + second * harmonics[0] + third * harmonics[1])),
            sweep,
            delay_s=300 / rate_hz,
        )
        quiet = found.frequency_hz < 0.12 * rate_hz
        assert found.harmonic_ratio[0, 0, quiet] == pytest.approx(second, rel=1e-4, abs=5e-8)
        assert found.harmonic_ratio[0, 1, quiet] == pytest.approx(third, rel=1e-4, abs=5e-8)
        assert found.gain_db[0, quiet] == pytest.approx(0.0, abs=1e-4)
        assert found.thd_ratio[0, quiet] == pytest.approx(np.hypot(second, third), rel=1e-4)


def test_a_polynomial_gives_its_closed_form_and_its_offset_is_no_residual() -> None:
    sine = sine_of(LONG)
    found = track(heard(LONG, 0.5 * (sine + 0.02 * sine**2 + 0.016 * sine**3)), LONG)
    middle = (found.frequency_hz > 100.0) & (found.frequency_hz < 6000.0)
    assert found.harmonic_ratio[0, 0, middle] == pytest.approx(0.01 / 1.012, rel=1e-4)
    assert found.harmonic_ratio[0, 1, middle] == pytest.approx(0.004 / 1.012, rel=1e-4)
    assert np.all(found.residual_ratio[0, middle] < 1e-4)


def test_buzz_of_minus_40_db_is_found_while_thd_does_not_move() -> None:
    times_s = np.arange(LONG.count) / LONG.rate_hz
    frequency = LONG.frequency_hz(times_s)
    starts = np.flatnonzero(np.diff(np.floor(LONG.phase_rad(times_s) / (2 * np.pi))) > 0)
    burst = np.sin(2 * np.pi * 6000.0 * np.arange(48) / LONG.rate_hz) * np.hanning(48)
    bursts = np.zeros(LONG.count + 48)
    for start in starts[(frequency[starts] > 150.0) & (frequency[starts] < 600.0)]:
        bursts[start : start + 48] += burst
    clean = LONG.samples() + 0.5e-3 * sine_of(LONG) ** 2
    both = track(
        [
            heard(LONG, clean, noise=1e-4),
            heard(LONG, clean + 0.5 * 10 ** (-40 / 20) * bursts[: LONG.count], noise=1e-4),
        ],
        LONG,
    )
    found = buzz(both)
    assert {spot.channel for spot in found.spots} == {1}
    assert min(spot.low_hz for spot in found.spots) == pytest.approx(150.0, rel=0.1)
    assert max(spot.high_hz for spot in found.spots) == pytest.approx(600.0, rel=0.1)
    inside = (both.frequency_hz > 170.0) & (both.frequency_hz < 500.0)
    assert np.median(found.contrast_db[1, inside]) > 14.0
    assert np.abs(found.contrast_db[0, inside]).max() < 3.0
    moved = 20 * np.log10(both.thd_ratio[1, inside] / both.thd_ratio[0, inside])
    assert np.abs(moved).max() < 1.0


def test_a_rubbing_voice_coil_of_an_emulated_phone_is_heard_through_room_and_microphone() -> None:
    sweep = Sweep(start_hz=40.0, stop_hz=16000.0, duration_s=5.0, rate_hz=48000.0, amplitude=0.5)
    play = emulated_sweep(low_hz=40.0, high_hz=16000.0, duration_s=5.0) * np.float32(0.5)
    at = (0.1, 0.2, 0.2)
    spots = []
    for speaker in (SPEAKER, rub(SPEAKER, 0.7)):
        sound = render(
            play,
            [Voice(speaker, at)],
            [Ear(MICROPHONE, (0.12, 0.25, 0.2))],
            rng=generator(3, "b"),
            clocks=Clocks(skew_ppm=40.0, latency_s=0.1),
            tail_s=0.5,
        )
        found = track(sound, sweep)
        assert found.valid
        assert found.delay_s[0] == pytest.approx(0.1, abs=0.002)
        spots.append(np.median(found.residual_ratio[0, (found.frequency_hz > 150) & (found.frequency_hz < 500)]))
    assert spots[1] > 4.0 * spots[0]


@settings(max_examples=12, deadline=None)
@given(st.floats(1e-4, 1.9), st.integers(0, 9000), st.permutations(range(3)))
def test_gain_follows_the_level_and_nothing_else_follows_the_delay_or_the_order(
    scale: float, late: int, order: list[int]
) -> None:
    sine = sine_of(SHORT)
    rows = np.array([heard(SHORT, 0.5 * (sine + bend * sine**2), late=late, noise=1e-7) for bend in (0.0, 0.01, 0.05)])
    base, found = track(rows, SHORT), track(rows[order] * scale, SHORT)
    assert found.gain_db == pytest.approx(base.gain_db[order] + 20 * np.log10(scale), abs=1e-3)
    assert found.delay_s * 48000 == pytest.approx(late, abs=0.7)
    assert found.harmonic_ratio[:, 0, 5:20] == pytest.approx(base.harmonic_ratio[order][:, 0, 5:20], abs=1e-6)


def test_int16_and_float_say_the_same() -> None:
    sound = heard(SHORT, SHORT.samples(), noise=1e-5)
    counts = np.round(sound * 32768.0).astype(np.int16)
    assert track(counts, SHORT).gain_db == pytest.approx(track(counts / 32768.0, SHORT).gain_db, abs=1e-5)


def test_the_stated_deviations_hold_for_white_noise() -> None:
    away, wide = [], []
    for seed in range(60):
        found = track(heard(SHORT, SHORT.samples(), noise=0.02, seed=seed), SHORT, delay_s=300 / 48000)
        away.append((np.abs(found.response[0]) - 1.0) / (np.abs(found.response[0]) * found.response_std_ratio[0]))
        wide.append(found.harmonic_ratio[0, 0] / found.harmonic_std_ratio[0, 0])
    inside = np.abs(np.array(away)) < 1.96
    assert inside.mean() == pytest.approx(0.95, abs=0.02)
    power = np.nanmean(np.array(wide) ** 2)  # noise alone: real and imaginary part, one variance each
    assert power == pytest.approx(2.0, rel=0.1)


def test_a_skewed_clock_is_followed() -> None:
    times_s = np.arange(LONG.count + 20000) / LONG.rate_hz
    skewed = times_s * (1.0 + 100e-6)
    sound = 0.5 * np.sin(LONG.phase_rad(skewed)) * (skewed < LONG.duration_s)
    found = track(sound, LONG)
    high = found.frequency_hz > 5000.0
    assert found.drift_s[high][-2] - found.drift_s[high][0] < 0.0
    assert found.gain_db[0, high][:-2] == pytest.approx(0.0, abs=0.1)


@pytest.mark.parametrize("lost", [480, 48, 2000, -300])
def test_lost_and_doubled_samples_are_counted(lost: int) -> None:
    sound = heard(LONG, LONG.samples(), noise=1e-4)
    at = round(LONG.time_s(1500.0) * LONG.rate_hz)
    broken = np.delete(sound, slice(at, at + lost)) if lost > 0 else np.insert(sound, at, np.zeros(-lost))
    found = slips(broken, LONG)
    assert found.lost_samples == pytest.approx([lost], abs=max(2.0, 0.06 * abs(lost)))
    assert found.after_s[0] == pytest.approx(LONG.time_s(1500.0), abs=0.5)
    assert len(slips(sound, LONG).lost_samples) == 0


def test_a_track_with_many_lost_samples_is_no_measurement() -> None:
    sound = heard(LONG, LONG.samples(), noise=1e-4)
    for hz, lost in ((1500.0, 480), (6500.0, 2000)):
        at = round(LONG.time_s(hz) * LONG.rate_hz)
        found = track(np.delete(sound, slice(at, at + lost)), LONG)
        assert found.reasons == (Reason.LOST_SAMPLES,)
        assert not np.isfinite(found.response).any()


def test_one_bad_channel_leaves_the_others_alone() -> None:
    good = heard(SHORT, SHORT.samples(), noise=1e-5)
    rows = np.array([good, good * 0.0, good, np.random.default_rng(1).standard_normal(len(good)) * 0.1])
    rows[2, 9000] = np.nan
    found = track(rows, SHORT)
    assert found.valid
    assert found.channel_reasons == ((), (Reason.ALL_ZERO,), (Reason.NOT_FINITE,), (Reason.TOO_NOISY,))
    assert found.gain_db[0] == pytest.approx(track(good, SHORT).gain_db[0], abs=1e-5)
    assert not np.isfinite(found.residual_rms[1:]).any()


def test_full_scale_is_remarked() -> None:
    sound = np.clip(heard(SHORT, 4.0 * SHORT.samples()), -1.0, 1.0)
    assert track(sound, SHORT).remarks == (Reason.CLIPPED,)
    assert track(0.5 * sound, SHORT).remarks == ()


def test_a_plan_is_made_once_and_misuse_is_refused() -> None:
    assert plan(SHORT) is plan(SHORT)
    assert plan(SHORT).nbytes < 120 * SHORT.count
    with pytest.raises(SignalError):
        track(np.zeros((2, 2, 2)), SHORT)
    with pytest.raises(SignalError):
        track(np.zeros((2, 48000)), SHORT, delay_s=np.zeros(3))
    for broken in ({"start_hz": 0.0}, {"stop_hz": 30000.0}, {"duration_s": -1.0}, {"rate_hz": 0.0}, {"amplitude": 0.0}):
        with pytest.raises(SignalError):
            Sweep(**({"start_hz": 20.0, "stop_hz": 20000.0, "duration_s": 1.0, "rate_hz": 48000.0} | broken))


def test_harmonics_of_a_designed_sweep_start_in_phase_and_apart() -> None:
    assert LONG.start_hz * LONG.growth_s == pytest.approx(round(LONG.start_hz * LONG.growth_s), abs=1e-9)
    assert LONG.harmonic_lead_s(5) - LONG.harmonic_lead_s(4) >= 0.25
    assert float(LONG.frequency_hz(LONG.time_s(1000.0))) == pytest.approx(1000.0)


def test_a_recording_that_started_late_is_found() -> None:
    sound = heard(LONG, LONG.samples())[300 + 2000 :]
    assert find_sweep(sound, LONG).delay_s[0] * 48000 == pytest.approx(-2000, abs=0.5)
