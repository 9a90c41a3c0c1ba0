"""What these tests share: a terminal in memory, a rack as a child process, a private adb server."""

from __future__ import annotations

import asyncio
import importlib.util
import json
import os
import select
import socket
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from hwsim.rack import Rack, RackPlan

if TYPE_CHECKING:
    from hwsim.unit import Unit

DEADLINE_S = 15.0
_FIRST_SIX = ("google_16", "samsung_14", "xiaomi_12", "vivo_9", "motorola_11", "oppo_13")
PROFILES = (*_FIRST_SIX, "samsung_10", "honor_10", "sony_13", "xiaomi_14", "tecno_14", "oneplus_15")


class Answer(NamedTuple):
    code: int
    out: str
    err: str


@dataclass
class MemoryTerminal:
    typed: list[bytes] = field(default_factory=list)
    pty: bool = False
    out_bytes: bytearray = field(default_factory=bytearray)
    err_bytes: bytearray = field(default_factory=bytearray)

    def out(self, data: bytes) -> None:
        self.out_bytes += data

    def err(self, data: bytes) -> None:
        self.err_bytes += data

    async def flush(self) -> None:
        await asyncio.sleep(0)

    async def read(self) -> bytes:
        return self.typed.pop(0) if self.typed else b""


def ask(unit: Unit, line: str, *, typed: bytes = b"") -> Answer:
    terminal = MemoryTerminal(typed=[typed] if typed else [])

    async def run() -> int:
        return await asyncio.wait_for(unit.run(line, terminal), DEADLINE_S)

    code = asyncio.run(run())
    return Answer(code, terminal.out_bytes.decode("utf-8", "replace"), terminal.err_bytes.decode("utf-8", "replace"))


class ManualClock:
    """The host's clock, moved by the test."""

    def __init__(self) -> None:
        self.now_s = 0.0

    def __call__(self) -> float:
        return self.now_s


def one_phone(
    profile: str = "google_16",
    fault: str = "healthy",
    *,
    seed: int = 7,
    clock: ManualClock | None = None,
    speed: float = 1.0,
) -> Unit:
    plan = RackPlan(faults=[fault], profile=profile, seed=seed, monotonic_s=clock or ManualClock(), speed=speed)
    return Rack(plan).units[0]


class Control:
    """A client of a rack's control socket."""

    def __init__(self, path: str) -> None:
        self._socket = socket.socket(socket.AF_UNIX)
        self._socket.settimeout(DEADLINE_S)
        self._socket.connect(path)
        self._lines = self._socket.makefile("rb")

    def raw(self, line: bytes) -> dict[str, Any]:
        self._socket.sendall(line + b"\n")
        answer: dict[str, Any] = json.loads(self._lines.readline())
        return answer

    def __call__(self, cmd: str, **request: object) -> dict[str, Any]:
        answer = self.raw(json.dumps({"cmd": cmd, **request}).encode())
        assert answer["ok"], answer
        return answer

    def close(self) -> None:
        self._lines.close()
        self._socket.close()


class RackProcess:
    """``python -m hwsim serve`` as a child that dies with its standard input."""

    def __init__(self, *arguments: str) -> None:
        command = [sys.executable, "-m", "hwsim", "serve", "--until-eof", *arguments]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        assert self._process.stdout is not None
        ready, _, _ = select.select([self._process.stdout], [], [], DEADLINE_S)
        assert ready, "the rack did not start in time"
        self.hello: dict[str, Any] = json.loads(self._process.stdout.readline())
        self.control = Control(self.hello["control"])

    def address(self, index: int = 0) -> str:
        return f"127.0.0.1:{self.hello['phones'][index]['port']}"

    def port(self, index: int = 0) -> int:
        port: int = self.hello["phones"][index]["port"]
        return port

    def terminate(self) -> int:
        self._process.terminate()
        return self._process.wait(DEADLINE_S)

    def close(self) -> int:
        self.control.close()
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.close()
        try:
            return self._process.wait(DEADLINE_S)
        finally:
            self._process.kill()
            self._process.stdout.close()


def bundled_adb() -> str:
    """The adb that comes with adbutils, found without importing a library that has no types."""
    spec = importlib.util.find_spec("adbutils")
    assert spec is not None
    assert spec.origin is not None
    return str(Path(spec.origin).parent / "binaries" / "adb")


class AdbBench:
    """A real adb server of our own, on a private port with a private home."""

    def __init__(self, home: Path) -> None:
        with socket.create_server(("127.0.0.1", 0)) as probe:
            self.port = probe.getsockname()[1]
        self.adb = bundled_adb()
        self._environment = {
            "PATH": os.environ.get("PATH", ""),
            "HOME": str(home),
            "ANDROID_ADB_LOG_PATH": str(home / "adb.log"),
            "ANDROID_ADB_SERVER_PORT": str(self.port),
            "ADB_USB": "0",
            "ADB_MDNS": "0",
            "TMPDIR": str(home),
        }
        self._log = (home / "server.log").open("wb")
        command = [self.adb, "-P", str(self.port), "nodaemon", "server"]
        self._server = subprocess.Popen(command, env=self._environment, stdout=self._log, stderr=self._log)
        self._await_server()

    def run(self, *arguments: str, typed: bytes | None = None, deadline_s: float = DEADLINE_S) -> Answer:
        done = subprocess.run(
            [self.adb, *arguments],
            env=self._environment,
            input=typed if typed is not None else b"",
            capture_output=True,
            timeout=deadline_s,
            check=False,
        )
        return Answer(done.returncode, done.stdout.decode("utf-8", "replace"), done.stderr.decode("utf-8", "replace"))

    def start(self, *arguments: str) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            [self.adb, *arguments],
            env=self._environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )

    def connect(self, address: str) -> None:
        self.run("connect", address)
        self.await_state(address, "device")

    def await_state(self, address: str, state: str, *, deadline_s: float = DEADLINE_S) -> None:
        """Follow the server's own report of states until one phone is in the state wanted (empty: gone)."""
        until_s = time.monotonic() + deadline_s
        table = ""
        with socket.create_connection(("127.0.0.1", self.port), deadline_s) as link, link.makefile("rb") as lines:
            link.sendall(b"0012host:track-devices")
            assert lines.read(4) == b"OKAY"
            while time.monotonic() < until_s:
                link.settimeout(max(until_s - time.monotonic(), 0.01))
                table = lines.read(int(lines.read(4), 16)).decode()
                states = dict(line.split("\t") for line in table.splitlines())
                if states.get(address, "") == state:
                    return
        raise AssertionError(f"{address} never became {state!r}: {table!r}")

    def close(self) -> None:
        self._server.terminate()
        try:
            self._server.wait(5)
        except subprocess.TimeoutExpired:
            self._server.kill()
            self._server.wait(5)
        self._log.close()

    def _await_server(self) -> None:
        until_s = time.monotonic() + DEADLINE_S
        while time.monotonic() < until_s:
            try:
                socket.create_connection(("127.0.0.1", self.port), 1).close()
            except OSError:
                assert self._server.poll() is None, "the adb server ended"
                select.select([], [], [], 0.01)
            else:
                return
        raise AssertionError("the adb server did not start in time")
