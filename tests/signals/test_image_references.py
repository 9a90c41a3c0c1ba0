"""The numbers that others published of pictures, and the closed forms, come out of our analysers."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from probes.signals import checks_image
from probes.signals.photon_transfer import photon_transfer
from probes.signals.references import Check, DataCheck, Outcome, run_check
from probes.signals.slanted_edge import slanted_edge


@pytest.mark.parametrize("check", checks_image.CHECKS, ids=lambda check: check.name)
def test_a_closed_form_agrees(check: Check) -> None:
    found = run_check("image", check)
    assert found.outcome is Outcome.AGREES, found


@pytest.mark.corpora
@pytest.mark.parametrize("check", checks_image.DATA_CHECKS, ids=lambda check: check.name)
def test_a_published_picture_agrees(check: DataCheck, shared_dir: Path) -> None:
    found = run_check("image", check, shared_dir / "reference_signals")
    if found.outcome is Outcome.SKIPPED:
        pytest.skip(f"not among the recordings: {found.reason}")
    assert found.outcome is Outcome.AGREES, found


def test_a_check_without_its_file_is_skipped_by_name_and_one_that_breaks_has_failed(tmp_path: Path) -> None:
    first = checks_image.DATA_CHECKS[0]
    found = run_check("image", first, tmp_path)
    assert (found.outcome, found.reason) == (Outcome.SKIPPED, first.files[0])
    for name in first.files:
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(b"\x00 no table")
    assert run_check("image", first, tmp_path).outcome is Outcome.FAILED
    assert run_check("image", first).outcome is Outcome.SKIPPED


@pytest.mark.parametrize("ours", [float("nan"), float("inf"), 1.5])
def test_a_number_that_is_none_or_off_never_agrees(ours: float) -> None:
    check = Check(name="x", reference=1.0, tolerance=0.4, unit="1", source="-", run=lambda: ours)
    assert run_check("image", check).outcome is Outcome.FAILED


@pytest.mark.parametrize("blur_px", [0.5, 0.8, 1.2, 2.0])
@pytest.mark.parametrize("angle_deg", [-12.0, 3.0, 8.0, 20.0])
def test_a_gaussian_edge_has_the_mtf50_of_its_blur_at_any_angle(blur_px: float, angle_deg: float) -> None:
    edge = checks_image.gaussian_edge(blur_px=blur_px, angle_deg=angle_deg, rows=240, columns=240)
    found = slanted_edge(edge)
    assert found.valid
    assert found.mtf50_cycles_px[0] == pytest.approx(checks_image.gaussian_mtf50(blur_px=blur_px), rel=3e-3)
    assert found.angle_deg == pytest.approx(angle_deg, abs=0.02)


def test_a_camera_whose_light_is_given_in_exposures_keeps_gain_and_dark_noise() -> None:
    exposure = np.linspace(1e-3, 0.04, 30)
    electrons = 3e5 * exposure
    dark_variance = 9.0 + 50.0 * exposure
    found = photon_transfer(
        0.25 * electrons + 10.0 + exposure,
        0.0625 * electrons + dark_variance,
        10.0 + exposure,
        dark_variance,
        exposure_s=exposure,
    )
    assert found.gain_dn_e == pytest.approx(0.25, rel=1e-9)
    assert found.dark_noise_dn == pytest.approx(3.0, rel=1e-9)
    assert found.dark_current_e_s == pytest.approx(4.0, rel=1e-6)
    assert found.linearity_max_ratio == pytest.approx(0.0, abs=1e-9)
    assert np.isnan(found.quantum_efficiency_ratio)
