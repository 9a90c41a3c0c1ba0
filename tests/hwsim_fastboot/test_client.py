"""The real fastboot client over TCP, and the real adb that sends the phone there."""

from __future__ import annotations

import hashlib
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.hwsim.rig import AdbBench, RackProcess

pytestmark = pytest.mark.slow
Client = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture(scope="module")
def in_fastboot(rack: RackProcess, tmp_path_factory: pytest.TempPathFactory) -> int:
    """Send the phone to its loader as anybody does: `adb reboot bootloader`."""
    adb = AdbBench(tmp_path_factory.mktemp("adb"))
    try:
        adb.connect(rack.address())
        assert adb.run("-s", rack.address(), "reboot", "bootloader").code == 0
        adb.await_state(rack.address(), "offline")
    finally:
        adb.close()
    return int(rack.control("fastboot")["port"])


def test_getvar_all_tells_the_phone(rack: RackProcess, in_fastboot: int, fastboot: Client) -> None:
    done = fastboot(in_fastboot, "getvar", "all")
    told = dict(line.removeprefix("(bootloader) ").split(":", 1) for line in done.stderr.splitlines() if ":" in line)
    assert done.returncode == 0, done.stderr
    assert told["serialno"] == rack.hello["phones"][0]["serial"]
    assert (told["product"], told["unlocked"], told["current-slot"], told["anti"]) == ("spes", "no", "a", "2")
    assert 3300 < int(told["battery-voltage"]) < 4600


def test_oem_device_info_says_locked(in_fastboot: int, fastboot: Client) -> None:
    assert "(bootloader) Device unlocked: false" in fastboot(in_fastboot, "oem", "device-info").stderr


def test_a_locked_phone_refuses_writes_with_its_makers_words(
    in_fastboot: int, fastboot: Client, tmp_path: Path
) -> None:
    image = tmp_path / "boot.img"
    image.write_bytes(b"x" * 5000)
    done = fastboot(in_fastboot, "flash", "boot_a", str(image))
    assert done.returncode == 1
    assert "FAILED (remote: 'Flashing is not allowed in Lock State')" in done.stderr
    assert "Flashing Unlock is not allowed" in fastboot(in_fastboot, "flashing", "unlock").stderr


def test_an_unlocked_phone_takes_an_image_and_then_goes_home(
    rack: RackProcess, in_fastboot: int, fastboot: Client, tmp_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    rack.control("fastboot", unlock_allowed=True)
    assert fastboot(in_fastboot, "flashing", "unlock").returncode == 0
    image = tmp_path / "boot.img"
    image.write_bytes(bytes(range(256)) * 12_000)
    done = fastboot(in_fastboot, "flash", "boot", str(image))
    assert done.returncode == 0, done.stderr
    told = rack.control("fastboot")
    assert told["written"]["boot_a"]["sha256"] == hashlib.sha256(image.read_bytes()).hexdigest()
    assert told["erased"] == ["userdata"]
    assert fastboot(in_fastboot, "reboot").returncode == 0
    adb = AdbBench(tmp_path_factory.mktemp("adb"))
    try:
        wait_for_adb(adb, rack)
        seen = adb.run("-s", rack.address(), "shell", "getprop ro.boot.verifiedbootstate").out
        assert seen == "orange\n"
    finally:
        adb.close()
    assert rack.control("fastboot")["mode"] == "system"


def wait_for_adb(adb: AdbBench, rack: RackProcess) -> None:
    for _attempt in range(200):
        if "connected to" in adb.run("connect", rack.address()).out:
            break
    adb.await_state(rack.address(), "device")
