"""The ``reverse:`` service: sockets inside the phone whose callers are led to the adb host.

Answers follow packages/modules/adb, adb_listeners.cpp and adb.cpp: a list is a bare string with its length in hex
before it, everything else begins with OKAY or FAIL, and a new TCP listener tells its port.
"""

from __future__ import annotations

_FIRST_FREE_PORT = 37_000
_KINDS = ("tcp", "localabstract", "localreserved", "localfilesystem")


class Reversals:
    """What one adb host has asked the phone to lead back to it; gone with the host."""

    def __init__(self) -> None:
        self._host_side: dict[str, str] = {}
        self._next_port = _FIRST_FREE_PORT

    def target(self, phone_side: str) -> str | None:
        """Return the host's side of a socket inside the phone, or None when nobody listens there."""
        return self._host_side.get(phone_side)

    def answer(self, request: str) -> bytes:
        """Answer one request, such as ``forward:tcp:0;tcp:8000``."""
        command, _, rest = request.partition(":")
        if command == "list-forward":
            return _text("".join(f"host-1 {ours} {theirs}\n" for ours, theirs in self._host_side.items()))
        if command == "killforward-all":
            self._host_side.clear()
            return b"OKAY"
        if command == "killforward":
            if self._host_side.pop(rest, None) is None:
                return b"FAIL" + _text(f"listener '{rest}' not found")
            return b"OKAY"
        if command == "forward":
            return self._listen(rest.removeprefix("norebind:"), rebind=not rest.startswith("norebind:"))
        return b"FAIL" + _text(f"unknown reverse service {command}")

    def _listen(self, pair: str, *, rebind: bool) -> bytes:
        phone_side, _, host_side = pair.partition(";")
        kind, _, name = phone_side.partition(":")
        if kind not in _KINDS or not name or not host_side or (kind == "tcp" and not _is_port(name)):
            return b"FAIL" + _text(f"bad forward: {pair}")
        if phone_side == "tcp:0":
            while (phone_side := f"tcp:{self._next_port}") in self._host_side:
                self._next_port += 1
        if phone_side in self._host_side and not rebind:
            return b"FAIL" + _text("cannot rebind existing socket")
        self._host_side[phone_side] = host_side
        return b"OKAY" + (_text(phone_side.removeprefix("tcp:")) if kind == "tcp" else b"")


def _text(text: str) -> bytes:
    raw = text.encode("utf-8", "surrogateescape")
    return b"%04x%b" % (len(raw), raw)


def _is_port(name: str) -> bool:
    return name.isascii() and name.isdigit() and int(name) <= 0xFFFF
