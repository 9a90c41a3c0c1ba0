"""The ``sync:`` service, versions 1 and 2, without compression.

Source of the layouts: packages/modules/adb, SYNC.TXT and file_sync_protocol.h.
"""

from __future__ import annotations

import stat
import struct
from typing import TYPE_CHECKING

from hwsim.adbd.machine import FileRefused, FileStat

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hwsim.adbd.machine import Files
    from hwsim.adbd.packet import Payload
    from hwsim.adbd.stream import Stream

_REQUEST = struct.Struct("<4sI")
_STAT_V1 = struct.Struct("<4sIII")
_STAT_V2 = struct.Struct("<4sI2Q4IQ3q")
_DENT_V1 = struct.Struct("<4s4I")
_DENT_V2 = struct.Struct("<4sI2Q4IQ3qI")
_DATA_MAX_BYTES = 64 * 1024
_CHUNKS_PER_WRITE = 15  # fifteen DATA chunks with their heads stay below one packet of 1 MiB
_PATH_MAX_BYTES = 1024
_DEVICE_ID = 0xFD05
_SHELL_ID = 2000


class _EndOfRequests(Exception):
    """The host quit or left."""


class _Reader:
    """Exact reads from a stream of payloads, without copies for what lies in one piece."""

    def __init__(self, stream: Stream) -> None:
        self._stream = stream
        self._view = memoryview(b"")

    async def exactly(self, count: int) -> Payload:
        """Return ``count`` bytes or raise _EndOfRequests."""
        if count <= len(self._view):
            head, self._view = self._view[:count], self._view[count:]
            return head
        parts = bytearray(self._view)
        self._view = memoryview(b"")
        while len(parts) < count:
            piece = await self._stream.read()
            if not piece:
                raise _EndOfRequests
            need = count - len(parts)
            parts += memoryview(piece)[:need]
            self._view = memoryview(piece)[need:]
        return parts


async def serve_sync(stream: Stream, files: Files) -> None:
    """Answer sync requests until QUIT."""
    session = _Session(stream, files)
    try:
        while True:
            await session.answer_one()
    except _EndOfRequests:
        return


class _Session:
    """One sync stream."""

    def __init__(self, stream: Stream, files: Files) -> None:
        self._stream = stream
        self._files = files
        self._reader = _Reader(stream)

    async def answer_one(self) -> None:
        """Read one request and answer it."""
        request, length = _REQUEST.unpack(await self._reader.exactly(_REQUEST.size))
        if request == b"QUIT":
            raise _EndOfRequests
        if length > _PATH_MAX_BYTES:
            await self._fail("path too long")
            raise _EndOfRequests
        path = bytes(await self._reader.exactly(length)).decode("utf-8", "surrogateescape")
        if request == b"STAT":
            await self._stream.write(_STAT_V1.pack(b"STAT", *self._stat_v1(path)))
        elif request in (b"STA2", b"LST2"):
            await self._stream.write(self._stat_v2(request, path, follow=request == b"STA2"))
        elif request in (b"LIST", b"LIS2"):
            await self._list(path, version=2 if request == b"LIS2" else 1)
        elif request in (b"RECV", b"RCV2"):
            if request == b"RCV2":
                await self._reader.exactly(_REQUEST.size)  # id again, flags: no compression was advertised
            await self._receive(path)
        elif request in (b"SEND", b"SND2"):
            await self._send(path, version=2 if request == b"SND2" else 1)
        else:
            await self._fail(f"unknown command {request!r}")
            raise _EndOfRequests

    def _stat_v1(self, path: str) -> tuple[int, int, int]:
        try:
            found = self._files.stat(path, follow=False)
        except FileRefused:
            return (0, 0, 0)
        return (found.mode, found.size_bytes & 0xFFFFFFFF, found.mtime_s)

    def _stat_v2(self, tag: bytes, path: str, *, follow: bool) -> bytes:
        try:
            found = self._files.stat(path, follow=follow)
        except FileRefused as refusal:
            return _STAT_V2.pack(tag, refusal.errno_code, *(0,) * 10)
        return _STAT_V2.pack(tag, 0, *_stat_fields(path, found))

    async def _list(self, path: str, *, version: int) -> None:
        reply = b"".join(self._entries(path, version))
        done = _DENT_V2.pack(b"DONE", *(0,) * 12) if version > 1 else _DENT_V1.pack(b"DONE", 0, 0, 0, 0)
        await self._stream.write(reply + done)

    def _entries(self, path: str, version: int) -> Iterator[bytes]:
        try:
            names = self._files.names(path)
        except FileRefused:
            return
        for name in [".", "..", *names]:
            raw = name.encode("utf-8", "surrogateescape")
            try:
                found = self._files.stat(f"{path.rstrip('/')}/{name}", follow=False)
            except FileRefused as refusal:
                if version > 1:
                    yield _DENT_V2.pack(b"DNT2", refusal.errno_code, *(0,) * 10, len(raw)) + raw
                continue
            if version > 1:
                yield _DENT_V2.pack(b"DNT2", 0, *_stat_fields(path + name, found), len(raw)) + raw
            else:
                yield _DENT_V1.pack(b"DENT", found.mode, found.size_bytes & 0xFFFFFFFF, found.mtime_s, len(raw)) + raw

    async def _receive(self, path: str) -> None:
        try:
            content = memoryview(self._files.read(path))
        except FileRefused as refusal:
            await self._fail(f"open failed: {refusal.reason}")
            return
        parts: list[Payload] = []
        for at in range(0, len(content), _DATA_MAX_BYTES):
            chunk = content[at : at + _DATA_MAX_BYTES]
            parts += (_REQUEST.pack(b"DATA", len(chunk)), chunk)
            if len(parts) >= 2 * _CHUNKS_PER_WRITE:
                await self._stream.write(b"".join(parts))
                parts = []
        parts.append(_REQUEST.pack(b"DONE", 0))
        await self._stream.write(b"".join(parts))

    async def _send(self, path: str, *, version: int) -> None:
        if version > 1:
            _tag, mode, _flags = struct.unpack("<4sII", await self._reader.exactly(12))
        else:
            path, _, mode_text = path.rpartition(",")
            mode = int(mode_text) if mode_text.isdigit() else 0o644
        refusal: FileRefused | None = None
        try:
            self._files.check_writable(path)
        except FileRefused as error:
            refusal = error
        content = bytearray()
        while True:
            tag, length = _REQUEST.unpack(await self._reader.exactly(_REQUEST.size))
            if tag == b"DONE":
                break
            if tag != b"DATA" or length > _DATA_MAX_BYTES:
                await self._fail("invalid data message")
                raise _EndOfRequests
            chunk = await self._reader.exactly(length)
            if refusal is None:
                content += chunk
        if refusal is None:
            refusal = self._store(path, content, mode=mode, mtime_s=length)
        if refusal is not None:
            await self._fail(f"couldn't create file: {refusal.reason}")
        else:
            await self._stream.write(_REQUEST.pack(b"OKAY", 0))

    def _store(self, path: str, content: bytearray, *, mode: int, mtime_s: int) -> FileRefused | None:
        try:
            self._files.write(path, content, mode=mode, mtime_s=mtime_s)
        except FileRefused as refusal:
            return refusal
        return None

    async def _fail(self, reason: str) -> None:
        raw = reason.encode()
        await self._stream.write(_REQUEST.pack(b"FAIL", len(raw)) + raw)


def _stat_fields(path: str, found: FileStat) -> tuple[int, ...]:
    """Return device, inode, mode, links, owner, group, size and three times."""
    inode = sum(path.encode("utf-8", "surrogateescape")) & 0xFFFFFF
    links = 2 if stat.S_ISDIR(found.mode) else 1
    times = (found.mtime_s,) * 3
    return (_DEVICE_ID, inode, found.mode, links, _SHELL_ID, _SHELL_ID, found.size_bytes, *times)
