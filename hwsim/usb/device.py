"""A USB device that answers transfers: standard requests, and pipes that its functions fill and empty."""

from __future__ import annotations

import errno
from collections import deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from hwsim.usb import descriptors as wire
from hwsim.usb.descriptors import Identity, Interface, Strings

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    Bytes = bytes | bytearray | memoryview

IN = 0x80
_STANDARD, _VENDOR = 0, 2
_TO_DEVICE, _TO_INTERFACE, _TO_ENDPOINT = 0, 1, 2
_GET_STATUS, _CLEAR_FEATURE, _SET_FEATURE, _SET_ADDRESS = 0, 1, 3, 5
_GET_DESCRIPTOR, _GET_CONFIGURATION, _SET_CONFIGURATION, _GET_INTERFACE, _SET_INTERFACE = 6, 8, 9, 10, 11
_ENDPOINT_HALT = 0


class Stall(Exception):
    """The device does not know the request: the host reads EPIPE."""


@dataclass(frozen=True, slots=True)
class Setup:
    """The eight bytes that begin a control transfer."""

    request_type: int
    request: int
    value: int
    index: int
    length: int

    @property
    def kind(self) -> int:
        """Return 0 for a standard request, 1 for one of the class, 2 for the vendor's."""
        return self.request_type >> 5 & 3

    @property
    def recipient(self) -> int:
        """Return 0 for the device, 1 for an interface, 2 for an endpoint, 3 for anything else."""
        return self.request_type & 0x1F


@dataclass(eq=False)
class Transfer:
    """One request of a host on a pipe. ``error`` is Linux's number; ``data`` came from the host or goes to it."""

    address: int
    on_done: Callable[[Transfer], None]
    data: Bytes = b""
    room_bytes: int = 0
    error: int = 0

    def finish(self, error: int = 0) -> None:
        """Hand the transfer back to the host."""
        self.error = error
        self.on_done(self)


@dataclass
class Pipe:
    """One endpoint: what waits in it, and who waits for it."""

    address: int
    packet_bytes: int
    received: Callable[[Bytes], None]
    halted: bool = False
    _messages: deque[memoryview] = field(default_factory=deque)
    _waiting: deque[Transfer] = field(default_factory=deque)

    def submit(self, transfer: Transfer) -> None:
        """Take a request of the host; it is done when the function has something for it, or at once."""
        if self.halted:
            transfer.finish(errno.EPIPE)
        elif self.address & IN:
            self._waiting.append(transfer)
            self._pump()
        else:
            self.received(transfer.data)
            transfer.finish()

    def send(self, data: Bytes) -> None:
        """Offer a message to the host; its end ends a transfer, as a short or empty packet does."""
        self._messages.append(memoryview(data))
        self._pump()

    def cancel(self, transfer: Transfer, error: int) -> bool:
        """Take back a request that still waits; False when it is done already."""
        if transfer not in self._waiting:
            return False
        self._waiting.remove(transfer)
        transfer.finish(error)
        return True

    def clear(self) -> None:
        """Forget what the host has not fetched."""
        self._messages.clear()

    def end(self, error: int) -> None:
        """Send all waiting requests home."""
        self.clear()
        while self._waiting:
            self._waiting.popleft().finish(error)

    def _pump(self) -> None:
        while self._waiting and self._messages:
            transfer, message = self._waiting.popleft(), self._messages.popleft()
            room = transfer.room_bytes
            if len(message) > room:
                if room % self.packet_bytes:  # the last packet is longer than what the host made room for
                    transfer.data = message[:room]
                    transfer.finish(errno.EOVERFLOW)
                    continue
                self._messages.appendleft(message[room:])
            transfer.data = message[:room]
            transfer.finish()


class Function:
    """One thing that a device does, on interfaces and pipes of its own; subclasses answer what the host sends."""

    interfaces: tuple[Interface, ...] = ()
    compatible_id = ""
    downstream_ports = 0

    def __init__(self) -> None:
        self.pipes: list[Pipe] = []

    def received(self, data: Bytes) -> None:
        """Take what the host sent to the function's OUT pipe."""

    def control(self, _setup: Setup, _data: Bytes) -> bytes:
        """Answer a request of class or vendor, or raise Stall."""
        raise Stall

    def attached(self) -> None:
        """Begin: the host has chosen the configuration."""

    def detached(self) -> None:
        """End: the cable is out."""

    def send(self, data: Bytes) -> None:
        """Offer a message on the first bulk IN pipe."""
        self.bulk_in.send(data)

    @property
    def bulk_in(self) -> Pipe:
        """The pipe on which answers go to the host."""
        return next(pipe for pipe, kind in zip(self.pipes, self._kinds(), strict=True) if kind == (True, wire.BULK))

    def _kinds(self) -> list[tuple[bool, int]]:
        return [(end.into_host, end.kind) for one in self.interfaces for end in one.endpoints]


class UsbDevice:
    """A device with one configuration and any number of functions.

    ``on_vendor`` answers vendor requests to the device itself, beside Microsoft's.
    """

    def __init__(self, identity: Identity, functions: Sequence[Function], *, speed: str = "high") -> None:
        self.identity = identity
        self.functions = tuple(functions)
        self.speed = speed
        self.configuration = 1
        self.pipes: dict[int, Pipe] = {}
        self.interfaces: list[tuple[Interface, int, tuple[int, ...]]] = []
        self._owner: dict[int, Function] = {}
        self._strings = Strings()
        for function in self.functions:
            self._place(function)
        self.device_bytes = wire.device_descriptor(identity, self._strings)
        self.configuration_bytes = wire.configuration_descriptor(identity, self.interfaces, self._strings, speed=speed)

    @property
    def downstream_ports(self) -> int:
        """Return how many devices can be plugged into this one: 0 for all but hubs."""
        return max((function.downstream_ports for function in self.functions), default=0)

    def attached(self) -> None:
        """Begin: plugged in, enumerated and configured."""
        self.configuration = 1
        for function in self.functions:
            function.attached()

    def detached(self) -> None:
        """End: every request goes home with ESHUTDOWN."""
        for pipe in self.pipes.values():
            pipe.end(errno.ESHUTDOWN)
        for function in self.functions:
            function.detached()

    def reset(self) -> None:
        """Begin anew, as after a reset of the port."""
        for pipe in self.pipes.values():
            pipe.end(errno.EPROTO)
            pipe.halted = False

    def submit(self, transfer: Transfer) -> None:
        """Take a bulk or interrupt transfer; ENOENT for a pipe that the device lacks."""
        pipe = self.pipes.get(transfer.address)
        if pipe is None or not self.configuration:
            transfer.finish(errno.ENOENT)
        else:
            pipe.submit(transfer)

    def cancel(self, transfer: Transfer, error: int = errno.ENOENT) -> bool:
        """Take back a transfer that still waits."""
        pipe = self.pipes.get(transfer.address)
        return pipe is not None and pipe.cancel(transfer, error)

    def control(self, setup: Setup, data: Bytes = b"") -> bytes:
        """Answer a control transfer, at most as long as asked for; raises Stall."""
        if setup.kind == _STANDARD:
            answer = self._standard(setup)
        elif setup.kind == _VENDOR and self.identity.microsoft and setup.request == wire.MS_VENDOR_CODE:
            answer = self._microsoft(setup)
        else:
            answer = self._function(setup).control(setup, data)
        return answer[: setup.length]

    def string(self, index: int) -> bytes | None:
        """Return a string descriptor or None."""
        if index == wire.MS_OS_STRING and self.identity.microsoft:
            return wire.microsoft_string()
        return self._strings.descriptor(index)

    def _place(self, function: Function) -> None:
        function.pipes = []
        for one in function.interfaces:
            number, addresses = len(self.interfaces), []
            for end in one.endpoints:
                base = IN if end.into_host else 0
                address = base + 1 + sum(1 for taken in self.pipes if taken & IN == base)
                pipe = Pipe(address, wire.packet_bytes(end, self.speed), function.received)
                self.pipes[address] = pipe
                function.pipes.append(pipe)
                addresses.append(address)
            self.interfaces.append((one, number, tuple(addresses)))
            self._owner[number] = function

    def _function(self, setup: Setup) -> Function:
        number = setup.index & 0xFF if setup.recipient == _TO_INTERFACE else 0
        if number not in self._owner:
            raise Stall
        return self._owner[number]

    def _standard(self, setup: Setup) -> bytes:
        request, index = setup.request, setup.index
        if request == _GET_DESCRIPTOR:
            return self._descriptor(setup.value >> 8, setup.value & 0xFF)
        if request == _GET_CONFIGURATION:
            return bytes((self.configuration,))
        if request == _SET_CONFIGURATION:
            self.configure(setup.value)
        elif request == _GET_STATUS:
            return self._status(setup)
        elif request == _GET_INTERFACE and index in self._owner:
            return b"\0"
        elif request == _CLEAR_FEATURE and setup.recipient == _TO_ENDPOINT and setup.value == _ENDPOINT_HALT:
            self.clear_halt(index)
        elif request == _SET_FEATURE and setup.recipient == _TO_ENDPOINT and index in self.pipes:
            self.pipes[index].halted = True
        elif request not in (_SET_INTERFACE, _SET_ADDRESS) or (request == _SET_INTERFACE and setup.value):
            raise Stall
        return b""

    def configure(self, value: int) -> None:
        """Choose a configuration: 1, or 0 for none; raises Stall for another."""
        if value not in (0, 1):
            raise Stall
        self.configuration = value

    def clear_halt(self, address: int) -> None:
        """Let a stalled pipe run again; raises Stall where there is none."""
        if address not in self.pipes:
            raise Stall
        self.pipes[address].halted = False

    def _status(self, setup: Setup) -> bytes:
        if setup.recipient == _TO_ENDPOINT and setup.index:
            if setup.index not in self.pipes:
                raise Stall
            return bytes((self.pipes[setup.index].halted, 0))
        own = setup.recipient == _TO_DEVICE and self.identity.self_powered
        return bytes((own, 0))

    def _descriptor(self, kind: int, index: int) -> bytes:
        if kind == wire.DEVICE:
            return self.device_bytes
        if kind == wire.CONFIGURATION and index == 0:
            return self.configuration_bytes
        if kind == wire.STRING:
            text = self.string(index)
            if text is not None:
                return text
        if kind == wire.BOS and self.identity.usb_version > 0x0200:
            return wire.bos_descriptor()
        raise Stall

    def _microsoft(self, setup: Setup) -> bytes:
        if setup.index != 4:  # extended compatible IDs; no extended properties
            raise Stall
        first = {function: number for number, function in reversed(self._owner.items())}
        return wire.microsoft_compatible_ids(
            [(number, function.compatible_id) for function, number in first.items() if function.compatible_id]
        )
