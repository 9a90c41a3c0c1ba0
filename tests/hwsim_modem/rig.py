"""What the modem's tests share: a modem in this process, one in a process of its own, and the clients of others."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import pytest

from hwsim.faults import effect_of, parse_faults
from hwsim.modem.fronts import Direct
from hwsim.modem.identity import subscription_of
from hwsim.modem.line import Line
from hwsim.modem.modem import Modem
from hwsim.modem.timeline import HandTimeline
from hwsim.modem.vendor import vendors

T = TypeVar("T")
DEADLINE_S = 20
_SYSTEM_FOLDERS = ("/usr/sbin", "/sbin", "/usr/lib/polkit-1", "/usr/libexec", "/usr/libexec/polkit-1")


class Bench:
    """A modem in this process, with time moved by hand."""

    def __init__(
        self,
        vendor: str = "generic",
        *,
        fault: str = "healthy",
        pin: str = "",
        seed: int = 7,
        latency_scale: float = 0.0,
        line: Line | None = None,
    ) -> None:
        self.timeline = HandTimeline()
        self.modem = Modem(
            vendor=vendors()[vendor],
            timeline=self.timeline,
            seed=seed,
            subscription=subscription_of(seed, pin=pin or "1234", pin_asked=bool(pin)),
            condition=effect_of((one.fault, one.severity) for one in parse_faults(fault)).modem,
            latency_scale=latency_scale,
        )
        self.direct = Direct(self.modem, self.timeline, line=line)
        self.direct.ask("ATE0")

    def ask(self, command: str, *, wait_s: float = 0.0) -> list[str]:
        """Send a command and return the lines of what is said, empty ones left out."""
        return lines(self.direct.ask(command, wait_s=wait_s))

    def wait(self, seconds: float) -> list[str]:
        """Let time pass and return the lines said meanwhile."""
        self.timeline.advance(seconds)
        return lines(self.direct.take())


def lines(said: bytes) -> list[str]:
    return [line for line in said.decode("latin-1").replace("\r", "\n").split("\n") if line]


class ModemProcess:
    """``python -m hwsim.modem`` with its control channel."""

    def __init__(self, *arguments: str) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "hwsim.modem", *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=Path(__file__).resolve().parents[2],
        )
        self.listening: dict[str, Any] = json.loads(self._line())

    def control(self, **request: object) -> dict[str, Any]:
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(request) + "\n")
        self._process.stdin.flush()
        said: dict[str, Any] = json.loads(self._line())
        return said

    def close(self) -> int:
        self._process.communicate(timeout=DEADLINE_S)
        return self._process.returncode

    def terminate(self) -> int:
        self._process.terminate()
        return self.close()

    def _line(self) -> str:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        assert line, "the modem's process ended"
        return line


def need(program: str) -> str:
    """Return where a client of others is; without it the test skips, or fails where clients are required."""
    folders = os.pathsep.join((os.environ.get("PATH", ""), *_SYSTEM_FOLDERS))
    if found := shutil.which(program, path=folders):
        return found
    return missing(program)


def missing(what: str) -> str:
    if os.environ.get("PHONEBENCH_REQUIRE_CLIENTS") == "1":
        pytest.fail(f"{what} is required here, but it is missing")
    pytest.skip(f"{what} is missing (Debian: gammu modemmanager dbus polkitd libglib2.0-bin; PyPI: python-gammu)")


def until(probe: Callable[[], T | None], *, what: str, deadline_s: float = DEADLINE_S) -> T:
    """Ask again until there is an answer; each question takes its own time."""
    end_s = time.monotonic() + deadline_s
    while (answer := probe()) is None:
        assert time.monotonic() < end_s, f"{what} did not happen within {deadline_s:g} s"
    return answer
