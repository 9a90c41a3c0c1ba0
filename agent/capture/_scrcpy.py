"""The microphone through scrcpy's server: an unmodified file that the user names, checked by its hash, never shipped.

Recording only, one source per process, stamps of MONOTONIC in microseconds: nothing that was played can be aligned.
Facts of the wire: version 3.3.4's options and framing (doc/develop.md of its source).
"""

from __future__ import annotations

import hashlib
import secrets
import socket
import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, Final

import numpy as np

from agent.capture._device_time import DeviceTime
from agent.companion import Meanwhile, SoundRows
from agent.links import Deadline, RealClock
from agent.links.wire import Wire
from probes import BadInput, BenchError, LinkError, LinkTimeout, NotSupported, NotUnderstood, SoundOrder

if TYPE_CHECKING:
    from agent.links import AdbLink

NAME: Final = "scrcpy-server"
VERSION: Final = "3.3.4"
SHA256: Final = "8588238c9a5a00aa542906b6ec7e6d5541d9ffb9b5d0f6e1bc0e365e2303079e"
RATE_HZ: Final = 48_000
_CHANNELS: Final = 2
_PLACE: Final = "/data/local/tmp"
_RAW: Final = b"\0raw"
_PACKET: Final = struct.Struct(">QI")
_STAMP_MASK: Final = (1 << 62) - 1  # the two highest bits are flags
_PACKET_MAX_BYTES: Final = 256 * 1024
_SERVER_MAX_BYTES: Final = 1 << 20
_START_S: Final = 8.0
_PATIENCE_S: Final = 10.0
_JUMP: Final = 0.5  # of a packet: what is further apart has lost samples


class ScrcpyMicrophone:
    """Records both channels of the microphone that Android calls unprocessed."""

    name = NAME

    def __init__(self, link: AdbLink, file: Path, time: DeviceTime) -> None:
        self._link = link
        self._file = file
        self._time = time

    def sound(self, order: SoundOrder, *, meanwhile: Meanwhile) -> SoundRows:
        """Record for the ordered time.

        Raises:
            BadInput: the file is not scrcpy's server of this version.
            NotSupported: something is to be played, or this phone refuses.
            LinkError: the way to the phone broke.
        """
        if order.play is not None:
            raise NotSupported("scrcpy's server records, it does not play", link=NAME)
        wanted = round(order.duration_s * RATE_HZ)
        with self._running(order.duration_s) as wire:
            begun_s = self._time.now_s()

            def act() -> None:
                meanwhile(lambda at_s: self._time.wait_until(begun_s + at_s))

            acting = threading.Thread(target=_quietly, args=(act,))
            acting.start()
            try:
                frames, is_whole = _read(wire, wanted)
            finally:
                acting.join()
        rows = frames.T[: len(order.inputs)]
        return SoundRows(np.ascontiguousarray(rows), RATE_HZ, None, is_whole, is_silenced=False)

    @contextmanager
    def _running(self, duration_s: float) -> Iterator[Wire]:
        server, scid = checked(self._file), f"{secrets.randbits(31):08x}"
        path = f"{_PLACE}/pbs-{SHA256[:8]}.jar"
        self._link.push(server, path, deadline_s=20.0, cap_bytes=_SERVER_MAX_BYTES)
        options = (
            f"scid={scid} video=false control=false audio=true audio_codec=raw audio_source=mic-unprocessed "
            "tunnel_forward=true send_device_meta=false"
        )
        command = f"CLASSPATH={path} app_process / com.genymobile.scrcpy.Server {VERSION} {options}"
        deadline_s = duration_s * 2 + _START_S + _PATIENCE_S
        with self._link.program(command, deadline_s=deadline_s):
            local = self._link.forward("tcp:0", f"localabstract:scrcpy_{scid}", deadline_s=5.0)
            try:
                with _dialled(int(local.rpartition(":")[2]), deadline_s) as wire:
                    codec = bytes(wire.exactly(4))
                    if codec != _RAW:
                        raise NotSupported("this phone does not let scrcpy's server record sound", link=NAME)
                    yield wire
            finally:
                with suppress(BenchError):
                    self._link.remove_forward(local, deadline_s=5.0)


def checked(file: Path) -> bytes:
    """Read the server and check that nobody has changed it.

    Raises:
        BadInput: it cannot be read, or is another file.
    """
    try:
        with file.open("rb") as opened:
            server = opened.read(_SERVER_MAX_BYTES)
    except OSError as error:
        raise BadInput(f"cannot read {file}: {error.strerror}", step="scrcpy server") from error
    if hashlib.sha256(server).hexdigest() != SHA256:
        raise BadInput(f"{file} is not the server of scrcpy {VERSION}: its hash differs", step="scrcpy server")
    return server


@contextmanager
def _dialled(port: int, deadline_s: float) -> Iterator[Wire]:
    """Connect until the server's first byte comes: adb accepts before the phone does."""
    deadline, end_s = Deadline.after(RealClock(), deadline_s), monotonic() + _START_S
    pause = threading.Event()
    while True:
        wire = Wire(socket.create_connection(("127.0.0.1", port), timeout=_START_S), deadline)
        try:
            wire.exactly(1)
            break
        except LinkError as error:
            wire.close()
            if isinstance(error, LinkTimeout) or monotonic() > end_s:
                raise NotSupported("scrcpy's server does not start on this phone", link=NAME) from error
            pause.wait(0.05)
    try:
        yield wire
    finally:
        wire.close()


def _read(wire: Wire, wanted: int) -> tuple[np.ndarray[tuple[int, int], np.dtype[np.int16]], bool]:
    """Read packets until there are so many frames; tell whether their stamps follow each other."""
    blocks, frames, is_whole = [], 0, True
    next_us: float | None = None
    while frames < wanted:
        stamp, size = _PACKET.unpack(wire.exactly(_PACKET.size))
        if size > _PACKET_MAX_BYTES or size % (2 * _CHANNELS):
            raise NotUnderstood("scrcpy's server sends no whole frames", link=NAME)
        block = np.frombuffer(b"".join(bytes(piece) for piece in wire.pieces(size)), "<i2").reshape(-1, _CHANNELS)
        length_us = len(block) / RATE_HZ * 1e6
        stamp_us = stamp & _STAMP_MASK
        if next_us is not None and abs(stamp_us - next_us) > _JUMP * length_us:
            is_whole = False
        next_us = stamp_us + length_us
        blocks.append(block)
        frames += len(block)
    return np.concatenate(blocks)[:wanted].astype(np.int16), is_whole


def _quietly(act: Callable[[], None]) -> None:
    """Run what is done meanwhile; a motor that does not run shows in what was recorded."""
    with suppress(BenchError):
        act()
