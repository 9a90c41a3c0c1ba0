from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from hwsim.physics.display import PANEL, blur, burnt_in, dead_pixels, lines, mura, photograph
from hwsim.physics.keys import KEY, Edges, bouncing, deaf, key_events, line_edges, stuck
from hwsim.physics.noise import generator
from hwsim.physics.touch import DIGITIZER, dead_rows, ghosts, noisy, swipe, touch
from tests.hwsim_physics.reference import gaussian_blur

SMALL = replace(PANEL, height=240, width=108, mura_ratio=0.0, falloff_ratio=0.0)
WHITE = np.full((240, 108, 3), 255, dtype=np.uint8)
GREY = np.full((240, 108, 3), 128, dtype=np.uint8)


def test_a_panel_follows_its_gamma_and_its_slider() -> None:
    assert SMALL.emit(WHITE, slider=255) == pytest.approx(500.0)
    assert SMALL.emit(GREY, slider=255) == pytest.approx(500.0 * (128 / 255) ** 2.2, rel=1e-5)
    steps = SMALL.white_cd_m2(np.array([0.0, 85.0, 170.0, 255.0]))
    assert steps[1:] / steps[:-1] == pytest.approx(250.0 ** (1 / 3))


def test_dead_and_stuck_dots_are_counted_on_black_and_white() -> None:
    part = replace(dead_pixels(SMALL, 0.5), stuck_subpixels=7)
    black = np.zeros_like(WHITE)
    assert np.count_nonzero(part.emit(WHITE, slider=255) == 0.0) == part.dead_subpixels
    assert np.count_nonzero(part.emit(black, slider=255)) == 7


def test_dead_lines_go_across_the_whole_panel() -> None:
    lit = lines(SMALL, 0.05).emit(WHITE, slider=200)[:, :, 1] > 0.0
    assert np.count_nonzero(~lit.any(axis=0)) == 3


def test_mura_has_its_rms_and_is_smooth() -> None:
    part = replace(mura(SMALL, 0.5), mura_px=20.0)
    light = part.emit(GREY, slider=255)[:, :, 0].astype(float)
    assert light.std() / light.mean() == pytest.approx(part.mura_ratio, rel=0.2)
    assert np.abs(np.diff(light, axis=0)).max() / light.mean() < part.mura_ratio


def test_burn_in_is_darker_exactly_where_symbols_stood() -> None:
    part = burnt_in(SMALL, 0.5)
    light = part.emit(GREY, slider=255)[:, :, 0]
    worn = part.burnt_area(240, 108) == 1.0
    assert light[worn].mean() / light[~(part.burnt_area(240, 108) > 0.0)].mean() == pytest.approx(0.9)


@pytest.mark.parametrize("spread_px", [0.7, 2.5])
def test_the_separable_blur_is_scipys(spread_px: float) -> None:
    image = generator(1, "b").standard_normal((40, 30, 3)).astype(np.float32)
    expected = gaussian_blur(image, spread_px)
    assert blur(image, spread_px) == pytest.approx(expected, abs=2e-4)


def test_a_photograph_keeps_the_light_and_shows_a_dead_line() -> None:
    light = lines(SMALL, 0.01).emit(WHITE, slider=255)
    seen = photograph(light, rng=generator(1, "p"))
    assert seen.shape == (480, 216, 3)
    assert seen.mean() == pytest.approx(float(light.mean()), rel=0.01)
    assert seen[:, :, 1].mean(axis=0).min() < 0.3 * 500.0


def test_a_stroke_is_reported_along_its_line_at_the_controllers_rate() -> None:
    x_mm, y_mm = swipe((10.0, 20.0), (55.0, 130.0), duration_s=1.0, rate_hz=DIGITIZER.rate_hz)
    got = touch(DIGITIZER, x_mm, y_mm, rng=generator(1, "t"))
    assert len(got.t_ns) == 120
    assert np.diff(got.t_ns) == pytest.approx(1e9 / 120.0, abs=1)
    assert len(np.unique(got.tracking_id)) == 1
    away = np.hypot(got.x / 150.0 - x_mm, got.y / 150.0 - y_mm)
    assert away.max() < 1.0, "within the 1 mm that touch certification asks for"


def test_a_dead_band_breaks_the_stroke_and_renames_the_contact() -> None:
    part = dead_rows(DIGITIZER, 0.2)
    x_mm, y_mm = swipe((30.0, 5.0), (30.0, 140.0), duration_s=1.0, rate_hz=part.rate_hz)
    got = touch(part, x_mm, y_mm, rng=generator(1, "t"))
    assert len(np.unique(got.tracking_id)) == 2
    low, high = (edge * part.pitch_mm for edge in (part.dead_rows[0], part.dead_rows[-1] + 1))
    seen = got.y / part.units_per_mm
    assert not ((seen > low) & (seen < high)).any()
    assert (seen < low).any()
    assert (seen > high).any()


def test_nothing_is_reported_while_nobody_touches_a_good_panel() -> None:
    nobody = np.full(7200, np.nan)
    assert len(touch(DIGITIZER, nobody, nobody, rng=generator(1, "t")).t_ns) == 0


def test_ghosts_come_at_their_rate_while_nobody_touches() -> None:
    nobody = np.full(120 * 300, np.nan)
    part = ghosts(DIGITIZER, 0.2)
    got = touch(part, nobody, nobody, rng=generator(1, "t"))
    expected = part.ghosts_per_s * 300.0
    assert len(np.unique(got.tracking_id)) == pytest.approx(expected, abs=4.0 * np.sqrt(expected))
    assert (np.diff(got.t_ns) >= 0).all()


def test_noise_makes_a_resting_finger_tremble() -> None:
    still = np.full(600, 30.3), np.full(600, 70.7)
    spreads = [
        float(np.hypot(got.x.std(), got.y.std())) / 150.0
        for got in (touch(noisy(DIGITIZER, s), *still, rng=generator(1, "t")) for s in (0.0, 0.6, 1.0))
    ]
    assert spreads == sorted(spreads)
    assert spreads[0] < 0.1
    assert spreads[1] > 0.5, "from where it is called a fault"


def presses(count: int) -> tuple[np.ndarray[tuple[int], np.dtype[np.float64]], ...]:
    return np.arange(count, dtype=np.float64), np.full(count, 0.2)


def test_bounces_are_poisson_in_number_and_exponential_in_time() -> None:
    part = replace(KEY, bounces=4.0)
    edges = line_edges(part, *presses(4000), rng=generator(1, "k"))
    change = np.searchsorted(np.sort(np.concatenate((presses(4000)[0], presses(4000)[0] + 0.2))) * 1e9 - 1, edges.t_ns)
    pairs = (np.bincount(change)[1:] - 1) / 2.0
    assert len(pairs) == 8000
    assert pairs.mean() == pytest.approx(4.0, abs=0.1)
    assert pairs.var() == pytest.approx(4.0, rel=0.06)
    gaps_s = np.diff(edges.t_ns)[np.diff(change) == 0] / 1e9
    assert gaps_s.mean() == pytest.approx(part.bounce_s, rel=0.03)
    assert gaps_s.std() == pytest.approx(part.bounce_s, rel=0.05)


def test_every_edge_changes_the_level() -> None:
    edges = line_edges(KEY, *presses(500), rng=generator(1, "k"))
    assert (edges.pressed[1:] != edges.pressed[:-1]).all()
    assert edges.pressed[0]
    assert not edges.pressed[-1]


def test_a_good_key_gives_one_press_and_one_release_after_debouncing() -> None:
    events = key_events(KEY, line_edges(KEY, *presses(300), rng=generator(1, "k")))
    assert np.array_equal(events.pressed, np.tile([True, False], 300))


def test_a_worn_dome_gives_more_events_than_presses() -> None:
    events = key_events(KEY, line_edges(bouncing(KEY, 0.6), *presses(300), rng=generator(1, "k")))
    assert len(events.t_ns) > 620


def test_a_press_that_still_bounces_when_the_finger_leaves_ends_with_the_key_up() -> None:
    edges = line_edges(bouncing(KEY, 1.0), *presses(300), rng=generator(1, "k"))
    assert not edges.pressed[-1]
    assert not key_events(KEY, edges).pressed[-1]


def test_a_deaf_key_misses_its_share_of_presses() -> None:
    events = key_events(KEY, line_edges(deaf(KEY, 0.4), *presses(2000), rng=generator(1, "k")))
    assert np.count_nonzero(events.pressed) / 2000 == pytest.approx(0.6, abs=0.04)


def test_a_stuck_key_misses_its_share_of_releases() -> None:
    events = key_events(KEY, line_edges(stuck(KEY, 1.0), *presses(20), rng=generator(1, "k")))
    assert events.pressed.tolist() == [True]


def test_no_press_gives_no_event() -> None:
    nothing = line_edges(KEY, *presses(0), rng=generator(1, "k"))
    assert isinstance(key_events(KEY, nothing), Edges)
    assert not len(key_events(KEY, nothing).t_ns)
