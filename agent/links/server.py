"""The adb server of this bench: the one that runs already, or the one we ship."""

from __future__ import annotations

import importlib.util
import os
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from agent.links.deadline import Clock, Deadline, RealClock
from agent.links.smart_socket import Dial, SmartSocket
from probes import (
    DeviceText,
    LinkError,
    LinkTimeout,
    MissingTool,
    NotAuthorized,
    ProtocolBroken,
    SetupError,
    UnknownDevice,
    show,
)

ADB_VERSION: Final = 41
"""Version of the protocol between client and server, the last number of "1.0.41"; it has not changed since 2018."""
STANDARD_PORT: Final = 5037
CONNECT_DEADLINE_S: Final = 15.0
"""adb itself gives up on a silent address after 10 s."""
_ANSWER_DEADLINE_S: Final = 2.0
_START_DEADLINE_S: Final = 20.0
_HOST: Final = "127.0.0.1"
# What adb's "connect" says when nothing listens there (AOSP client/transport_local.cpp; it answers OKAY even then)
_NOBODY_THERE: Final = ("refused", "resolve", "no route", "unreachable", "not known", "bad port", "no such host")


class AdbServer:
    """An adb server: what can be asked of it as a whole. Constructing does no I/O.

    Args:
        host: its address.
        port: its TCP port.
        clock: where time comes from.
        dial: other way to get a connected socket, for tests.
    """

    def __init__(
        self, host: str = _HOST, port: int = STANDARD_PORT, *, clock: Clock | None = None, dial: Dial | None = None
    ) -> None:
        self.host = host
        self.port = port
        self.socket = SmartSocket(host, port, dial=dial)
        self._clock: Clock = clock or RealClock()

    def version(self, *, deadline_s: float = _ANSWER_DEADLINE_S) -> int:
        """Version of the server's protocol.

        Raises:
            LinkError: nothing answers, or something that is no adb server.
        """
        raw = self.socket.query("host:version", deadline=self._deadline(deadline_s))
        try:
            return int(raw, 16)
        except ValueError as error:
            raise ProtocolBroken(f"the adb server calls its version {DeviceText(raw).show()!r}") from error

    def is_answering(self) -> bool:
        """Whether an adb server answers there."""
        try:
            self.version()
        except LinkError:
            return False
        return True

    def is_listening(self) -> bool:
        """Whether anything holds the port, be it slow or no adb server at all."""
        try:
            with self.socket.connected(self._deadline(_ANSWER_DEADLINE_S)):
                return True
        except LinkTimeout:
            return True
        except LinkError:
            return False

    def require_version(self) -> None:
        """Check that the server speaks our protocol.

        Raises:
            SetupError: it is another version, or no adb server at all.
        """
        where = f"{self.host}:{self.port}"
        try:
            version = self.version()
        except LinkError as error:
            raise SetupError(f"no usable adb server at {where}: {error.what}") from error
        if version != ADB_VERSION:
            raise SetupError(
                f"the adb server at {where} is version {version}, this bench needs {ADB_VERSION};"
                " stop that server, then try again"
            )

    def start_bundled(self, *, environ: Mapping[str, str] | None = None) -> None:
        """Start the bundled adb server at this port and leave it running, as ``adb start-server`` does.

        Raises:
            MissingTool: the adb binary is not there.
            SetupError: it did not start.
        """
        argv = [str(bundled_adb()), "-P", str(self.port), "start-server"]
        try:
            # not capture_output: the server inherits the pipes, and waiting for their end would never end
            done = subprocess.run(
                argv,
                env=dict(os.environ if environ is None else environ),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                timeout=_START_DEADLINE_S,
                check=False,
                start_new_session=True,
            )
        except (OSError, subprocess.TimeoutExpired) as error:
            raise SetupError(f"the adb server did not start at port {self.port}") from error
        if done.returncode:
            raise SetupError(f"the adb server did not start at port {self.port} (exit code {done.returncode})")

    def connect(self, address: str, *, deadline_s: float = CONNECT_DEADLINE_S) -> str:
        """Let the server connect to a phone's adbd over the network, and return the phone's serial.

        Raises:
            NotAuthorized: the phone is there and has not allowed this bench.
            UnknownDevice: nothing listens at that address.
            LinkTimeout: no answer before the deadline.
            LinkError: the server or the phone refused.
        """
        said = DeviceText(self.socket.query(f"host:connect:{address}", deadline=self._deadline(deadline_s)))
        text = said.parse(str.strip)
        for sign in ("already connected to ", "connected to "):
            if text.startswith(sign):
                return text.removeprefix(sign)
        lowered = text.lower()
        if "authenticate" in lowered:
            raise NotAuthorized("the phone has not allowed this bench", device=show(address))
        if any(sign in lowered for sign in _NOBODY_THERE):
            raise UnknownDevice(f"no phone listens there: {said.show()}", device=show(address))
        if "timed out" in lowered:
            raise LinkTimeout(f"the phone did not answer: {said.show()}", device=show(address))
        raise LinkError(f"the phone cannot be connected: {said.show()}", device=show(address))

    def disconnect(self, address: str, *, deadline_s: float = _ANSWER_DEADLINE_S) -> None:
        """Let the server forget a phone that ``connect`` brought.

        Raises:
            BenchError: the server does not know it, or does not answer.
        """
        self.socket.query(f"host:disconnect:{address}", deadline=self._deadline(deadline_s))

    def _deadline(self, deadline_s: float) -> Deadline:
        return Deadline.after(self._clock, deadline_s)


def bundled_adb() -> Path:
    """Path of the adb binary that comes with the adbutils package; never one from ``$PATH``, which may be any.

    Raises:
        MissingTool: this platform's adbutils has none.
    """
    # found, not imported: importing adbutils loads many libraries that we do not use
    package = importlib.util.find_spec("adbutils")
    if package is None or package.origin is None:
        raise MissingTool("the package adbutils, which brings adb, is not installed")
    for name in ("adb", "adb.exe"):
        path = Path(package.origin).parent / "binaries" / name
        if path.is_file():
            return path
    raise MissingTool("the package adbutils has no adb binary for this platform")


def bench_server(*, environ: Mapping[str, str] | None = None, clock: Clock | None = None) -> AdbServer:
    """Return the server that runs at the standard port, or start the bundled one there. None is ever killed.

    The port is ``ANDROID_ADB_SERVER_PORT`` or 5037.

    Raises:
        SetupError: the port is none, the server is of another version, or it did not start.
    """
    settings = os.environ if environ is None else environ
    server = AdbServer(port=_standard_port(settings), clock=clock)
    # "start-server" kills a server of another version: it is only run where nothing listens at all
    if not server.is_listening():
        server.start_bundled(environ=settings)
    server.require_version()
    return server


def _standard_port(environ: Mapping[str, str]) -> int:
    value = environ.get("ANDROID_ADB_SERVER_PORT", "")
    if not value:
        return STANDARD_PORT
    last_port = 0xFFFF
    if value.isascii() and value.isdigit() and 0 < int(value) <= last_port:
        return int(value)
    raise SetupError(f"ANDROID_ADB_SERVER_PORT is {show(value)!r}, which is no port")
