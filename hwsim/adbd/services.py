"""From a service string to what serves it."""

from __future__ import annotations

from typing import TYPE_CHECKING

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
_SOCKET_PREFIXES = (
    "localabstract:",
    "localreserved:",
    "localfilesystem:",
    "local:",
    "tcp:",
    "dev:",
    "sideload-host:",
)


async def serve(stream: Stream, machine: Machine) -> None:
    """Serve one OPEN to its end; a service that the phone lacks is closed without an OKAY."""
    service = stream.service
    if service.startswith(("shell:", "shell,", "exec:")):
        stream.accept()
        await serve_shell(stream, machine)
    elif service == "sync:":
        stream.accept()
        await serve_sync(stream, machine.files)
    elif service.startswith("reboot:"):
        stream.accept()
        machine.reboot(service.removeprefix("reboot:"))
    elif service.startswith("reverse:"):
        stream.accept()
        await stream.write(stream.connection.reversals.answer(service.removeprefix("reverse:")))
    elif service in _PRODUCTION_ANSWERS:
        stream.accept()
        await stream.write(_PRODUCTION_ANSWERS[service])
    elif service.startswith(_SOCKET_PREFIXES):
        server = machine.socket_server(service)
        if server is not None:
            stream.accept()
            await server(stream)
