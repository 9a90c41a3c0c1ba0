"""Numbers that others published, and closed forms that can be shipped."""

from __future__ import annotations

from pathlib import Path

import pytest

from probes.signals.checks_audio import CHECKS, DATA_CHECKS
from probes.signals.references import Check, DataCheck


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: f"{check.name} {check.source}")
def test_shipped_checks_agree(check: Check) -> None:
    assert check.run() == pytest.approx(check.reference, abs=check.tolerance)


@pytest.mark.corpora
@pytest.mark.parametrize("check", DATA_CHECKS, ids=lambda check: f"{check.name} {check.source}")
def test_published_recordings_give_the_published_numbers(check: DataCheck, shared_dir: Path) -> None:
    assert check.run(shared_dir / "reference_signals") == pytest.approx(check.reference, abs=check.tolerance)
