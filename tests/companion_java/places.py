"""Where a companion can be started in a test: an emulated phone, or a JVM with classes of ours for Android's."""

from __future__ import annotations

import asyncio
import atexit
import functools
import os
import shutil
import socket
import subprocess
import tempfile
import threading
import time
from pathlib import Path
from typing import Final, NoReturn

import pytest

from docs.tools.companion_build import CannotBuild, compile_companion, compile_java, find_jdk_tool
from hwsim.adbd.machine import FileRefused
from hwsim.companion.quirks import Quirks
from tests.companion_place import DEADLINE_S, JAR, PROTO, Place
from tests.hwsim.rig import ManualClock, one_phone

FAKES: Final = Path(__file__).parent / "fake"
PHONE_JAR: Final = f"/data/local/tmp/{JAR}"
_QUIRKS: Final = {
    "": Quirks(),
    "android_9": Quirks(),
    "noise": Quirks(noise="WARNING: linker says hello\n"),
    "silenced": Quirks(silent_source=True),
}


def missing(what: str) -> NoReturn:
    """Skip a test that needs what is missing, or fail where nothing may be missing."""
    if os.environ.get("PHONEBENCH_REQUIRE_CLIENTS") == "1":
        pytest.fail(f"required here: {what}")
    pytest.skip(what)


class RunningClock(ManualClock):
    """The host's clock, which runs on and can be moved on besides."""

    def __call__(self) -> float:
        return time.monotonic() + self.now_s


class SocketTerminal:
    """Standard streams of a command on an emulated phone, at one end of a socket."""

    pty = False

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader, self._writer = reader, writer
        self.complaint = b""

    def out(self, data: bytes) -> None:
        self._writer.write(data)

    def err(self, data: bytes) -> None:
        self.complaint += data

    async def flush(self) -> None:
        await self._writer.drain()

    async def read(self) -> bytes:
        return await self._reader.read(1 << 16)


class EmulatedPlace(Place):
    """An emulated phone in a thread of its own."""

    echo_s = 0.02 / 343

    def __init__(self) -> None:
        self._clock = RunningClock()
        self._thread: threading.Thread | None = None
        self._code = -1
        self._complaint = b""

    def start(self, words: str = PROTO, *, quirk: str = "") -> socket.socket:
        host, phone = socket.socketpair()
        self._unit = one_phone("vivo_9" if quirk == "android_9" else "google_16", clock=self._clock)
        self._unit.phone.quirks = _QUIRKS[quirk]
        self._unit.files.put(PHONE_JAR, b"PK")
        line = f"CLASSPATH={PHONE_JAR} app_process / pbc.Main {words}"
        self._thread = threading.Thread(target=lambda: asyncio.run(self._run(phone, line)), name="phone")
        self._thread.start()
        return host

    async def _run(self, phone: socket.socket, line: str) -> None:
        reader, writer = await asyncio.open_connection(sock=phone)
        terminal = SocketTerminal(reader, writer)
        try:
            self._code = await self._unit.run(line, terminal)
        finally:
            self._complaint = terminal.complaint
            writer.close()

    def wait(self) -> int:
        assert self._thread is not None
        self._thread.join(DEADLINE_S)
        assert not self._thread.is_alive()
        return self._code

    def complaint(self) -> str:
        return self._complaint.decode()

    def jump(self, seconds: int) -> None:
        self._clock.now_s += seconds

    def is_torch_lit(self) -> bool:
        return bool(self._unit.phone.torch_lit)

    def has_jar(self) -> bool:
        try:
            self._unit.files.read(PHONE_JAR)
        except FileRefused:
            return False
        return True

    def close(self) -> None:
        if self._thread is not None:
            self.wait()


@functools.cache
def classpath() -> str:
    """Compile the companion and the fakes, once in a run; skip where there is no JDK.

    PHONEBENCH_COMPANION_CLASSES names classes to test instead, such as the shipped dex translated back by enjarify.
    """
    folder = Path(tempfile.mkdtemp(prefix="phonebench-java-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    try:
        classes = compile_companion(folder)
        compile_java(list(FAKES.rglob("*.java")), folder / "fakes", classpath=[classes], release="17")
    except CannotBuild as error:
        missing(str(error))
    tested = os.environ.get("PHONEBENCH_COMPANION_CLASSES") or classes
    return f"{tested}{os.pathsep}{folder / 'fakes'}"


def java(*words: str) -> list[str]:
    """Return the command that runs a class of ours on the JVM."""
    classes = classpath()  # first: it skips where there is no JDK
    options = ["-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xmx128m"]
    return [str(find_jdk_tool("java")), *options, "-cp", classes, *words]


class JavaPlace(Place):
    """The real Java on a JVM, with a folder through which the test orders and sees what the fakes do."""

    echo_s = 0.02

    def __init__(self, folder: Path, *, sdk: int = 34) -> None:
        self._command = java(f"-Dbench={folder}")
        self._folder = folder
        self._sdk = sdk
        self._process: subprocess.Popen[bytes] | None = None
        (folder / JAR).write_bytes(b"PK")

    def start(self, words: str = PROTO, *, quirk: str = "") -> socket.socket:
        host, phone = socket.socketpair()
        with phone:
            self.launch(words, quirk=quirk, stdin=phone.fileno(), stdout=phone.fileno())
        return host

    def launch(self, words: str, *, quirk: str, stdin: int, stdout: int) -> subprocess.Popen[bytes]:
        sdk = 28 if quirk == "android_9" else self._sdk
        with (self._folder / "complaint").open("wb") as complaint:
            self._process = subprocess.Popen(
                [*self._command, f"-Dquirks={quirk}", f"-Dsdk={sdk}", "pbc.Main", *words.split()],
                stdin=stdin,
                stdout=stdout,
                stderr=complaint,
                env={**os.environ, "CLASSPATH": str(self._folder / JAR)},
            )
        return self._process

    def wait(self) -> int:
        assert self._process is not None
        return self._process.wait(DEADLINE_S)

    def complaint(self) -> str:
        return (self._folder / "complaint").read_text(encoding="utf-8")

    def told(self) -> list[str]:
        file = self._folder / "told"
        return file.read_text(encoding="utf-8").splitlines() if file.exists() else []

    def wait_until_told(self, line: str, *, times: int) -> None:
        """Look until the fakes have told a line so often."""
        end_s = time.monotonic() + DEADLINE_S
        while self.told().count(line) < times:
            assert time.monotonic() < end_s, self.told()
            time.sleep(0.02)

    def jump(self, seconds: int) -> None:
        with (self._folder / "jump").open("ab") as file:
            file.write(bytes(seconds))

    def is_torch_lit(self) -> bool:
        torch = [line for line in self.told() if line.startswith("torch")]
        return bool(torch) and torch[-1].endswith(" on")

    def has_jar(self) -> bool:
        return (self._folder / JAR).exists()

    def close(self) -> None:
        if self._process is not None:
            try:
                self._process.wait(DEADLINE_S)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait(DEADLINE_S)
                raise
            finally:
                if self._process.stdout is not None:
                    self._process.stdout.close()
