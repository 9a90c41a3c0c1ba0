"""Serial lines on USB: CDC ACM (a control and a data interface), or a vendor's single interface as modems have it."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, Protocol

from hwsim.usb.descriptors import INTERRUPT, Endpoint, Interface
from hwsim.usb.device import IN, Function, Setup, Stall

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from hwsim.usb.device import Bytes

_SET_LINE_CODING, _GET_LINE_CODING, _SET_LINE_STATE = 0x20, 0x21, 0x22
_CODING = struct.pack("<IBBB", 115_200, 0, 0, 8)
_DATA = (Endpoint(True), Endpoint(False))
_NOTICES = Endpoint(True, INTERRUPT, 10, 9)


class Talker(Protocol):
    """Who is at the device's end of the line."""

    def feed(self, data: bytes) -> None:
        """Take bytes from the host."""

    def close(self) -> None:
        """The line is gone."""


class SerialFunction(Function):
    """A serial line; ``talk`` gives the talker at its other end when the device is plugged in.

    ``acm`` makes it CDC ACM with the given protocol (1 is V.250, AT commands), which Linux shows as ``ttyACM``;
    without, it is one interface of the vendor's class (``ttyUSB`` where a driver knows the device). ``rules`` are what
    udev's rules say of such a port.
    """

    def __init__(
        self,
        talk: Callable[[Callable[[Bytes], None]], Talker],
        *,
        acm: int | None = None,
        name: str = "",
        driver: str = "option",
        rules: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__()
        self._talk = talk
        self._talker: Talker | None = None
        self._coding = _CODING
        if acm is None:
            triple = (0xFF, 0, 0)
            ends, rules = (_NOTICES, *_DATA), rules or {}
            self.interfaces = (Interface(triple, ends, name, _call_management, driver=driver, rules=rules),)
        else:
            self.interfaces = (
                Interface((2, 2, acm), (_NOTICES,), name, _union, group=(2, 2, acm), driver="cdc_acm"),
                Interface((10, 0, 0), _DATA, name, driver="cdc_acm"),
            )

    def attached(self) -> None:
        """Put somebody at the other end."""
        self._talker = self._talk(self.send)

    def detached(self) -> None:
        """Hang up."""
        if self._talker is not None:
            self._talker.close()
            self._talker = None

    def received(self, data: Bytes) -> None:
        """Hand bytes over."""
        if self._talker is not None:
            self._talker.feed(bytes(data))

    def control(self, setup: Setup, data: Bytes) -> bytes:
        """Keep the line coding; speed and control lines change nothing on USB."""
        if setup.request == _SET_LINE_CODING and len(data) == len(_CODING):
            self._coding = bytes(data)
        elif setup.request == _GET_LINE_CODING and setup.request_type & IN:
            return self._coding
        elif setup.request != _SET_LINE_STATE:
            raise Stall
        return b""


def _union(number: int) -> bytes:
    """CDC 1.20 functional descriptors: header, call management, ACM, union of this interface and the next."""
    return (
        bytes.fromhex("0524001001")
        + bytes((5, 0x24, 1, 0, number + 1))
        + bytes.fromhex("04240202")
        + bytes((5, 0x24, 6, number, number + 1))
    )


def _call_management(number: int) -> bytes:
    """Return the same descriptors on one vendor interface, as lsusb shows of Qualcomm's composite devices."""
    return (
        bytes.fromhex("0524001001")
        + bytes((5, 0x24, 1, 0, number))
        + bytes.fromhex("04240202")
        + bytes((5, 0x24, 6, number, number))
    )


class Silence:
    """A line at whose end nobody speaks, such as a diagnostic port without its key."""

    def __init__(self, _send: Callable[[Bytes], None]) -> None:
        self.heard_bytes = 0

    def feed(self, data: bytes) -> None:
        """Count what came."""
        self.heard_bytes += len(data)

    def close(self) -> None:
        """Nobody was there."""
