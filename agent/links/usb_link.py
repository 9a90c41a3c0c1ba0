"""One USB socket of the bench: what is there, how often it comes and goes, and its pipes."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, ClassVar, Final

from agent.links.deadline import Clock, Deadline
from agent.links.link import Link, Trace
from agent.links.usb_bus import UsbBus, converted, timeout_ms
from agent.links.usb_modes import Triple, UsbDescriptor, UsbFunction, UsbInterface, UsbMode, mode_of
from probes import BadInput, DeviceText, LinkError, Unplugged

_LOOK_DEADLINE_S: Final = 5.0
_POLL_S: Final = 0.02
_CHUNK_BYTES: Final = 16 * 1024
_BULK: Final = 2
_INTO_HOST: Final = 0x80
_LONGEST_WATCH_S: Final = 3600.0


@dataclass(frozen=True, slots=True)
class UsbSight:
    """What is at a socket at one moment."""

    path: str
    mode: UsbMode
    descriptor: UsbDescriptor | None = None

    @property
    def functions(self) -> frozenset[UsbFunction]:
        """What its interfaces are for; empty where nothing is there."""
        return frozenset() if self.descriptor is None else self.descriptor.functions


@dataclass(frozen=True, slots=True)
class UsbStrings:
    """What a device says of itself once it is opened; each is empty where it does not say."""

    manufacturer: DeviceText
    product: DeviceText
    serial: DeviceText


@dataclass(frozen=True, slots=True)
class UsbTraffic:
    """How a socket behaved while it was watched.

    ``enumerations`` counts devices that came (also those that came back between two looks: their address is another),
    ``departures`` those that went; ``modes`` are those seen, in order, without repeats in a row. A plug that flaps
    faster than the bus enumerates is counted as often as the bus did.
    """

    watched_s: float
    enumerations: int
    departures: int
    modes: tuple[UsbMode, ...]


class UsbPipe:
    """The two bulk pipes of an interface that was claimed; each transfer ends at the deadline of its call."""

    def __init__(self, device: Any, out_address: int, in_address: int) -> None:
        self._device = device
        self._out = out_address
        self._in = in_address

    def send(self, data: bytes, deadline: Deadline) -> None:
        """Send one transfer.

        Raises:
            LinkError: it did not go before the deadline, or the device has left.
        """
        with converted():
            sent = self._device.write(self._out, data, timeout_ms(_left(deadline)))
        if sent != len(data):
            raise LinkError("the device took only a part of what was sent")

    def receive(self, deadline: Deadline, *, room_bytes: int = _CHUNK_BYTES) -> bytes:
        """Return one transfer.

        Raises:
            LinkError: nothing came before the deadline, or the device has left.
        """
        with converted():
            left_s = _left(deadline)
            return bytes(self._device.read(self._in, room_bytes, timeout_ms(left_s)))


class UsbLink(Link):
    """One socket, named by its path. What is at other sockets is never opened.

    A socket without a device is a finding, not an error: opening the link works, ``look`` says ``NOTHING``.

    Args:
        path: such as ``1-1.4``; adb's ``devpath`` has ``usb:`` before it, which is taken off.
        bus: where devices are found.
        clock: where time comes from.
        trace: gets each exchange.
        pause: waits some seconds between two looks; tests give one that moves their clock.
    """

    kind: ClassVar[str] = "usb"

    def __init__(
        self,
        path: str,
        bus: UsbBus | None = None,
        *,
        clock: Clock | None = None,
        trace: Trace | None = None,
        pause: Callable[[float], object] | None = None,
    ) -> None:
        self.path = path.removeprefix("usb:")
        super().__init__(f"usb:{self.path}", clock=clock, trace=trace)
        self._bus = bus or UsbBus()
        self._stopped = threading.Event()
        self._pause = pause or self._stopped.wait

    def look(self, *, deadline_s: float = _LOOK_DEADLINE_S) -> UsbSight:
        """What is at the socket now; nothing is opened.

        Raises:
            SetupError: no libusb.
            LinkError: the link is closed, or the bus cannot be listed.
        """
        with self._exchange("look", deadline_s):
            return self._sight()

    def strings(self, *, deadline_s: float = _LOOK_DEADLINE_S) -> UsbStrings:
        """Open the device at the socket and ask for its strings.

        Raises:
            SetupError: no libusb, or no right to open it.
            LinkError: nothing is there, it is busy, or it left.
        """
        with self._exchange("strings", deadline_s) as call, self._bus.opened(self.path) as device:
            told = [self._string(device, index, call.deadline) for index in _string_indexes(device)]
            call.received_bytes = sum(len(one.raw) for one in told)
            return UsbStrings(*told)

    def watch(self, *, for_s: float) -> UsbTraffic:
        """Look again and again, and count what comes and goes; nothing is opened.

        Raises:
            BadInput: ``for_s`` is no time that can be watched.
            SetupError: no libusb.
            LinkError: the bus cannot be listed, or the link was closed meanwhile.
        """
        if not 0 < for_s <= _LONGEST_WATCH_S:
            raise BadInput(f"watch for a time up to {_LONGEST_WATCH_S:g} s, not {for_s!r}")
        with self._exchange("watch", for_s + _LOOK_DEADLINE_S):
            end_s = self._clock.monotonic_s() + for_s
            seen = _Counted(self._bus.at(self.path))
            while (left_s := end_s - self._clock.monotonic_s()) > 0:
                self._pause(min(_POLL_S, left_s))
                if self._stopped.is_set():
                    raise LinkError("the link was closed while its socket was watched")
                seen.take(self._bus.at(self.path))
            return UsbTraffic(for_s, seen.enumerations, seen.departures, tuple(seen.modes))

    @contextlib.contextmanager
    def pipe(self, triple: Triple, *, deadline_s: float) -> Iterator[UsbPipe]:
        """Claim the first interface of a class triple and hand out its bulk pipes; leaving the block releases it.

        A kernel driver that holds the interface keeps it.

        Raises:
            SetupError: no libusb, or no right.
            LinkError: nothing is there, it has no such interface, another program has it, or it left.
        """
        with self._exchange("pipe", deadline_s), claimed(self._bus, self.path, triple) as pipe:
            yield pipe

    def wait(self, seconds: float) -> None:
        """Let some time pass; closing the link ends it at once."""
        self._stopped.wait(seconds)

    def _open(self, _call: object) -> None:
        self._stopped.clear()
        self._bus.at(self.path)

    def _close(self) -> None:
        self._stopped.set()

    def _sight(self) -> UsbSight:
        descriptor = self._bus.at(self.path)
        return UsbSight(self.path, mode_of(descriptor), descriptor)

    @staticmethod
    def _string(device: Any, index: int, deadline: Deadline) -> DeviceText:
        if not index:
            return DeviceText(b"")
        english, get_string = 0x0409, 6
        raw = bytes(device.ctrl_transfer(0x80, get_string, 0x0300 | index, english, 255, timeout_ms(_left(deadline))))
        return DeviceText(raw[2 : raw[0]].decode("utf-16-le", "replace").encode() if len(raw) > 1 else b"")


@contextlib.contextmanager
def claimed(bus: UsbBus, path: str, triple: Triple) -> Iterator[UsbPipe]:
    """Open the device at ``path``, claim the first interface of a class triple, and release both at the end.

    Raises:
        SetupError: no right to open it.
        LinkError: nothing is there, it has no such interface, another program has it, or it left.
    """
    import usb.util  # noqa: PLC0415  most runs of the agent never look at USB

    descriptor = bus.at(path)
    if descriptor is None:
        raise Unplugged(f"nothing is at USB socket {path}")
    one = next((one for one in descriptor.interfaces if one.triple == triple), None)
    if one is None:
        raise LinkError(
            f"the device at USB socket {path} has no interface {triple[0]:02x}/{triple[1]:02x}/{triple[2]:02x}"
        )
    out_address, in_address = _bulk_pair(one)
    with bus.opened(path) as device:
        usb.util.claim_interface(device, one.number)
        yield UsbPipe(device, out_address, in_address)


class _Counted:
    """What came and went, look by look."""

    def __init__(self, first: UsbDescriptor | None) -> None:
        self.enumerations = self.departures = 0
        self.modes = [mode_of(first)]
        self._last = first

    def take(self, now: UsbDescriptor | None) -> None:
        """Compare a look with the one before."""
        last, self._last = self._last, now
        if (now and now.address) == (last and last.address):
            return
        self.departures += last is not None
        self.enumerations += now is not None
        if last is not None and now is not None:  # gone and back between two looks
            self.modes.append(UsbMode.NOTHING)
        self.modes.append(mode_of(now))


def _string_indexes(device: Any) -> tuple[int, int, int]:
    return device.iManufacturer, device.iProduct, device.iSerialNumber


def _bulk_pair(one: UsbInterface) -> tuple[int, int]:
    bulk = [end.address for end in one.endpoints if end.kind == _BULK]
    out = next((address for address in bulk if not address & _INTO_HOST), None)
    into = next((address for address in bulk if address & _INTO_HOST), None)
    if out is None or into is None:
        raise LinkError(f"interface {one.number} has no pair of bulk pipes")
    return out, into


def _left(deadline: Deadline) -> float:
    return deadline.socket_timeout_s() or _LOOK_DEADLINE_S
