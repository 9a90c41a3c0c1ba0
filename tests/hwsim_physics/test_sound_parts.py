from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from hwsim.physics.audio.amplifier import AMPLIFIER, clipping
from hwsim.physics.audio.microphone import MICROPHONE
from hwsim.physics.audio.room import SOUND_M_S, Ambient, Room, resample
from hwsim.physics.audio.speaker import SPEAKER, Speaker, reversed_polarity, torn_cone
from hwsim.physics.filters import Section, Shape, bins, response
from hwsim.physics.noise import generator
from tests.hwsim_physics.reference import Array, deconvolve, digital_response, psd, tone_amplitudes

RATE_HZ = 48000.0
LINEAR = replace(SPEAKER, bl_slope=0.0, bl_curve=0.0)
SILENT = Ambient(pink_dbspl=-200.0, hum_dbspl=-200.0)


def tone(frequency_hz: float, amplitude: float, duration_s: float = 0.5) -> Array:
    times_s: Array = np.arange(round(duration_s * RATE_HZ), dtype=np.float64) / RATE_HZ
    return np.asarray(amplitude * np.sin(2.0 * np.pi * frequency_hz * times_s), dtype=np.float64)


@pytest.mark.parametrize("shape", list(Shape))
def test_a_section_has_the_response_that_scipy_computes_from_its_coefficients(shape: Shape) -> None:
    section = Section(shape, 1200.0, 0.9, -7.0)
    frequency_hz = np.geomspace(20.0, 20000.0, 200)
    expected = digital_response(*section.coefficients(RATE_HZ), frequency_hz, RATE_HZ)
    assert response((section,), frequency_hz, RATE_HZ) == pytest.approx(expected)


def test_sections_do_what_their_words_say() -> None:
    ends = np.array([1.0, 1000.0, 23999.0])

    def gains_db(shape: Shape, q: float = 0.7071) -> Array:
        return 20.0 * np.log10(np.maximum(np.abs(response((Section(shape, 1000.0, q, -9.0),), ends, RATE_HZ)), 1e-5))

    assert gains_db(Shape.PEAK) == pytest.approx([0.0, -9.0, 0.0], abs=0.01)
    assert gains_db(Shape.LOW_SHELF) == pytest.approx([-9.0, -4.5, 0.0], abs=0.01)
    assert gains_db(Shape.HIGH_SHELF) == pytest.approx([0.0, -4.5, -9.0], abs=0.01)
    assert gains_db(Shape.LOW_CUT)[1:] == pytest.approx([-3.01, 0.0], abs=0.01)
    assert gains_db(Shape.HIGH_CUT, q=2.0)[:2] == pytest.approx([0.0, 6.02], abs=0.01)
    assert gains_db(Shape.LOW_CUT)[0] < -90.0


def test_a_speaker_at_resonance_has_its_quality_factor_as_gain() -> None:
    part = replace(LINEAR, voicing=())
    gain = np.abs(part.transfer(np.array([part.resonance_hz, 12000.0]), RATE_HZ)) / part.full_scale_pa
    assert gain == pytest.approx([part.resonance_q, 1.0], rel=0.01)


def test_distortion_of_the_force_factor_follows_its_polynomial() -> None:
    part = replace(SPEAKER, bl_slope=0.2, bl_curve=-0.1)
    frequency_hz, level = 100.0, 0.8
    force = part.force(tone(frequency_hz, level, 1.0).astype(np.float32), RATE_HZ, generator(1, "s"))
    low = response((Section(Shape.HIGH_CUT, part.resonance_hz, part.resonance_q),), np.array([frequency_hz]), RATE_HZ)
    moved = abs(complex(low[0]))
    found = tone_amplitudes(force[4800:].astype(float), RATE_HZ, frequency_hz, 4)
    assert found[1] == pytest.approx(0.2 * level**2 * moved / 2.0, rel=1e-3)
    assert found[2] == pytest.approx(0.1 * level**3 * moved**2 / 4.0, rel=1e-3)
    assert found[3] < 1e-5


def test_distortion_vanishes_above_the_resonance_where_the_coil_hardly_moves() -> None:
    part = replace(SPEAKER, bl_slope=0.2)
    ratios = []
    for frequency_hz in (200.0, 3000.0):
        force = part.force(tone(frequency_hz, 0.8).astype(np.float32), RATE_HZ, generator(1, "s"))
        first, second = tone_amplitudes(force[4800:].astype(float), RATE_HZ, frequency_hz, 2)
        ratios.append(second / first)
    assert ratios[1] < 0.1 * ratios[0]


def test_rub_and_buzz_is_one_burst_a_cycle_that_harmonics_do_not_show() -> None:
    part = replace(LINEAR, buzz_pa=0.01 * LINEAR.full_scale_pa, buzz_from=0.3)
    drive = tone(200.0, 0.8, 1.0).astype(np.float32)
    extra = (part.force(drive, RATE_HZ, generator(1, "s")) - drive).astype(float)
    bursts = np.abs(extra).reshape(-1, 240).max(axis=1) > 1e-3
    assert bursts.sum() == pytest.approx(200, abs=2)
    frequency_hz, density = psd(extra, RATE_HZ, 4800)
    assert 4500.0 < frequency_hz[density.argmax()] < 7000.0
    harmonics = tone_amplitudes(extra, RATE_HZ, 200.0, 5)
    assert 20.0 * np.log10(harmonics[1:].max() / 0.8) < -60.0


def test_a_quiet_tone_does_not_buzz() -> None:
    part = torn_cone(SPEAKER, 0.3)
    clean = replace(part, buzz_pa=0.0)
    drive = tone(200.0, 0.2).astype(np.float32)
    assert np.array_equal(part.force(drive, RATE_HZ, generator(1, "s")), clean.force(drive, RATE_HZ, generator(1, "s")))


def test_a_mesh_reflection_makes_a_comb() -> None:
    part = Speaker(voicing=(), comb_gain=0.5, comb_s=1.0 / 4000.0)
    dip, peak = np.abs(part.transfer(np.array([6000.0, 8000.0]), RATE_HZ)) / part.full_scale_pa
    assert peak / dip == pytest.approx(1.5 / 0.5, rel=0.02)


def test_reversed_polarity_turns_the_sign_and_nothing_else() -> None:
    frequency_hz = bins(1024, RATE_HZ)
    turned = reversed_polarity(LINEAR, 1.0).transfer(frequency_hz, RATE_HZ)
    assert turned == pytest.approx(-LINEAR.transfer(frequency_hz, RATE_HZ))


def test_a_clipped_tone_has_the_harmonics_of_a_clipped_sine() -> None:
    part = replace(clipping(AMPLIFIER, 0.4), noise_ratio=0.0)
    drive = part.drive(tone(250.0, 1.0, 1.0).astype(np.float32), generator(1, "a"))
    angle = np.arcsin(part.clip_ratio)
    first = 2.0 / np.pi * (angle + part.clip_ratio * np.cos(angle))
    # Fourier coefficient of sin clipped at c, k = 3.
    third = 4.0 / np.pi * (np.sin(2 * angle) / 4 - np.sin(4 * angle) / 8 + part.clip_ratio * np.cos(3 * angle) / 3)
    assert tone_amplitudes(drive.astype(float), RATE_HZ, 250.0, 3) == pytest.approx([first, 0.0, abs(third)], abs=2e-3)


def test_a_microphone_gives_its_rated_level_at_94_dbspl() -> None:
    pressure = tone(1000.0, np.sqrt(2.0), 1.0).astype(np.float32)
    gain = np.abs(MICROPHONE.transfer(np.array([1000.0]), RATE_HZ))[0]
    samples = MICROPHONE.digitise(pressure * np.float32(gain), generator(1, "m"))
    # 1 kHz is in the flat band: 0.1 dB of the low cut and the port's resonance are left.
    assert 20.0 * np.log10(np.sqrt(np.mean(samples.astype(float) ** 2))) == pytest.approx(
        MICROPHONE.rated_dbfs, abs=0.1
    )


def test_a_microphone_in_silence_gives_its_own_noise_offset_and_whole_steps() -> None:
    part = replace(MICROPHONE, noise_dbfs=-70.0, dc_ratio=0.05)
    samples = part.digitise(np.zeros(200_000, dtype=np.float32), generator(1, "m")).astype(float)
    assert 20.0 * np.log10(samples.std()) == pytest.approx(-70.0, abs=0.05)
    assert samples.mean() == pytest.approx(0.05, abs=1e-5)
    assert np.array_equal(samples * 32768.0, np.round(samples * 32768.0))


def test_a_microphone_clips_at_full_scale() -> None:
    samples = MICROPHONE.digitise(np.array([3.0, -3.0], dtype=np.float32), generator(1, "m"))
    assert samples == pytest.approx([32767 / 32768, -1.0])


def test_direct_sound_comes_after_its_distance_and_with_its_share() -> None:
    room = Room(order=0, ir_s=0.05)
    answer = room.impulse_response((0.1, 0.1, 0.1), (0.4, 0.1, 0.1), rate_hz=RATE_HZ, rng=generator(1, "r"))
    moment_s = (np.arange(len(answer)) * answer).sum() / answer.sum() / RATE_HZ
    assert moment_s == pytest.approx(0.3 / SOUND_M_S, abs=1e-7)
    assert answer.sum() == pytest.approx(1.0 / 0.3, rel=1e-3)


def test_the_first_reflection_of_the_floor_lies_where_its_mirror_image_lies() -> None:
    room = Room(size_m=(50.0, 50.0, 50.0), order=1, reflection_ratio=0.6, ir_s=0.1)
    answer = room.impulse_response((25.0, 25.0, 0.7), (25.0, 26.0, 0.9), rate_hz=RATE_HZ, rng=generator(1, "r"))
    direct, mirrored = np.hypot(1.0, 0.2), np.hypot(1.0, 1.6)
    late = round((mirrored + direct) / 2.0 / SOUND_M_S * RATE_HZ)
    times = np.arange(len(answer))
    assert (times * answer)[late:].sum() / answer[late:].sum() / RATE_HZ * SOUND_M_S == pytest.approx(
        mirrored, rel=1e-3
    )
    assert answer[late:].sum() == pytest.approx(0.6 / mirrored, rel=2e-3)


def test_the_tail_of_a_room_falls_by_sixty_decibels_in_its_decay_time() -> None:
    room = Room(order=0, tail_ratio=1.0, decay_s=0.2, ir_s=0.4)
    answer = room.impulse_response((0.1, 0.1, 0.1), (0.2, 0.1, 0.1), rate_hz=RATE_HZ, rng=generator(1, "r"))
    left_db = 10.0 * np.log10(np.cumsum(answer[::-1] ** 2)[::-1])  # Schroeder's backward integral
    window = slice(round(0.02 * RATE_HZ), round(0.15 * RATE_HZ))
    slope, _ = np.polyfit(np.arange(len(answer))[window] / RATE_HZ, left_db[window], 1)
    assert -60.0 / slope == pytest.approx(0.2, rel=0.03)


def test_ambient_noise_is_pink_and_has_its_level() -> None:
    size = 1 << 19
    ambient = Ambient(pink_dbspl=40.0, hum_dbspl=-200.0)
    pressure = np.fft.irfft(ambient.spectrum(size, RATE_HZ, generator(1, "n")), size).astype(float)
    assert 20.0 * np.log10(pressure.std() / 20e-6) == pytest.approx(40.0, abs=0.3)
    frequency_hz, density = psd(pressure, RATE_HZ, 1 << 14)
    band = (frequency_hz > 50.0) & (frequency_hz < 18000.0)
    assert np.polyfit(np.log10(frequency_hz[band]), np.log10(density[band]), 1)[0] == pytest.approx(-1.0, abs=0.02)


def test_hum_stands_at_the_mains_frequency_with_its_level() -> None:
    size = 1 << 19
    ambient = Ambient(pink_dbspl=-200.0, hum_dbspl=60.0)
    spectrum = ambient.spectrum(size, RATE_HZ, generator(1, "n"))
    place = int(np.abs(spectrum).argmax())
    assert place * RATE_HZ / size == pytest.approx(50.0, abs=0.05)
    rms = np.abs(spectrum[place]) / size * np.sqrt(2.0)
    assert 20.0 * np.log10(rms / 20e-6) == pytest.approx(60.0, abs=0.01)


@pytest.mark.parametrize("frequency_hz", [100.0, 5000.0, 19000.0])
def test_resampling_shifts_a_tone_by_the_ratio_with_little_error(frequency_hz: float) -> None:
    samples = tone(frequency_hz, 0.5, 1.0).astype(np.float32)
    ratio = 1.0 - 80e-6
    expected = 0.5 * np.sin(2.0 * np.pi * frequency_hz * ratio * np.arange(len(samples)) / RATE_HZ)
    error = resample(samples, ratio)[500:-500] - expected[500:-500]
    assert 20.0 * np.log10(np.abs(error).max() / 0.5) < -60.0


def test_deconvolution_as_used_here_finds_a_known_impulse_response() -> None:
    played = generator(1, "d").standard_normal(4000)
    answer = np.zeros(50)
    answer[[3, 20]] = 1.0, -0.4
    assert deconvolve(np.convolve(played, answer), played)[:50] == pytest.approx(answer, abs=1e-3)
