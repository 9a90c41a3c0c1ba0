"""Serial ports by the USB interface that they belong to; their names change with each plugging in and say nothing."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

from agent.links.at_link import AtLink
from probes import BenchError, UnknownDevice

_LOCATION: Final = re.compile(r"(\d+-[\d.]+)(?::\d+\.(\d+))?")
_ANSWER_S: Final = 1.5


@dataclass(frozen=True, slots=True)
class AtPort:
    """One serial port: ``path`` is its USB socket, ``interface`` the number of the interface (-1 where unknown)."""

    node: str
    path: str
    interface: int
    vendor_id: int
    product_id: int


def serial_ports(path: str = "", *, ports: Iterable[Any] | None = None) -> tuple[AtPort, ...]:
    """Serial ports on USB, in the order of socket and interface; with ``path`` only those of one socket.

    Args:
        path: socket such as ``1-1.4``.
        ports: what pyserial's port list says; asked for where it is None.
    """
    if ports is None:
        from serial.tools.list_ports import comports  # noqa: PLC0415  most runs of the agent have no serial port

        ports = comports()
    found = [port for one in ports if (port := _placed(one)) is not None]
    return tuple(sorted((port for port in found if path in ("", port.path)), key=lambda one: (one.path, one.interface)))


def find_at_port(path: str, *, interface: int | None = None, ports: Iterable[Any] | None = None) -> AtPort:
    """The first serial port of a socket that answers AT; ``interface`` narrows it to one interface.

    A port that carries something else (diagnosis, positions) gets an ``AT`` that it ignores.

    Raises:
        UnknownDevice: no serial port there, or none that answers.
    """
    tried = [port for port in serial_ports(path, ports=ports) if interface in (None, port.interface)]
    for port in tried:
        link = AtLink(port.node)
        with contextlib.suppress(BenchError):
            link.open(deadline_s=_ANSWER_S)
            link.close()
            return port
        link.close()
    raise UnknownDevice(f"none of {len(tried)} serial ports at USB socket {path} answers AT")


def _placed(one: Any) -> AtPort | None:
    match = _LOCATION.fullmatch(one.location or "")
    if match is None or one.vid is None or one.pid is None:
        return None
    number = -1 if match[2] is None else int(match[2])
    return AtPort(str(one.device), match[1], number, one.vid, one.pid)
