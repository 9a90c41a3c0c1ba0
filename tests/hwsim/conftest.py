"""Fixtures of the emulated phones' tests."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.hwsim.rig import AdbBench, RackProcess

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


@pytest.fixture(scope="session")
def adb_bench(tmp_path_factory: pytest.TempPathFactory) -> Iterator[AdbBench]:
    bench = AdbBench(tmp_path_factory.mktemp("adb"))
    yield bench
    bench.close()


@pytest.fixture
def start_rack() -> Iterator[Callable[..., RackProcess]]:
    racks: list[RackProcess] = []

    def start(*arguments: str) -> RackProcess:
        racks.append(RackProcess(*arguments))
        return racks[-1]

    yield start
    for rack in racks:
        rack.close()


@pytest.fixture(scope="module")
def rack_on_adb(adb_bench: AdbBench) -> Iterator[tuple[AdbBench, RackProcess, str]]:
    """One healthy phone, connected to a real adb server."""
    rack = RackProcess("--boot-s", "0.5")
    adb_bench.connect(rack.address())
    yield adb_bench, rack, rack.address()
    rack.close()
