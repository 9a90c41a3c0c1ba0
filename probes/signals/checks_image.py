"""What our picture analysers must agree with: closed forms, and tables of EMVA 1288's and sfrmat3's authors."""

from __future__ import annotations

import csv
import math
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Final
from xml.etree import ElementTree as ET

import cv2
import numpy as np
from scipy.special import erf

from probes.signals._validity import Float
from probes.signals.defects import find_defects
from probes.signals.photon_transfer import NonUniformity, PhotonTransfer, Stack, nonuniformity, photon_transfer
from probes.signals.references import Check, DataCheck
from probes.signals.registration import mapped, register
from probes.signals.shading import tile_means
from probes.signals.slanted_edge import BINS_PER_PX, EdgeResponse, slanted_edge, with_luminance

_GAIN: Final = 0.280769280926
_DARK_DN: Final = 3.07341849276
_EFFICIENCY: Final = 0.451356082834
_EMVA: Final = "emva1288_set001"
_EMVA_SOURCE: Final = "EMVA 1288 reference set 1, results of the reference implementation"
_EMVA_FILES: Final = tuple(f"{_EMVA}/{name}" for name in ("photon_transfer.csv", "reference_results.xml"))
_STACKS: Final = (*_EMVA_FILES, f"{_EMVA}/stack_sums.npz")
_EDGE_FILES: Final = ("sfr_burns/h_edge.tif", "sfr_burns/h_edge_sfrmat3_reference.txt")
_EDGE_SOURCE: Final = (
    "P. Burns, sfrmat3 2.0, his table of a photographed edge (126 frequencies, 4 channels, 4 decimals)"
)
_SET_FRAMES: Final = 50


def gaussian_edge(*, blur_px: float, angle_deg: float, rows: int = 300, columns: int = 400) -> Float:
    """A slanted edge blurred by a Gaussian, sampled at points, from 40 to 160 DN, (rows, columns)."""
    down, across = np.mgrid[:rows, :columns]
    angle = math.radians(angle_deg)
    away = (across - 0.5 * columns) * math.cos(angle) - (down - 0.5 * rows) * math.sin(angle)
    return np.asarray(100.0 + 60.0 * erf(away / (blur_px * math.sqrt(2.0))))


def gaussian_mtf50(*, blur_px: float) -> float:
    """Cycles per pixel where exp(-2 pi^2 s^2 f^2) sinc(f / 4), blur times the bin of a quarter pixel, is one half."""
    low, high = 0.0, 2.0
    for _ in range(60):
        middle = 0.5 * (low + high)
        value = math.exp(-2.0 * (math.pi * blur_px * middle) ** 2) * float(np.sinc(middle / BINS_PER_PX))
        low, high = (middle, high) if value > 0.5 else (low, middle)
    return low


def _mtf50_of_gaussian() -> float:
    return float(slanted_edge(gaussian_edge(blur_px=0.7, angle_deg=5.0)).mtf50_cycles_px[0])


def _ideal_camera() -> PhotonTransfer:
    """The published camera as an ideal one: Poisson electrons, dark noise, gain; means and variances in closed form."""
    photons = np.linspace(1_000.0, 40_000.0, 40)
    electrons = np.minimum(_EFFICIENCY * photons, 14_000.0)
    clipped = _EFFICIENCY * photons > electrons
    dark = np.full(40, 14.7), np.full(40, _DARK_DN**2)
    variance = np.where(clipped, 0.0, _GAIN**2 * electrons + _DARK_DN**2)
    return photon_transfer(_GAIN * electrons + 14.7, variance, *dark, photons=photons)


def _checkerboard_defects() -> float:
    """Defects found of 60 planted (and, counted negative, of none planted) in a smooth mosaic."""
    rng = np.random.default_rng(5)
    frame = rng.normal(400.0, 4.0, (480, 640))
    frame[1::2, ::2] *= 0.6
    place = rng.choice(frame.size, 60, replace=False)
    frame.ravel()[place] += np.where(np.arange(60) % 2, 150.0, -150.0)
    found = find_defects(frame.astype(np.uint16), mosaic=True, floor_dn=60.0)
    keys = found.row_px * frame.shape[1] + found.column_px
    hits = len(np.intersect1d(keys, place))
    return float(hits - (len(keys) - hits))


def _tiles_against_opencv() -> float:
    frame = np.random.default_rng(3).integers(0, 1023, (600, 800)).astype(np.uint16)
    ours = tile_means(frame, rows=30, columns=40)[0]
    theirs = cv2.resize(frame.astype(np.float64), (40, 30), interpolation=cv2.INTER_AREA)
    return float(np.abs(ours - theirs).max())


def _known_homography() -> float:
    truth = np.array([[1.6, 0.08, 300.0], [-0.05, 1.55, 200.0], [1e-5, 2e-5, 1.0]])
    down, across = np.mgrid[:1200:300, :600:150]
    panel = np.stack([across.ravel(), down.ravel()], axis=1).astype(np.float64)
    found = register(mapped(truth, panel), panel)
    return float(np.abs(mapped(found.homography, mapped(truth, panel)) - panel).max())


@cache
def _camera(data: Path) -> PhotonTransfer:
    with (data / _EMVA_FILES[0]).open(encoding="utf-8") as file:
        rows = [[float(cell) for cell in row] for row in csv.reader(file) if not row[0].startswith("#")]
    exposure_ns, photons, mean, variance, dark_mean, dark_variance = np.array(rows).T
    return photon_transfer(mean, variance, dark_mean, dark_variance, exposure_s=exposure_ns * 1e-9, photons=photons)


@cache
def _pixels(data: Path) -> NonUniformity:
    published = ET.parse(data / _EMVA_FILES[1])  # noqa: S314  a file that the operator names, no message from outside
    variance = [
        float(published.findtext(f".//{name}/Value") or "nan") for name in ("sigma_2_y_stack", "sigma_2_y_stack_dark")
    ]
    with np.load(data / _STACKS[2]) as sums:
        means = [sums[name] / _SET_FRAMES for name in ("bright_sum50", "dark_sum50")]
    bright, dark = (Stack(mean, value, _SET_FRAMES) for mean, value in zip(means, variance, strict=True))
    return nonuniformity(bright, dark, gain_dn_e=_camera(data).gain_dn_e)


@cache
def _edge(data: Path) -> tuple[EdgeResponse, Float]:
    picture = cv2.imread(str(data / _EDGE_FILES[0]), cv2.IMREAD_COLOR_RGB)
    table = np.loadtxt(data / _EDGE_FILES[1], comments="%")
    return slanted_edge(with_luminance(np.asarray(picture))), table


def _sfr_difference(data: Path) -> float:
    response, table = _edge(data)
    return float(np.abs(response.sfr_ratio.T[: len(table)] - table[:, 1:]).max())


def _sampling_efficiency(data: Path) -> float:
    """Frequency at which luminance falls under a tenth, over half the sampling rate, in whole percent as printed."""
    return float(round(200.0 * float(_edge(data)[0].mtf10_cycles_px[3])))


CHECKS: Final = (
    Check(
        name="MTF50 of a Gaussian edge",
        reference=gaussian_mtf50(blur_px=0.7),
        tolerance=2e-4,
        unit="1/px",
        source="closed form: exp(-2 pi^2 s^2 f^2) sinc(f/4), s = 0.7 px",
        run=_mtf50_of_gaussian,
    ),
    Check(
        name="Camera gain of an ideal sensor",
        reference=_GAIN,
        tolerance=1e-12,
        unit="DN/e-",
        source="closed form: variance = gain x mean (EMVA 1288)",
        run=lambda: _ideal_camera().gain_dn_e,
    ),
    Check(
        name="Quantum efficiency of an ideal sensor",
        reference=_EFFICIENCY,
        tolerance=1e-12,
        unit="1",
        source="closed form: responsivity / gain (EMVA 1288)",
        run=lambda: _ideal_camera().quantum_efficiency_ratio,
    ),
    Check(
        name="Planted defective pixels found, less false ones",
        reference=60.0,
        tolerance=0.0,
        unit="1",
        source="60 planted in a noisy mosaic",
        run=_checkerboard_defects,
    ),
    Check(
        name="Shading tiles against the area resize of OpenCV",
        reference=0.0,
        tolerance=1e-4,
        unit="DN",
        source="OpenCV, INTER_AREA (its weights are in single precision)",
        run=_tiles_against_opencv,
    ),
    Check(
        name="Panel registration on a known projective map",
        reference=0.0,
        tolerance=1e-4,
        unit="px",
        source="closed form: projective map of 16 points",
        run=_known_homography,
    ),
)


def _camera_check(
    name: str, reference: float, tolerance: float, unit: str, run: Callable[[PhotonTransfer], float]
) -> DataCheck:
    return DataCheck(
        name=name,
        reference=reference,
        tolerance=tolerance,
        unit=unit,
        source=_EMVA_SOURCE,
        files=_EMVA_FILES[:1],
        run=lambda data: run(_camera(data)),
    )


DATA_CHECKS: Final = (
    _camera_check("Camera gain K", 0.280769280926, 2e-9, "DN/e-", lambda it: it.gain_dn_e),
    _camera_check("Camera responsivity R", 0.126726922819, 1e-9, "DN/photon", lambda it: it.responsivity_dn_photon),
    _camera_check(
        "Camera quantum efficiency", 45.1356082834, 4e-7, "%", lambda it: 100.0 * it.quantum_efficiency_ratio
    ),
    _camera_check("Camera dark noise", 3.07341849276, 3e-8, "DN", lambda it: it.dark_noise_dn),
    _camera_check("Camera dark noise in electrons", 10.8980275235, 1e-7, "e-", lambda it: it.dark_noise_e),
    _camera_check("Camera saturation capacity", 13972.6302563, 1e-4, "e-", lambda it: it.saturation_e),
    _camera_check("Camera dynamic range", 1220.69871336, 1e-5, "1", lambda it: it.dynamic_range_ratio),
    _camera_check(
        "Camera linearity error, largest", 0.480448332752, 1e-7, "%", lambda it: 100.0 * it.linearity_max_ratio
    ),
    _camera_check(
        "Camera linearity error, smallest",
        -0.615797581149,
        1e-7,
        "%",
        lambda it: 100.0 * it.linearity_min_ratio,
    ),
    DataCheck(
        name="Camera dark signal non-uniformity",
        reference=0.551787767644,
        tolerance=5e-9,
        unit="e-",
        source=_EMVA_SOURCE,
        files=_STACKS,
        run=lambda data: _pixels(data).dsnu_e,
    ),
    DataCheck(
        name="Camera photo response non-uniformity",
        reference=0.432704411062,
        tolerance=4e-9,
        unit="%",
        source=_EMVA_SOURCE,
        files=_STACKS,
        run=lambda data: 100.0 * _pixels(data).prnu_ratio,
    ),
    DataCheck(
        name="Spatial frequency response, largest difference",
        reference=0.0,
        tolerance=6e-5,
        unit="1",
        source=_EDGE_SOURCE,
        files=_EDGE_FILES,
        run=_sfr_difference,
    ),
    DataCheck(
        name="Sampling efficiency of luminance",
        reference=66.0,
        tolerance=0.0,
        unit="%",
        source=_EDGE_SOURCE,
        files=_EDGE_FILES,
        run=_sampling_efficiency,
    ),
)
