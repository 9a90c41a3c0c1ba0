"""A live phone behind an adb link."""

from __future__ import annotations

from collections.abc import Generator
from itertools import chain
from typing import Final

from agent.benches._recorder import RecordedStream, Recorder
from agent.links import AdbLink
from probes import MIB, NotSupported, Reply, show

# One call a log: buffers apart, so that a full radio buffer cannot push the others out of the cap.
LOG_COMMANDS: Final = {
    "main": ("logcat", "-d", "-b", "main", "-v", "threadtime"),
    "system": ("logcat", "-d", "-b", "system", "-v", "threadtime"),
    "crash": ("logcat", "-d", "-b", "crash", "-v", "threadtime"),
    "events": ("logcat", "-d", "-b", "events", "-v", "threadtime"),
    "radio": ("logcat", "-d", "-b", "radio", "-v", "threadtime"),
    "kernel": ("dmesg",),
    "dropbox": ("dumpsys", "dropbox", "--print"),
    "last_kernel": ("cat", "/sys/fs/pstore/console-ramoops-0"),
}
"""How each log is asked for."""
_REFUSALS: Final = (b"not permitted", b"permission denied", b"no such file", b"not found", b"unable to open log")
_HEAD: Final = 300


class LiveBench:
    """Serves probes from a phone on a link, and keeps all that it says."""

    def __init__(self, link: AdbLink, recorder: Recorder) -> None:
        self._link = link
        self._recorder = recorder

    def shell(self, *argv: str, deadline_s: float = 10.0, cap_bytes: int = MIB) -> Reply:
        """Run a command on the phone; see ``probes.Bench``."""
        started_ns = self._recorder.now_ns()
        answer = self._link.shell(argv, deadline_s=deadline_s, cap_bytes=cap_bytes)
        return self._recorder.reply(" ".join(argv), answer.stdout, answer.stderr, answer.exit_code, started_ns)

    def log(self, buffer: str, *, deadline_s: float = 60.0, cap_bytes: int = 64 * MIB) -> RecordedStream:
        """Stream one log of the phone; see ``probes.Bench``."""
        argv = LOG_COMMANDS.get(buffer)
        if argv is None:
            raise NotSupported(f"a phone has no log {show(buffer)!r}", link="adb")
        whole: list[bool] = []

        def read() -> Generator[bytes]:
            with self._link.stream(argv, deadline_s=deadline_s, cap_bytes=cap_bytes) as stream:
                yield from stream
            whole.append(stream.complete)

        chunks = read()
        head = next(chunks, b"")  # a refusal is known before the log is promised to anyone
        if len(head) < _HEAD and (not head or any(word in head.lower() for word in _REFUSALS)):
            chunks.close()
            raise NotSupported(f"the phone refuses its {buffer} log to a stock shell", link="adb")
        return self._recorder.stream(f"log {buffer}", chain((head,), chunks), lambda: all(whole))
