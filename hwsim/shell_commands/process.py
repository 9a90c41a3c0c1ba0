"""One running command: its arguments, its streams and the phone it runs on."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

    from hwsim.phone.phone import Phone
    from hwsim.shell_commands.streams import Sink, Source

    Handler = Callable[["Process"], Awaitable[int]]


@dataclass
class Process:
    """What a command handler gets; ``arguments`` excludes the command's own name."""

    name: str
    arguments: list[str]
    phone: Phone
    stdin: Source
    stdout: Sink
    stderr: Sink
    run_line: Callable[[str], Awaitable[int]]
    variables: Mapping[str, str] = field(default_factory=dict)

    def out(self, text: str) -> None:
        """Write text to standard output."""
        self.stdout.write(text.encode("utf-8", "surrogateescape"))

    def out_bytes(self, data: bytes) -> None:
        """Write bytes to standard output."""
        self.stdout.write(data)

    def err(self, text: str) -> None:
        """Write a line to standard error."""
        self.stderr.write(f"{text}\n".encode("utf-8", "surrogateescape"))

    def fail(self, text: str, code: int = 1) -> int:
        """Write ``name: text`` to standard error and return the exit code."""
        self.err(f"{self.name}: {text}")
        return code

    async def input_bytes(self) -> bytes:
        """Read standard input to its end."""
        parts = []
        while piece := await self.stdin.read():
            parts.append(piece)
        return b"".join(parts)
