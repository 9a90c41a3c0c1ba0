"""Files of the phone: stat, list, pull, push (AOSP file_sync_protocol.h).

The second version of stat and list is used where the phone has it (64-bit sizes). Pull and push use the first
version everywhere: the second only adds compression. Names from a phone stay data and never become host paths.
"""

from __future__ import annotations

import os
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Protocol

from agent.links.wire import PIECE_BYTES, encoded
from probes import BadInput, CommandFailed, DeviceText, LinkError, OutputTooLarge, ProtocolBroken, show

if TYPE_CHECKING:
    from agent.links.wire import Wire

_REQUEST: Final = struct.Struct("<4sI")
_PATH_MAX_BYTES: Final = 1024
_NAME_MAX_BYTES: Final = 4 * 255
_STAT_V1: Final = struct.Struct("<III")
_STAT_V2: Final = struct.Struct("<IQQIIIIQqqq")
_LENGTH: Final = struct.Struct("<I")
_ERRNO_END: Final = 4096
"""Linux keeps error numbers below this (include/linux/err.h, MAX_ERRNO)."""
_REGULAR_FILE: Final = 0o100000


class Sink(Protocol):
    """Where pulled bytes go: a file that the caller opened."""

    def write(self, data: memoryview, /) -> object:
        """Take all of ``data`` before returning."""
        ...


class Source(Protocol):
    """Where pushed bytes come from."""

    def readinto(self, buffer: memoryview, /) -> int | None:
        """Fill ``buffer`` from its start and return how much; 0 at the end."""
        ...


@dataclass(frozen=True, slots=True)
class FileStat:
    """What the phone says about a name; a symbolic link is not followed.

    Phones without ``stat_v2`` give ``size_bytes`` modulo 2**32.
    """

    mode: int
    size_bytes: int
    mtime_s: int


@dataclass(frozen=True, slots=True)
class DirEntry:
    """One name in a folder. ``errno`` is not 0 where the phone could not stat it."""

    name: DeviceText
    stat: FileStat
    errno: int = 0


@dataclass(frozen=True, slots=True)
class Listing:
    """Names in a folder without ``.`` and ``..``; ``refused`` are names that no file system allows."""

    entries: tuple[DirEntry, ...]
    refused: tuple[DeviceText, ...] = ()


def stat(wire: Wire, path: str | bytes, *, v2: bool) -> FileStat:
    """Ask for mode, size and time of ``path`` on the phone.

    Raises:
        CommandFailed: no such file, or not allowed.
        LinkError: the answer was cut or malformed.
    """
    kind = b"LST2" if v2 else b"STAT"
    _request(wire, kind, _path_bytes(path))
    _identify(wire, kind)
    errno, found = _read_stat(wire, v2=v2)
    wire.expect_silence()
    # version 1 has no error field: a mode of 0 says that lstat() failed
    if errno or not found.mode:
        reason = os.strerror(errno) if 0 < errno < _ERRNO_END else "no such file, or not allowed"
        raise CommandFailed(f"the phone cannot stat {_shown(path)}: {reason}")
    return found


def listdir(wire: Wire, path: str | bytes, *, v2: bool, cap_bytes: int) -> Listing:
    """List a folder of the phone. A missing folder, a forbidden one and an empty one look alike: ``stat`` first.

    Raises:
        OutputTooLarge: the phone lists more than ``cap_bytes``.
        LinkError: the answer was cut or malformed.
    """
    _request(wire, b"LIS2" if v2 else b"LIST", _path_bytes(path))
    entries: list[DirEntry] = []
    refused: list[DeviceText] = []
    kind = b"DNT2" if v2 else b"DENT"
    while _identify(wire, kind, b"DONE") == kind:
        errno, found = _read_stat(wire, v2=v2)
        (length,) = _LENGTH.unpack(wire.exactly(_LENGTH.size))
        if length > _NAME_MAX_BYTES:
            raise ProtocolBroken(f"the phone sent a file name of {length} bytes")
        name = bytes(wire.exactly(length))
        if wire.received_bytes > cap_bytes:
            raise OutputTooLarge(f"the phone lists more than {cap_bytes} bytes of names")
        if name in {b".", b".."}:
            continue
        if not name or b"/" in name or b"\\" in name or b"\0" in name:
            refused.append(DeviceText(name))
        else:
            entries.append(DirEntry(DeviceText(name), found, errno))
    # the end carries an empty entry
    wire.exactly((_STAT_V2 if v2 else _STAT_V1).size + _LENGTH.size)
    wire.expect_silence()
    return Listing(tuple(entries), tuple(refused))


def pull(wire: Wire, path: str | bytes, sink: Sink, *, cap_bytes: int) -> int:
    """Copy a file of the phone into ``sink`` and return its size in bytes.

    Raises:
        CommandFailed: the phone cannot read it.
        OutputTooLarge: it is longer than ``cap_bytes``; the sink then holds at most that much.
        LinkError: the answer was cut or malformed; the sink then holds a part.
    """
    _request(wire, b"RECV", _path_bytes(path))
    total = 0
    while _identify(wire, b"DATA", b"DONE") == b"DATA":
        (length,) = _LENGTH.unpack(wire.exactly(_LENGTH.size))
        if length > PIECE_BYTES:
            raise ProtocolBroken(f"the phone sent a block of {length} bytes (at most {PIECE_BYTES} are allowed)")
        total += length
        if total > cap_bytes:
            raise OutputTooLarge(f"{_shown(path)} is longer than {cap_bytes} bytes")
        sink.write(wire.exactly(length))
    wire.exactly(_LENGTH.size)
    wire.expect_silence()
    return total


def push(wire: Wire, source: Source, path: str | bytes, *, mode: int, mtime_s: int, cap_bytes: int) -> int:
    """Write ``source`` to a file of the phone and return its size in bytes.

    Raises:
        BadInput: the source is longer than ``cap_bytes``; the phone then drops what it has.
        CommandFailed: the phone cannot write it.
        LinkError: the way broke.
    """
    _request(wire, b"SEND", b"%b,%d" % (_path_bytes(path), _REGULAR_FILE | mode))
    total = 0
    try:
        for block in _blocks(source):
            total += len(block) - _REQUEST.size
            if total > cap_bytes:
                raise BadInput(f"the file for {_shown(path)} is longer than {cap_bytes} bytes")
            wire.send(block)
        wire.send(_REQUEST.pack(b"DONE", mtime_s))
    except LinkError:
        # a phone that refuses says why before it stops listening; that reason is worth more than "cut"
        _read_refusal(wire)
        raise
    _identify(wire, b"OKAY")
    wire.exactly(_LENGTH.size)
    wire.expect_silence()
    return total


def _blocks(source: Source) -> Iterator[memoryview]:
    buffer = memoryview(bytearray(_REQUEST.size + PIECE_BYTES))
    while count := source.readinto(buffer[_REQUEST.size :]):
        _REQUEST.pack_into(buffer, 0, b"DATA", count)
        yield buffer[: _REQUEST.size + count]


def _read_refusal(wire: Wire) -> None:
    try:
        _identify(wire, b"OKAY")
    except LinkError:
        return


def _request(wire: Wire, kind: bytes, payload: bytes) -> None:
    wire.send(_REQUEST.pack(kind, len(payload)) + payload)


def _identify(wire: Wire, *expected: bytes) -> bytes:
    """Read the id of the next part; a ``FAIL`` with its text becomes an error."""
    kind = bytes(wire.exactly(4))
    if kind in expected:
        return kind
    if kind != b"FAIL":
        raise ProtocolBroken(f"the phone sent {DeviceText(kind).show()!r} in a file transfer")
    (length,) = _LENGTH.unpack(wire.exactly(_LENGTH.size))
    if length > PIECE_BYTES:
        raise ProtocolBroken(f"the phone sent an error text of {length} bytes")
    text = DeviceText(bytes(wire.exactly(length)))
    wire.expect_silence()
    raise CommandFailed(f"the phone refused the file transfer: {text.show()}")


def _read_stat(wire: Wire, *, v2: bool) -> tuple[int, FileStat]:
    if not v2:
        mode, size, mtime = _STAT_V1.unpack(wire.exactly(_STAT_V1.size))
        return 0, FileStat(mode, size, mtime)
    fields = _STAT_V2.unpack(wire.exactly(_STAT_V2.size))
    errno, _dev, _ino, mode, _nlink, _uid, _gid, size, _atime, mtime, _ctime = fields
    return errno, FileStat(mode, size, mtime)


def _path_bytes(path: str | bytes) -> bytes:
    raw = encoded(path)
    if not raw or b"\0" in raw or len(raw) > _PATH_MAX_BYTES:
        raise BadInput(f"not a path for a phone: {_shown(path)}")
    return raw


def _shown(path: str | bytes) -> str:
    return show(path) if isinstance(path, str) else DeviceText(path).show()
