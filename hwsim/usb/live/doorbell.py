"""A device node that poll(2) can wait for: a FIFO whose pipe is one page, full while nothing has happened.

usbfs says "writable" when a request is done. A FIFO with one byte in its only page is not writable; without it, it is.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
from pathlib import Path

_PAGE_BYTES = 4096


class Doorbell:
    """One device node; ``rung`` tells whether clients are being woken."""

    def __init__(self, path: Path) -> None:
        path.unlink(missing_ok=True)
        path.parent.mkdir(parents=True, exist_ok=True)
        os.mkfifo(path)
        path.chmod(0o666)
        self._path = path
        self._file = os.open(path, os.O_RDWR | os.O_NONBLOCK | os.O_CLOEXEC)
        fcntl.fcntl(self._file, fcntl.F_SETPIPE_SZ, _PAGE_BYTES)
        self.rung = True
        self.hush()

    def ring(self) -> None:
        """Wake who polls the node."""
        if not self.rung:
            self.rung = True
            with contextlib.suppress(BlockingIOError):
                os.read(self._file, 1)

    def hush(self) -> None:
        """Let pollers sleep."""
        if self.rung:
            self.rung = False
            os.write(self._file, b"\0")

    def remove(self) -> None:
        """Take the node away from those who do not hold it yet."""
        self._path.unlink(missing_ok=True)

    def close(self) -> None:
        """Let go of the node's own end."""
        os.close(self._file)
