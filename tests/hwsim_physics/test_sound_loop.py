from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from hwsim.physics.audio.amplifier import AMPLIFIER
from hwsim.physics.audio.loop import IN_STEP, RATE_HZ, Clocks, Ear, Voice, path, render, sweep
from hwsim.physics.audio.microphone import MICROPHONE
from hwsim.physics.audio.room import SOUND_M_S, Ambient, Room
from hwsim.physics.audio.speaker import SPEAKER, Speaker, torn_cone
from hwsim.physics.noise import generator
from tests.hwsim_physics.reference import Array, deconvolve, tone_amplitudes

LINEAR = replace(SPEAKER, bl_slope=0.0, bl_curve=0.0)
FLAT = replace(LINEAR, voicing=(), resonance_hz=5.0, resonance_q=0.7071)
FLAT_EAR = replace(MICROPHONE, band=(), noise_dbfs=-200.0, bits=24)
SILENT = Ambient(pink_dbspl=-200.0, hum_dbspl=-200.0)
FREE = Room(order=0, ir_s=0.1)
CLEAN = replace(AMPLIFIER, noise_ratio=0.0)
HERE, THERE = (0.1, 0.1, 0.1), (0.3, 0.1, 0.1)


def play_and_record(speaker: Speaker = LINEAR, *, clocks: Clocks = IN_STEP, level: float = 0.3) -> tuple[Array, Array]:
    played = sweep(duration_s=2.0) * np.float32(level)
    recorded = render(
        played,
        [Voice(speaker, HERE, CLEAN)],
        [Ear(FLAT_EAR, THERE)],
        rng=generator(1, "r"),
        room=FREE,
        ambient=SILENT,
        clocks=clocks,
        tail_s=0.3,
    )
    return played[0].astype(float), recorded[0].astype(float)


def test_a_sweep_gives_back_the_speakers_response() -> None:
    played, recorded = play_and_record()
    found = np.abs(np.fft.rfft(deconvolve(recorded, played)[:8192]))
    frequency_hz: Array = np.fft.rfftfreq(8192, 1.0 / RATE_HZ).astype(np.float64)
    design = np.abs(LINEAR.transfer(frequency_hz, RATE_HZ)) / 0.2 * FLAT_EAR.full_scale_per_pa
    band = (frequency_hz > 150.0) & (frequency_hz < 15000.0)
    assert 20.0 * np.log10(found[band] / design[band]) == pytest.approx(0.0, abs=0.2)


def test_deconvolution_gives_the_impulse_response_of_speaker_and_room() -> None:
    room = Room(ir_s=0.1)
    voice, ear = Voice(LINEAR, HERE, CLEAN), Ear(FLAT_EAR, THERE)
    played = sweep(duration_s=2.0) * np.float32(0.3)
    recorded = render(played, [voice], [ear], rng=generator(1, "r"), room=room, ambient=SILENT, tail_s=0.2)
    found = deconvolve(recorded[0].astype(float), played[0].astype(float))[:2400]
    design = path(voice, ear, room, rate_hz=RATE_HZ, rng=generator(1, "r"))[:2400] * FLAT_EAR.full_scale_per_pa
    assert np.abs(found - design).max() < 0.02 * np.abs(design).max()


def test_latency_and_distance_add_up() -> None:
    clocks = Clocks(latency_s=0.0731)
    played, recorded = play_and_record(FLAT, clocks=clocks)
    answer = deconvolve(recorded, played)
    fine = np.fft.irfft(np.fft.rfft(answer), len(answer) * 8)
    delay_s = int(np.abs(fine).argmax()) / 8.0 / RATE_HZ
    assert delay_s == pytest.approx(0.0731 + 0.2 / SOUND_M_S, abs=0.3 / RATE_HZ)


def test_a_fast_recording_clock_takes_more_samples_of_the_same_sound() -> None:
    count = 96000
    played = np.sin(2.0 * np.pi * 3000.0 * np.arange(count) / RATE_HZ).astype(np.float32)[None, :] * np.float32(0.3)
    recorded = render(
        played,
        [Voice(FLAT, HERE, CLEAN)],
        [Ear(FLAT_EAR, THERE)],
        rng=generator(1, "r"),
        room=FREE,
        ambient=SILENT,
        clocks=Clocks(skew_ppm=100.0),
    )[0].astype(float)
    # The phase against the nominal frequency runs away linearly.
    turn = recorded * np.exp(-2j * np.pi * 3000.0 * np.arange(count) / RATE_HZ)
    phase = np.unwrap(np.angle(turn[4800:91200].reshape(-1, 480).mean(axis=1)))
    slope_hz = np.polyfit(np.arange(len(phase)) * 480 / RATE_HZ, phase, 1)[0] / (2.0 * np.pi)
    assert slope_hz / 3000.0 * 1e6 == pytest.approx(-100.0, abs=1.0)


def test_sound_falls_by_six_decibels_per_doubled_distance() -> None:
    played = sweep(duration_s=0.5) * np.float32(0.3)
    ears = [Ear(FLAT_EAR, (0.1 + away, 0.1, 0.1)) for away in (0.1, 0.2, 0.4)]
    recorded = render(played, [Voice(FLAT, HERE)], ears, rng=generator(1, "r"), room=FREE, ambient=SILENT)
    levels_db = 20.0 * np.log10(recorded.std(axis=1))
    assert np.diff(levels_db) == pytest.approx(-6.02, abs=0.05)


def test_each_row_goes_to_its_own_speaker_and_sound_adds() -> None:
    both = np.concatenate((sweep(duration_s=0.3), sweep(duration_s=0.3)[:, ::-1])) * np.float32(0.2)
    voices = [Voice(FLAT, HERE, CLEAN), Voice(FLAT, (0.1, 0.3, 0.1), CLEAN)]
    ears = [Ear(FLAT_EAR, THERE)]

    def heard(rows: slice) -> Array:
        heard = render(both[rows], voices[rows], ears, rng=generator(1, "r"), room=FREE, ambient=SILENT)
        return np.asarray(heard[0], dtype=np.float64)

    assert heard(slice(0, 2)) == pytest.approx(heard(slice(0, 1)) + heard(slice(1, 2)), abs=1e-6)


def test_rows_and_speakers_must_pair() -> None:
    with pytest.raises(ValueError, match="1 rows of samples for 0 speakers"):
        render(sweep(duration_s=0.1), [], [Ear(FLAT_EAR, THERE)], rng=generator(1, "r"))


def test_a_torn_cone_is_heard_as_distortion_at_the_microphone() -> None:
    count = 48000
    played = 0.5 * np.sin(2.0 * np.pi * 600.0 * np.arange(count) / RATE_HZ).astype(np.float32)[None, :]
    found = []
    for severity in (0.0, 0.2, 0.5, 1.0):
        voice = Voice(torn_cone(SPEAKER, severity), HERE)
        recorded = render(played, [voice], [Ear(MICROPHONE, THERE)], rng=generator(1, "r"))[0].astype(float)
        amplitudes = tone_amplitudes(recorded[9600:], RATE_HZ, 600.0, 5)
        found.append(float(np.hypot.reduce(amplitudes[1:]) / amplitudes[0]))
    assert found[0] < 0.01
    assert found[1] > 0.03, "from where it is called a fault, THD is over 3 %"
    assert found == sorted(found)


def test_the_recording_is_the_same_for_the_same_seed_and_has_no_hole() -> None:
    played = sweep(duration_s=0.5) * np.float32(0.3)
    one, two, other = (
        render(played, [Voice(SPEAKER, HERE)], [Ear(MICROPHONE, THERE)], rng=generator(seed, "r"), tail_s=0.1)
        for seed in (3, 3, 4)
    )
    assert np.array_equal(one, two)
    assert not np.array_equal(one, other)
    assert one.shape == (1, 28800)
    assert np.isfinite(one).all()
