"""Reads what a dex file defines and refers to (format: source.android.com, "Dalvik executable format")."""

from __future__ import annotations

import struct
from dataclasses import dataclass

_STRINGS, _TYPES, _FIELDS, _METHODS, _CLASSES = 0x38, 0x40, 0x50, 0x58, 0x60


@dataclass(frozen=True)
class Dex:
    """Names in a dex: of its strings, of its own classes, and of members as ``class.name``."""

    version: bytes
    strings: frozenset[str]
    classes: frozenset[str]
    members: frozenset[str]


def read_dex(data: bytes) -> Dex:
    """Read a dex file."""

    def table(at: int, size: int) -> list[int]:
        count, offset = struct.unpack_from("<II", data, at)
        return [offset + size * index for index in range(count)]

    strings = [_string(data, struct.unpack_from("<I", data, at)[0]) for at in table(_STRINGS, 4)]
    types = [_readable(strings[struct.unpack_from("<I", data, at)[0]]) for at in table(_TYPES, 4)]
    members = set()
    for at in table(_FIELDS, 8) + table(_METHODS, 8):
        owner, _kind, name = struct.unpack_from("<HHI", data, at)
        members.add(f"{types[owner]}.{strings[name]}")
    classes = {types[struct.unpack_from("<I", data, at)[0]] for at in table(_CLASSES, 32)}
    return Dex(data[4:7], frozenset(strings), frozenset(classes), frozenset(members))


def _string(data: bytes, at: int) -> str:
    while data[at] & 0x80:  # the length, seven bits in each byte
        at += 1
    at += 1
    return data[at : data.index(0, at)].decode("utf-8", "replace")


def _readable(descriptor: str) -> str:
    return descriptor.removeprefix("L").removesuffix(";").replace("/", ".")
