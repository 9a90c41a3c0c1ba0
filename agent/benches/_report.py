"""A bug report, or a folder of single dumps, as an offline phone: the same questions, answered from the file."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from agent.benches._recorder import RecordedStream, Recorder
from probes import MIB, NotSupported, Reply, show

if TYPE_CHECKING:
    from agent.dumps import Dumps

_CHUNK = MIB


class ReportBench:
    """Serves probes from dumps that somebody else took."""

    def __init__(self, dumps: Dumps, recorder: Recorder) -> None:
        self._dumps = dumps
        self._recorder = recorder

    def shell(self, *argv: str, deadline_s: float = 10.0, cap_bytes: int = MIB) -> Reply:  # noqa: ARG002  protocol
        """The dump that this command would have given; see ``probes.Bench``."""
        started_ns = self._recorder.now_ns()
        pieces = self._dumps.answers(argv)
        if not pieces:
            raise NotSupported(f"the report holds no output of `{show(' '.join(argv))}`", link="bugreport")
        out = b"\n".join(bytes(piece[:cap_bytes]) for piece in pieces)[:cap_bytes]
        return self._recorder.reply(" ".join(argv), out, b"", 0, started_ns)

    def log(self, buffer: str, *, deadline_s: float = 60.0, cap_bytes: int = 64 * MIB) -> RecordedStream:  # noqa: ARG002
        """The log sections of the report; see ``probes.Bench``."""
        pieces = self._dumps.log(buffer)
        if not pieces:
            raise NotSupported(f"the report holds no {show(buffer)} log", link="bugreport")
        size_bytes = sum(len(piece) for piece in pieces)

        def chunks() -> Iterator[bytes]:
            left = cap_bytes
            for piece in pieces:
                for start in range(0, min(len(piece), left), _CHUNK):
                    yield bytes(piece[start : min(start + _CHUNK, left)])
                left -= min(len(piece), left)

        return self._recorder.stream(f"log {buffer}", chunks(), lambda: size_bytes <= cap_bytes)
