"""The command in a process of its own, with a home of its own, and a bench that nobody else sees."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from agent.links import AdbServer, PrivateServer
from agent.rack import Rack, RackSpec
from tests.warm_commands import WarmCommands

ROOT = Path(__file__).resolve().parents[2]


@dataclass
class Done:
    """What came of a command."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)

    def line(self) -> str:
        """The one line that a command in trouble says."""
        lines = [line for line in self.err.splitlines() if line.startswith("phonebench: ")]
        assert len(lines) == 1, self.err
        self.no_traceback()
        return lines[0]

    def no_traceback(self) -> None:
        for text in (self.out, self.err):
            assert "Traceback" not in text
            assert "mistake in phonebench" not in text
            assert "\x1b" not in text


@dataclass
class Cli:
    """Runs ``phonebench``."""

    home: Path
    warm: WarmCommands
    environ: dict[str, str] = field(default_factory=dict)

    def env(self) -> dict[str, str]:
        kept = {
            name: os.environ[name]
            for name in ("PATH", "VIRTUAL_ENV", "TMPDIR", "PHONEBENCH_CACHE")
            if name in os.environ
        }
        return kept | {
            "HOME": str(self.home),
            "PHONEBENCH_HOME": str(self.home / "state"),
            "PYTHONPATH": str(ROOT),
            "LANG": "C.UTF-8",
            "COLUMNS": "200",
            "ADB_USB": "0",
            # no server listens at this port: a test that forgets its own server starts none on the bench's
            "ANDROID_ADB_SERVER_PORT": "1",
            # captures take the phone's own time: a test that is not about them does without
            "PHONEBENCH_PLAN": "software",
            **self.environ,
        }

    def start(self, *arguments: str, **options: Any) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, "-m", "agent", *arguments],
            env=self.env(),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
            **options,
        )

    def run(self, *arguments: str, timeout_s: float = 90, largest_file_bytes: int | None = None) -> Done:
        return Done(
            *self.warm.run(arguments, env=self.env(), timeout_s=timeout_s, largest_file_bytes=largest_file_bytes)
        )

    def run_alone(self, *arguments: str, timeout_s: float = 90, **options: Any) -> Done:
        """Run it in a process that begins as a shell's does, libraries and all."""
        process = self.start(*arguments, **options)
        try:
            out, err = process.communicate(timeout=timeout_s)
        except BaseException:
            os.killpg(process.pid, signal.SIGKILL)
            process.communicate()
            raise
        return Done(process.returncode, out, err)


@pytest.fixture
def cli(tmp_path: Path, warm_commands: WarmCommands) -> Cli:
    return Cli(tmp_path, warm_commands)


@pytest.fixture(scope="session")
def faults(warm_commands: WarmCommands) -> list[dict[str, Any]]:
    """The fault library, truth and all, as `phonebench sim faults` prints it."""
    done = warm_commands.run(("sim", "faults", "--json"), env=os.environ)
    assert done.code == 0, done.err
    library: list[dict[str, Any]] = json.loads(done.out)
    return library


@dataclass
class BenchOf:
    """Emulated phones that a server of our own sees."""

    rack: Rack
    server: AdbServer
    cli: Cli
    serials: list[str]


@pytest.fixture
def bench(cli: Cli, tmp_path: Path) -> Iterator[Callable[..., BenchOf]]:
    """Put phones on a bench; the command finds the server by the port in its environment."""
    closing: list[Callable[[], None]] = []

    def make(*, connect: bool = True, **spec: Any) -> BenchOf:
        rack = Rack(RackSpec(**spec))
        rack.__enter__()
        closing.append(rack.close)
        private = PrivateServer(tmp_path / "adb")
        (tmp_path / "adb").mkdir(exist_ok=True)
        server = private.start()
        closing.append(private.stop)
        serials = [server.connect(address) if connect else address for address in rack.addresses]
        cli.environ["ANDROID_ADB_SERVER_PORT"] = str(server.port)
        return BenchOf(rack, server, cli, serials)

    yield make
    for close in reversed(closing):
        close()
