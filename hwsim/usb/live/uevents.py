"""Events as udev sends them to its listeners: a header that socket filters understand, then properties.

Layout of the header: systemd, src/libsystemd/sd-device/device-monitor.c (magic 0xfeedcafe, hashes in network order).
"""

from __future__ import annotations

import asyncio
import socket
import struct
from collections import deque
from pathlib import Path

_MAGIC = 0xFEEDCAFE
_WORD = 0xFFFFFFFF
_SETTLE_S = {"remove": 0.15}


def murmur2(text: str) -> int:
    """Return the 32-bit MurmurHash2 of a text, seeded with 0 as libudev does (A. Appleby's public-domain hash)."""
    data = text.encode()
    multiplier = 0x5BD1E995
    value = len(data)
    whole = len(data) // 4 * 4
    for (word,) in struct.iter_unpack("<I", data[:whole]):
        mixed = word * multiplier & _WORD
        mixed = (mixed ^ mixed >> 24) * multiplier & _WORD
        value = (value * multiplier & _WORD) ^ mixed
    if rest := data[whole:]:
        value = (value ^ int.from_bytes(rest, "little")) * multiplier & _WORD
    value = (value ^ value >> 13) * multiplier & _WORD
    return value ^ value >> 15


def message(properties: dict[str, str]) -> bytes:
    """Return the whole datagram of one event."""
    body = b"".join(f"{key}={value}\0".encode() for key, value in properties.items())
    kind = properties.get("DEVTYPE", "")
    hashes = struct.pack(">4I", murmur2(properties["SUBSYSTEM"]), murmur2(kind) if kind else 0, 0, 0)
    head = b"libudev\0" + struct.pack(">I", _MAGIC) + struct.pack("=3I", 40, 40, len(body)) + hashes
    return head + body


class Events:
    """Sends events to all programs on one emulated bus that listen to udev, in order.

    udev tells of a removal some time after transfers have failed. adb 29 relies on that: it ends itself when it hears
    both within the same moment.
    """

    def __init__(self, root: Path) -> None:
        self._root = root
        self._count = 0
        self._due: deque[tuple[float, bytes]] = deque()
        self._timer: asyncio.TimerHandle | None = None

    def send(self, action: str, properties: dict[str, str]) -> None:
        """Send one event after those before it."""
        self._count += 1
        whole = message({"ACTION": action, **properties, "SEQNUM": str(self._count)})
        due_s = asyncio.get_running_loop().time() + _SETTLE_S.get(action, 0.0)
        if not self._due and action not in _SETTLE_S:
            self._deliver(whole)
            return
        self._due.append((max(due_s, self._due[-1][0]) if self._due else due_s, whole))
        self._arm()

    def stop(self) -> None:
        """Send what is left at once."""
        if self._timer is not None:
            self._timer.cancel()
        while self._due:
            self._deliver(self._due.popleft()[1])

    def _arm(self) -> None:
        if self._timer is None and self._due:
            self._timer = asyncio.get_running_loop().call_at(self._due[0][0], self._fire)

    def _fire(self) -> None:
        self._timer = None
        now_s = asyncio.get_running_loop().time()
        while self._due and self._due[0][0] <= now_s:
            self._deliver(self._due.popleft()[1])
        self._arm()

    def _deliver(self, whole: bytes) -> None:
        for path in self._root.glob("event[0-9]*"):
            with socket.socket(socket.AF_UNIX, socket.SOCK_RAW | socket.SOCK_NONBLOCK) as out:
                try:
                    out.sendto(whole, str(path))
                except ConnectionRefusedError:
                    path.unlink(missing_ok=True)
                except OSError:
                    continue  # a listener that does not read, or that has just gone
