"""``appops``, ``dpm`` and ``su``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hwsim.shell_commands.permissions import run_app_ops, run_device_policy

if TYPE_CHECKING:
    from hwsim.shell_commands.process import Process
    from hwsim.shell_commands.reply import Reply

_ROOT = "uid=0(root) gid=0(root) groups=0(root) context=u:r:magisk:s0"


async def run_appops(process: Process) -> int:
    """Tell or set what an app may do."""
    return _give(process, run_app_ops(process.phone, list(process.arguments)))


async def run_dpm(process: Process) -> int:
    """Ask for owners of the phone, or try to remove an administrator."""
    return _give(process, run_device_policy(process.phone, list(process.arguments)))


async def run_su(process: Process) -> int:
    """Give root where a root manager is in the boot image; elsewhere there is no such program."""
    if not process.phone.condition.rooted:
        process.err("/system/bin/sh: su: inaccessible or not found")
        return 127
    line = " ".join(word for word in process.arguments if word not in ("-c", "0", "root", "-"))
    if line == "id":
        process.out(f"{_ROOT}\n")
        return 0
    return await process.run_line(line)


def _give(process: Process, reply: Reply) -> int:
    process.out(reply.out)
    if reply.err:
        process.err(reply.err.removesuffix("\n"))
    return reply.code
