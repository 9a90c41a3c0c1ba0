"""Compiled patterns, kept between runs: compiling takes a second or more, reading them back some milliseconds.

The cache is a convenience. Whatever is wrong with it (no directory, torn file, other processor, other version), the
patterns are compiled again and nobody hears of it.
"""

from __future__ import annotations

import hashlib
import os
import platform
import tempfile
from collections.abc import Sequence
from contextlib import suppress
from importlib import metadata
from pathlib import Path
from typing import Final

import hyperscan
import platformdirs

from probes._errors import BadInput

_DIGEST_BYTES: Final = 32
_MAX_BYTES: Final = 64 << 20


def database(patterns: Sequence[bytes]) -> hyperscan.Database:
    """The compiled set of patterns, numbered by their places.

    Raises:
        BadInput: a pattern that the scanner cannot run (lookaround, back references).
    """
    path = _place(patterns)
    found = _read(path)
    if found is None:
        found = _compile(patterns)
        _write(path, hyperscan.dumpb(found))
    return found


def _compile(patterns: Sequence[bytes]) -> hyperscan.Database:
    compiled = hyperscan.Database(mode=hyperscan.HS_MODE_BLOCK)
    try:
        compiled.compile(
            expressions=list(patterns),
            ids=list(range(len(patterns))),
            elements=len(patterns),
            flags=[0] * len(patterns),
        )
    except hyperscan.error as error:
        raise BadInput(f"a log pattern cannot be compiled: {error}") from error
    return compiled


def _place(patterns: Sequence[bytes]) -> Path:
    digest = hashlib.sha256(f"{metadata.version('hyperscan')} {platform.machine()} {platform.processor()}".encode())
    for pattern in patterns:
        digest.update(len(pattern).to_bytes(4, "big") + pattern)
    cache, home = os.environ.get("PHONEBENCH_CACHE"), os.environ.get("PHONEBENCH_HOME")
    if cache or home:
        folder = Path(cache or f"{home}/cache").expanduser()
    else:
        folder = Path(platformdirs.user_cache_dir("phonebench", False))
    return folder / f"patterns-{digest.hexdigest()[:24]}.hs"


def _read(path: Path) -> hyperscan.Database | None:
    try:
        if not _DIGEST_BYTES < path.stat().st_size <= _MAX_BYTES:
            return None
        raw = path.read_bytes()
        body = raw[_DIGEST_BYTES:]
        if hashlib.sha256(body).digest() != raw[:_DIGEST_BYTES]:
            return None
        return hyperscan.loadb(body, hyperscan.HS_MODE_BLOCK)
    except (OSError, hyperscan.error):
        return None


def _write(path: Path, body: bytes) -> None:
    with suppress(OSError):
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=".part-")
        try:
            with os.fdopen(descriptor, "wb") as file:
                file.write(hashlib.sha256(body).digest() + body)
            Path(name).replace(path)
        except OSError:
            Path(name).unlink(missing_ok=True)
