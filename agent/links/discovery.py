"""Which phones an adb server sees, in which state, and what to do about it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING, Final, Self

from agent.links.deadline import Clock, Deadline, RealClock
from agent.links.smart_socket import ask, read_text
from probes import LinkError, decode

if TYPE_CHECKING:
    from agent.links.server import AdbServer
    from agent.links.smart_socket import SmartSocket

DISCOVER_DEADLINE_S: Final = 5.0


class DeviceState(StrEnum):
    """How an adb server sees a phone (AOSP adb.cpp, ``to_string(ConnectionState)``), and two states of ours."""

    DEVICE = "device"
    UNAUTHORIZED = "unauthorized"
    OFFLINE = "offline"
    NO_PERMISSIONS = "no_permissions"
    RECOVERY = "recovery"
    SIDELOAD = "sideload"
    BOOTLOADER = "bootloader"
    AUTHORIZING = "authorizing"
    CONNECTING = "connecting"
    GONE = "gone"
    UNKNOWN = "unknown"

    @classmethod
    def named(cls, text: str) -> DeviceState:
        """Return the state that adb calls ``text``."""
        if text.startswith("no permissions"):
            return cls.NO_PERMISSIONS
        return _BY_NAME.get(text, cls.UNKNOWN)

    @property
    def advice(self) -> str:
        """What the operator does next, in English (a message id); empty when all is well."""
        return _ADVICE[self]


_OURS: Final = frozenset({DeviceState.NO_PERMISSIONS, DeviceState.GONE, DeviceState.UNKNOWN})
_BY_NAME: Final = {state.value: state for state in DeviceState if state not in _OURS}
_ADVICE: Final = {
    DeviceState.DEVICE: "",
    DeviceState.UNAUTHORIZED: "unlock the phone and tap Allow in the USB debugging dialog",
    DeviceState.OFFLINE: "unplug the phone, wait a moment, plug it in again; if that does not help, restart it",
    DeviceState.NO_PERMISSIONS: "add a udev rule for the phone or put this user into the group plugdev, then replug it",
    DeviceState.RECOVERY: "the phone is in recovery: choose Reboot system now on its screen",
    DeviceState.SIDELOAD: "the phone waits for an update: leave sideload on its screen and restart it",
    DeviceState.BOOTLOADER: "the phone is in its bootloader: choose Start on its screen",
    DeviceState.AUTHORIZING: "wait a moment; if it stays, unlock the phone and tap Allow",
    DeviceState.CONNECTING: "wait a moment; if it stays, try another cable and another port",
    DeviceState.GONE: "plug the phone in",
    DeviceState.UNKNOWN: "restart the phone and plug it in again",
}


@dataclass(frozen=True, slots=True)
class FoundPhone:
    """One line of an adb server's list. What is unknown is empty; ``transport_id`` is then -1.

    ``devpath`` is the USB topology path such as ``usb:1-3``: it tells phones with the same serial apart.
    """

    serial: str
    state: DeviceState
    transport_id: int = -1
    devpath: str = ""
    product: str = ""
    model: str = ""
    device: str = ""

    @property
    def key(self) -> str:
        """Name that stays the same while the phone stays in its port."""
        return f"{self.devpath} {self.serial}" if self.devpath else self.serial


@dataclass(frozen=True, slots=True)
class DeviceEvent:
    """A phone came, changed or left (``phone.state`` is then ``gone``); ``was`` is its state before."""

    at_ns: int
    phone: FoundPhone
    was: DeviceState


_NO_SERIAL: Final = "(no serial number)"
_DETAIL: Final = re.compile(r"\s+(?:(product|model|device|transport_id):(\S*)|(usb:\S+|\d+-[\d.]+))$")
_STATE: Final = re.compile(r"^(?P<serial>.*?\S)\s+(?P<state>no permissions\b.*|\S+)$")


def parse_devices(text: str) -> tuple[FoundPhone, ...]:
    """Read the long device list of an adb server; lines that are none are left out.

    >>> parse_devices("0123 abc   unauthorized usb:1-3 transport_id:4")[0].serial
    '0123 abc'
    """
    return tuple(phone for line in text.split("\n") if (phone := _parse_line(line.rstrip())) is not None)


def _parse_line(line: str) -> FoundPhone | None:
    details: dict[str, str] = {}
    while match := _DETAIL.search(line):
        name, value, devpath = match.groups()
        details.setdefault(name or "devpath", value if name else devpath)
        line = line[: match.start()]
    head = _STATE.match(line)
    if head is None or line.startswith(("List of devices", "* ")):
        return None
    number = details.pop("transport_id", "")
    serial = head["serial"]
    return FoundPhone(
        serial="" if serial == _NO_SERIAL else serial,
        state=DeviceState.named(head["state"]),
        transport_id=int(number) if number.isascii() and number.isdigit() else -1,
        **details,
    )


def listed(socket: SmartSocket, *, deadline: Deadline) -> tuple[FoundPhone, ...]:
    """Ask the server behind ``socket`` which phones it sees now.

    Raises:
        LinkError: the server does not answer.
    """
    return parse_devices(decode(socket.query("host:devices-l", deadline=deadline)))


def discover(server: AdbServer, *, clock: Clock | None = None) -> tuple[FoundPhone, ...]:
    """Ask the server which phones it sees now; it has 5 s to answer.

    Raises:
        LinkError: the server does not answer.
    """
    return listed(server.socket, deadline=Deadline.after(clock or RealClock(), DISCOVER_DEADLINE_S))


class DeviceWatch:
    """Events as phones come, change and leave; first those that are there. ``close`` ends it from any thread.

    Args:
        server: the adb server to watch.
        clock: stamps the events.

    Raises:
        LinkError: the server does not answer, or later: it went away.
    """

    def __init__(self, server: AdbServer, *, clock: Clock | None = None) -> None:
        self._clock: Clock = clock or RealClock()
        self._seen: dict[str, FoundPhone] = {}
        self._closed = False
        # no end: a quiet bench may stay quiet all night
        self._wire = server.socket.connect(Deadline.never(self._clock))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_exception: object) -> None:
        self.close()

    def __iter__(self) -> Iterator[DeviceEvent]:
        try:
            ask(self._wire, "host:track-devices-l")
            while True:
                yield from self._changes(parse_devices(decode(read_text(self._wire))))
        except LinkError:
            if not self._closed:
                raise
        finally:
            self._wire.close()

    def close(self) -> None:
        """End the iteration. Never raises; may be called twice."""
        self._closed = True
        self._wire.abort()

    def _changes(self, phones: tuple[FoundPhone, ...]) -> Iterator[DeviceEvent]:
        at_ns = self._clock.monotonic_ns()
        now = {phone.key: phone for phone in phones}
        before, self._seen = self._seen, now
        for key, phone in before.items():
            if key not in now:
                yield DeviceEvent(at_ns, replace(phone, state=DeviceState.GONE), phone.state)
        for key, phone in now.items():
            was = before[key].state if key in before else DeviceState.GONE
            if phone.state is not was or phone.transport_id != before[key].transport_id:
                yield DeviceEvent(at_ns, phone, was)


def watch(server: AdbServer, *, clock: Clock | None = None) -> DeviceWatch:
    """Follow what is plugged in and pulled out.

    Raises:
        LinkError: the server does not answer.
    """
    return DeviceWatch(server, clock=clock)
