"""``phonebench`` in processes that begin with its libraries loaded: one that has them forks one for each command.

To load them takes a second of processor time, and the tests run a few hundred commands. Each has a process, a session,
an environment and an end of its own, as in a shell; the command's own modules, which choose a language as they are
loaded, are not among what is loaded before. A test of how a process starts or of Ctrl-C starts one of its own instead.
"""

from __future__ import annotations

import contextlib
import gc
import importlib
import json
import os
import random
import resource
import select
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final, NamedTuple

ROOT: Final = Path(__file__).resolve().parent.parent
LOADED: Final = (
    *("typer", "reports", "agent.journal", "agent.localizer", "agent.plan", "agent.rack", "agent.session"),
    # what single commands load besides, none of it with words for people in it
    *("numpy.random", "jinja2", "PIL.PngImagePlugin", "segno", "rich.progress", "serial.tools.list_ports", "fixtures"),
    *("email.message", "http.client", "urllib.request", "xml.etree.ElementTree"),
)
_REQUEST_BYTES: Final = 1 << 17


class Ended(NamedTuple):
    """What came of a command."""

    code: int
    out: str
    err: str


class Started:
    """A command that runs in a process of its own."""

    def __init__(self, reply: socket.socket) -> None:
        self._reply = reply
        self.pid = self._told(60)
        self._code: int | None = None

    def wait(self, timeout_s: float) -> int:
        """Its exit code, once it has ended; negative where a signal ended it.

        Raises:
            TimeoutError: it still runs.
        """
        if self._code is None:
            self._code = self._told(timeout_s)
            self._reply.close()
        return self._code

    def send_signal(self, number: int) -> None:
        """Send its process a signal; nothing where it has ended."""
        with contextlib.suppress(ProcessLookupError):
            os.kill(self.pid, number)

    def kill_group(self) -> None:
        """End it and what it started in its session, and forget it."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.pid, signal.SIGKILL)
        self._reply.close()

    def _told(self, timeout_s: float) -> int:
        ready, _, _ = select.select([self._reply], [], [], timeout_s)
        if not ready:
            raise TimeoutError
        return int(self._reply.recv(100))


class WarmCommands:
    """The process that forks, seen from the tests."""

    def __init__(self) -> None:
        self._control, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "tests.warm_commands", str(theirs.fileno())],
                cwd=ROOT,
                env=os.environ | {"PYTHONPATH": str(ROOT)},
                stdin=subprocess.DEVNULL,
                pass_fds=(theirs.fileno(),),
            )

    def start(
        self,
        arguments: tuple[str, ...],
        *,
        env: Mapping[str, str],
        out: int,
        err: int,
        cwd: Path = ROOT,
        largest_file_bytes: int | None = None,
    ) -> Started:
        """Begin a command that writes to two open files, and return while it runs.

        Args:
            arguments: what stands behind its name.
            env: its whole environment.
            out: descriptor of its output; the caller closes its own copy.
            err: descriptor of its messages, as above.
            cwd: where it runs.
            largest_file_bytes: how large a file it can write, as on a disk that is full from there on.
        """
        request = {"arguments": arguments, "env": dict(env), "cwd": str(cwd), "largest_file_bytes": largest_file_bytes}
        ours, reply = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with reply:
            socket.send_fds(self._control, [json.dumps(request).encode()], [out, err, reply.fileno()])
        return Started(ours)

    def run(
        self,
        arguments: tuple[str, ...],
        *,
        env: Mapping[str, str],
        cwd: Path = ROOT,
        timeout_s: float = 90,
        largest_file_bytes: int | None = None,
    ) -> Ended:
        """Run a command to its end, without input; the arguments are those of ``start``.

        Raises:
            subprocess.TimeoutExpired: it takes longer; its process has been ended.
        """
        with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
            started = self.start(
                arguments,
                env=env,
                out=out.fileno(),
                err=err.fileno(),
                cwd=cwd,
                largest_file_bytes=largest_file_bytes,
            )
            try:
                code = started.wait(timeout_s)
            except TimeoutError:
                started.kill_group()
                raise subprocess.TimeoutExpired(arguments, timeout_s) from None
            texts = [file.read().decode() for file in (out, err) if not file.seek(0)]
        return Ended(code, *texts)

    def close(self) -> None:
        """End the process."""
        self._control.close()
        self._process.wait(30)


def serve(control: socket.socket) -> int:
    """Fork a process for each command that is asked for, until nobody can ask any more."""
    for name in LOADED:
        importlib.import_module(name)
    gc.freeze()  # what is loaded stays shared by all
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    while True:
        raw, files, _flags, _address = socket.recv_fds(control, _REQUEST_BYTES, 3)
        if not raw:
            return 0
        if os.fork() == 0:
            control.close()
            return watch(json.loads(raw), *files)
        for file in files:
            os.close(file)


def watch(request: dict[str, Any], out: int, err: int, reply: int) -> int:
    """Tell the id of the command's process, and the code it ends with."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    pid = os.fork()
    if pid == 0:
        os.close(reply)
        return become(request, out, err)
    with socket.socket(fileno=reply) as told:
        told.send(str(pid).encode())
        _, status = os.waitpid(pid, 0)
        told.send(str(os.waitstatus_to_exitcode(status)).encode())
    os._exit(0)


def become(request: dict[str, Any], out: int, err: int) -> int:
    """Be the command, as a shell starts it."""
    os.setsid()
    os.dup2(out, 1)
    os.dup2(err, 2)
    os.close(out)
    os.close(err)
    sys.stdout, sys.stderr = (os.fdopen(number, "w", encoding="utf-8", closefd=False) for number in (1, 2))
    if request["largest_file_bytes"] is not None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (request["largest_file_bytes"],) * 2)
    os.environ.clear()
    os.environ.update(request["env"])
    os.chdir(request["cwd"])
    random.seed()
    tempfile.tempdir = None
    sys.argv = ["phonebench", *request["arguments"]]
    from agent.cli.entry import main  # noqa: PLC0415  the language is chosen in the command's own environment

    return main()


if __name__ == "__main__":
    with socket.socket(fileno=int(sys.argv[1])) as door:
        code = serve(door)
    sys.exit(code)
