"""What every test may ask for."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="session")
def shared_dir() -> Path:
    """The folder of real phone output that lies beside the project; the test skips where it is missing."""
    folder = Path(os.environ.get("PHONEBENCH_SHARED") or ROOT.parent / "shared")
    if (folder / "corpora").is_dir():
        return folder
    if os.environ.get("PHONEBENCH_REQUIRE_CORPORA") == "1":
        pytest.fail(f"the folder of real phone output is required here, but {folder} does not hold it")
    pytest.skip("no folder of real phone output (set PHONEBENCH_SHARED)")
