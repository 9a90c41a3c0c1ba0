"""Invented dumps, one file per layout: ``<kind>__<layout>.txt``."""

from __future__ import annotations

from pathlib import Path

import pytest

EXAMPLES = Path(__file__).with_name("examples")


@pytest.fixture(scope="session")
def examples() -> dict[str, str]:
    """Every example by the name of its file, such as ``battery__14``."""
    return {path.stem: path.read_text(encoding="utf-8") for path in sorted(EXAMPLES.glob("*.txt"))}
