"""What the daemon needs from the phone it runs on."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple, Protocol

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from hwsim.adbd.auth import PublicKey
    from hwsim.adbd.chaos import Chaos
    from hwsim.adbd.stream import Stream

    SocketServer = Callable[[Stream], Awaitable[None]]


class FileStat(NamedTuple):
    """What ``stat`` tells about one path: mode bits with type, size, seconds of change."""

    mode: int
    size_bytes: int
    mtime_s: int


class FileRefused(Exception):
    """The file system said no; ``errno_code`` is Linux's number, ``reason`` its text."""

    def __init__(self, errno_code: int, reason: str) -> None:
        super().__init__(reason)
        self.errno_code = errno_code
        self.reason = reason


class Files(Protocol):
    """The phone's files as the shell user sees them."""

    def stat(self, path: str, *, follow: bool = True) -> FileStat:
        """Tell about one path or raise FileRefused."""

    def names(self, path: str) -> list[str]:
        """List a folder or raise FileRefused."""

    def read(self, path: str) -> bytes | bytearray:
        """Return the content or raise FileRefused."""

    def check_writable(self, path: str) -> None:
        """Raise FileRefused when a file may not be written there."""

    def write(self, path: str, content: bytes | bytearray, *, mode: int, mtime_s: int) -> None:
        """Store a file, making folders on the way, or raise FileRefused."""


class Terminal(Protocol):
    """Where a command line reads and writes."""

    pty: bool

    def out(self, data: bytes) -> None:
        """Buffer standard output."""

    def err(self, data: bytes) -> None:
        """Buffer standard error."""

    async def flush(self) -> None:
        """Send what is buffered; waits while the host does not take it."""

    async def read(self) -> bytes:
        """Return the next piece of standard input, empty at its end."""


class Machine(Protocol):
    """One phone behind its daemon."""

    @property
    def files(self) -> Files:
        """The file system."""

    def banner(self) -> bytes:
        """Return the system identity string of CNXN, features included."""

    async def run(self, command: str, terminal: Terminal) -> int:
        """Run a command line (empty: an interactive shell) and return its exit code."""

    def socket_server(self, name: str) -> SocketServer | None:
        """Return what listens on a socket inside the phone, such as ``localabstract:echo``."""

    def reboot(self, target: str) -> None:
        """Start the way down; the phone comes back by itself."""


@dataclass
class Gate:
    """Who may talk to the phone: switched from the bench's control socket."""

    silent: bool = False
    auth_required: bool = False
    allowed: set[PublicKey] = field(default_factory=set)


class Front(Protocol):
    """What a connection asks its server."""

    gate: Gate
    chaos: Chaos
    machine: Machine

    def token(self) -> bytes:
        """Return a fresh authorisation token."""

    def draw_chaos(self, service: str) -> Chaos:
        """Return what will go wrong with the answer of a stream that a host opens."""
