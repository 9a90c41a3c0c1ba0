"""Pictures that say nothing give no number, calls that make no sense a typed error: for every analyser of pictures."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from probes.signals import Judged, Reason, SignalError
from probes.signals.blemish import find_blemishes
from probes.signals.defects import find_defects
from probes.signals.lines import find_lines
from probes.signals.panel import burn_in, mura, panel_pixels, uniformity
from probes.signals.photon_transfer import nonuniformity, pair_statistics, photon_transfer, stack_of
from probes.signals.registration import find_panel, mapped, rectify, register, register_panel
from probes.signals.shading import shading, tile_means
from probes.signals.slanted_edge import slanted_edge, slanted_edges, with_luminance

Picture = npt.NDArray[Any]
ANALYSERS: dict[str, Callable[[Picture], Judged]] = {
    "blemish": find_blemishes,
    "burn_in": lambda picture: burn_in(picture, np.eye(*picture.shape[:2])),
    "defects": lambda picture: find_defects(picture, mosaic=False),
    "defects of a mosaic": lambda picture: find_defects(picture, mosaic=True),
    "lines": lambda picture: find_lines(picture, mosaic=True),
    "mura": lambda picture: mura(picture, pixel_pitch_mm=0.06),
    "panel": find_panel,
    "pixels": lambda picture: panel_pixels(np.dstack([picture] * 3) if picture.ndim == 2 else picture),
    "shading": shading,
    "sfr": slanted_edge,
    "uniformity": uniformity,
}
SIZE = (160, 200)
each = pytest.mark.parametrize("analyse", ANALYSERS.values(), ids=ANALYSERS)


def flat(level: float = 100.0, noise: float = 2.0) -> Picture:
    return np.random.default_rng(1).normal(level, noise, SIZE)


def numbers(found: Judged) -> list[float]:
    """Every float that a result carries."""
    values = [getattr(found, field.name) for field in dataclasses.fields(found)]
    return [float(value) for one in values if isinstance(one, float | np.ndarray) for value in np.ravel(one)]


def no_number(found: Judged, *reasons: Reason) -> None:
    assert not found.valid
    assert found.reasons[0] in reasons
    assert not np.isfinite(numbers(found)).any()


@each
@pytest.mark.parametrize("shape", [(0, 0), (0, 50), (50, 0)])
def test_an_empty_picture_is_named_so(analyse: Callable[[Picture], Judged], shape: tuple[int, int]) -> None:
    no_number(analyse(np.zeros(shape)), Reason.EMPTY)


@each
def test_one_pixel_says_nothing(analyse: Callable[[Picture], Judged]) -> None:
    if analyse is shading:
        with pytest.raises(SignalError):
            analyse(np.ones((1, 1)))
    else:
        no_number(analyse(np.ones((1, 1))), Reason.TOO_SHORT)


@each
@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_one_pixel_that_is_no_number_spoils_the_picture(analyse: Callable[[Picture], Judged], value: float) -> None:
    picture = flat()
    picture[77, 33] = value
    no_number(analyse(picture), Reason.NOT_FINITE)


@each
def test_numbers_that_no_camera_gives_are_not_worked_on(analyse: Callable[[Picture], Judged]) -> None:
    no_number(analyse(1e300 * flat()), Reason.OUT_OF_RANGE)


@each
def test_how_a_picture_lies_in_memory_does_not_matter(analyse: Callable[[Picture], Judged]) -> None:
    picture = flat()
    picture[:, 100:] += np.linspace(0.0, 60.0, 100)
    first = analyse(picture)
    for other in (np.asfortranarray(picture), np.repeat(picture, 2, axis=1)[:, ::2], picture.astype(">f8")):
        other.flags.writeable = False
        assert numbers(analyse(other)) == pytest.approx(numbers(first), rel=1e-9, nan_ok=True)


@each
@pytest.mark.parametrize("dtype", [np.uint8, np.uint16, np.int16, np.float32, np.float64])
def test_a_black_picture_gives_no_number(analyse: Callable[[Picture], Judged], dtype: type[Any]) -> None:
    found = analyse(np.zeros(SIZE, dtype))
    assert not found.valid
    assert not np.isfinite(numbers(found)).any()


@pytest.mark.parametrize("name", ["sfr", "panel", "defects", "defects of a mosaic", "lines", "blemish", "burn_in"])
def test_a_picture_of_one_value_comes_from_no_camera(name: str) -> None:
    no_number(ANALYSERS[name](np.full(SIZE, 130, np.uint16)), Reason.CONSTANT)


@pytest.mark.parametrize("name", ["sfr", "panel"])
def test_a_flat_field_holds_neither_edge_nor_panel(name: str) -> None:
    no_number(ANALYSERS[name](flat()), Reason.TOO_NOISY, Reason.NOT_FOUND)


@pytest.mark.parametrize("name", ["shading", "blemish", "defects", "defects of a mosaic", "sfr"])
def test_a_clipped_picture_gives_no_number(name: str) -> None:
    picture = np.clip(flat(250.0, 8.0), 0, 255)
    if name == "sfr":
        picture[:, :90] -= 150.0
    no_number(ANALYSERS[name](picture.astype(np.uint8)), Reason.CLIPPED)


@each
@pytest.mark.parametrize("wrong", [np.ones(5), np.ones((2, 2, 2, 2)), np.ones((4, 4, 0))])
def test_an_array_that_is_no_picture_is_refused(analyse: Callable[[Picture], Judged], wrong: Picture) -> None:
    with pytest.raises((SignalError, TypeError)):
        analyse(wrong)


@each
@pytest.mark.parametrize("dtype", [complex, "U1", bool])
def test_what_is_no_real_number_is_refused(analyse: Callable[[Picture], Judged], dtype: Any) -> None:
    with pytest.raises(SignalError):
        analyse(np.ones(SIZE).astype(dtype))


@pytest.mark.parametrize(
    "call",
    [
        lambda: find_defects(flat(), mosaic=False, floor_dn=-1.0),
        lambda: find_defects(flat(), mosaic=False, sigmas=float("nan")),
        lambda: find_lines(flat(), mosaic=False, sigmas=0.0),
        lambda: find_blemishes(flat(), contrast_ratio=0.0),
        lambda: find_blemishes(flat(), diameter_px=-3.0),
        lambda: mura(flat(), pixel_pitch_mm=0.0),
        lambda: burn_in(flat(), flat()[:-1]),
        lambda: panel_pixels(flat()),
        lambda: panel_pixels(np.dstack([flat()] * 3), flat()),
        lambda: shading(flat(), reference_channel=-1),
        lambda: tile_means(flat(), rows=0, columns=4),
        lambda: tile_means(flat(), rows=4, columns=201),
        lambda: tile_means(flat(), rows=81, columns=4, mosaic=True),
        lambda: slanted_edges(flat(), [(0, 0, 161, 10)]),
        lambda: slanted_edges(flat(), [(-1, 0, 10, 10)]),
        lambda: with_luminance(flat()),
        lambda: pair_statistics(flat(), flat()[1:]),
        lambda: pair_statistics(np.zeros((0, 3)), np.zeros((0, 3))),
        lambda: stack_of([flat()]),
        lambda: stack_of([flat(), flat()[1:]]),
        lambda: photon_transfer([1.0], [1.0, 2.0], [0.0], [0.0]),
        lambda: nonuniformity(stack_of([flat()] * 2), stack_of([flat()[1:]] * 2), gain_dn_e=1.0),
        lambda: nonuniformity(stack_of([flat()] * 2), stack_of([flat()] * 2), gain_dn_e=0.0),
        lambda: register([(0, 0)] * 3, [(0, 0)] * 3),
        lambda: register(np.ones((4, 3)), np.ones((4, 3))),
        lambda: register_panel(find_panel(flat()), rows=10, columns=10),
        lambda: register_panel(find_panel(flat()), rows=0, columns=10),
        lambda: rectify(flat(), register([(0, 0)] * 4, [(0, 0)] * 4), rows=10, columns=10),
    ],
)
def test_a_call_that_makes_no_sense_is_refused(call: Callable[[], object]) -> None:
    with pytest.raises(SignalError):
        call()


@pytest.mark.parametrize(
    ("mean", "variance", "reason"),
    [
        ([], [], Reason.EMPTY),
        ([1.0, 2.0, np.nan], [1.0, 2.0, 3.0], Reason.NOT_FINITE),
        ([0.0, 0.0, 0.0], [1.0, 1.0, 1.0], Reason.ALL_ZERO),
        ([5.0], [1.0], Reason.TOO_SHORT),
        (list(range(1, 30)), [-1.0 * level for level in range(1, 30)], Reason.TOO_SHORT),
        (list(range(1, 30)), [0.0] * 28 + [-1.0], Reason.TOO_SHORT),
    ],
)
def test_levels_without_a_rise_give_no_gain(mean: list[float], variance: list[float], reason: Reason) -> None:
    zero = [0.0] * len(mean)
    no_number(photon_transfer(mean, variance, zero, zero), reason)


def test_points_in_a_line_or_in_one_place_give_no_map() -> None:
    corners = [(0, 0), (9, 0), (9, 9), (0, 9)]
    for wrong in ([(k, k) for k in range(4)], [(3, 3)] * 4, [(0, 0), (1, 0), (2, 0), (np.nan, 1)]):
        no_number(register(wrong, corners), Reason.NO_FIT)
        no_number(register(corners, wrong), Reason.NO_FIT)


def test_an_upright_edge_leaves_bins_empty_and_says_so() -> None:
    picture = np.random.default_rng(0).normal(40.0, 0.5, (100, 60))
    picture[:, 30:] += 100.0
    no_number(slanted_edge(picture), Reason.AMBIGUOUS)


def test_a_curved_edge_is_no_edge() -> None:
    down, across = np.mgrid[:200, :120]
    bent = across - 60 - 0.1 * (down - 100) - 4.0 * ((down - 100) / 100) ** 2
    no_number(slanted_edge(100.0 + 50.0 * np.tanh(bent)), Reason.NO_FIT)


def test_a_map_takes_points_there_and_back() -> None:
    found = register([(0, 0), (9, 1), (8, 9), (1, 8)], [(0, 0), (1, 0), (1, 1), (0, 1)])
    assert mapped(found.homography, [(9.0, 1.0)]) == pytest.approx(np.array([[1.0, 0.0]]), abs=1e-9)
    assert np.isnan(found.residual_px)  # four points leave nothing to judge by
