"""A package for tests, made from nothing: a zip with a manifest in binary XML."""

from __future__ import annotations

import io
import struct
import zipfile


def make_apk(
    package: str, *, version_code: int = 3, version: str = "1.0.2", utf8: bool = False, packed_tight: bool = False
) -> bytes:
    """Return a package that holds its name and version and no code."""
    strings = ["versionCode", "versionName", "package", "manifest", version, package]
    body = _pool(strings, utf8=utf8) + struct.pack("<HHI2I", 0x0180, 8, 16, 0x0101021B, 0x0101021C)
    none = 0xFFFFFFFF
    attributes = struct.pack("<IIIHBBI", none, 0, none, 8, 0, 0x10, version_code)
    attributes += struct.pack("<IIIHBBI", none, 1, 4, 8, 0, 3, 4)
    attributes += struct.pack("<IIIHBBI", none, 2, 5, 8, 0, 3, 5)
    element = struct.pack("<IIIIHHHHHH", 1, none, none, 3, 20, 20, 3, 0, 0, 0) + attributes
    body += struct.pack("<HHI", 0x0102, 16, 8 + len(element)) + element
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED if packed_tight else zipfile.ZIP_STORED) as archive:
        archive.writestr("AndroidManifest.xml", struct.pack("<HHI", 0x0003, 8, 8 + len(body)) + body)
    return packed.getvalue()


def _pool(strings: list[str], *, utf8: bool) -> bytes:
    offsets, data = [], b""
    for text in strings:
        offsets.append(len(data))
        if utf8:
            raw = text.encode()
            data += bytes((len(text), len(raw))) + raw + b"\0"
        else:
            data += struct.pack("<H", len(text)) + text.encode("utf-16-le") + b"\0\0"
    data += b"\0" * (-len(data) % 4)
    start = 28 + 4 * len(strings)
    head = struct.pack("<HHIIIIII", 1, 28, start + len(data), len(strings), 0, 0x100 if utf8 else 0, start, 0)
    return head + struct.pack(f"<{len(strings)}I", *offsets) + data
