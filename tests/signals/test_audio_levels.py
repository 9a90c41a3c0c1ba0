"""Spectra, levels, noise, clipping and glitches."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import scipy.signal
from hypothesis import given, settings
from hypothesis import strategies as st

from probes.signals import Reason, WrongValue
from probes.signals.clipping import clipping
from probes.signals.dropouts import Glitch, dropouts
from probes.signals.level import Calibration, calibrate, level
from probes.signals.noise_floor import noise_floor
from probes.signals.spectrum import third_octave_hz, welch

RATE_HZ = 48000.0


def noise(seed: int = 1, count: int = 96000) -> Any:
    return 0.1 * np.random.default_rng(seed).standard_normal(count)


def sine(frequency_hz: float, amplitude: float = 0.5, count: int = 96000) -> Any:
    return amplitude * np.sin(2 * np.pi * frequency_hz * np.arange(count) / RATE_HZ)


@pytest.mark.parametrize("segment", [64, 255, 1000, 4096])
@pytest.mark.parametrize("detrend", [False, "constant"])
def test_densities_equal_those_of_scipy(segment: int, detrend: Any) -> None:
    sound = np.array([noise(1), noise(2) + 0.2]).astype(np.float32)
    ours = welch(sound, RATE_HZ, segment=segment, detrend=bool(detrend))
    step = segment - segment // 2
    frequency, theirs = scipy.signal.welch(
        sound.astype(np.float64), RATE_HZ, nperseg=segment, noverlap=segment - step, detrend=detrend
    )
    assert ours.frequency_hz == pytest.approx(frequency)
    assert ours.density[:, 1:] == pytest.approx(theirs[:, 1:], rel=1e-4)


def test_the_scatter_of_a_density_is_as_stated_and_power_is_kept() -> None:
    found = welch(noise(), RATE_HZ, segment=1024)
    inner = found.density[0, 2:-2]
    assert inner.std() / inner.mean() == pytest.approx(found.std_ratio, rel=0.1)
    assert found.band_power(0.0, 24000.0)[0] == pytest.approx(0.01, rel=0.02)
    middle, bands = found.third_octaves(250.0, 16000.0)
    assert bands.sum() == pytest.approx(found.band_power(middle[0] / 10**0.05, middle[-1] * 10**0.05)[0], rel=1e-9)


def test_third_octaves_are_those_of_the_standard() -> None:
    nominal = [25, 31.5, 40, 50, 63, 80, 100, 125, 160, 200, 250, 315, 400, 500, 630, 800, 1000, 1250, 1600, 2000]
    assert third_octave_hz(25.0, 2000.0) == pytest.approx(nominal, rel=0.02)


@settings(max_examples=20, deadline=None)
@given(st.floats(1e-3, 0.9), st.floats(-0.05, 0.05), st.permutations(range(3)))
def test_levels_follow_the_scale_ignore_the_offset_and_keep_channels_apart(
    scale: float, offset: float, order: list[int]
) -> None:
    rows = np.array([sine(997.0), sine(100.0, 0.1), noise()])
    base, found = level(rows, RATE_HZ), level((rows * scale + offset)[order], RATE_HZ)
    assert found.rms_dbfs == pytest.approx(base.rms_dbfs[order] + 20 * np.log10(scale), abs=1e-3)
    assert found.offset == pytest.approx(base.offset[order] * scale + offset, abs=1e-6)


def test_a_calibrated_microphone_reads_sound_pressure() -> None:
    known = calibrate(sine(1000.0, 0.1), RATE_HZ, spl_db=94.0, std_db=0.2)
    found = level(sine(1000.0, 0.01), RATE_HZ, calibration=known)
    assert found.spl_db[0] == pytest.approx(74.0, abs=1e-4)
    assert found.spl_std_db[0] == pytest.approx(0.2, abs=0.01)
    assert level(np.full(9600, 2500, dtype=np.int16) * np.tile([1, -1], 4800).astype(np.int16), RATE_HZ).rms_dbfs[
        0
    ] == pytest.approx(-22.35, abs=0.01)
    for bad in (np.zeros(9600), np.clip(sine(1000.0, 2.0), -1, 1)):
        with pytest.raises(WrongValue):
            calibrate(bad, RATE_HZ, spl_db=94.0)
    with pytest.raises(ValueError, match="channels"):
        level(noise(), RATE_HZ, calibration=Calibration(full_scale_spl_db=(100.0, 100.0)))


def test_the_deviation_of_a_level_holds() -> None:
    inside = [
        abs(found.rms_dbfs[0] + 20.0) < 2.0 * found.rms_std_db[0]
        for found in (level(noise(seed, 24000), RATE_HZ) for seed in range(100))
    ]
    assert np.mean(inside) > 0.85


def test_hum_and_whistle_are_named_and_white_noise_has_no_lines() -> None:
    quiet = noise(1, 240_000) * 1e-3
    hum = quiet + sine(50.0, 4e-4, 240_000) + sine(9000.0, 2e-4, 240_000)
    found = noise_floor([quiet, hum], RATE_HZ)
    assert [line.channel for line in found.lines] == [1, 1]
    assert sorted(line.frequency_hz for line in found.lines) == pytest.approx([50.0, 9000.0], abs=1.5)
    assert max(line.level_dbfs for line in found.lines) == pytest.approx(20 * np.log10(4e-4) - 3.01, abs=0.3)
    assert found.rms_dbfs[0] == pytest.approx(-80.0, abs=0.1)
    assert found.a_weighted_dbfs[0] == pytest.approx(-82.7, abs=0.3)  # white noise to 24 kHz


@pytest.mark.parametrize("frequency_hz", [100.0, 997.0, 1000.0, 3000.0])
@pytest.mark.parametrize("cut", [0.3, 0.45])
def test_cut_tops_are_found_and_whole_ones_are_not(frequency_hz: float, cut: float) -> None:
    whole = sine(frequency_hz)
    found = clipping([whole, np.clip(whole, -cut, cut), np.clip(whole, -1.0, cut)])
    assert found.clipped == (False, True, True)
    assert found.high[1:] == pytest.approx([cut, cut], rel=1e-3)
    assert np.isnan(found.low[2])
    assert clipping(np.round(np.array([whole, np.clip(whole, -cut, cut)]) * 32767).astype(np.int16)).clipped == (
        False,
        True,
    )
    assert clipping(noise()).clipped == (False,)


def smooth(seed: int = 1) -> Any:
    return (
        np.convolve(np.random.default_rng(seed).standard_normal(120_000), np.hanning(31), mode="same")[1000:-1000]
        * 0.02
    )


def test_each_glitch_is_found_where_it_is() -> None:
    sound = smooth()
    sound[20000:20480] = sound[20000]
    sound[50000:50960] = sound[49040:50000]
    sound[90000] += 0.3
    found = dropouts(sound, RATE_HZ)
    kinds = {event.kind: event for event in found.events}
    assert kinds[Glitch.STILL].start_s == pytest.approx(20000 / RATE_HZ, abs=1e-4)
    assert kinds[Glitch.STILL].length_s == pytest.approx(0.01, rel=0.01)
    assert kinds[Glitch.REPEATED].start_s == pytest.approx(50000 / RATE_HZ, abs=1e-3)
    assert kinds[Glitch.REPEATED].length_s == pytest.approx(0.02, rel=0.02)
    assert any(abs(event.start_s - 90000 / RATE_HZ) < 1e-3 for event in found.events if event.kind is Glitch.CLICK)
    assert found.per_minute[0] == pytest.approx(found.count[0] / (len(sound) / RATE_HZ / 60))


@pytest.mark.parametrize("sound", [smooth(), noise(), sine(440.0), sine(1000.0), sine(30.0, 0.9)])
def test_sound_without_glitches_has_none(sound: Any) -> None:
    assert dropouts(sound, RATE_HZ).events == ()
    counts = np.round(sound * 20000).astype(np.int16)
    found = dropouts(counts, RATE_HZ, still_s=3e-3)
    assert found.events == () or Reason.AMBIGUOUS in found.remarks
