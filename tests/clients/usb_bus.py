"""What the tests of USB share: phones on an emulated bus, and programs of others that are shown it."""

from __future__ import annotations

import os
import select
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from hwsim.usb.live.preload import NoLiveBus, find_library
from tests.clients.conftest import DEADLINE_S, lacks
from tests.hwsim.rig import RackProcess

if TYPE_CHECKING:
    from tests.hwsim.rig import Control

T = TypeVar("T")
_SYSTEM_FOLDERS = ("/usr/sbin", "/sbin", "/usr/lib/polkit-1", "/usr/libexec")


def program(name: str, package: str) -> str:
    """Where a client of others is; without it the test skips, or fails where clients are required."""
    folders = os.pathsep.join((os.environ.get("PATH", ""), *_SYSTEM_FOLDERS))
    found = shutil.which(name, path=folders)
    if found is None:
        lacks(f"{name} is not on PATH (Debian: apt-get install {package})")
    return found


def until(probe: Callable[[], T | None], *, what: str, deadline_s: float = 20.0) -> T:
    """Ask again until there is an answer; each question takes its own time."""
    end_s = time.monotonic() + deadline_s
    while not (answer := probe()):
        assert time.monotonic() < end_s, f"{what} did not happen within {deadline_s:g} s"
        select.select([], [], [], 0.02)
    return answer


def need_live_bus() -> None:
    """Skip for want of umockdev's library, or fail where clients are required."""
    try:
        find_library()
    except NoLiveBus as error:
        lacks(str(error))


class Bench:
    """A rack on an emulated bus; ``run`` starts a program that sees it, and ends it when it hangs."""

    def __init__(self, stack: ExitStack, *arguments: str) -> None:
        need_live_bus()
        self.folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="usb-")))
        self.rack = RackProcess("--usb", str(self.folder / "bus"), *arguments)
        stack.callback(self.rack.close)
        self.phones: list[dict[str, Any]] = self.rack.hello["phones"]
        self.environment: Mapping[str, str] = {
            "PATH": os.environ["PATH"],
            "HOME": str(self.folder),
            "TMPDIR": str(self.folder),
            "LC_ALL": "C.UTF-8",
            **self.rack.hello["usb"],
        }

    @property
    def control(self) -> Control:
        return self.rack.control

    def serial(self, index: int) -> str:
        return str(self.phones[index]["serial"])

    def run(self, *argv: str, deadline_s: int = 15) -> subprocess.CompletedProcess[str]:
        # Signals are blocked while an emulated request is under way: only KILL ends a client that hangs.
        limited = [program("timeout", "coreutils"), "-k", "1", str(deadline_s), *argv]
        return subprocess.run(
            limited, env=self.environment, capture_output=True, text=True, timeout=deadline_s + 5, check=False
        )

    def python(self, script: str) -> str:
        done = self.run(sys.executable, "-c", script)
        assert done.returncode == 0, f"{done.stdout}{done.stderr}"
        return done.stdout


class UsbAdb:
    """An adb server that sees the bus, and its client, which need not."""

    def __init__(self, stack: ExitStack, bench: Bench, adb: str) -> None:
        home = bench.folder / "adb"
        home.mkdir()
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port: int = free.getsockname()[1]
        own = {"HOME": str(home), "TMPDIR": str(home), "ANDROID_ADB_LOG_PATH": str(home / "log"), "ADB_MDNS": "0"}
        # the native backend of adb 29 cannot live with emulated nodes; libusb is the default of newer ones
        own |= {"ADB_LIBUSB": "1", "ADB_LOCAL_TRANSPORT_MAX_PORT": "0"}
        self._adb = [adb, "-P", str(self.port)]
        self._client_env = {"PATH": os.environ["PATH"], **own}
        self._log = stack.enter_context((home / "server.log").open("w+b"))
        argv = [program("timeout", "coreutils"), "-k", "1", "120", *self._adb, "nodaemon", "server"]
        self._server = subprocess.Popen(
            argv, env={**bench.environment, **own}, stdout=self._log, stderr=self._log, start_new_session=True
        )
        stack.callback(self._stop)
        until(self._listens, what="an adb server")

    def run(self, *argv: str, typed: str = "") -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [*self._adb, *argv],
            env=self._client_env,
            input=typed,
            capture_output=True,
            text=True,
            timeout=DEADLINE_S,
            check=False,
        )

    def states(self) -> dict[str, str]:
        assert self._server.poll() is None, f"the adb server ended: {self._last_words()}"
        rows = [line.split("\t") for line in self._ask("host:devices").splitlines()]
        return {row[0]: row[1] for row in rows}

    def listed(self) -> str:
        return self._ask("host:devices-l")

    def reaches(self, serial: str, state: str) -> None:
        """Wait until a phone is in a state; empty for gone."""
        until(lambda: self.states().get(serial, "") == state, what=f"{serial} {state or 'gone'}: {self.states()}")

    def round_trip_ms(self, serial: str) -> float:
        began_s = time.perf_counter()
        with self._connected() as link:
            self._wish(link, f"host:transport:{serial}")
            self._wish(link, "shell:echo ready")
            said = b""
            while piece := link.recv(4096):
                said += piece
        assert said == b"ready\n"
        return (time.perf_counter() - began_s) * 1000

    def _ask(self, service: str) -> str:
        with self._connected() as link, link.makefile("rb") as file:
            self._wish(link, service)
            return file.read(int(file.read(4), 16)).decode()

    def _connected(self) -> socket.socket:
        link = socket.create_connection(("127.0.0.1", self.port), DEADLINE_S)
        link.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return link

    @staticmethod
    def _wish(link: socket.socket, service: str) -> None:
        link.sendall(f"{len(service):04x}{service}".encode())
        assert link.recv(4) == b"OKAY"

    def _last_words(self) -> str:
        self._log.seek(0)
        return self._log.read().decode(errors="replace")[-1500:]

    def _listens(self) -> bool:
        assert self._server.poll() is None, f"the adb server ended: {self._last_words()}"
        try:
            self._connected().close()
        except OSError:
            return False
        return True

    def _stop(self) -> None:
        self._server.terminate()
        try:
            self._server.wait(5)
        except subprocess.TimeoutExpired:
            self._server.kill()
            self._server.wait(5)
