"""Descriptors as the wire has them: USB 2.0, chapter 9, and Microsoft's OS descriptors 1.0."""

from __future__ import annotations

import struct
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

DEVICE, CONFIGURATION, STRING, INTERFACE, ENDPOINT = 1, 2, 3, 4, 5
ASSOCIATION, BOS, DEVICE_CAPABILITY = 11, 15, 16
MS_OS_STRING = 0xEE
MS_VENDOR_CODE = 1

BULK, INTERRUPT = 2, 3
SPEEDS_MBIT = {"low": 1.5, "full": 12, "high": 480}
_MAX_PACKET_BYTES = {("full", BULK): 64, ("high", BULK): 512}
_ENGLISH = 0x0409


@dataclass(frozen=True)
class Endpoint:
    """One pipe of an interface; its number is given by the device. ``interval`` is as the descriptor has it."""

    into_host: bool
    kind: int = BULK
    packet_bytes: int = 0
    interval: int = 0


@dataclass(frozen=True)
class Interface:
    """What an interface says of itself; ``class_descriptors`` makes them from the number that it gets.

    ``group`` is the class triple of an interface association that begins here and takes in the next interface.
    ``driver`` is the kernel driver that Linux would bind to it, empty for none; ``rules`` are what udev's rules say of
    a serial port on it.
    """

    triple: tuple[int, int, int]
    endpoints: tuple[Endpoint, ...] = ()
    name: str = ""
    class_descriptors: Callable[[int], bytes] | None = None
    group: tuple[int, int, int] | None = None
    driver: str = ""
    rules: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Identity:
    """What the device descriptor and the strings say."""

    vendor_id: int
    product_id: int
    release: int = 0x0404
    manufacturer: str = ""
    product: str = ""
    serial: str = ""
    triple: tuple[int, int, int] = (0, 0, 0)
    usb_version: int = 0x0200
    power_ma: int = 500
    self_powered: bool = False
    configuration_name: str = ""
    microsoft: bool = False


class Strings:
    """The string table that grows while descriptors are made; index 0 is "no string"."""

    def __init__(self) -> None:
        self._texts: list[str] = []

    def index(self, text: str) -> int:
        """Return the index of a text, taking it in when it is new."""
        if not text:
            return 0
        if text not in self._texts:
            self._texts.append(text)
        return self._texts.index(text) + 1

    def descriptor(self, index: int) -> bytes | None:
        """Return a string descriptor, or None when there is none of that number."""
        if index == 0:
            return struct.pack("<BBH", 4, STRING, _ENGLISH)
        if index > len(self._texts):
            return None
        return string_descriptor(self._texts[index - 1])


def string_descriptor(text: str) -> bytes:
    """Return a text as a string descriptor; what does not fit into 255 bytes is cut off."""
    body = text.encode("utf-16-le")[:252]
    return bytes((len(body) + 2, STRING)) + body


def device_descriptor(identity: Identity, strings: Strings) -> bytes:
    """Return the 18 bytes of the device descriptor."""
    return struct.pack(
        "<BBHBBBBHHHBBBB",
        18,
        DEVICE,
        identity.usb_version,
        *identity.triple,
        64,
        identity.vendor_id,
        identity.product_id,
        identity.release,
        strings.index(identity.manufacturer),
        strings.index(identity.product),
        strings.index(identity.serial),
        1,
    )


def packet_bytes(endpoint: Endpoint, speed: str) -> int:
    """Return ``wMaxPacketSize``: as the endpoint has it, or the most that its speed allows."""
    return endpoint.packet_bytes or _MAX_PACKET_BYTES.get((speed, endpoint.kind), 8)


def configuration_descriptor(
    identity: Identity,
    interfaces: Sequence[tuple[Interface, int, Sequence[int]]],
    strings: Strings,
    *,
    speed: str,
) -> bytes:
    """Return the configuration with all that belongs to it; ``interfaces`` come with number and endpoint addresses."""
    body = b"".join(_interface(one, number, addresses, strings, speed) for one, number, addresses in interfaces)
    attributes = 0x80 | (0x40 if identity.self_powered else 0)
    head = struct.pack(
        "<BBHBBBBB",
        9,
        CONFIGURATION,
        9 + len(body),
        len(interfaces),
        1,
        strings.index(identity.configuration_name),
        attributes,
        identity.power_ma // 2,
    )
    return head + body


def _interface(one: Interface, number: int, addresses: Sequence[int], strings: Strings, speed: str) -> bytes:
    name = strings.index(one.name)
    body = b""
    if one.group is not None:
        body += bytes((8, ASSOCIATION, number, 2, *one.group, name))
    body += bytes((9, INTERFACE, number, 0, len(one.endpoints), *one.triple, name))
    body += one.class_descriptors(number) if one.class_descriptors is not None else b""
    for endpoint, address in zip(one.endpoints, addresses, strict=True):
        size = packet_bytes(endpoint, speed)
        body += struct.pack("<BBBBHB", 7, ENDPOINT, address, endpoint.kind, size, endpoint.interval)
    return body


def bos_descriptor() -> bytes:
    """Return the capabilities of a USB 3 phone on a USB 2 cable: link power management, and SuperSpeed.

    Layout: USB 3.2, 9.6.2; that Android gadgets send these two: Linux, drivers/usb/gadget/composite.c, bos_desc().
    """
    extension = struct.pack("<BBBI", 7, DEVICE_CAPABILITY, 2, 0x0000_0006)
    superspeed = struct.pack("<BBBBHBBH", 10, DEVICE_CAPABILITY, 3, 0, 0x000F, 1, 1, 0x01F4)
    return struct.pack("<BBHB", 5, BOS, 5 + len(extension) + len(superspeed), 2) + extension + superspeed


def microsoft_string() -> bytes:
    """Return string 0xEE, by which Windows knows that it may ask for compatible IDs."""
    body = "MSFT100".encode("utf-16-le") + bytes((MS_VENDOR_CODE, 0))
    return bytes((len(body) + 2, STRING)) + body


def microsoft_compatible_ids(names: Sequence[tuple[int, str]]) -> bytes:
    """Return the extended compatible ID descriptor; each entry is an interface and a name such as ``MTP``."""
    sections = b"".join(struct.pack("<BB8s8s6x", number, 1, name.encode(), b"") for number, name in names)
    return struct.pack("<IHHB7x", 16 + len(sections), 0x0100, 4, len(names)) + sections
