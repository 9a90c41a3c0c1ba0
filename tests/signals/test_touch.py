"""Touch panels: rates, strokes, dead lines, ghosts, breaks and latency, on made and on emulated panels."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hwsim.physics.noise import generator
from hwsim.physics.touch import DIGITIZER, Digitizer, dead_rows, swipe, touch
from hwsim.physics.touch import ghosts as haunted
from probes.signals import touch_coverage, touch_events, touch_stroke
from probes.signals._validity import SignalError

SIZE_MM = (70.0, 150.0)


def rng(seed: int) -> np.random.Generator:
    return np.random.default_rng(seed)


def test_the_first_interval_of_a_contact_is_left_out_of_the_rate() -> None:
    times = np.concatenate(([0.0, 0.053], 0.053 + np.arange(1, 30) / 120.0))
    found = touch_stroke.report_rate(times)
    assert math.isnan(found.rates_hz[0])
    assert found.rate_hz == pytest.approx(120.0)
    assert found.missed == 0
    assert found.longest_s == pytest.approx(1 / 120.0)


def test_contacts_are_not_joined_and_missed_reports_are_counted() -> None:
    times = np.concatenate((np.arange(20) / 120.0, 3.0 + np.arange(20) / 120.0))
    times = np.delete(times, 30)
    ids = np.where(times < 1.0, 1.0, 2.0)
    found = touch_stroke.report_rate(times, contacts=ids)
    assert found.missed == 1
    assert found.longest_s == pytest.approx(2 / 120.0)
    assert np.isnan(found.rates_hz).sum() == 3


@settings(max_examples=30, deadline=None)
@given(st.floats(0.0, 6.28), st.floats(-50.0, 50.0), st.integers(0, 99))
def test_the_judgement_of_a_stroke_does_not_depend_on_its_direction_or_place(
    angle: float, shift: float, seed: int
) -> None:
    along, across = np.linspace(0.0, 60.0, 200), rng(seed).standard_normal(200) * 0.2
    base = touch_stroke.judge_stroke(along, across)
    x, y = along * math.cos(angle) - across * math.sin(angle), along * math.sin(angle) + across * math.cos(angle)
    turned = touch_stroke.judge_stroke(x + shift, y - shift)
    assert turned.jitter_mm == pytest.approx(base.jitter_mm, rel=1e-6)
    assert turned.deviation_mm == pytest.approx(base.deviation_mm, rel=1e-6)
    assert turned.length_mm == pytest.approx(base.length_mm, rel=1e-9)


def test_jitter_comes_out_with_its_sigma_and_a_bow_is_deviation_not_jitter() -> None:
    pulls = []
    for seed in range(100):
        found = touch_stroke.judge_stroke(np.linspace(0.0, 60.0, 300), rng(seed).standard_normal(300) * 0.3)
        pulls.append((found.jitter_mm - 0.3) / found.jitter_std_mm)
    assert abs(np.mean(pulls)) < 1.0
    assert 0.7 < np.std(pulls) < 1.4
    along = np.linspace(0.0, 60.0, 300)
    bowed = touch_stroke.judge_stroke(along, 2.0 * np.sin(along / 60.0 * math.pi))
    assert bowed.jitter_mm < 0.01
    assert bowed.deviation_mm > 1.0


def test_a_stroke_is_held_against_the_ruled_line() -> None:
    along = np.linspace(5.0, 65.0, 100)
    found = touch_stroke.judge_stroke(along, np.full(100, 20.8), ruled=((5.0, 20.0), (65.0, 20.0)))
    assert found.offset_mm == pytest.approx(0.8)
    assert found.deviation_mm == pytest.approx(0.8)
    assert found.tilt_deg == pytest.approx(0.0, abs=1e-5)
    with pytest.raises(SignalError):
        touch_stroke.judge_stroke(along, along, ruled=((1.0, 1.0), (1.0, 1.0)))


def test_a_resting_finger_is_judged_by_its_spread() -> None:
    noise = rng(1)
    found = touch_stroke.judge_rest(noise.standard_normal(400) * 0.2 + 30.0, noise.standard_normal(400) * 0.2)
    assert found.jitter_mm == pytest.approx(0.2, abs=4.0 * found.jitter_std_mm)


def test_raw_units_become_millimetres_by_the_panel_s_own_range() -> None:
    assert touch_stroke.in_millimetres([0, 5116, 14399], low=0, high=14399, length_mm=70.0) == pytest.approx(
        [0.0, 24.871, 70.0], abs=1e-3
    )
    with pytest.raises(SignalError):
        touch_stroke.in_millimetres([1], low=5, high=5, length_mm=70.0)


def raster(pitch_mm: float = 2.0) -> tuple[Any, Any]:
    x, y = np.meshgrid(np.arange(1.0, SIZE_MM[0], 1.0), np.arange(1.0, SIZE_MM[1], pitch_mm))
    return x.ravel(), y.ravel()


def test_dead_rows_columns_and_patches_are_told_apart() -> None:
    x, y = raster()
    height, width = SIZE_MM[1] / 34, SIZE_MM[0] / 16
    dead = (np.floor(y / height) == 12) | (np.floor(x / width) == 5) | ((x > 50) & (x < 58) & (y > 100) & (y < 112))
    found = touch_coverage.coverage((x, y), (x[~dead], y[~dead]), size_mm=SIZE_MM)
    assert found.dead_rows == (12,)
    assert found.dead_columns == (5,)
    assert len(found.dead_patches) == 1
    assert found.answered_ratio < 1.0
    assert found.unjudged == 0


def test_only_what_the_finger_passed_is_judged() -> None:
    x, y = np.linspace(1.0, 69.0, 200), np.full(200, 75.0)
    found = touch_coverage.coverage((x, y), (x, y), size_mm=SIZE_MM)
    assert found.answered_ratio == 1.0
    assert found.remarks == ("not_covered",)
    assert (found.dead_rows, found.dead_columns, found.dead_patches) == ((), (), ())
    outside = touch_coverage.coverage(([200.0], [10.0]), ([], []), size_mm=SIZE_MM)
    assert outside.reasons == ("not_covered",)


def reported(panel: Digitizer, ways: list[tuple[Any, Any]]) -> tuple[Any, Any]:
    found = [touch(panel, x, y, rng=generator(1, "touch")) for x, y in ways]
    return (
        np.concatenate([contacts.x for contacts in found]),
        np.concatenate([contacts.y for contacts in found]),
    )


def test_dead_rows_of_an_emulated_panel_are_found() -> None:
    size = DIGITIZER.size_mm
    ways = [
        swipe((column, 2.0), (column, size[1] - 2.0), duration_s=2.0, rate_hz=DIGITIZER.rate_hz)
        for column in np.arange(3.0, size[0] - 2.0, 4.0)
    ]
    passed = tuple(np.concatenate(part) for part in zip(*ways, strict=True))
    shares = []
    for panel in (DIGITIZER, dead_rows(DIGITIZER, 1.0)):
        x, y = reported(panel, ways)
        heard = (x / panel.units_per_mm, y / panel.units_per_mm)
        shares.append(touch_coverage.coverage((passed[0], passed[1]), heard, size_mm=size).answered_ratio)
    assert shares[0] > 0.97
    assert shares[1] < shares[0] - 0.02


def test_ghosts_of_an_emulated_panel_are_counted() -> None:
    nowhere = np.full(round(30 * DIGITIZER.rate_hz), np.nan)
    found = []
    for panel in (DIGITIZER, haunted(DIGITIZER, 1.0)):
        made = touch(panel, nowhere, nowhere, rng=generator(2, "ghosts"))
        places = (made.x / panel.units_per_mm, made.y / panel.units_per_mm)
        found.append(touch_events.ghosts(made.t_ns * 1e-9, *places, made.tracking_id, watched_s=31.0))
    assert found[0].count == 0
    assert found[1].count > 5
    assert found[1].per_minute_low > found[0].per_minute_high


def test_ghosts_along_one_electrode_are_named() -> None:
    noise = rng(3)
    found = touch_events.ghosts(
        np.sort(noise.uniform(0, 60, 12)), np.full(12, 31.0), noise.uniform(0, 150, 12), np.arange(12.0), watched_s=60.0
    )
    assert found.line == "x"
    assert found.per_minute == pytest.approx(12.0)


def test_a_broken_stroke_and_a_missed_one_are_counted() -> None:
    times = np.concatenate((np.arange(0.0, 1.0, 0.01), np.arange(2.0, 3.0, 0.01)))
    ids = np.where(times < 0.5, 1.0, np.where(times < 1.5, 2.0, 3.0))
    found = touch_events.stroke_breaks(times, ids, starts_s=[0.0, 2.0, 5.0], stops_s=[1.0, 3.0, 6.0])
    assert found.breaks == (1, 0, 0)
    assert found.missed == 1
    assert found.ratio == pytest.approx(2 / 3)
    assert found.ratio_low < 2 / 3 < found.ratio_high
    assert found.silent_s[2] == pytest.approx(1.0)


def test_latency_is_measured_from_each_edge_and_a_missing_report_is_none() -> None:
    edges = np.arange(10.0)
    reports = np.sort(np.delete(edges, 4) + 0.03 + rng(4).uniform(0.0, 0.008, 9))
    found = touch_events.touch_latency(edges, reports)
    assert found.missed == 1
    assert math.isnan(found.each_s[4])
    assert found.median_s == pytest.approx(0.034, abs=0.004)
    assert found.p95_s < 0.039
