"""Sharpness does not hang on how a picture lies, how bright it is, or in which order its colours stand."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from probes.signals._validity import Float, Reason
from probes.signals.checks_image import gaussian_edge, gaussian_mtf50
from probes.signals.slanted_edge import slanted_edge, slanted_edges


def noisy_edge(seed: int, *, noise: float = 1.0, blur_px: float = 0.8, rows: int = 100, columns: int = 80) -> Float:
    edge = gaussian_edge(blur_px=blur_px, angle_deg=6.0, rows=rows, columns=columns)
    return edge + np.random.default_rng(seed).normal(0.0, noise, edge.shape)


@settings(max_examples=25, deadline=None)
@given(scale=st.floats(0.01, 500.0), shift=st.floats(-30.0, 1000.0), seed=st.integers(0, 99))
def test_brightness_and_black_level_do_not_change_it(scale: float, shift: float, seed: int) -> None:
    edge = noisy_edge(seed)
    first, other = slanted_edge(edge), slanted_edge(scale * (edge + shift))
    assert other.sfr_ratio == pytest.approx(first.sfr_ratio, rel=1e-6, abs=1e-9)
    assert other.mtf50_std_cycles_px == pytest.approx(first.mtf50_std_cycles_px, rel=1e-6)


@pytest.mark.parametrize("turn", ["across", "down", "quarter", "negative"])
def test_turning_the_picture_changes_it_by_less_than_its_noise(turn: str) -> None:
    edge = noisy_edge(4)
    turned = {"across": edge[:, ::-1], "down": edge[::-1], "quarter": np.rot90(edge), "negative": 200.0 - edge}[turn]
    first, other = slanted_edge(edge), slanted_edge(turned)
    assert other.valid
    assert abs(other.mtf50_cycles_px[0] - first.mtf50_cycles_px[0]) < 3.0 * first.mtf50_std_cycles_px[0]


def test_colours_keep_their_own_number_in_any_order() -> None:
    planes = [noisy_edge(seed, blur_px=blur) for seed, blur in ((1, 0.6), (2, 0.9), (3, 1.4))]
    found = slanted_edge(np.dstack(planes))
    order = [2, 0, 1]
    other = slanted_edge(np.dstack([planes[k] for k in order]))
    # the first colour's slope sets the lines that are used, as in sfrmat3: the last digits move
    assert other.mtf50_cycles_px == pytest.approx(found.mtf50_cycles_px[order], rel=0.01)
    assert np.all(np.diff(found.mtf50_cycles_px) < 0.0)


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16, np.float32, np.int32])
def test_the_type_of_the_pixels_does_not_matter(dtype: type) -> None:
    edge = np.round(noisy_edge(5))
    assert slanted_edge(edge.astype(dtype)).sfr_ratio == pytest.approx(slanted_edge(edge).sfr_ratio, rel=1e-5, abs=1e-7)


@pytest.mark.slow
@pytest.mark.parametrize(("rows", "columns"), [(100, 80), (200, 240)])
@pytest.mark.parametrize("noise", [0.5, 2.0])
def test_the_stated_uncertainty_covers_what_noise_does(rows: int, columns: int, noise: float) -> None:
    found = [slanted_edge(noisy_edge(seed, noise=noise, rows=rows, columns=columns)) for seed in range(120)]
    values = np.array([one.mtf50_cycles_px[0] for one in found])
    stated = np.array([one.mtf50_std_cycles_px[0] for one in found])
    assert 0.7 < stated.mean() / values.std(ddof=1) < 1.5
    truth = gaussian_mtf50(blur_px=0.8)
    assert np.mean(np.abs(values - truth) < 2.0 * stated) > 0.9


@settings(max_examples=20, deadline=None)
@given(first=st.floats(0.45, 2.5), factor=st.floats(1.05, 2.0), angle=st.floats(3.0, 30.0))
def test_more_blur_is_less_sharp(first: float, factor: float, angle: float) -> None:
    sharp, soft = (
        slanted_edge(gaussian_edge(blur_px=b, angle_deg=angle, rows=160, columns=200)) for b in (first, first * factor)
    )
    assert sharp.mtf50_cycles_px[0] > soft.mtf50_cycles_px[0]
    assert sharp.mtf10_cycles_px[0] > soft.mtf10_cycles_px[0] or np.isnan(sharp.mtf10_cycles_px[0])


def test_edges_of_one_picture_are_those_of_its_parts() -> None:
    picture = np.hstack([noisy_edge(1), noisy_edge(2, blur_px=1.6)])
    boxes = [(0, 0, 100, 80), (0, 80, 100, 80), (0, 0, 10, 10)]
    left, right, small = slanted_edges(picture, boxes)
    assert left.mtf50_cycles_px[0] > 1.5 * right.mtf50_cycles_px[0]
    assert np.array_equal(left.sfr_ratio, slanted_edge(picture[:, :80]).sfr_ratio)
    assert small.reasons == (Reason.TOO_SHORT,)


@pytest.mark.parametrize("noise", [30.0, 60.0, 200.0])
def test_an_edge_lost_in_noise_gives_no_number_that_looks_good(noise: float) -> None:
    for seed in range(10):
        found = slanted_edge(noisy_edge(seed, noise=noise))
        if found.valid:  # then it says how little it knows
            assert found.mtf50_std_cycles_px[0] > 0.01 or np.isnan(found.mtf50_cycles_px[0])
        else:
            assert np.isnan(found.mtf50_cycles_px).all()


def test_a_white_side_at_the_given_white_is_clipped() -> None:
    edge = np.clip(noisy_edge(1, noise=2.0), 0.0, 158.0)
    assert slanted_edge(edge, white_dn=158.0).reasons == (Reason.CLIPPED,)
    assert slanted_edge(edge, white_dn=1023.0).valid
