"""The way to a phone through adb: shell, files, forwards, restart."""

from __future__ import annotations

import contextlib
import io
import re
import threading
from collections.abc import Iterator, Sequence
from enum import StrEnum
from typing import TYPE_CHECKING, ClassVar, Final

from agent.links import forwards, sync
from agent.links.deadline import Clock, Deadline
from agent.links.discovery import DeviceState, discover, listed
from agent.links.link import OPEN_DEADLINE_S, Call, Link, Trace
from agent.links.shell_v2 import Command, Piece, ShellReply, ShellStream, collect, command_line
from agent.links.smart_socket import open_service
from probes import BenchError, LinkError, SetupError, UnknownDevice, Unplugged, show

if TYPE_CHECKING:
    from agent.links.server import AdbServer
    from agent.links.wire import Wire

_USABLE: Final = frozenset({DeviceState.DEVICE, DeviceState.RECOVERY})
_CLEAN_UP_DEADLINE_S: Final = 1.0
_STEP_CHARS: Final = 80
_ON_NETWORK: Final = re.compile(r"[^\s]+:[0-9]{1,5}")


class RebootTarget(StrEnum):
    """Where a restart may lead."""

    SYSTEM = ""
    BOOTLOADER = "bootloader"
    RECOVERY = "recovery"
    FASTBOOT = "fastboot"


class AdbLink(Link):
    """One phone behind an adb server. One connection serves one exchange, so threads may share a link.

    Args:
        server: the adb server that sees the phone.
        serial: adb's name of the phone.
        transport_id: number that the server gave the phone; needed where two phones have the same serial. A phone
            that was replugged or restarted has another one: discover it again by its ``devpath``.
        clock: where time comes from.
        trace: gets each exchange.
    """

    kind: ClassVar[str] = "adb"

    def __init__(
        self,
        server: AdbServer,
        serial: str,
        *,
        transport_id: int | None = None,
        clock: Clock | None = None,
        trace: Trace | None = None,
    ) -> None:
        super().__init__(serial, clock=clock, trace=trace)
        self._server = server
        self._wanted_id = transport_id
        self._transport_id = -1
        self._features: frozenset[str] = frozenset()
        self._wires: set[Wire] = set()
        self._wires_lock = threading.Lock()
        self._forwards: set[str] = set()

    @property
    def features(self) -> frozenset[str]:
        """What the phone's adbd can do; empty before the link is opened."""
        return self._features

    @property
    def transport_id(self) -> int:
        """Number of the phone at its server; -1 before the link is opened."""
        return self._transport_id

    def open_again(self, *, deadline_s: float = OPEN_DEADLINE_S) -> None:
        """Open the link to a phone that has left and come back, under the number that it has now.

        Raises:
            SetupError: the phone is there and cannot be used, or two phones of its serial are.
            LinkError: it is not there.
        """
        if _ON_NETWORK.fullmatch(self.device):
            # the server would try it again by itself, with a pause of ten seconds
            with contextlib.suppress(BenchError):
                self._server.disconnect(self.device)
            self._server.connect(self.device, deadline_s=deadline_s)
            self._wanted_id = None
        elif self._wanted_id is not None:
            found = [phone for phone in discover(self._server) if phone.serial == self.device]
            if len(found) > 1:
                raise SetupError("two phones have this serial: which of them came back cannot be told")
            if not found:
                raise Unplugged("the phone is not there", device=self.device, link=self.kind)
            self._wanted_id = found[0].transport_id
        self.open(deadline_s=deadline_s)

    def shell(self, argv: Sequence[str], *, deadline_s: float, cap_bytes: int) -> ShellReply:
        """Run a command and return all that it printed; any exit code is an answer.

        Raises:
            BadInput: ``argv`` cannot be a command.
            ShellOutputTooLarge: more than ``cap_bytes`` came; it holds what came before.
            LinkError: the way broke, or no end came before the deadline.
        """
        with self._exchange(_step(argv), deadline_s) as call:
            command = Command(command_line(argv), "shell_v2" in self._features)
            with self._service(call, command.service) as wire:
                return collect(command.pieces(wire), cap_bytes)

    @contextlib.contextmanager
    def stream(self, argv: Sequence[str], *, deadline_s: float, cap_bytes: int) -> Iterator[ShellStream]:
        """Run a command and hand out its stdout as it comes; leaving the block stops the command.

        Raises:
            BadInput: ``argv`` cannot be a command.
            LinkError: the way broke, or no end came before the deadline.
        """
        with self._exchange(_step(argv), deadline_s) as call:
            command = Command(command_line(argv), "shell_v2" in self._features)
            with self._service(call, command.service) as wire:
                stopped = threading.Event()

                def stop() -> None:
                    stopped.set()
                    wire.abort()

                yield ShellStream(self._noted(command.pieces(wire), call, stopped), cap_bytes, stop)

    @contextlib.contextmanager
    def program(self, command: str, *, deadline_s: float) -> Iterator[Wire]:
        """Run a program of ours and hand out its standard input and output as one wire; leaving the block ends it.

        ``command`` goes to the phone's shell as it is: it never holds anything that came from a phone.

        Raises:
            LinkError: the way broke, or the deadline passed.
        """
        with (
            self._exchange(show(command, _STEP_CHARS), deadline_s) as call,
            self._service(call, f"exec:{command}") as wire,
        ):
            yield wire

    def stat(self, path: str | bytes, *, deadline_s: float) -> sync.FileStat:
        """Mode, size and time of a name on the phone; a symbolic link is not followed.

        Raises:
            CommandFailed: no such file, or not allowed.
            LinkError: the way broke, or no end came before the deadline.
        """
        with self._sync("stat", deadline_s) as wire:
            return sync.stat(wire, path, v2="stat_v2" in self._features)

    def listdir(self, path: str | bytes, *, deadline_s: float, cap_bytes: int) -> sync.Listing:
        """Names in a folder of the phone. A missing folder and an empty one look alike: ``stat`` first.

        Raises:
            OutputTooLarge: the phone lists more than ``cap_bytes``.
            LinkError: the way broke, or no end came before the deadline.
        """
        with self._sync("listdir", deadline_s) as wire:
            return sync.listdir(wire, path, v2="ls_v2" in self._features, cap_bytes=cap_bytes)

    def pull(self, path: str | bytes, sink: sync.Sink, *, deadline_s: float, cap_bytes: int) -> int:
        """Copy a file of the phone into ``sink`` and return its size in bytes.

        After an error the sink holds a part. What ``sink.write`` raises passes through.

        Raises:
            CommandFailed: the phone cannot read it.
            OutputTooLarge: it is longer than ``cap_bytes``.
            LinkError: the way broke, or no end came before the deadline.
        """
        with self._sync("pull", deadline_s) as wire:
            return sync.pull(wire, path, sink, cap_bytes=cap_bytes)

    def push(
        self,
        source: bytes | sync.Source,
        path: str | bytes,
        *,
        deadline_s: float,
        cap_bytes: int,
        mode: int = 0o644,
        mtime_s: int = 0,
    ) -> int:
        """Write ``source`` to a file of the phone and return its size in bytes.

        Args:
            source: the bytes, or a file opened for reading bytes.
            path: name on the phone.
            deadline_s: end of the whole transfer.
            cap_bytes: longest source that is sent.
            mode: permission bits.
            mtime_s: time of the file, seconds since 1970.

        Raises:
            BadInput: the source is longer than ``cap_bytes``.
            CommandFailed: the phone cannot write it.
            LinkError: the way broke, or no end came before the deadline.
        """
        readable = io.BytesIO(source) if isinstance(source, bytes) else source
        with self._sync("push", deadline_s) as wire:
            return sync.push(wire, readable, path, mode=mode, mtime_s=mtime_s, cap_bytes=cap_bytes)

    def forward(self, local: str, remote: str, *, deadline_s: float) -> str:
        """Let the server listen at ``local`` for a socket of the phone; it ends with the link at the latest.

        Args:
            local: such as ``tcp:0`` (any free port).
            remote: such as ``localabstract:name``.
            deadline_s: end of the call.

        Returns:
            Where the server listens, such as ``tcp:41234``.

        Raises:
            SetupError: the server cannot listen there.
            LinkError: the way broke, or no end came before the deadline.
        """
        with self._exchange("forward", deadline_s) as call, self._host_wire(call) as wire:
            listening = forwards.listen(wire, self._transport_id, local, remote)
            self._forwards.add(listening)
            return listening

    def remove_forward(self, local: str, *, deadline_s: float) -> None:
        """Let the server stop listening at what ``forward`` returned.

        Raises:
            SetupError: there is no such forward.
            LinkError: the way broke, or no end came before the deadline.
        """
        with self._exchange("remove_forward", deadline_s) as call:
            with self._host_wire(call) as wire:
                forwards.stop_listening(wire, self._transport_id, local)
            self._forwards.discard(local)

    def reboot(self, target: RebootTarget = RebootTarget.SYSTEM, *, deadline_s: float) -> None:
        """Restart the phone and return when it has left. The link has to be opened again.

        Raises:
            LinkTimeout: the phone took the order, but did not leave before the deadline.
            LinkError: the way broke.
        """
        with self._exchange(f"reboot {target}".rstrip(), deadline_s) as call:
            with self._service(call, f"reboot:{target}") as wire, contextlib.suppress(Unplugged):
                while wire.available():
                    pass
            self._broken = Unplugged("the phone was told to restart", device=self.device, link=self.kind)

    def state(self, *, deadline_s: float = 2.0) -> DeviceState:
        """How the server sees the phone now; works on a closed or broken link as well.

        Raises:
            LinkError: the server does not answer.
        """
        # by serial where possible: a phone that was replugged has another number
        wanted_id = self._wanted_id
        with self._measured("state", deadline_s) as call:
            # "get-state" would refuse to say anything but "device"
            for phone in listed(self._server.socket, deadline=call.deadline):
                if (phone.serial == self.device) if wanted_id is None else (phone.transport_id == wanted_id):
                    return phone.state
            return DeviceState.GONE

    def _open(self, call: Call) -> None:
        self._features = frozenset()
        self._transport_id = -1
        socket = self._server.socket
        number = self._wanted_id
        if number is None:
            number = socket.transport_id(self.device, deadline=call.deadline)
        answer = socket.query(f"{_by_id(number)}:get-state", deadline=call.deadline)
        state = DeviceState.named(answer.decode("utf-8", "replace"))
        if state not in _USABLE:
            raise LinkError(f"the phone is in state {state}: {state.advice}")
        features = socket.query(f"{_by_id(number)}:features", deadline=call.deadline)
        self._features = frozenset(features.decode("ascii", "replace").split(","))
        self._transport_id = number

    def _close(self) -> None:
        with self._wires_lock:
            for wire in self._wires:
                wire.abort()
        # one short end for all of them: closing must not hang on a server that does
        deadline = Deadline.after(self._clock, _CLEAN_UP_DEADLINE_S)
        for local in tuple(self._forwards):
            self._forwards.discard(local)
            with contextlib.suppress(BenchError), self._server.socket.connected(deadline) as wire:
                forwards.stop_listening(wire, self._transport_id, local)

    def _noted(self, pieces: Iterator[Piece], call: Call, stopped: threading.Event) -> Iterator[Piece]:
        """Note an error even where the caller catches it inside the block; an end that we made is none."""
        try:
            yield from pieces
        except BenchError as error:
            if stopped.is_set():
                return
            self._note(error, call)
            raise

    @contextlib.contextmanager
    def _sync(self, what: str, deadline_s: float) -> Iterator[Wire]:
        with self._exchange(what, deadline_s) as call, self._service(call, "sync:") as wire:
            yield wire

    @contextlib.contextmanager
    def _host_wire(self, call: Call) -> Iterator[Wire]:
        with self._server.socket.connected(call.deadline) as wire, self._registered(wire, call):
            yield wire

    @contextlib.contextmanager
    def _service(self, call: Call, service: str | bytes) -> Iterator[Wire]:
        with contextlib.ExitStack() as stack:
            wire = stack.enter_context(self._host_wire(call))
            try:
                open_service(wire, self._transport_id, service)
            except UnknownDevice as error:
                # the server dropped the number under which this link found the phone
                raise Unplugged("the phone has left since the link was opened") from error
            yield wire

    @contextlib.contextmanager
    def _registered(self, wire: Wire, call: Call) -> Iterator[None]:
        with self._wires_lock:
            self._wires.add(wire)
            if not self._is_open:
                wire.abort()
        try:
            yield
        finally:
            with self._wires_lock:
                self._wires.discard(wire)
            call.received_bytes += wire.received_bytes


def _by_id(number: int) -> str:
    return f"host-transport-id:{number}"


def _step(argv: Sequence[str]) -> str:
    return show(f"shell {' '.join(argv)}", _STEP_CHARS)
