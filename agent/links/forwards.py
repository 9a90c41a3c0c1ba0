"""Sockets of the phone at ports of this machine (AOSP adb.cpp, ``handle_forward_request``)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from agent.links.smart_socket import ask, read_status, read_text
from probes import BadInput, ProtocolBroken

if TYPE_CHECKING:
    from agent.links.wire import Wire

ANY_PORT = "tcp:0"
"""Lets the server choose the port."""


def listen(wire: Wire, transport_id: int, local: str, remote: str) -> str:
    """Let the adb server listen at ``local`` for ``remote`` of the phone, and return where it listens.

    Raises:
        BadInput: an address that adb cannot parse.
        SetupError: the server cannot listen there.
        LinkError: the way broke.
    """
    if ";" in local or ";" in remote:
        raise BadInput("a socket address cannot hold a semicolon")
    # two answers: the request was understood, and it was done
    ask(wire, f"host-transport-id:{transport_id}:forward:{local};{remote}")
    read_status(wire)
    if local != ANY_PORT:
        return local
    port = read_text(wire)
    if not port.isdigit():
        raise ProtocolBroken("the adb server named no port for the forward")
    return f"tcp:{int(port)}"


def stop_listening(wire: Wire, transport_id: int, local: str) -> None:
    """Let the adb server stop listening at ``local``.

    Raises:
        SetupError: there is no such forward.
        LinkError: the way broke.
    """
    ask(wire, f"host-transport-id:{transport_id}:killforward:{local}")
    read_status(wire)
