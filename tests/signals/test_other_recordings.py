"""The published recordings, changed as another recording would differ: the answers change as they should, or not."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from probes.signals import allan, ellipsoid, gates, motor_line, relaxation, shading, spectrum, still, tracker
from probes.signals.sweep import Sweep, design

Array = Any

LAYOUTS: dict[str, Callable[[Array], Array]] = {
    "big-endian": lambda x: x.astype(x.dtype.newbyteorder(">")),
    "every second of a wider array": lambda x: np.repeat(x, 2, axis=-1)[..., ::2],
    "columns first": np.asfortranarray,
    "backward view": lambda x: x[..., ::-1].copy()[..., ::-1],
    "read-only": lambda x: np.require(x, requirements=["C", "O"]),
    "single precision": lambda x: x.astype(np.float32),
}
MEASURES: dict[str, Callable[[Array], Array]] = {
    "allan": lambda x: allan.allan(x, rate_hz=200.0).deviation,
    "allan pyramid": lambda x: allan.allan(x, rate_hz=200.0, pyramid=16).deviation,
    "still": lambda x: still.still(x, rate_hz=200.0).noise_density,
    "gates": lambda x: gates.gates(x, rate_hz=200.0).values,
    "motor_line": lambda x: motor_line.motor_line(x, rate_hz=200.0, motor_hz=(20.0, 90.0)).seen_hz,
    "welch": lambda x: spectrum.welch(x, 200.0).density,
    "shading": lambda x: shading.tile_means(np.abs(x[:, :300].reshape(30, 30)), rows=3, columns=3),
}


def sound(rate_hz: float) -> tuple[Sweep, Array]:
    played = design(start_hz=rate_hz / 400.0, stop_hz=rate_hz / 3.0, rate_hz=rate_hz, octave_s=0.1, decay_s=0.02)
    noise = np.random.default_rng(4).standard_normal((3, played.count + round(0.3 * rate_hz)))
    heard = 1e-4 * noise
    for channel, late in enumerate((50, 300, 777)):
        heard[channel, late : late + played.count] += 0.5 * played.samples()
    return played, heard


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("name", MEASURES)
def test_how_samples_lie_in_memory_does_not_matter(name: str, layout: str) -> None:
    rng = np.random.default_rng(3)
    samples = rng.standard_normal((3, 6000)) + 3.0 * np.sin(2.0 * np.pi * 0.2 * np.arange(6000))
    usual, other = MEASURES[name](samples), MEASURES[name](LAYOUTS[layout](samples))
    if name == "gates" and layout == "single precision":
        assert np.all(np.abs(np.subtract(other, usual)) <= 3)
    else:
        assert other == pytest.approx(usual, rel=1e-4, nan_ok=True)


def test_samples_may_lie_in_a_file(tmp_path: Path) -> None:
    samples = np.random.default_rng(3).standard_normal((3, 6000))
    np.save(tmp_path / "x.npy", samples)
    mapped = np.load(tmp_path / "x.npy", mmap_mode="r")
    for measure in MEASURES.values():
        assert measure(mapped) == pytest.approx(measure(samples), nan_ok=True)


@pytest.mark.parametrize("rate_hz", [8000.0, 11025.0, 44100.0, 96000.0, 192000.0])
@pytest.mark.parametrize("dtype", [np.float32, np.int16])
def test_a_sweep_is_tracked_at_any_rate_in_any_order_of_channels(rate_hz: float, dtype: type) -> None:
    played, heard = sound(rate_hz)
    given = np.rint(32767.0 * heard).astype(np.int16) if dtype is np.int16 else heard.astype(dtype)
    for order in ([0, 1, 2], [2, 0, 1]):
        found = tracker.track(given[order], played)
        assert found.valid
        assert np.nanmedian(found.gain_db, axis=1) == pytest.approx([-6.02] * 3, abs=0.01)
        assert found.delay_s * rate_hz == pytest.approx(np.array([50, 300, 777])[order], abs=0.3)


@pytest.mark.parametrize("offset", [-0.2, 0.05])
def test_an_offset_does_not_change_a_response(offset: float) -> None:
    played, heard = sound(48000.0)
    one, other = tracker.track(heard, played), tracker.track(heard + offset, played)
    assert other.gain_db == pytest.approx(one.gain_db, abs=0.02, nan_ok=True)


@pytest.mark.corpora
@pytest.mark.parametrize(
    ("scale", "order", "keep"), [(1.0, [2, 0, 1], 1.0), (0.013, [0, 1, 2], 0.8), (40.0, [1, 2, 0], 0.9)]
)
def test_a_part_of_the_magnetometer_recording_gives_its_centre(
    scale: float, order: list[int], keep: float, shared_dir: Path
) -> None:
    readings = np.loadtxt(shared_dir / "reference_signals" / "mag_fxos8700" / "mag-readings.txt").T
    whole = ellipsoid.ellipsoid(readings)
    chosen = np.random.default_rng(5).random(readings.shape[1]) < keep
    found = ellipsoid.ellipsoid(scale * readings[order][:, chosen])
    assert found.valid
    away = np.abs(found.centre / scale - whole.centre[order])
    spread = np.hypot(found.centre_std / scale, whole.centre_std[order])
    assert (away < 5.0 * spread + 1e-9).all()


@pytest.mark.corpora
@pytest.mark.parametrize("scale", [1e-6, 1.0, 1e6])
@pytest.mark.parametrize("part", [slice(0, 400), slice(100, 900), slice(300, 1000)])
def test_a_part_of_the_clock_recording_keeps_to_the_interval_of_the_whole(
    scale: float, part: slice, shared_dir: Path
) -> None:
    phase = np.loadtxt(shared_dir / "reference_signals" / "allan_stable32" / "phasedat" / "PHASE.DAT", comments="#")
    whole = allan.allan(phase, rate_hz=1.0, kind="phase", taus_s=[1, 2, 4, 8, 16], confidence=0.997)
    some = allan.allan(scale * phase[part], rate_hz=1.0, kind="phase", taus_s=[1, 2, 4, 8, 16], confidence=0.997)
    assert (some.low / scale < whole.high).all()
    assert (some.high / scale > whole.low).all()


@pytest.mark.corpora
@pytest.mark.parametrize("every", [1, 2])
@pytest.mark.parametrize("span_s", [(285.0, 350.0), (300.0, 340.0)])
def test_a_part_of_the_washing_machine_has_the_same_line(
    every: int, span_s: tuple[float, float], shared_dir: Path
) -> None:
    name = shared_dir / "reference_signals" / "phone_accel_washer_oneplus3t" / "accel_recording.csv.gz"
    with gzip.open(name) as lines:
        rows = np.loadtxt(lines, delimiter=",", skiprows=1)
    here = rows[(rows[:, 0] >= span_s[0]) & (rows[:, 0] < span_s[1])][::every]
    rate_hz = (len(here) - 1) / float(here[-1, 0] - here[0, 0])
    found = motor_line.motor_line(here[:, [3, 1, 2]].T, rate_hz=rate_hz, motor_hz=(3.0, 22.0))
    assert found.seen_hz == pytest.approx(16.66, abs=0.2)


@pytest.mark.parametrize("interval_s", [0.5, 2.0, 7.0])
def test_a_relaxation_is_the_same_at_any_interval(interval_s: float) -> None:
    times = np.arange(0.0, 1800.0, interval_s)
    noise = 2e-5 * np.random.default_rng(6).standard_normal(times.size)
    found = relaxation.relaxation(times, 3.9 - 0.02 * np.exp(-times / 300.0) + noise)
    assert abs(found.tau_s[0] - 300.0) < 5.0 * found.tau_std_s[0]
    assert abs(found.rest_v - 3.9) < 5.0 * found.rest_std_v
