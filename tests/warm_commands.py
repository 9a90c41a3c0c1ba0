"""``phonebench`` in processes that begin with its libraries loaded: one that has them forks one for each command.

To load them takes a second of processor time, and the tests run a few hundred commands. Each has a process, a session,
an environment and an end of its own, as in a shell; the command's own modules, which choose a language as they are
loaded, are not among what is loaded before. A test of how a process starts, of what it says meanwhile, or of a signal
starts one of its own instead.
"""

from __future__ import annotations

import gc
import importlib
import json
import os
import random
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
LOADED: Final = ("typer", "reports", "agent.journal", "agent.localizer", "agent.plan", "agent.rack", "agent.session")
_REQUEST_BYTES: Final = 1 << 17


class Ended(NamedTuple):
    """What came of a command."""

    code: int
    out: str
    err: str


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

    def run(
        self, arguments: tuple[str, ...], *, env: Mapping[str, str], cwd: Path = ROOT, timeout_s: float = 90
    ) -> Ended:
        """Run a command to its end, without input.

        Raises:
            subprocess.TimeoutExpired: it takes longer; its process has been ended.
        """
        request = json.dumps({"arguments": arguments, "env": dict(env), "cwd": str(cwd)}).encode()
        ours, reply = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err, ours:
            with reply:
                socket.send_fds(self._control, [request], [out.fileno(), err.fileno(), reply.fileno()])
            pid = self._told(ours, timeout_s)
            try:
                code = self._told(ours, timeout_s)
            except TimeoutError:
                os.killpg(pid, signal.SIGKILL)
                raise subprocess.TimeoutExpired(arguments, timeout_s) from None
            texts = [file.read().decode() for file in (out, err) if not file.seek(0)]
        return Ended(code, *texts)

    @staticmethod
    def _told(reply: socket.socket, timeout_s: float) -> int:
        ready, _, _ = select.select([reply], [], [], timeout_s)
        if not ready:
            raise TimeoutError
        return int(reply.recv(100))

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
