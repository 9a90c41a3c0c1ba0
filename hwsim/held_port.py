"""A TCP port that stays ours while nobody listens on it: no other program is given it meanwhile."""

from __future__ import annotations

import socket

LOOPBACK = "127.0.0.1"


def hold_port(port: int) -> socket.socket:
    """Take a port (0: any) of the loopback interface without listening: who connects is refused.

    Raises:
        OSError: somebody else has it.
    """
    held = socket.socket()
    try:
        held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        held.bind((LOOPBACK, port))
    except OSError:
        held.close()
        raise
    return held
