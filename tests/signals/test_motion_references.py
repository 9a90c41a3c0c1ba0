"""The numbers that others published, and the closed forms, come out of our analysers."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest

from probes.signals import calibration, checks_motion, checks_power, positions, stamps
from probes.signals.allan import allan
from probes.signals.checks_motion import nbs14
from probes.signals.references import Check, DataCheck, Outcome, run_check

CHECKS = (*checks_motion.CHECKS, *checks_power.CHECKS)
DATA_CHECKS = (*checks_motion.DATA_CHECKS, *checks_power.DATA_CHECKS)


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: f"{check.name}, {check.source}")
def test_a_shipped_reference_agrees(check: Check) -> None:
    found = run_check("here", check)
    assert found.outcome is Outcome.AGREES, found


@pytest.mark.corpora
@pytest.mark.parametrize("check", DATA_CHECKS, ids=lambda check: f"{check.name}, {check.source}")
def test_a_published_recording_agrees(check: DataCheck, shared_dir: Path) -> None:
    found = run_check("here", check, shared_dir / "reference_signals")
    if found.outcome is Outcome.SKIPPED:
        pytest.skip(f"not among the recordings: {found.reason}")
    assert found.outcome is Outcome.AGREES, found


def test_the_ten_numbers_of_the_small_nbs14_set_agree() -> None:
    frequencies = [892.0, 809.0, 823.0, 798.0, 671.0, 644.0, 883.0, 903.0, 677.0]
    found = allan(frequencies, rate_hz=1.0, taus_s=[1.0, 2.0])
    assert found.deviation[0] == pytest.approx([91.22945, 85.95287], rel=1e-7)


@pytest.mark.corpora
def test_intervals_and_kinds_of_noise_are_those_of_stable32(shared_dir: Path) -> None:
    folder = shared_dir / "reference_signals" / "allan_stable32" / "pink"
    series = np.loadtxt(folder / "pink_frequency.txt", comments="#")
    rows = np.loadtxt(folder / "s32_oadev_octave.txt", comments="#")
    found = allan(series, rate_hz=1.0, taus_s=rows[:, 0])
    assert found.alpha[0] == pytest.approx(rows[:, 3])
    assert found.low[0] == pytest.approx(rows[:, 4], rel=3e-3)
    assert found.high[0] == pytest.approx(rows[:, 6], rel=6e-3)


@pytest.mark.corpora
def test_a_hand_moved_recording_is_calibrated_to_a_ten_thousandth_of_gravity(shared_dir: Path) -> None:
    recorded = np.load(shared_dir / "reference_signals" / "imu_xsens_multipos" / "xsens_raw.npz")
    timing = stamps.judge_stamps(recorded["t"])
    assert timing.rate_hz == pytest.approx(100.0, abs=0.05)
    still = positions.still_positions(recorded["acc"].T, rate_hz=timing.rate_hz)
    assert 36 <= len(still.starts) <= 40
    found = calibration.by_hand(still.means, magnitude=9.81744)
    assert found.residual < 1.05e-3
    assert found.bias_std.max() < 0.5


def test_nbs14_begins_as_its_paper_says() -> None:
    numbers = nbs14() * 2147483647
    assert numbers[1:4] == pytest.approx([395529916, 1209410747, 633705974])
    assert math.isclose(float(nbs14().mean()), 0.4897745, rel_tol=1e-6)
