"""The machine behind the daemon whose shell knows only what the cassette has heard."""

from __future__ import annotations

import asyncio
import errno
import re
import shlex
import stat
from collections import Counter
from typing import TYPE_CHECKING

from hwsim.adbd.machine import FileRefused, FileStat

if TYPE_CHECKING:
    from collections.abc import Callable

    from hwsim.adbd.machine import SocketServer, Terminal
    from hwsim.cassette.tape import Said, Tape

_SERVED = (
    "shell_v2",
    "cmd",
    "stat_v2",
    "ls_v2",
    "fixed_push_mkdir",
    "apex",
    "sendrecv_v2",
    "fixed_push_symlink_timestamp",
)
_MARKED = re.compile(r"\((?P<line>.*)\); echo (?P<mark>[0-9a-f]{8,64}):\$\?", re.DOTALL)
"""How a host without ``shell_v2`` asks for the exit code."""
_NOT_FOUND = 127
_LONGER_MESSAGE_SINCE = 10
_FOLDER = stat.S_IFDIR | 0o771
_PIECE_BYTES = 32 * 1024
_TOLD_MAX = 200
_TOLD_CHARS = 200


class TapeFiles:
    """The files that were pulled or asked about; nothing else is there, and nothing can be written."""

    def __init__(self, tape: Tape) -> None:
        self._tape = tape

    def stat(self, path: str, *, follow: bool = True) -> FileStat:  # noqa: ARG002 - no links on a tape
        """Tell about one path."""
        if (kept := self._tape.files.get(path)) is not None:
            return FileStat(kept.mode, kept.size_bytes, kept.mtime_s)
        if path in self._tape.folders:
            return FileStat(_FOLDER, 4096, 0)
        raise FileRefused(errno.ENOENT, "No such file or directory")

    def names(self, path: str) -> list[str]:
        """List a folder."""
        if path not in self._tape.folders:
            raise FileRefused(errno.ENOENT, "No such file or directory")
        return list(self._tape.folders[path])

    def read(self, path: str) -> bytes:
        """Return the content."""
        kept = self._tape.files.get(path)
        if kept is None or kept.content is None:
            raise FileRefused(errno.ENOENT, "No such file or directory")
        return kept.content

    def check_writable(self, path: str) -> None:  # noqa: ARG002 - refused everywhere
        """Refuse: a recording takes nothing."""
        raise FileRefused(errno.EROFS, "Read-only file system")

    def write(self, path: str, content: bytes | bytearray, *, mode: int, mtime_s: int) -> None:  # noqa: ARG002 - as above
        """Refuse: a recording takes nothing."""
        self.check_writable(path)


class TapeMachine:
    """A phone that answers what it was recorded answering; the n-th time as it did then, the last one for ever.

    ``tell`` hears of each command line that the tape does not know, once, and of no more than two hundred.
    ``lose_link`` breaks the link where the recording ends in a broken one.
    """

    def __init__(self, tape: Tape, *, tell: Callable[[dict[str, object]], None] = lambda _event: None) -> None:
        self.files = TapeFiles(tape)
        self.unknown: Counter[str] = Counter()
        self.lose_link: Callable[[], None] = lambda: None
        self._tape = tape
        self._tell = tell
        self._asked: Counter[str] = Counter()

    def banner(self) -> bytes:
        """Return the identity string."""
        known = self._tape.properties.get
        parts = [
            f"{name}={known(name, 'unknown')}" for name in ("ro.product.name", "ro.product.model", "ro.product.device")
        ]
        features = [name for name in _SERVED if name in self._tape.features]
        return f"device::{';'.join(parts)};features={','.join(features)}".encode()

    async def run(self, command: str, terminal: Terminal) -> int:
        """Answer a command line."""
        wrapped = _MARKED.fullmatch(command)
        line = wrapped["line"] if wrapped else command
        code = await self._answer(line, terminal)
        if wrapped:
            terminal.out(f"{wrapped['mark']}:{code}\n".encode())
        return code

    def socket_server(self, name: str) -> SocketServer | None:  # noqa: ARG002 - nothing listens inside a recording
        """Return nothing: no program runs on a tape."""
        return None

    def reboot(self, target: str) -> None:
        """Say that a recording does not restart."""
        self._note(f"reboot {target}".rstrip())

    def rewind(self) -> None:
        """Begin again with the first answers."""
        self._asked.clear()

    async def _answer(self, line: str, terminal: Terminal) -> int:
        said = self._find(line)
        if said is None:
            return self._without_tape(line, terminal)
        for start in range(0, len(said.out), _PIECE_BYTES):
            terminal.out(said.out[start : start + _PIECE_BYTES])
            await terminal.flush()
        terminal.err(said.err[:_PIECE_BYTES])
        if said.end == "cut":
            terminal.out(b"\n")  # one byte over the host's cap, as there was more then
        await terminal.flush()
        if said.end == "lost":
            self.lose_link()
        if said.end in ("silent", "lost"):
            await asyncio.Event().wait()  # until the host gives up
        return said.exit_code

    def _find(self, line: str) -> Said | None:
        answers = self._tape.answers.get(line)
        if answers is not None:
            number = min(self._asked[line], len(answers) - 1)
            self._asked[line] += 1
            return answers[number]
        return next((said for words, said in self._tape.marked.items() if words in line), None)

    def _without_tape(self, line: str, terminal: Terminal) -> int:
        """Answer what properties and files answer; for all else this shell lacks the command."""
        words = _words(line)
        if words[:1] == ["getprop"] and len(words) <= 2 and self._tape.properties:
            if len(words) == 2:
                terminal.out(f"{self._tape.properties.get(words[1], '')}\n".encode("utf-8", "surrogateescape"))
                return 0
            lines = "".join(f"[{name}]: [{value}]\n" for name, value in sorted(self._tape.properties.items()))
            terminal.out(lines.encode("utf-8", "surrogateescape"))
            return 0
        if words[:1] == ["cat"] and len(words) == 2 and self._holds(words[1]):
            terminal.out(self.files.read(words[1]))
            return 0
        self._note(line)
        release = self._tape.properties.get("ro.build.version.release", "")
        long = not release.partition(".")[0].isdecimal() or int(release.partition(".")[0]) >= _LONGER_MESSAGE_SINCE
        reason = "inaccessible or not found" if long else "not found"
        word = words[0][:_TOLD_CHARS] if words else ""
        terminal.err(f"/system/bin/sh: {word}: {reason}\n".encode("utf-8", "surrogateescape"))
        return _NOT_FOUND

    def _holds(self, path: str) -> bool:
        kept = self._tape.files.get(path)
        return kept is not None and kept.content is not None

    def _note(self, line: str) -> None:
        shown = "".join(letter if letter.isascii() and letter.isprintable() else "?" for letter in line)[:_TOLD_CHARS]
        if shown not in self.unknown and len(self.unknown) >= _TOLD_MAX:
            return
        self.unknown[shown] += 1
        if self.unknown[shown] == 1:
            self._tell({"event": "unknown", "command": shown})


def _words(line: str) -> list[str]:
    try:
        return shlex.split(line)
    except ValueError:
        return line.split()
