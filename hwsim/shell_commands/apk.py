"""The head of an Android package: its name and version, out of the binary manifest.

Layout of the binary XML as AOSP's ResourceTypes.h declares it: chunks of a type, a head size and a size; a pool of
strings, a map from attribute names to resource ids, then the elements.
"""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from typing import NamedTuple

_MANIFEST_MAX_BYTES = 4 * 1024 * 1024
_STRING_POOL, _RESOURCE_MAP, _START_ELEMENT = 0x0001, 0x0180, 0x0102
_UTF8 = 0x100
_VERSION_CODE, _VERSION_NAME = 0x0101021B, 0x0101021C
_TYPE_STRING = 3
_NO_STRING = 0xFFFFFFFF


class Apk(NamedTuple):
    """What the package manager asks of a package first."""

    package: str
    version_code: int
    version: str


def read_apk(content: bytes) -> Apk | None:
    """Return the head of a package; None for anything that is none."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            if archive.getinfo("AndroidManifest.xml").file_size > _MANIFEST_MAX_BYTES:
                return None
            return _read_manifest(archive.read("AndroidManifest.xml"))
    except (zipfile.BadZipFile, zlib.error, KeyError, RuntimeError, OSError, EOFError, struct.error):
        return None
    except (ValueError, IndexError):  # a manifest whose numbers point outside of it
        return None


def _read_manifest(data: bytes) -> Apk | None:
    strings: list[str] = []
    ids: tuple[int, ...] = ()
    at = 8
    while at + 8 <= len(data):
        kind, head, size = struct.unpack_from("<HHI", data, at)
        if size < 8:
            return None
        chunk = data[at : at + size]
        if kind == _STRING_POOL:
            strings = _strings(chunk)
        elif kind == _RESOURCE_MAP:
            ids = struct.unpack_from(f"<{(size - head) // 4}I", chunk, head)
        elif kind == _START_ELEMENT:
            return _manifest_element(chunk, strings, ids)
        at += size
    return None


def _strings(chunk: bytes) -> list[str]:
    count, _styles, flags, start = struct.unpack_from("<4I", chunk, 8)
    found = []
    for offset in struct.unpack_from(f"<{count}I", chunk, 28):
        at = start + offset
        if flags & _UTF8:
            at += 2 if chunk[at] & 0x80 else 1  # the length in characters, which nobody needs
            length = chunk[at] if not chunk[at] & 0x80 else (chunk[at] & 0x7F) << 8 | chunk[at + 1]
            at += 2 if chunk[at] & 0x80 else 1
            found.append(chunk[at : at + length].decode("utf-8", "replace"))
        else:
            (length,) = struct.unpack_from("<H", chunk, at)
            found.append(chunk[at + 2 : at + 2 + 2 * length].decode("utf-16-le", "replace"))
    return found


def _manifest_element(chunk: bytes, strings: list[str], ids: tuple[int, ...]) -> Apk | None:
    name, start, size, count = struct.unpack_from("<IHHH", chunk, 20)
    if strings[name] != "manifest":
        return None
    package, code, version = "", 0, ""
    for number in range(count):
        where = 16 + start + number * size
        _space, key, raw, _size, _zero, kind, value = struct.unpack_from("<IIIHBBI", chunk, where)
        text = strings[raw] if raw != _NO_STRING else strings[value] if kind == _TYPE_STRING else str(value)
        resource = ids[key] if key < len(ids) else 0
        if strings[key] == "package" and not resource:
            package = text
        elif resource == _VERSION_CODE:
            code = value
        elif resource == _VERSION_NAME:
            version = text
    return Apk(package, code, version) if package else None
