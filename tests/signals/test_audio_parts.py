"""Multitones, repeats, the speaker-microphone matrix and events in time."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from probes.signals import Reason, SignalError
from probes.signals.coherence import coherence, repeatability
from probes.signals.events import rates, rhythm
from probes.signals.loopback import decompose
from probes.signals.multitone import Multitone, design, measure

TONES = design(low_hz=100.0, high_hz=15000.0, rate_hz=48000.0)


def played(tones: Multitone, *, skew: float = 0.0, periods: int = 10) -> Any:
    times = np.arange(tones.period * periods) * (1.0 + skew) / tones.rate_hz
    parts = zip(tones.frequency_hz, tones.phases_rad, strict=True)
    return tones.amplitude * sum(np.sin(2 * np.pi * hz * times + phase) for hz, phase in parts)


@pytest.mark.parametrize("skew", [0.0, 30e-6, -150e-6])
def test_tones_come_back_with_gain_and_the_clocks_difference(skew: float) -> None:
    sound = 0.25 * played(TONES, skew=skew) + 1e-4 * np.random.default_rng(1).standard_normal(TONES.period * 10)
    found = measure([sound, 2 * sound], TONES)
    assert np.abs(found.response) == pytest.approx(np.array([[0.25], [0.5]]) * np.ones(len(TONES.cycles)), rel=1e-3)
    assert found.skew_ppm == pytest.approx(skew * 1e6, abs=0.1)
    assert np.all(found.residual_ratio < 0.01)


def test_the_rest_between_the_tones_is_measured_and_deviations_hold() -> None:
    clean = played(TONES)
    rms = float(np.std(clean))
    off = []
    for seed in range(40):
        found = measure(clean + 0.01 * np.random.default_rng(seed).standard_normal(len(clean)), TONES)
        off.append((np.abs(found.response[0]) - 1.0) / found.response_std_ratio[0])
    assert found.residual_ratio[0] == pytest.approx(0.01 / rms, rel=0.05)
    assert np.mean(np.abs(off) < 2.4) == pytest.approx(0.95, abs=0.03)  # Student's t of nine periods
    assert np.abs(TONES.samples(1)).max() / np.std(TONES.samples(1)) < 3.5


def test_noise_is_no_multitone() -> None:
    found = measure(np.random.default_rng(1).standard_normal(48000), TONES)
    assert found.valid is False or np.nanmax(np.abs(found.response) * TONES.amplitude) < 0.1


def test_repeats_that_agree_are_repeatable_and_others_are_not() -> None:
    rng = np.random.default_rng(1)
    frequency = np.geomspace(100.0, 12000.0, 90)
    base = (1.0 + frequency / 3000.0) * np.exp(2j * np.pi * rng.uniform() * np.linspace(0, 1, 90))
    late = np.exp(-2j * np.pi * frequency * 40e-6)
    wild = base * np.exp(2j * np.pi * rng.uniform(0, 1, 90))
    same = repeatability(frequency, np.array([[base, base], [base * late, wild]]))
    assert same.repeatable == (True, False)
    assert same.remarks == (Reason.NOT_REPEATABLE,)
    assert same.worst[0] > 0.99
    assert same.level_std_db[0] == pytest.approx(0.0, abs=1e-9)
    assert repeatability(frequency, base[np.newaxis]).reasons == (Reason.TOO_SHORT,)
    hole = base.copy()
    hole[40] = np.nan
    assert repeatability(frequency, np.array([hole, base])).repeatable == (False,)


def test_coherence_tells_what_follows_from_the_input() -> None:
    rng = np.random.default_rng(1)
    stimulus, other = rng.standard_normal((2, 96000))
    found = coherence([stimulus + other, other], stimulus, 48000.0, segment=1024)
    assert found.coherence.mean(axis=1) == pytest.approx([0.5, 0.0], abs=0.03)
    assert found.coherence[0].std() == pytest.approx(found.coherence_std[0].mean(), rel=0.2)


def matrix(speaker: Any, microphone: Any, seed: int, noise_db: float = 0.3) -> Any:
    return np.add.outer(speaker, microphone) + noise_db * np.random.default_rng(seed).standard_normal((4, 5))


@pytest.mark.parametrize("bad", [None, (0, 1), (1, 2), (2, 4), (3, 0)])
def test_a_weak_speaker_and_a_weak_microphone_are_named_despite_one_bad_cell(bad: tuple[int, int] | None) -> None:
    for seed in range(20):
        cells = matrix([0, -12, 0, 0], [0, 0, -8, 0, 0], seed)
        if bad:
            cells[bad] -= 15.0
        found = decompose(cells, bench_speaker=3, bench_microphone=4, std_db=0.3)
        assert found.speaker_db[:, 0] == pytest.approx([0, -12, 0, 0], abs=1.2)
        assert found.microphone_db[:, 0] == pytest.approx([0, 0, -8, 0, 0], abs=1.2)
        assert tuple(found.bad_cell[0]) == (bad or (-1, -1))
        assert (found.speaker_confidence[:, 0] > 0.95).tolist() == [False, True, False, False]
        assert (found.microphone_confidence[:, 0] > 0.95).tolist() == [False, False, True, False, False]
        if bad:
            assert found.path_db[(*bad, 0)] == pytest.approx(-15.0, abs=1.5)


def test_the_matrix_states_deviations_that_hold_and_bands_are_separate() -> None:
    off = []
    for seed in range(150):
        cells = np.stack([matrix([0, -5, 0, 0], [0, 0, 0, -4, 0], 2 * seed + band) for band in (0, 1)], axis=2)
        found = decompose(cells, bench_speaker=3, bench_microphone=4, std_db=0.3)
        off.append((found.speaker_db[:3] - np.array([[0], [-5], [0]])) / found.speaker_std_db[:3])
    assert np.mean(np.abs(off) < 1.96) > 0.93


def test_what_was_not_measured_is_not_determined() -> None:
    cells = matrix([0, 0, 0, 0], [0, 0, 0, 0, 0], 1)
    cells[1] = np.nan
    found = decompose(cells, bench_speaker=3, bench_microphone=4)
    assert np.isnan(found.speaker_db[1, 0])
    assert np.isfinite(found.speaker_db[0, 0])
    assert np.isnan(found.speaker_confidence[1, 0])
    cells[:] = np.nan
    assert decompose(cells, bench_speaker=3, bench_microphone=4).reasons == (Reason.NOT_FINITE,)
    with pytest.raises(SignalError):
        decompose(np.zeros((2, 2)), bench_speaker=2, bench_microphone=0)
    with pytest.raises(SignalError):
        decompose(np.zeros(4), bench_speaker=0, bench_microphone=0)


def test_two_cells_that_explain_as_much_are_not_blamed() -> None:
    cells = np.zeros((2, 3))
    cells[0, 0] = -12.0
    found = decompose(cells, bench_speaker=1, bench_microphone=2, std_db=0.5)
    assert found.bad_cell[0].tolist() == [-1, -1]
    assert Reason.AMBIGUOUS in found.remarks


def test_a_storm_of_crashes_is_cut_out_of_a_quiet_day() -> None:
    rng = np.random.default_rng(1)
    times = np.concatenate([rng.uniform(0, 86400, 40), rng.uniform(40000, 40300, 25)])
    found = rates(rng.permutation(times), start_s=0.0, end_s=86400.0)
    assert len(found.stretches) == 3
    storm = found.stretches[1]
    assert storm.start_s == pytest.approx(40000, abs=60)
    assert storm.end_s == pytest.approx(40300, abs=60)
    assert storm.rate_low_hz < 25 / 300 < storm.rate_high_hz
    assert sum(stretch.count for stretch in found.stretches) == 65


def test_a_rate_that_steps_is_cut_once() -> None:
    rng = np.random.default_rng(2)
    times = np.concatenate([rng.uniform(0, 5000, 3000), rng.uniform(5000, 10000, 6000)])
    found = rates(times, start_s=0.0, end_s=10000.0)
    assert len(found.stretches) == 2
    assert found.stretches[0].end_s == pytest.approx(5000, abs=100)
    assert found.stretches[0].rate_hz == pytest.approx(0.6, rel=0.05)


def test_steady_events_are_seldom_cut_and_intervals_hold() -> None:
    rng = np.random.default_rng(3)
    cut, held = 0, 0
    for _ in range(150):
        found = rates(rng.uniform(0, 100, rng.poisson(60)), start_s=0.0, end_s=100.0)
        cut += len(found.stretches) > 1
        held += found.stretches[0].rate_low_hz < 0.6 < found.stretches[0].rate_high_hz
    assert cut <= 4
    assert held >= 0.92 * 150


@settings(max_examples=20, deadline=None)
@given(st.floats(1e-3, 1e3), st.floats(-1e4, 1e4))
def test_stretches_follow_scale_and_shift(scale: float, shift: float) -> None:
    rng = np.random.default_rng(4)
    times = np.concatenate([rng.uniform(0, 100, 30), rng.uniform(50, 51, 30)])
    base = rates(times, start_s=0.0, end_s=100.0)
    found = rates(times * scale + shift, start_s=shift, end_s=100.0 * scale + shift)
    assert [stretch.count for stretch in found.stretches] == [stretch.count for stretch in base.stretches]


def test_a_rhythm_is_found_and_none_is_made_up() -> None:
    rng = np.random.default_rng(5)
    for seed in range(10):
        jitter = np.random.default_rng(seed).normal(0, 20, 40)
        found = rhythm(np.arange(40) * 300 + jitter, shortest_s=60.0, longest_s=3600.0)
        assert found.period_s == pytest.approx(300.0, abs=4 * found.period_std_s)
    made_up = sum(rhythm(rng.uniform(0, 12000, 40), shortest_s=60.0, longest_s=3600.0).valid for _ in range(40))
    assert made_up <= 2
