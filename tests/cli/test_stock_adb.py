"""The stock adb client against `phonebench sim up`: it behaves as with a phone."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from agent.links import bundled_adb

if TYPE_CHECKING:
    from tests.cli.conftest import BenchOf, Cli

    Adb = Callable[..., subprocess.CompletedProcess[str]]

pytestmark = pytest.mark.slow


@pytest.fixture
def addresses(cli: Cli) -> Iterator[list[str]]:
    """Three phones served by the command, in a process of its own."""
    process = cli.start("sim", "up", "--phones", "3", "--base-port", "0", "--fault", "battery.worn")
    assert process.stdout is not None
    lines = [process.stdout.readline().split() for _ in range(3)]
    assert [line[:2] for line in lines] == [["adb", "connect"]] * 3
    yield [line[2] for line in lines]
    os.killpg(process.pid, signal.SIGINT)
    out, err = process.communicate(timeout=20)
    assert "Traceback" not in out + err
    assert process.returncode in {0, 130}


@pytest.fixture
def adb(bench: Callable[..., BenchOf], tmp_path: Path) -> Adb:
    """The stock client, at a server of our own."""
    made = bench()

    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [str(bundled_adb()), "-P", str(made.server.port), *arguments],
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
            env={"HOME": str(tmp_path), "PATH": os.environ["PATH"], "ADB_USB": "0", "ANDROID_ADB_LOG_PATH": os.devnull},
        )

    return run


def test_the_stock_client_works_as_with_a_phone(adb: Adb, addresses: list[str], tmp_path: Path) -> None:
    for address in addresses:
        assert f"connected to {address}" in adb("connect", address).stdout
    listed = {line.split()[0]: line for line in adb("devices", "-l").stdout.splitlines() if "model:" in line}
    assert set(addresses) <= set(listed)
    assert all(" device " in line for line in listed.values())

    at = ("-s", addresses[0])
    assert adb(*at, "shell", "exit 7").returncode == 7
    assert adb(*at, "shell", "echo one; echo two >&2").stderr == "two\n"
    assert "level:" in adb(*at, "shell", "dumpsys", "battery").stdout
    serials = {adb("-s", address, "shell", "getprop", "ro.serialno").stdout for address in addresses}
    assert len(serials) == 3

    blob = bytes(range(256)) * 5000
    (tmp_path / "there").write_bytes(blob)
    assert adb(*at, "push", str(tmp_path / "there"), "/data/local/tmp/blob").returncode == 0
    assert adb(*at, "pull", "/data/local/tmp/blob", str(tmp_path / "back")).returncode == 0
    assert (tmp_path / "back").read_bytes() == blob
    assert adb(*at, "pull", "/data/local/tmp/nothing", str(tmp_path / "x")).returncode == 1

    port = adb(*at, "forward", "tcp:0", "localabstract:phonebench").stdout.strip()
    assert port.isdigit()
    assert port in adb("forward", "--list").stdout
    assert adb(*at, "forward", "--remove-all").returncode == 0

    log = adb(*at, "logcat", "-d", "-v", "threadtime").stdout
    assert "beginning of" in log
    assert len(log.splitlines()) > 50
    assert adb(*at, "get-state").stdout == "device\n"
