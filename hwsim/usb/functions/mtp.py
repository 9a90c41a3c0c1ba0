"""MTP as Android phones speak it, as far as a host goes to find out which phone it is: session, device, storage.

Containers and codes: USB Still Image class 1.0 and MTP 1.1. The list of operations is the one that AOSP's MtpServer
announces, less those that are not served here.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import TYPE_CHECKING

from hwsim.usb.descriptors import INTERRUPT, Endpoint, Interface
from hwsim.usb.device import Function, Setup, Stall

if TYPE_CHECKING:
    from collections.abc import Callable

    from hwsim.usb.device import Bytes

_COMMAND, _DATA, _RESPONSE = 1, 2, 3
_HEAD = struct.Struct("<IHHI")
_OK, _NO_SESSION, _NOT_SUPPORTED, _BAD_STORAGE = 0x2001, 0x2003, 0x2005, 0x2008
_BAD_PROPERTY, _BAD_OBJECT, _ALREADY_OPEN = 0x200A, 0x2009, 0x201E
_STORAGE = 0x0001_0001
_BATTERY, _FRIENDLY_NAME = 0x5001, 0xD402
_UINT8, _TEXT = 0x0002, 0xFFFF
_FOLDER_FORMAT = 0x3001
_OBJECT_PROPERTIES = (0xDC01, 0xDC02, 0xDC04, 0xDC07, 0xDC0B, 0xDC41)  # storage, format, size, name, parent, id
_GET_STATUS, _CANCEL, _RESET = 0x67, 0x64, 0x66


@dataclass(frozen=True)
class Handset:
    """What MTP tells of the phone; ``battery_percent`` and ``unlocked`` are asked anew each time."""

    maker: str
    model: str
    version: str
    serial: str
    capacity_bytes: int
    free_bytes: Callable[[], int]
    battery_percent: Callable[[], int]
    unlocked: Callable[[], bool]


class _Refused(Exception):
    def __init__(self, code: int) -> None:
        super().__init__(hex(code))
        self.code = code


class MtpFunction(Function):
    """The MTP interface; with ``ptp`` it calls itself a camera. A locked phone has no storage, as on a real one."""

    def __init__(self, handset: Handset, *, ptp: bool = False) -> None:
        super().__init__()
        ends = (Endpoint(True), Endpoint(False), Endpoint(True, INTERRUPT, 28, 6))
        triple = (6, 1, 1) if ptp else (0xFF, 0xFF, 0)
        self.interfaces = (Interface(triple=triple, endpoints=ends, name="PTP" if ptp else "MTP"),)
        self.compatible_id = "PTP" if ptp else "MTP"
        self._handset = handset
        self._session = 0

    def attached(self) -> None:
        """Begin without a session."""
        self._session = 0

    def control(self, setup: Setup, _data: Bytes) -> bytes:
        """Answer the class requests of the still image class."""
        if setup.request == _GET_STATUS:
            return struct.pack("<HH", 4, _OK)
        if setup.request in (_CANCEL, _RESET):
            return b""
        raise Stall

    def received(self, data: Bytes) -> None:
        """Answer one command; data of the host's is taken and not kept."""
        if len(data) < _HEAD.size:
            return
        _length, kind, code, transaction = _HEAD.unpack_from(data)
        if kind != _COMMAND:
            return
        words = struct.unpack_from(f"<{(len(data) - _HEAD.size) // 4}I", data, _HEAD.size)
        try:
            answer = self._answer(code, (*words, 0, 0, 0))
        except _Refused as refused:
            self._container(_RESPONSE, refused.code, transaction, b"")
            return
        if answer is not None:
            self._container(_DATA, code, transaction, answer)
        self._container(_RESPONSE, _OK, transaction, b"")

    def _container(self, kind: int, code: int, transaction: int, body: bytes) -> None:
        self.send(_HEAD.pack(_HEAD.size + len(body), kind, code, transaction) + body)

    def _answer(self, code: int, words: tuple[int, ...]) -> bytes | None:
        if code == 0x1001:
            return self._device_info()
        if code == 0x1002:
            if self._session:
                raise _Refused(_ALREADY_OPEN)
            self._session = words[0]
            return None
        if not self._session:
            raise _Refused(_NO_SESSION)
        if code == 0x1003:
            self._session = 0
            return None
        if code not in _IN_SESSION:
            raise _Refused(_NOT_SUPPORTED)
        answer: bytes = getattr(self, _IN_SESSION[code])(words)
        return answer

    def _device_info(self) -> bytes:
        phone = self._handset
        head = struct.pack("<HIH", 100, 6, 100) + _text("microsoft.com: 1.0; android.com: 1.0;") + struct.pack("<H", 0)
        operations = sorted((0x1001, 0x1002, 0x1003, *_IN_SESSION))
        formats = [_FOLDER_FORMAT, 0x3000, 0x3801]
        lists: list[list[int]] = [operations, [0x4004, 0x4005], [_BATTERY, _FRIENDLY_NAME], [], formats]
        body = b"".join(_array("H", numbers) for numbers in lists)
        return head + body + b"".join(map(_text, (phone.maker, phone.model, phone.version, phone.serial)))

    def _storages(self, _words: tuple[int, ...]) -> bytes:
        return _array("I", [_STORAGE] if self._handset.unlocked() else [])

    def _storage(self, words: tuple[int, ...]) -> bytes:
        if words[0] != _STORAGE or not self._handset.unlocked():
            raise _Refused(_BAD_STORAGE)
        fixed, hierarchy, writable = 3, 2, 0
        sizes = struct.pack("<QQI", self._handset.capacity_bytes, self._handset.free_bytes(), 0x4000_0000)
        head = struct.pack("<HHH", fixed, hierarchy, writable)
        return head + sizes + _text("Internal shared storage") + _text("")

    def _handles(self, _words: tuple[int, ...]) -> bytes:
        return _array("I", [])

    def _object(self, _words: tuple[int, ...]) -> bytes:
        raise _Refused(_BAD_OBJECT)

    def _property(self, words: tuple[int, ...]) -> bytes:
        if words[0] == _BATTERY:
            return bytes((self._handset.battery_percent(),))
        if words[0] == _FRIENDLY_NAME:
            return _text(self._handset.model)
        raise _Refused(_BAD_PROPERTY)

    def _property_description(self, words: tuple[int, ...]) -> bytes:
        now = self._property(words)
        if words[0] == _BATTERY:
            return struct.pack("<HHB", _BATTERY, _UINT8, 0) + b"\0" + now + bytes((1, 0, 100, 1))
        return struct.pack("<HHB", _FRIENDLY_NAME, _TEXT, 0) + _text("") + now + b"\0"

    def _object_properties(self, _words: tuple[int, ...]) -> bytes:
        return _array("H", list(_OBJECT_PROPERTIES))

    def _object_property(self, words: tuple[int, ...]) -> bytes:
        if words[0] not in _OBJECT_PROPERTIES:
            raise _Refused(_BAD_PROPERTY)
        kind, empty = {0xDC02: (4, 2), 0xDC04: (8, 8), 0xDC41: (10, 16)}.get(words[0], (6, 4))
        if words[0] == 0xDC07:
            return struct.pack("<HHB", words[0], _TEXT, 0) + _text("") + bytes(5)
        return struct.pack("<HHB", words[0], kind, 0) + bytes(empty) + bytes(5)


_IN_SESSION = {
    0x1004: "_storages",
    0x1005: "_storage",
    0x1007: "_handles",
    0x1008: "_object",
    0x1014: "_property_description",
    0x1015: "_property",
    0x9801: "_object_properties",
    0x9802: "_object_property",
}


def _text(text: str) -> bytes:
    if not text:
        return b"\0"
    body = f"{text[:254]}\0".encode("utf-16-le")
    return bytes((len(body) // 2,)) + body


def _array(kind: str, numbers: list[int]) -> bytes:
    return struct.pack(f"<I{len(numbers)}{kind}", len(numbers), *numbers)
