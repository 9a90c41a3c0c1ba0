"""Defective pixels, clusters and lines that were planted are found, and nothing else is."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from probes.signals._validity import Float, Reason
from probes.signals.defects import Cluster, DefectPixels, find_defects
from probes.signals.lines import Axis, find_lines

SIZE = (301, 410)
"""Neither even nor a multiple of anything."""


def field(seed: int = 1, *, noise: float = 4.0, mosaic: bool = True, size: tuple[int, int] = SIZE) -> Float:
    down, across = np.mgrid[: size[0], : size[1]]
    level = 500.0 * (1.0 - 0.5 * (((down - size[0] / 2) / size[0]) ** 2 + ((across - size[1] / 2) / size[1]) ** 2))
    if mosaic:
        level = level * np.array([[1.0, 0.6], [0.6, 0.4]])[down % 2, across % 2]
    return np.asarray(np.random.default_rng(seed).normal(level, noise))


def places(found: DefectPixels) -> set[tuple[int, int]]:
    return set(zip(found.row_px.tolist(), found.column_px.tolist(), strict=True))


@pytest.mark.parametrize("mosaic", [False, True])
@pytest.mark.parametrize("dtype", [np.uint8, np.uint16, np.int16, np.int32, np.uint32, np.float32, np.float64])
def test_what_was_planted_is_found_and_nothing_else(mosaic: bool, dtype: type[Any]) -> None:
    picture = field(mosaic=mosaic) * (0.35 if dtype is np.uint8 else 1.0)
    depth = 0.2 * picture.max()
    rng = np.random.default_rng(7)
    keys = rng.choice(picture.size, 50, replace=False)
    picture.ravel()[keys[:25]] += depth
    picture.ravel()[keys[25:]] -= 0.9 * picture.ravel()[keys[25:]]
    found = find_defects(picture.astype(dtype), mosaic=mosaic)
    assert found.valid
    assert places(found) == {(int(k) // SIZE[1], int(k) % SIZE[1]) for k in keys}
    assert (found.hot, found.dark) == (25, 25)


@pytest.mark.parametrize("mosaic", [False, True])
def test_defects_at_every_border_and_corner_are_found(mosaic: bool) -> None:
    picture = field(mosaic=mosaic)
    planted = {(0, 0), (0, 409), (300, 0), (300, 409), (0, 200), (300, 77), (150, 0), (33, 409), (299, 13), (1, 395)}
    for place in planted:
        picture[place] += 200.0
    assert places(find_defects(picture, mosaic=mosaic)) == planted


@pytest.mark.parametrize("mosaic", [False, True])
def test_a_field_without_defects_has_none(mosaic: bool) -> None:
    for seed in range(6):
        found = find_defects(field(seed, mosaic=mosaic).astype(np.uint16), mosaic=mosaic)
        assert len(found.row_px) == 0
        assert found.clusters == ()


@pytest.mark.parametrize("noise", [0.1, 0.4, 0.7, 1.0, 1.6, 2.5, 20.0])
def test_noise_is_told_right_even_where_whole_numbers_hide_it(noise: float) -> None:
    picture = np.round(np.random.default_rng(3).normal(100.3, noise, (400, 600))).astype(np.uint8)
    found = find_defects(picture, mosaic=False)
    rounded = float(np.hypot(noise, 1.0 / np.sqrt(12.0)))
    assert found.noise_dn == pytest.approx(rounded, rel=0.35 if noise < 0.7 else 0.1)
    assert len(found.row_px) <= 2


@pytest.mark.parametrize("offset", [0, 1, 2, 3])
def test_a_cluster_is_found_whole_wherever_it_lies(offset: int) -> None:
    picture = field(size=(200, 260))
    block = [(60 + offset + 2 * r, 90 + offset + 2 * c) for r in range(3) for c in range(3)]
    pair = [(120 + offset, 31), (122 + offset, 33)]
    for place in block + pair:
        picture[place] += 300.0
    picture[121 + offset, 32] += 300.0  # another colour between the two: no part of their cluster
    found = find_defects(picture.astype(np.uint16), mosaic=True)
    assert found.clusters == (
        Cluster(60 + offset, 90 + offset, 3, 3, 9),
        Cluster(120 + offset, 31, 2, 2, 2),
    )
    assert all(cluster.is_block for cluster in found.clusters)
    assert len(found.row_px) == 12


def test_a_chain_of_defects_is_one_cluster() -> None:
    picture = field(mosaic=False)
    picture[100, 50:90] += 300.0
    (cluster,) = find_defects(picture, mosaic=False).clusters
    assert cluster == Cluster(100, 50, 1, 40, 40)
    assert not cluster.is_block


@settings(max_examples=20, deadline=None)
@given(scale=st.sampled_from([0.25, 3.0, 100.0]), shift=st.floats(-100.0, 900.0), seed=st.integers(0, 20))
def test_scale_and_black_level_move_no_defect(scale: float, shift: float, seed: int) -> None:
    picture = field(seed, size=(128, 160))
    picture.ravel()[:: 1999 + seed] += 120.0
    first, other = find_defects(picture, mosaic=True), find_defects(scale * (picture + shift), mosaic=True)
    assert places(first) == places(other)
    assert other.deviation_dn == pytest.approx(scale * first.deviation_dn, rel=1e-6)


@settings(max_examples=15, deadline=None)
@given(st.permutations([0, 1, 2, 3]))
def test_the_order_of_the_colours_in_the_mosaic_does_not_matter(order: list[int]) -> None:
    level = np.array([400.0, 240.0, 200.0, 90.0])[order].reshape(2, 2)
    down, across = np.mgrid[:128, :160]
    picture = np.random.default_rng(2).normal(level[down % 2, across % 2], 3.0)
    picture[40:44, 61] += 150.0
    found = find_defects(picture, mosaic=True)
    assert places(found) == {(row, 61) for row in range(40, 44)}
    assert len(found.clusters) == 2


def test_the_deviation_and_its_uncertainty_are_those_of_the_pixel() -> None:
    errors = []
    for seed in range(60):
        picture = np.random.default_rng(seed).normal(100.0, 2.0, (90, 90))
        picture[44, 45] = 150.0 + np.random.default_rng(seed + 900).normal(0.0, 2.0)
        found = find_defects(picture, mosaic=False)
        errors.append(float(found.deviation_dn[np.flatnonzero(found.row_px == 44)[0]]) - 50.0)
    assert np.std(errors) == pytest.approx(found.deviation_std_dn, rel=0.3)
    assert abs(np.mean(errors)) < 1.0


@pytest.mark.parametrize("mosaic", [False, True])
def test_noise_in_one_part_hides_no_defect_in_another(mosaic: bool) -> None:
    noise = np.linspace(20.0, 2.0, 480)[:, np.newaxis]
    picture = np.random.default_rng(4).normal(500.0, noise, (480, 640))
    planted = {(450, 300), (470, 2), (475, 637)}
    for place in planted:
        picture[place] += 60.0
    found = places(find_defects(picture, mosaic=mosaic))
    assert planted <= found
    assert len(found - planted) <= 1


def test_a_picture_of_anything_but_a_field_is_refused_not_counted() -> None:
    picture = np.random.default_rng(0).normal(100.0, 2.0, (200, 200))
    picture[np.random.default_rng(1).random((200, 200)) < 0.1] += 100.0
    assert find_defects(picture, mosaic=False).reasons == (Reason.TOO_NOISY,)


def lines_of(picture: npt.NDArray[Any], *, mosaic: bool = True) -> list[tuple[Axis, int, int]]:
    found = find_lines(picture, mosaic=mosaic)
    assert found.valid
    return [(line.axis, line.number_px, int(np.sign(line.deviation_dn))) for line in found.lines]


@pytest.mark.parametrize("mosaic", [False, True])
def test_lines_are_found_whole_half_and_faint(mosaic: bool) -> None:
    picture = field(mosaic=mosaic, size=(600, 700))
    picture[:, 123] = 0.0
    picture[222, :] += 5.0  # hardly above the noise of a pixel
    picture[:320, 401] += 60.0
    picture[599, :] -= 60.0
    wanted = {(Axis.COLUMN, 123, -1), (Axis.ROW, 222, 1), (Axis.COLUMN, 401, 1), (Axis.ROW, 599, -1)}
    assert set(lines_of(picture, mosaic=mosaic)) == wanted
    shares = {line.number_px: line.share_ratio for line in find_lines(picture, mosaic=mosaic).lines}
    assert shares[123] == 1.0
    assert shares[401] <= 0.625


def test_pixels_and_blemishes_make_no_line() -> None:
    picture = field(size=(600, 700))
    picture[100:160, 200:260] *= 0.7
    picture.ravel()[::977] = 1000.0
    assert lines_of(picture) == []


def test_no_line_is_seen_where_there_is_none() -> None:
    assert [line for seed in range(8) for line in lines_of(field(seed, size=(400, 500)).astype(np.uint16))] == []


def test_a_pattern_of_stripes_is_no_line_fault() -> None:
    picture = field(mosaic=False, size=(400, 400))
    picture[:, ::5] += 100.0
    assert find_lines(picture, mosaic=False).reasons == (Reason.TOO_NOISY,)


def test_blur_beside_a_strong_line_is_not_another_one() -> None:
    picture = field(mosaic=False, size=(400, 400))
    picture[:, 199:202] -= np.array([80.0, 200.0, 80.0])
    assert lines_of(picture, mosaic=False) == [(Axis.COLUMN, 200, -1)]
