"""Makers' download modes on a CDC ACM line: MediaTek's preloader and boot ROM, Samsung's Odin.

Handshakes as public tools speak them (mtkclient; Heimdall). Not verified on a real phone. Nothing can be written.
"""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from hwsim.usb.device import Bytes

_HANDSHAKE = b"\xa0\x0a\x50\x05"
_HW_CODE, _HW_SW_VERSION, _TARGET_CONFIG, _LOADER_VERSION, _ROM_VERSION = 0xFD, 0xFC, 0xD8, 0xFE, 0xFF
_OK = b"\0\0"
_SECURED = 0x0000_00E7  # secure boot, SLA, DAA and what else a phone from a shop has switched on
_BEGIN, _END = 0x64, 0x67


class MediatekBoot:
    """The first loader (``preloader``) or the boot ROM of a MediaTek chip: handshake, then questions of one byte."""

    def __init__(self, send: Callable[[Bytes], None], *, hw_code: int, preloader: bool) -> None:
        self._send = send
        self._greeted = 0
        self._answers = {
            _HW_CODE: struct.pack(">H", hw_code) + _OK,
            _HW_SW_VERSION: struct.pack(">HHH", 0x8A00, 0xCA00, 0x0000) + _OK,
            _TARGET_CONFIG: struct.pack(">I", _SECURED) + _OK,
        }
        self._versions = {_LOADER_VERSION: b"\x01", _ROM_VERSION: b"\x05"} if preloader else {_ROM_VERSION: b"\x05"}
        if preloader:
            send(b"READY")

    def feed(self, data: bytes) -> None:
        """Answer byte by byte: the complement during the handshake, then an echo with what was asked for."""
        for byte in data:
            if self._greeted < len(_HANDSHAKE):
                self._greet(byte)
            elif byte in self._versions:
                self._send(self._versions[byte])
            else:
                self._send(bytes((byte,)) + self._answers.get(byte, b""))

    def close(self) -> None:
        """The cable is out."""

    def _greet(self, byte: int) -> None:
        if byte == _HANDSHAKE[self._greeted]:
            self._greeted += 1
            self._send(bytes((byte ^ 0xFF,)))
        else:
            self._greeted = 0


class OdinLoader:
    """Samsung's download mode: ``ODIN`` is answered with ``LOKE``; a session can be begun and ended."""

    def __init__(self, send: Callable[[Bytes], None]) -> None:
        self._send = send

    def feed(self, data: bytes) -> None:
        """Answer one packet."""
        if data == b"ODIN":
            self._send(b"LOKE")
        elif len(data) >= 8:
            request, kind = struct.unpack_from("<II", data)
            if request in (_BEGIN, _END):
                value = 0x0003_0000 if request == _BEGIN and kind == 0 else 0  # the packet size that it takes
                self._send(struct.pack("<II", request, value))

    def close(self) -> None:
        """The cable is out."""
