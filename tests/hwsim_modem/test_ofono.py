"""ofono over TCP, a client that is not ours: its phonesim driver talks to an emulated modem on a bus of its own."""

from __future__ import annotations

import contextlib
import os
import subprocess
import tempfile
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

from tests.hwsim_modem.rig import DEADLINE_S, ModemProcess, need, until
from tests.hwsim_modem.test_modem_manager import BUS

pytestmark = pytest.mark.slow
CONF = "[phonesim]\nDriver=phonesim\nAddress=127.0.0.1\nPort={port}\n"


class Desk:
    """A private bus with ofonod on it and one emulated modem behind a TCP port."""

    def __init__(self, stack: contextlib.ExitStack) -> None:
        daemon, bus, self._gdbus = need("ofonod"), need("dbus-daemon"), need("gdbus")
        folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="ofono-"))
        self.modem = ModemProcess("--tcp", "0", "--seed", "5")
        stack.callback(self.modem.close)
        (Path(folder) / "bus.conf").write_text(BUS.format(folder=folder), encoding="utf-8")
        (Path(folder) / "phonesim.conf").write_text(CONF.format(port=self.modem.listening["tcp"]), encoding="utf-8")
        self._env = {
            "PATH": os.environ["PATH"],
            "HOME": folder,
            "DBUS_SYSTEM_BUS_ADDRESS": f"unix:path={folder}/bus",
            "OFONO_PHONESIM_CONFIG": f"{folder}/phonesim.conf",
        }
        started = self._start(stack, bus, f"--config-file={folder}/bus.conf", "--nofork", "--print-address=1")
        assert started.stdout is not None
        assert started.stdout.readline()
        self._start(stack, daemon, "-n")
        self.run("wait", "--system", "--timeout", "15", "org.ofono")
        until(lambda: "/phonesim" in self.call("/", "Manager.GetModems") or None, what="a modem")
        for switch in ("Powered", "Online"):
            until(partial(self._switched, switch), what=f"the modem {switch.lower()}")

    def call(self, path: str, method: str, *arguments: str) -> str:
        there = ("--system", "--dest", "org.ofono", "--object-path", path, "--method", f"org.ofono.{method}")
        return self.run("call", *there, *arguments)

    def says(self, method: str, words: str) -> str | None:
        """Ask the modem; None while the interface is not there yet, or says something else."""
        there = ("--system", "--dest", "org.ofono", "--object-path", "/phonesim", "--method", f"org.ofono.{method}")
        done = self._attempt("call", *there)
        return done.stdout if words in done.stdout else None

    def run(self, *arguments: str) -> str:
        done = self._attempt(*arguments)
        assert done.returncode == 0, f"{arguments}: {done.stderr}"
        return done.stdout

    def _switched(self, name: str) -> bool | None:
        there = ("--system", "--dest", "org.ofono", "--object-path", "/phonesim")
        method = ("--method", "org.ofono.Modem.SetProperty", name, "<true>")
        return self._attempt("call", *there, *method).returncode == 0 or None

    def _attempt(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [self._gdbus, *arguments],
            env=self._env,
            capture_output=True,
            text=True,
            timeout=DEADLINE_S,
            check=False,
        )

    def _start(self, stack: contextlib.ExitStack, *argv: str) -> subprocess.Popen[str]:
        started = subprocess.Popen(
            argv, env=self._env, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, stdin=subprocess.DEVNULL, text=True
        )
        stack.callback(self._end, started)
        return started

    @staticmethod
    def _end(daemon: subprocess.Popen[str]) -> None:
        daemon.terminate()
        try:
            daemon.communicate(timeout=5)
        except subprocess.TimeoutExpired:
            daemon.kill()
            daemon.communicate(timeout=5)


@pytest.fixture(scope="module")
def desk() -> Iterator[Desk]:
    with contextlib.ExitStack() as stack:
        yield Desk(stack)


def test_ofono_registers_the_modem_at_home(desk: Desk) -> None:
    for words in ("'Status': <'registered'>", "'MobileCountryCode': <'001'>", "'Strength': <byte"):
        assert until(partial(desk.says, "NetworkRegistration.GetProperties", words), what=words)


def test_ofono_reads_the_identity_and_the_card(desk: Desk) -> None:
    truth = desk.modem.control(cmd="truth")
    assert f"'Serial': <'{truth['imei']}'>" in desk.call("/phonesim", "Modem.GetProperties")
    until(lambda: desk.says("SimManager.GetProperties", "'Present': <true>"), what="a card")
