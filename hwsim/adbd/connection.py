"""One adb host on the line: handshake, authorisation, and the table of open streams."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import struct
from typing import TYPE_CHECKING, cast

from hwsim.adbd import auth
from hwsim.adbd.packet import (
    A_AUTH,
    A_CLSE,
    A_CNXN,
    A_OKAY,
    A_OPEN,
    A_WRTE,
    MAX_PAYLOAD_BYTES,
    VERSION_SKIP_CHECKSUM,
    Framer,
    FramingError,
    Packet,
    checksum,
    encode_header,
)
from hwsim.adbd.reverse import Reversals
from hwsim.adbd.services import serve
from hwsim.adbd.stream import WINDOW_BYTES, Stream, StreamClosed

if TYPE_CHECKING:
    from hwsim.adbd.machine import Front
    from hwsim.adbd.packet import Payload

_DELAYED_ACK = b"delayed_ack"
_LINGER_NOT = struct.pack("ii", 1, 0)  # struct linger: on, for no time
_SMALL_BYTES = 4096  # below this, header and payload leave in one segment


class Connection(asyncio.BufferedProtocol):
    """The daemon's end of one TCP connection."""

    def __init__(self, front: Front) -> None:
        self.front = front
        self.max_payload_bytes = MAX_PAYLOAD_BYTES
        self.online = False
        self.delayed_ack = False
        self.reversals = Reversals()
        self._framer = Framer()
        self._transport: asyncio.Transport | None = None
        self._socket: socket.socket | None = None
        self._streams: dict[int, Stream] = {}
        self._tasks: dict[int, asyncio.Task[None]] = {}
        self._next_id = 1
        self._sums = True
        self._made = False
        self._token = b""
        self._pending_key: auth.PublicKey | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Prepare the socket: small packets must not wait for one another."""
        self._made = True
        self._transport = cast("asyncio.Transport", transport)
        self._socket = transport.get_extra_info("socket")
        if self._socket is not None:
            self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def connection_lost(self, _exc: Exception | None) -> None:
        """Close all streams: the host is gone."""
        self._transport = None
        for stream in list(self._streams.values()):
            stream.on_close()
        self._streams.clear()
        for task in list(self._tasks.values()):
            task.cancel()

    def get_buffer(self, _sizehint: int) -> memoryview:
        """Say where the next bytes go."""
        return self._framer.buffer()

    def buffer_updated(self, nbytes: int) -> None:
        """Take bytes from the wire; what is no packet ends the connection."""
        if self._socket is not None:
            # The host writes header and payload apart with Nagle on: a delayed ACK of ours would cost it 40 ms.
            self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_QUICKACK, 1)
        try:
            for packet in self._framer.advance(nbytes):
                self._take(packet)
        except FramingError:
            self.abort()

    def send(self, command: int, arg0: int, arg1: int, payload: Payload = b"") -> None:
        """Send one packet; nothing happens when the link is gone."""
        if self._transport is None:
            return
        header = encode_header(command, arg0, arg1, payload, with_checksum=self._sums)
        if len(payload) <= _SMALL_BYTES:
            self._transport.write(header + payload)
        else:
            self._transport.write(header)
            self._transport.write(payload)

    def send_raw(self, data: bytes) -> None:
        """Send bytes that need not be a packet."""
        if self._transport is not None:
            self._transport.write(data)

    @property
    def alive(self) -> bool:
        """Tell whether the link can still carry something (or is just being made)."""
        return self._transport is not None or not self._made

    def abort(self, *, reset: bool = False) -> None:
        """Drop the link at once, as when the cable is pulled; ``reset`` tells the host so with a TCP reset."""
        if self._transport is not None:
            if reset and self._socket is not None:
                self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _LINGER_NOT)
            self._transport.abort()

    def forget(self, stream: Stream) -> None:
        """Take a closed stream off the table."""
        self._streams.pop(stream.local_id, None)

    def tap_allow(self) -> bool:
        """The owner taps "allow": remember the key offered last; False when none was offered."""
        if self._pending_key is None:
            return False
        self.front.gate.allowed.add(self._pending_key)
        self._accept()
        return True

    def call_host(self, service: str) -> Stream:
        """Open a stream from the phone's side; ``Stream.opened`` tells whether the host accepts it."""
        stream = Stream(self, local_id=self._next_id, remote_id=0, service=service)
        self._next_id += 1
        self._streams[stream.local_id] = stream
        window_bytes = WINDOW_BYTES if self.delayed_ack else 0
        self.send(A_OPEN, stream.local_id, window_bytes, service.encode("utf-8", "surrogateescape") + b"\0")
        return stream

    def _take(self, packet: Packet) -> None:
        if self.front.gate.silent:
            return
        if packet.command == A_CNXN:
            self._on_connect(packet)
            return
        if self._sums and packet.payload and checksum(packet.payload) != packet.checksum:
            raise FramingError("payload does not match its sum")
        if packet.command == A_AUTH:
            self._on_auth(packet)
        elif self.online:
            self._on_stream_packet(packet)

    def _on_connect(self, packet: Packet) -> None:
        self._sums = packet.arg0 < VERSION_SKIP_CHECKSUM
        self.max_payload_bytes = max(1, min(packet.arg1, MAX_PAYLOAD_BYTES))
        self.delayed_ack = _DELAYED_ACK in _features(bytes(packet.payload)) & _features(self.front.machine.banner())
        if self.front.gate.auth_required:
            self._challenge()
        else:
            self._accept()

    def _challenge(self) -> None:
        self._token = self.front.token()
        self.send(A_AUTH, auth.AUTH_TOKEN, 0, self._token)

    def _accept(self) -> None:
        self.online = True
        self.send(A_CNXN, VERSION_SKIP_CHECKSUM, self.max_payload_bytes, self.front.machine.banner())

    def _on_auth(self, packet: Packet) -> None:
        payload = bytes(packet.payload)
        if packet.arg0 == auth.AUTH_SIGNATURE:
            known = self.front.gate.allowed
            if any(auth.signature_matches(key, token=self._token, signature=payload) for key in known):
                self._accept()
            else:
                self._challenge()
        elif packet.arg0 == auth.AUTH_RSAPUBLICKEY:
            self._pending_key = auth.parse_public_key(payload)

    def _on_stream_packet(self, packet: Packet) -> None:
        if packet.command == A_OPEN:
            self._on_open(packet)
            return
        stream = self._streams.get(packet.arg1)
        if stream is None:
            if packet.command == A_WRTE:
                self.send(A_CLSE, 0, packet.arg0)
        elif packet.command == A_OKAY:
            stream.on_okay(packet.arg0, packet.payload)
        elif packet.command == A_WRTE:
            stream.on_write(packet.payload)
        elif packet.command == A_CLSE:
            self._on_close(stream)

    def _on_close(self, stream: Stream) -> None:
        self._streams.pop(stream.local_id, None)
        stream.on_close()
        if stream.remote_id:
            self.send(A_CLSE, stream.local_id, stream.remote_id)
        task = self._tasks.get(stream.local_id)
        if task is not None:
            task.cancel()

    def _on_open(self, packet: Packet) -> None:
        # adb ends the service string with NUL, other hosts do not.
        service = bytes(packet.payload).split(b"\0", 1)[0].decode("utf-8", "surrogateescape")
        local_id = self._next_id
        self._next_id += 1
        window_bytes = packet.arg1 if self.delayed_ack else 0
        stream = Stream(self, local_id=local_id, remote_id=packet.arg0, service=service, window_bytes=window_bytes)
        stream.chaos = self.front.draw_chaos(service)
        self._streams[local_id] = stream
        task = asyncio.get_running_loop().create_task(self._serve(stream))
        self._tasks[local_id] = task
        task.add_done_callback(lambda _task: self._tasks.pop(local_id, None))

    async def _serve(self, stream: Stream) -> None:
        try:
            with contextlib.suppress(StreamClosed, asyncio.CancelledError):
                await serve(stream, self.front.machine)
        finally:
            stream.close()


def _features(banner: bytes) -> set[bytes]:
    return set(banner.rstrip(b"\0").rpartition(b"features=")[2].rstrip(b";").split(b","))
