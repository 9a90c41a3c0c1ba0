"""Fixtures of the modem's tests."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from tests.hwsim_modem.rig import ModemProcess


@pytest.fixture
def serve() -> Iterator[Callable[..., ModemProcess]]:
    """Start modems in processes of their own; they end with the test."""
    started: list[ModemProcess] = []

    def start(*arguments: str) -> ModemProcess:
        started.append(ModemProcess(*arguments))
        return started[-1]

    yield start
    for process in started:
        assert process.close() == 0
