"""adb on two bulk pipes: each packet's header and payload are messages of their own (packages/modules/adb, docs)."""

from __future__ import annotations

import asyncio
import struct
from typing import TYPE_CHECKING

from hwsim.adbd.packet import A_CNXN, HEADER
from hwsim.usb.descriptors import Endpoint, Interface
from hwsim.usb.device import Function

if TYPE_CHECKING:
    from collections.abc import Callable

    from hwsim.adbd.connection import Connection
    from hwsim.usb.device import Bytes

_COMMAND = struct.Struct("<I")
_MASK = 0xFFFFFFFF


class AdbFunction(Function):
    """The phone's adb interface. ``make_connection`` is the daemon's; ``on_abort`` hears that it dropped the link."""

    interfaces = (
        Interface(triple=(0xFF, 0x42, 0x01), endpoints=(Endpoint(False), Endpoint(True)), name="ADB Interface"),
    )

    def __init__(self, make_connection: Callable[[], Connection], *, on_abort: Callable[[], None]) -> None:
        super().__init__()
        self._make_connection = make_connection
        self._on_abort = on_abort
        self._connection: Connection | None = None
        self._transport: _Bulk | None = None
        self._used = False

    def attached(self) -> None:
        """Begin with a daemon that has heard nothing yet."""
        self._renew()

    def detached(self) -> None:
        """End: the daemon's streams close."""
        self._drop()

    def received(self, data: Bytes) -> None:
        """Hand bytes to the daemon; a host that says hello again has forgotten what was open."""
        if len(data) == HEADER.size and _COMMAND.unpack_from(data)[0] == A_CNXN and self._used:
            self._renew()
        connection, view = self._connection, memoryview(data)
        self._used = True
        while view and connection is not None and connection is self._connection:
            space = connection.get_buffer(len(view))
            count = min(len(space), len(view))
            space[:count] = view[:count]
            connection.buffer_updated(count)
            view = view[count:]

    def _renew(self) -> None:
        self._drop()
        self.bulk_in.clear()
        self._used = False
        self._connection = self._make_connection()
        self._transport = _Bulk(self.send, self._aborted)
        self._connection.connection_made(self._transport)

    def _drop(self) -> None:
        connection, self._connection = self._connection, None
        if self._transport is not None:
            self._transport.dead = True
        if connection is not None:
            connection.connection_lost(None)

    def _aborted(self) -> None:
        self._drop()
        self._on_abort()


class _Bulk(asyncio.Transport):
    """What a connection writes to: it finds where header and payload part."""

    def __init__(self, send: Callable[[Bytes], None], on_abort: Callable[[], None]) -> None:
        super().__init__()
        self._send = send
        self._on_abort = on_abort
        self._payload_bytes = 0
        self.dead = False

    def write(self, data: Bytes) -> None:
        """Send whole packets, or what is no packet as it is."""
        view = memoryview(data)
        while view and not self.dead:
            count = self._payload_bytes
            if not count:
                count = HEADER.size
                fields = HEADER.unpack_from(view) if len(view) >= count else (0,) * 6
                is_header = fields[0] ^ _MASK == fields[5]
                self._payload_bytes = fields[3] if is_header else 0
                count = count if is_header else len(view)
            else:
                self._payload_bytes = 0
            self._send(bytes(view[:count]))
            view = view[count:]

    def abort(self) -> None:
        """Drop the link: on USB the device leaves the bus for a moment."""
        if not self.dead:
            self.dead = True
            self._on_abort()

    def close(self) -> None:
        """Drop the link."""
        self.abort()
