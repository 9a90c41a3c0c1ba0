"""A client that is not ours, the adb of the system, takes our emulated phones for phones."""

from __future__ import annotations

import json
import os
import random
import re
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

PHONES: Final = 3
DEADLINE_S: Final = 30


class SystemAdb:
    """The adb on ``$PATH`` with a server of its own: own port, own keys, no USB."""

    def __init__(self, program: str, home: Path) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self._argv = [program, "-P", str(free.getsockname()[1])]
        self._env = {
            "PATH": os.environ["PATH"],
            "HOME": str(home),
            "ANDROID_ADB_LOG_PATH": str(home / "adb.log"),
            "ADB_USB": "0",
            "ADB_MDNS": "0",
        }

    def run(self, *argv: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [*self._argv, *argv], env=self._env, capture_output=True, text=True, timeout=DEADLINE_S, check=False
        )


@pytest.fixture(scope="module")
def adb(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SystemAdb]:
    program = shutil.which("adb")
    if program is None:
        if os.environ.get("PHONEBENCH_REQUIRE_CLIENTS") == "1":
            pytest.fail("an adb client of the system is required here, but there is none on PATH")
        pytest.skip("no adb client of the system on PATH (Debian: apt-get install adb)")
    client = SystemAdb(program, tmp_path_factory.mktemp("system-adb"))
    yield client
    client.run("kill-server")


@pytest.fixture(scope="module")
def phones(adb: SystemAdb, tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[str]]:
    """Phones as the user starts them, connected to the client of the system."""
    argv = [sys.executable, "-m", "agent", "sim", "up", "--phones", str(PHONES), "--base-port", "0", "--json"]
    env = {**os.environ, "PHONEBENCH_HOME": str(tmp_path_factory.mktemp("state"))}
    env.pop("PYTHONUNBUFFERED", None)  # what we read must come through a pipe as any user's machine has it
    with subprocess.Popen(argv, env=env, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as served:
        assert served.stdout is not None
        text = ""
        while not text.endswith("}\n"):
            line = served.stdout.readline()
            assert line, f"no phones: {text}"
            text += line
        addresses = json.loads(text)["phones"]
        for address in addresses:
            assert "connected to" in adb.run("connect", address).stdout
            assert adb.run("-s", address, "wait-for-device").returncode == 0
        yield addresses
        served.send_signal(signal.SIGINT)  # as Ctrl-C: the phones go away and leave nothing behind
        assert served.wait(DEADLINE_S) == 0


def test_every_phone_is_listed_with_its_model(adb: SystemAdb, phones: list[str]) -> None:
    listed = adb.run("devices", "-l").stdout
    for address in phones:
        assert re.search(rf"^{re.escape(address)}\s+device product:\S+ model:\S+ device:\S+", listed, re.MULTILINE)


def test_exit_codes_and_both_streams_come_through(adb: SystemAdb, phones: list[str]) -> None:
    done = adb.run("-s", phones[1], "shell", "echo out; echo err >&2; exit 7")
    assert (done.returncode, done.stdout, done.stderr) == (7, "out\n", "err\n")


def test_a_file_goes_there_and_back_unchanged(adb: SystemAdb, phones: list[str], tmp_path: Path) -> None:
    there, back = tmp_path / "there.bin", tmp_path / "back.bin"
    there.write_bytes(random.Random(1).randbytes(300_000))
    assert adb.run("-s", phones[0], "push", str(there), "/data/local/tmp/there.bin").returncode == 0
    assert adb.run("-s", phones[0], "pull", "/data/local/tmp/there.bin", str(back)).returncode == 0
    assert back.read_bytes() == there.read_bytes()


def test_a_forward_is_listed_and_removed(adb: SystemAdb, phones: list[str]) -> None:
    port = adb.run("-s", phones[2], "forward", "tcp:0", "localabstract:anything").stdout.strip()
    assert f"{phones[2]} tcp:{port} localabstract:anything" in adb.run("forward", "--list").stdout
    assert adb.run("-s", phones[2], "forward", "--remove", f"tcp:{port}").returncode == 0
    assert port not in adb.run("forward", "--list").stdout


def test_the_log_is_dumped_and_ends(adb: SystemAdb, phones: list[str]) -> None:
    done = adb.run("-s", phones[0], "logcat", "-d")
    assert done.returncode == 0
    assert re.search(r"^\d\d-\d\d \d\d:\d\d:\d\d\.\d{3} +\d+ +\d+ [VDIWEF] ", done.stdout, re.MULTILINE)
