"""Phones as the user starts them, an adb server for the clients that want one, and the clients of others."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, NoReturn

import pytest

from agent.links import bundled_adb

PHONES: Final = 3
DEADLINE_S: Final = 30
NODE: Final = Path(__file__).parent / "node"


def lacks(what: str) -> NoReturn:
    """Skip for want of a client, or fail where clients are required."""
    if os.environ.get("PHONEBENCH_REQUIRE_CLIENTS") == "1":
        pytest.fail(f"{what}, and this run requires it")
    pytest.skip(what)


class Adb:
    """One adb program with a server of its own: own port, own keys, no USB."""

    def __init__(self, program: str, home: Path) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = int(free.getsockname()[1])
        self._argv = [program, "-P", str(self.port)]
        self._env = {
            "PATH": os.environ["PATH"],
            "HOME": str(home),
            "TMPDIR": str(home),
            "ANDROID_ADB_LOG_PATH": str(home / "adb.log"),
            "ADB_USB": "0",
            "ADB_MDNS": "0",
            "ADB_LOCAL_TRANSPORT_MAX_PORT": "0",
        }

    def run(self, *argv: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [*self._argv, *argv], env=self._env, capture_output=True, text=True, timeout=DEADLINE_S, check=False
        )


@pytest.fixture(scope="module", params=["bundled", "system"])
def adb(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Adb]:
    """The adb that comes with adbutils, then the one of the system (Debian 12: version 29)."""
    program = str(bundled_adb()) if request.param == "bundled" else shutil.which("adb")
    if program is None:
        lacks("no adb client of the system on PATH (Debian: apt-get install adb)")
    client = Adb(program, tmp_path_factory.mktemp("adb"))
    yield client
    client.run("kill-server")


@dataclass
class Phones:
    """Phones of `phonebench sim up`."""

    addresses: list[str]

    def port(self, index: int) -> int:
        return int(self.addresses[index].rpartition(":")[2])


@pytest.fixture(scope="module")
def phones(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Phones]:
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
        yield Phones(json.loads(text)["phones"])
        served.send_signal(signal.SIGINT)  # as Ctrl-C: the phones go away and leave nothing behind
        assert served.wait(DEADLINE_S) == 0


@pytest.fixture(scope="session")
def node() -> Callable[..., Any]:
    """Run one of the scripts in ``node/`` and return what it saw."""
    program = shutil.which("node")
    if program is None:
        lacks("no node on PATH")
    if not (NODE / "node_modules").is_dir():
        lacks("the clients from npm are not installed (npm ci --prefix tests/clients/node)")

    def run(script: str, *arguments: int) -> Any:
        done = subprocess.run(
            [program, script, *map(str, arguments)],
            cwd=NODE,
            env={"PATH": os.environ["PATH"]},
            capture_output=True,
            text=True,
            timeout=DEADLINE_S,
            check=False,
        )
        assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"
        return json.loads(done.stdout)

    return run
