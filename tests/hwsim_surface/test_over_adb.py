"""The live and the binary parts through the real adb server."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

import pytest

from tests.hwsim.rig import AdbBench, RackProcess

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture(scope="module")
def phone_on_adb(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[AdbBench, str]]:
    bench = AdbBench(tmp_path_factory.mktemp("adb"))
    rack = RackProcess("--boot-s", "0.3")
    bench.connect(rack.address())
    yield bench, rack.address()
    rack.close()
    bench.close()


def test_a_screenshot_comes_through_whole(phone_on_adb: tuple[AdbBench, str], tmp_path: Path) -> None:
    bench, address = phone_on_adb
    assert bench.run("-s", address, "shell", "screencap -p /sdcard/shot.png").code == 0
    assert bench.run("-s", address, "pull", "/sdcard/shot.png", str(tmp_path / "shot.png")).code == 0
    data = (tmp_path / "shot.png").read_bytes()
    assert data.startswith(b"\x89PNG\r\n\x1a\n")
    assert data.endswith(b"IEND\xaeB`\x82")
    wide, high = struct.unpack_from(">II", data, 16)
    size = bench.run("-s", address, "shell", "wm size").out
    assert size == f"Physical size: {wide}x{high}\n"


def test_events_stream_while_another_shell_writes_them(phone_on_adb: tuple[AdbBench, str]) -> None:
    bench, address = phone_on_adb
    reader = bench.start("-s", address, "shell", "getevent -l")
    assert reader.stdout is not None
    devices = [reader.stdout.readline() for _ in range(10)]
    assert devices[8].startswith(b"add device 5: ")
    bench.run("-s", address, "shell", "sendevent /dev/input/event1 1 115 1; sendevent /dev/input/event1 0 0 0")
    assert reader.stdout.readline().split() == [b"/dev/input/event1:", b"EV_KEY", b"KEY_VOLUMEUP", b"DOWN"]
    assert reader.stdout.readline().split() == [b"/dev/input/event1:", b"EV_SYN", b"SYN_REPORT", b"0" * 8]
    reader.kill()
    reader.wait()
    reader.stdout.close()


@pytest.mark.slow
def test_adb_is_back_before_the_system_is_up(phone_on_adb: tuple[AdbBench, str]) -> None:
    bench, address = phone_on_adb
    assert bench.run("-s", address, "shell", "getprop sys.boot_completed").out == "1\n"
    assert bench.run("-s", address, "reboot").code == 0
    bench.await_state(address, "offline")
    bench.await_state(address, "device")
    up, uptime_s = bench.run("-s", address, "shell", "getprop sys.boot_completed; cat /proc/uptime").out.split()[:2]
    assert up == ("1" if float(uptime_s) >= 32 else "0")
