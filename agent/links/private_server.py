"""An adb server of our own: own port, own keys, no USB, gone when we are gone."""

from __future__ import annotations

import contextlib
import fcntl
import os
import signal
import socket
import subprocess
from pathlib import Path
from typing import Final

from agent.links.deadline import Clock
from agent.links.server import AdbServer, bundled_adb
from probes import DeviceText, LinkError, SetupError

_READY_DEADLINE_S: Final = 10.0
_STOP_DEADLINE_S: Final = 2.0
_LOG_TAIL_BYTES: Final = 2048
_FIRST_FREE_FD: Final = 10
# Ends adb when our end of the pipe closes: that happens whatever ends us, kill -9 included, and unlike
# PR_SET_PDEATHSIG it does not fire when just the thread that started the server ends.
_WATCHDOG: Final = """
exec 3<&0
"$@" 3<&- </dev/null &
adb=$!
{ read -r _ <&3; kill "$adb"; } 2>/dev/null &
exec 3<&-
wait "$adb"
code=$?
kill "$!" 2>/dev/null
exit "$code"
"""


class PrivateServer:
    """Runs an adb server as our child while the block runs.

    It listens on loopback at a port that the kernel chose, has its keys in ``directory`` (0700), and looks for
    phones nowhere: not on USB, not by mDNS, not at the emulator ports. Phones come by ``connect`` only.

    Args:
        directory: home of the server; made when missing.
        clock: where time comes from.
    """

    def __init__(self, directory: Path, *, clock: Clock | None = None) -> None:
        self._directory = directory
        self._clock = clock
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> AdbServer:
        return self.start()

    def __exit__(self, *_exception: object) -> None:
        self.stop()

    @property
    def log(self) -> Path:
        """What the server wrote."""
        return self._directory / "adb.log"

    def start(self) -> AdbServer:
        """Start the server and return it when it answers.

        Raises:
            MissingTool: the adb binary is not there.
            SetupError: it did not start.
        """
        self.stop()
        try:
            self._directory.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._directory.chmod(0o700)
            # adb takes over a socket that listens already: there is no port to race for, and no start to poll for
            with socket.create_server(("127.0.0.1", 0)) as listener:
                port = int(listener.getsockname()[1])
                self._process = self._spawn(listener)
        except OSError as error:
            raise SetupError(f"a private adb server cannot be started: {error.strerror}") from error
        server = AdbServer(port=port, clock=self._clock)
        try:
            server.version(deadline_s=_READY_DEADLINE_S)
            server.require_version()
        except (LinkError, SetupError) as error:
            self.stop()
            raise SetupError(f"a private adb server did not start: {self._last_words()}") from error
        except BaseException:
            self.stop()
            raise
        return server

    def stop(self) -> None:
        """Stop the server and wait until it is gone. Never raises; may be called twice."""
        process, self._process = self._process, None
        if process is None:
            return
        if process.stdin is not None:
            with contextlib.suppress(OSError):
                process.stdin.close()
        try:
            process.wait(_STOP_DEADLINE_S)
        except subprocess.TimeoutExpired:
            with contextlib.suppress(OSError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()

    def _spawn(self, listener: socket.socket) -> subprocess.Popen[bytes]:
        # above the numbers that a shell redirects by itself
        listening_fd = fcntl.fcntl(listener, fcntl.F_DUPFD_CLOEXEC, _FIRST_FREE_FD)
        argv = [str(bundled_adb()), "-L", f"acceptfd:{listening_fd}", "nodaemon", "server"]
        log_fd = os.open(self.log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW, 0o600)
        try:
            return subprocess.Popen(
                ["/bin/sh", "-c", _WATCHDOG, "adb-watchdog", *argv],
                env=self._environ(),
                stdin=subprocess.PIPE,
                stdout=log_fd,
                stderr=log_fd,
                pass_fds=(listening_fd,),
                start_new_session=True,
            )
        finally:
            os.close(log_fd)
            os.close(listening_fd)

    def _environ(self) -> dict[str, str]:
        home = str(self._directory)
        return {
            "PATH": os.defpath,
            "TMPDIR": home,
            "HOME": home,
            "ANDROID_USER_HOME": home,
            "ADB_VENDOR_KEYS": home,
            "ANDROID_ADB_LOG_PATH": str(self.log),
            "ADB_USB": "0",
            "ADB_MDNS": "0",
            "ADB_LOCAL_TRANSPORT_MAX_PORT": "0",
        }

    def _last_words(self) -> str:
        try:
            return DeviceText(self.log.read_bytes()[-_LOG_TAIL_BYTES:]).show()
        except OSError:
            return "it left no log"
