"""Tethering: the RNDIS interfaces, and the messages by which a host gets to know the adapter (MS-RNDIS 2.2)."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

from hwsim.usb.descriptors import INTERRUPT, Endpoint, Interface
from hwsim.usb.device import Function, Setup, Stall

if TYPE_CHECKING:
    from hwsim.usb.device import Bytes

_SEND_COMMAND, _GET_ANSWER = 0x00, 0x01
_INITIALIZE, _QUERY, _SET, _KEEPALIVE = 2, 4, 5, 8
_DONE = 0x8000_0000
_SUCCESS, _NOT_SUPPORTED = 0, 0xC00000BB
_ADDRESSES = (0x0101_0101, 0x0101_0102)
_FRAME_MAX_BYTES = 1558


class RndisFunction(Function):
    """An Ethernet adapter whose address is known but which leads nowhere: frames are taken and lost."""

    compatible_id = "RNDIS"

    def __init__(self, *, mac: bytes) -> None:
        super().__init__()
        triple = (0xE0, 0x01, 0x03)
        notices = Endpoint(True, INTERRUPT, 8, 9)
        control = Interface(
            triple, (notices,), "RNDIS Communications Control", _union, group=triple, driver="rndis_host"
        )
        data = Interface((10, 0, 0), (Endpoint(True), Endpoint(False)), "RNDIS Ethernet Data", driver="rndis_host")
        self.interfaces = (control, data)
        self._mac = mac
        self._answer = b""

    def control(self, setup: Setup, data: Bytes) -> bytes:
        """Take an encapsulated command, or hand out the answer to the last."""
        if setup.request == _SEND_COMMAND and len(data) >= 12:
            self._answer = self._reply(bytes(data))
            if self._answer:
                self.pipes[0].send(struct.pack("<II", 1, 0))  # RESPONSE_AVAILABLE
            return b""
        if setup.request == _GET_ANSWER:
            answer, self._answer = self._answer, b""
            return answer or b"\0"
        raise Stall

    def _reply(self, said: bytes) -> bytes:
        kind, _length, request = struct.unpack_from("<III", said)
        if kind == _INITIALIZE:
            return _message(kind, request, _SUCCESS, struct.pack("<8I", 1, 0, 1, 0, 1, _FRAME_MAX_BYTES, 0, 0))
        if kind == _QUERY and len(said) >= 16:
            known = struct.unpack_from("<I", said, 12)[0] in _ADDRESSES
            value = self._mac if known else b""
            status = _SUCCESS if known else _NOT_SUPPORTED
            return _message(kind, request, status, struct.pack("<II", len(value), 16 if known else 0) + value)
        return _message(kind, request, _SUCCESS, b"") if kind in (_SET, _KEEPALIVE) else b""


def _message(kind: int, request: int, status: int, body: bytes) -> bytes:
    return struct.pack("<IIII", kind | _DONE, 16 + len(body), request, status) + body


def _union(number: int) -> bytes:
    """CDC functional descriptors, as Linux's f_rndis gadget has them."""
    return (
        bytes.fromhex("0524001001")
        + bytes((5, 0x24, 1, 0, number + 1))
        + bytes.fromhex("04240200")
        + bytes((5, 0x24, 6, number, number + 1))
    )
