"""Plots of what was recorded: there where there is something to draw, in both languages, the same bytes each time."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from matplotlib.figure import Figure
from matplotlib.ft2font import FT2Font
from numpy.typing import NDArray

import agent.plots
from agent.benches import Recorder
from agent.home import Home
from agent.journal import Journal
from agent.plots import FORMATS, PLOTS, Seen, plots_for, save_plots, seen_in
from agent.plots._page import styled
from agent.sim_phone import SimPhones
from agent.store import Store
from probes import BadInput, ProbeResult, Recording, SensorKind, Stage, Track, Unit, Verdict
from probes.hardware.accelerometer import AccelerometerAtRest
from reports import Language, translator
from reports.fonts import chinese_file

AT = datetime(2026, 11, 21, 8, tzinfo=UTC)
PNG = b"\x89PNG\r\n"
SWEEP_S, RATE = 1.0, 48_000


def result(probe: str, recordings: tuple[Recording, ...]) -> ProbeResult:
    return ProbeResult(
        probe=probe,
        probe_version=1,
        stage=Stage.HARDWARE_UNATTENDED,
        verdict=Verdict.PASS,
        started_at=AT,
        duration_ns=1,
        recordings=recordings,
    )


class Kept:
    """Recordings as the bench keeps them, of captures that a test makes up."""

    def __init__(self, folder: Path) -> None:
        self.store = Store(folder)
        self._recorder = Recorder(self.store, clock_ns=lambda: 0)
        self._recorder.start("test")

    def arrays(self, source: str, arrays: dict[str, NDArray[Any]]) -> str:
        return self._recorder.arrays(source, arrays, Unit.NONE, started_ns=0, rows=1)

    def dump(self, source: str, raw: bytes) -> None:
        self._recorder.reply(source, raw, b"", None, 0)

    def of(self, probe: str) -> ProbeResult:
        return result(probe, self._recorder.taken())


def sweep(kept: Kept, words: str = "speaker bottom top") -> None:
    """One sweep, heard at half and at a tenth of its level."""
    at_s = np.arange(round(SWEEP_S * RATE)) / RATE
    growth_s = SWEEP_S / np.log(80.0)
    played = 0.5 * np.sin(2 * np.pi * 100 * growth_s * np.expm1(at_s / growth_s))
    quiet = np.zeros(RATE // 2)
    frames = {
        f"{n}_{place}": np.round(np.concatenate([quiet, gain * played, quiet]) * 32_000).astype(np.int16)
        for n, (place, gain) in enumerate((("bottom", 0.5), ("top", 0.1)))
    }
    source = f"sound sweep/100-8000Hz/1s/0.5 {words} 2s"
    name = kept.arrays(f"frames of {source}", frames)
    take = {"id": name, "rate_hz": RATE, "plays_from_frame": RATE / 2, "is_whole": True, "is_silenced": False}
    kept.dump(source, json.dumps({"backend": "companion", "take": take}).encode())


def still(kept: Kept, *, is_whole: bool = True) -> None:
    noise = np.random.default_rng(1).standard_normal((3, 1600))
    t_ns = np.arange(1600, dtype=np.int64) * 2_500_000
    source = "sense accelerometer 400Hz 4s"
    name = kept.arrays(f"accelerometer of {source}", {"t_ns": t_ns, "x": noise[0], "y": noise[1], "z": noise[2]})
    told = {"id": name, "kind": "accelerometer", "requested_hz": 400.0, "is_whole": is_whole}
    kept.dump(source, json.dumps({"backend": "companion", "tracks": [told]}).encode())


def charge(kept: Kept) -> None:
    t_ns = np.arange(60, dtype=np.int64) * 60_000_000_000
    volts = np.linspace(3600.0, 4400.0, 60)
    kept.arrays("charge", {"t_ns": t_ns, "voltage_mv": volts, "current_ma": 3000.0 - volts / 2})


def swipe(kept: Kept) -> None:
    lines = ["[ 1.0] /dev/input/event2: EV_ABS ABS_MT_TRACKING_ID 00000001"]
    for step in range(20):
        lines += [
            f"[ {1 + step / 100:.6f}] /dev/input/event2: EV_ABS ABS_MT_POSITION_X {10 * step:08x}",
            f"[ {1 + step / 100:.6f}] /dev/input/event2: EV_ABS ABS_MT_POSITION_Y {20 * step:08x}",
            f"[ {1 + step / 100:.6f}] /dev/input/event2: EV_SYN SYN_REPORT 00000000",
        ]
    kept.dump("getevent -lt while do swipe_grid", "\n".join(lines).encode())


def chart(kept: Kept) -> None:
    """Five dark squares, a little askew and a little soft, on white."""
    picture = np.full((1200, 1600), 220, dtype=np.uint8)
    for row, column in ((600, 800), (250, 350), (250, 1250), (950, 350), (950, 1250)):
        corners = cv2.boxPoints(((float(column), float(row)), (220.0, 220.0), 6.0))
        cv2.fillPoly(picture, [np.round(corners * 16).astype(np.int32)], (40,), cv2.LINE_AA, 4)
    _ok, raw = cv2.imencode(".jpg", cv2.GaussianBlur(picture, (0, 0), 1.2), [cv2.IMWRITE_JPEG_QUALITY, 98])
    kept.dump("pull /sdcard/DCIM/Camera/IMG_1.jpg", raw.tobytes())


DRAWN = [
    ("audio.loopback", sweep, "frequency_response"),
    ("sensors.accelerometer_rest", still, "power_density"),
    ("sensors.accelerometer_rest", still, "allan_deviation"),
    ("charging.curve", charge, "charge_curve"),
    ("touch.swiped_grid", swipe, "touch_map"),
    ("camera.rear_view", chart, "contrast_transfer"),
]


def draw(kept: Kept, probe: str, name: str, language: Language = Language.EN) -> Figure | None:
    plot = next(plot for plot in plots_for(probe) if plot.__name__ == name)
    with styled():
        return plot(seen_in(kept.of(probe), kept.store), translator(language))


@pytest.mark.parametrize("drawn", DRAWN, ids=[name for _probe, _record, name in DRAWN])
def test_each_plot_is_drawn_from_recordings_in_both_languages(
    tmp_path: Path, home: Home, journal: Journal, drawn: tuple[str, Callable[[Kept], None], str]
) -> None:
    probe, record, name = drawn
    kept = Kept(home.run_dir("20261121-080000-abc123"))
    record(kept)
    journal.begin(run_id="20261121-080000-abc123", source="adb", subject="S", plan=(probe,), agent_version="0")
    journal.durable([journal.add("20261121-080000-abc123", 0, kept.of(probe))])
    run = journal.run("last")
    for language in Language:
        files = {file.name: file for file in save_plots(home, journal, run, language)}
        file = files[f"{probe}.{name}.{language}.png"]
        first = file.read_bytes()
        assert first.startswith(PNG)
        assert len(first) > 5000
        assert tmp_path in file.parents


def test_the_same_run_gives_the_same_pictures(home: Home, journal: Journal) -> None:
    kept = Kept(home.run_dir("20261121-080000-abc123"))
    swipe(kept)
    probe = "touch.swiped_grid"
    journal.begin(run_id="20261121-080000-abc123", source="adb", subject="S", plan=(probe,), agent_version="0")
    journal.durable([journal.add("20261121-080000-abc123", 0, kept.of(probe))])
    for image in FORMATS:
        (file,) = save_plots(home, journal, journal.run("last"), Language.EN, image)
        first = file.read_bytes()
        file.unlink()
        save_plots(home, journal, journal.run("last"), Language.EN, image)
        assert file.read_bytes() == first


def test_a_response_is_drawn_where_the_gain_of_the_path_is(tmp_path: Path) -> None:
    kept = Kept(tmp_path)
    sweep(kept)
    figure = draw(kept, "audio.loopback", "frequency_response")
    assert figure is not None
    lines = figure.axes[0].get_lines()
    levels = [float(np.median(np.asarray(line.get_ydata()))) for line in lines]
    full_scale_db = 20 * np.log10(32_000 / 32_768)
    assert levels == pytest.approx([-6.02 + full_scale_db, -20.0 + full_scale_db], abs=0.3)


def test_a_density_is_drawn_where_the_noise_is(tmp_path: Path) -> None:
    kept = Kept(tmp_path)
    still(kept)
    figure = draw(kept, "sensors.accelerometer_rest", "power_density")
    assert figure is not None
    rows = [np.asarray(line.get_ydata()) for line in figure.axes[0].get_lines()]
    assert [float(np.mean(row)) for row in rows] == pytest.approx([1 / 200] * 3, rel=0.2)


def test_contrast_falls_with_detail_as_the_softness_of_the_picture_has_it(tmp_path: Path) -> None:
    kept = Kept(tmp_path)
    chart(kept)
    figure = draw(kept, "camera.rear_view", "contrast_transfer")
    assert figure is not None
    lines = figure.axes[0].get_lines()
    assert len(lines) == 6, "five squares and the mark at a half"
    half = [float(np.interp(-0.5, -np.asarray(line.get_ydata()), np.asarray(line.get_xdata()))) for line in lines[:5]]
    # a Gaussian blur of 1.2 px halves contrast at sqrt(ln 2 / 2) / (pi 1.2) = 0.156 cycles a pixel, before the gamma
    assert half == pytest.approx([0.156] * 5, rel=0.2)


def test_long_charges_are_drawn_over_minutes(tmp_path: Path) -> None:
    kept = Kept(tmp_path)
    charge(kept)
    figure = draw(kept, "charging.curve", "charge_curve")
    assert figure is not None
    assert figure.axes[0].get_xlabel() == "time (min)"
    assert max(np.asarray(figure.axes[0].get_lines()[0].get_xdata())) == pytest.approx(59.0)


def test_a_gauge_asked_some_times_in_a_row_has_drawn_no_curve(tmp_path: Path) -> None:
    kept = Kept(tmp_path)
    t_ns = np.arange(5, dtype=np.int64) * 9_000_000
    kept.arrays("gauge", {"t_ns": t_ns, "voltage_mv": np.full(5, 4016.0), "current_ma": np.full(5, 440.0)})
    assert draw(kept, "battery.gauge", "charge_curve") is None


def test_what_says_nothing_of_noise_is_not_drawn(tmp_path: Path) -> None:
    kept = Kept(tmp_path)
    still(kept, is_whole=False)
    assert draw(kept, "sensors.accelerometer_rest", "allan_deviation") is None


@pytest.mark.parametrize("probe", sorted(PLOTS))
def test_a_probe_that_saw_nothing_has_no_plots(probe: str) -> None:
    for plot in plots_for(probe):
        with styled():
            assert plot(Seen(), str) is None


def test_recordings_that_are_lost_refused_or_of_another_make_are_left_out(tmp_path: Path) -> None:
    kept = Kept(tmp_path)
    kept.dump("sound sweep/100-8000Hz/1s/0.5 speaker bottom top 2s", b'{"refused": {"code": "E_DEVICE"}}')
    kept.dump("sound sweep/100-8000Hz/1s/0.5 attic bottom top 2s", b"{}")
    kept.dump("sense accelerometer 400Hz 4s", b"\x00 no json")
    kept.dump("pull /sdcard/a.jpg", b"no picture")
    lost = kept.arrays("lost", {"x": np.arange(3)})
    told = kept.of("audio.loopback")
    sha256 = next(recording.sha256 for recording in told.recordings if recording.id == lost)
    kept.store.path(sha256).unlink()
    seen = seen_in(told, kept.store)
    assert (seen.takes, seen.tracks, seen.samples) == ([], [], [])
    with styled():
        assert all(plot(seen, str) is None for plots in PLOTS.values() for plot in plots)


def test_only_known_kinds_of_picture_are_written(home: Home, journal: Journal) -> None:
    journal.begin(run_id="20261121-080000-abc123", source="adb", subject="S", plan=("a.b",), agent_version="0")
    with pytest.raises(BadInput, match="png or svg"):
        save_plots(home, journal, journal.run("last"), Language.EN, "gif")
    assert FORMATS == ("png", "svg")


def test_a_phone_that_was_looked_at_can_be_drawn(sim_phones: SimPhones) -> None:
    phone = sim_phones(speed=20.0)
    told = phone.run(AccelerometerAtRest())
    seen = seen_in(told, Store(phone._folder))
    assert [track.kind for track in seen.tracks] == [SensorKind.ACCELEROMETER]
    assert isinstance(seen.tracks[0], Track)
    assert seen.tracks[0].values.shape[1] == 3


def test_the_font_has_every_letter_of_the_words_in_plots() -> None:
    folder = Path(agent.plots.__file__).parent
    words = re.compile(r'(?:translate|mark)\("([^"]+)"\)')
    said = [word for file in folder.glob("*.py") for word in words.findall(file.read_text(encoding="utf-8"))]
    assert len(said) > 20
    chinese = {letter for word in said for letter in translator(Language.ZH)(word) if ord(letter) > 0x2000}
    drawn = FT2Font(str(chinese_file())).get_charmap()
    assert sorted(letter for letter in chinese if ord(letter) not in drawn) == []
