"""Loaders in this process, and a rack with fastboot for the clients of others."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from typing import Final

import pytest

from hwsim.fastboot import Bootloader, FastbootDevice
from tests.hwsim.rig import RackProcess, one_phone

CLIENT_S: Final = 15


@pytest.fixture
def device_of() -> Callable[..., FastbootDevice]:
    """Make the loader of a phone of this profile."""

    def make(profile: str = "xiaomi_12", fault: str = "healthy") -> FastbootDevice:
        return FastbootDevice(Bootloader(one_phone(profile, fault).phone))

    return make


@pytest.fixture(scope="session")
def fastboot() -> Callable[..., subprocess.CompletedProcess[str]]:
    """Run the system's fastboot against a port; it would wait for ever for a phone that is not there."""
    program = shutil.which("fastboot")
    if program is None:
        if os.environ.get("PHONEBENCH_REQUIRE_CLIENTS") == "1":
            pytest.fail("fastboot is required here, but it is missing")
        pytest.skip("fastboot is missing (Debian: apt-get install fastboot)")

    def run(port: int, *argv: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            ["/usr/bin/timeout", "-k", "1", str(CLIENT_S), program, "-s", f"tcp:127.0.0.1:{port}", *argv],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=CLIENT_S + 3,
            check=False,
        )

    return run


@pytest.fixture(scope="module")
def rack() -> Iterator[RackProcess]:
    served = RackProcess("--fastboot", "--profile", "xiaomi_12", "--boot-s", "0.2", "--seed", "4")
    yield served
    assert served.close() == 0
