"""A link that lets a tape listen."""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from time import monotonic_ns
from typing import TYPE_CHECKING, Final

from agent.links import AdbLink, ShellOutputTooLarge, ShellReply, ShellStream, sync
from agent.links.link import OPEN_DEADLINE_S
from agent.links.shell_v2 import Channel, Piece, command_line
from probes import MIB, BenchError, LinkTimeout
from probes.formats import parse_getprop

if TYPE_CHECKING:
    from agent.cassettes._tape import End, Tape

_PROPERTIES_S: Final = 10.0


class TapedLink(AdbLink):
    """An ``AdbLink`` whose exchanges are kept on ``tape``: set it before the link is opened.

    What a program of ours streams (``program``) and what goes through forwards is not kept, nor is what is pushed.
    """

    tape: Tape

    def open(self, *, deadline_s: float = OPEN_DEADLINE_S) -> None:
        """Find the phone and ask it who it is; see ``Link.open``."""
        super().open(deadline_s=deadline_s)
        # what the phone calls its identities has to be known, whatever the run asks
        with suppress(BenchError, ValueError):
            said = super().shell(["getprop"], deadline_s=_PROPERTIES_S, cap_bytes=MIB).stdout
            values = parse_getprop(said.decode("utf-8", "replace")).props
            self.tape.know_phone(self.device, self.features, values)

    def shell(self, argv: Sequence[str], *, deadline_s: float, cap_bytes: int) -> ShellReply:
        """Run a command and keep what it printed; see ``AdbLink.shell``."""
        begin_ns = monotonic_ns()
        try:
            reply = super().shell(argv, deadline_s=deadline_s, cap_bytes=cap_bytes)
        except ShellOutputTooLarge as error:
            self._said(argv, begin_ns, error.partial_stdout, error.partial_stderr, end="cut")
            raise
        except BenchError as error:
            self._said(argv, begin_ns, b"", b"", end=_end_of(error))
            raise
        self._said(argv, begin_ns, reply.stdout, reply.stderr, exit_code=reply.exit_code)
        return reply

    @contextmanager
    def stream(self, argv: Sequence[str], *, deadline_s: float, cap_bytes: int) -> Iterator[ShellStream]:
        """Run a command and keep its output as it comes; see ``AdbLink.stream``."""
        begin_ns, heard = monotonic_ns(), _Heard()
        try:
            with super().stream(argv, deadline_s=deadline_s, cap_bytes=cap_bytes) as stream:
                stream.pieces = heard.listen(stream.pieces)
                yield stream
        except BenchError as error:
            heard.end = _end_of(error)
            raise
        finally:
            whole = len(heard.out) + len(heard.err) <= cap_bytes
            end = heard.end if whole else "cut"
            out, err = bytes(heard.out[:cap_bytes]), bytes(heard.err[:cap_bytes])
            self._said(argv, begin_ns, out, err, end=end, exit_code=heard.exit_code)

    def stat(self, path: str | bytes, *, deadline_s: float) -> sync.FileStat:
        """Ask for mode, size and time, and keep them; see ``AdbLink.stat``."""
        found = super().stat(path, deadline_s=deadline_s)
        self.tape.stated(_named(path), mode=found.mode, size_bytes=found.size_bytes, mtime_s=found.mtime_s)
        return found

    def listdir(self, path: str | bytes, *, deadline_s: float, cap_bytes: int) -> sync.Listing:
        """List a folder and keep the names; see ``AdbLink.listdir``."""
        found = super().listdir(path, deadline_s=deadline_s, cap_bytes=cap_bytes)
        self.tape.listed(_named(path), [entry.name.parse(str) for entry in found.entries])
        return found

    def pull(self, path: str | bytes, sink: sync.Sink, *, deadline_s: float, cap_bytes: int) -> int:
        """Copy a file of the phone and keep it; see ``AdbLink.pull``."""
        body = io.BytesIO()
        size_bytes = super().pull(path, body, deadline_s=deadline_s, cap_bytes=cap_bytes)
        self.tape.pulled(_named(path), body.getvalue())
        sink.write(body.getbuffer())
        return size_bytes

    def _said(
        self, argv: Sequence[str], begin_ns: int, out: bytes, err: bytes, *, end: End = "exit", exit_code: int = 0
    ) -> None:
        line = command_line(argv).decode("utf-8", "surrogateescape")
        self.tape.shell(line, out, err, end=end, exit_code=exit_code, span_ns=(begin_ns, monotonic_ns()))


class _Heard:
    """What went by on a stream; until its exit code comes, it counts as cut."""

    def __init__(self) -> None:
        self.out, self.err = bytearray(), bytearray()
        self.exit_code = 0
        self.end: End = "cut"

    def listen(self, pieces: Iterator[Piece]) -> Iterator[Piece]:
        for channel, piece in pieces:
            if channel is Channel.EXIT:
                self.exit_code, self.end = piece[0], "exit"
            else:
                kept = self.err if channel is Channel.STDERR else self.out
                kept += piece
            yield channel, piece


def _end_of(error: BenchError) -> End:
    return "silent" if isinstance(error, LinkTimeout) else "lost"


def _named(path: str | bytes) -> str:
    return path if isinstance(path, str) else path.decode("utf-8", "surrogateescape")
