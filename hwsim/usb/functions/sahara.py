"""Qualcomm's emergency download (05c6:9008): the Sahara protocol up to the point where a loader would be sent.

Packets and numbers as public tools use them (linux-msm/qdl, sahara.c; bkerler/edl). Not verified on a real phone.
No loader is accepted: the chip says that the image's signature is wrong, as it does for a stranger's loader.
"""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

from hwsim.usb.descriptors import Endpoint, Interface
from hwsim.usb.device import Function

if TYPE_CHECKING:
    from hwsim.usb.device import Bytes

_HELLO, _HELLO_ANSWER, _READ_DATA, _END_IMAGE, _RESET, _RESET_ANSWER = 1, 2, 3, 4, 7, 8
_COMMAND_READY, _SWITCH_MODE, _EXECUTE, _EXECUTE_ANSWER, _EXECUTE_DATA = 0xB, 0xC, 0xD, 0xE, 0xF
_MODE_IMAGE, _MODE_COMMAND = 0, 3
_HEAD = struct.Struct("<II")
_LOADER, _HEADER_BYTES = 13, 0x34
_BAD_SIGNATURE = 0x0F
_SERIAL, _HARDWARE_ID, _KEY_HASH = 1, 2, 3


class SaharaFunction(Function):
    """The chip's boot ROM; ``chip_serial`` and ``hardware_id`` are numbers, ``key_hash`` is 32 bytes, said thrice."""

    interfaces = (Interface(triple=(0xFF, 0xFF, 0x10), endpoints=(Endpoint(True), Endpoint(False))),)

    def __init__(self, *, chip_serial: int, hardware_id: int, key_hash: bytes) -> None:
        super().__init__()
        self._facts = {
            _SERIAL: struct.pack("<I", chip_serial),
            _HARDWARE_ID: struct.pack("<Q", hardware_id) * 3,
            _KEY_HASH: key_hash * 3,
        }
        self._loading = False

    def attached(self) -> None:
        """Say hello unasked, as the boot ROM does."""
        self._loading = False
        self._hello(_MODE_IMAGE)

    def received(self, data: Bytes) -> None:
        """Answer one packet; image data is no packet."""
        if self._loading:
            self._loading = False
            self._say(_END_IMAGE, struct.pack("<II", _LOADER, _BAD_SIGNATURE))
            return
        if len(data) < _HEAD.size:
            return
        command, _length = _HEAD.unpack_from(data)
        words = struct.unpack_from(f"<{(len(data) - 8) // 4}I", data, 8)
        if command == _HELLO_ANSWER and len(words) > 3 and words[3] == _MODE_COMMAND:
            self._say(_COMMAND_READY)
        elif command == _HELLO_ANSWER:
            self._loading = True
            self._say(_READ_DATA, struct.pack("<III", _LOADER, 0, _HEADER_BYTES))
        elif command == _EXECUTE and words:
            self._say(_EXECUTE_ANSWER, struct.pack("<II", words[0], len(self._facts.get(words[0], b""))))
        elif command == _EXECUTE_DATA and words:
            self.send(self._facts.get(words[0], b""))
        elif command == _SWITCH_MODE and words:
            self._hello(words[0])
        elif command == _RESET:
            self._say(_RESET_ANSWER)

    def _hello(self, mode: int) -> None:
        self._say(_HELLO, struct.pack("<IIII24x", 2, 1, 0x400, mode))

    def _say(self, command: int, body: bytes = b"") -> None:
        self.send(_HEAD.pack(command, _HEAD.size + len(body)) + body)
