"""From a service string to what serves it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hwsim.adbd.packet import A_OKAY
from hwsim.adbd.shell import serve_shell
from hwsim.adbd.sync import serve_sync

if TYPE_CHECKING:
    from hwsim.adbd.machine import Machine
    from hwsim.adbd.stream import Stream

_PRODUCTION_ANSWERS = {
    "root:": b"adbd cannot run as root in production builds\n",
    "unroot:": b"adbd not running as root\n",
    "remount:": b'Not running as root. Try "adb root" first.\n',
    "disable-verity:": b"verity cannot be disabled/enabled - USER build\n",
    "enable-verity:": b"verity cannot be disabled/enabled - USER build\n",
}
_SOCKET_PREFIXES = ("localabstract:", "localreserved:", "localfilesystem:", "local:", "tcp:", "dev:")


async def serve(stream: Stream, machine: Machine) -> None:
    """Serve one OPEN to its end; a service that the phone lacks is closed without an OKAY."""
    service = stream.service
    if service.startswith(("shell:", "shell,", "exec:")):
        accept(stream)
        await serve_shell(stream, machine)
    elif service == "sync:":
        accept(stream)
        await serve_sync(stream, machine.files)
    elif service.startswith("reboot:"):
        accept(stream)
        machine.reboot(service.removeprefix("reboot:"))
    elif service in _PRODUCTION_ANSWERS:
        accept(stream)
        await stream.write(_PRODUCTION_ANSWERS[service])
    elif service.startswith(_SOCKET_PREFIXES):
        server = machine.socket_server(service)
        if server is not None:
            accept(stream)
            await server(stream)


def accept(stream: Stream) -> None:
    """Answer OPEN with OKAY."""
    stream.connection.send(A_OKAY, stream.local_id, stream.remote_id)
