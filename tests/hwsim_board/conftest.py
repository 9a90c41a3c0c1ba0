"""Fixtures of the tests of board faults."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.hwsim.rig import RackProcess

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


@pytest.fixture
def start_rack() -> Iterator[Callable[..., RackProcess]]:
    racks: list[RackProcess] = []

    def start(*arguments: str) -> RackProcess:
        racks.append(RackProcess(*arguments))
        return racks[-1]

    yield start
    for rack in racks:
        rack.close()
