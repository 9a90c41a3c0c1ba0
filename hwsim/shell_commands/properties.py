"""``getprop`` and ``setprop``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hwsim.render.properties import properties, show_properties

if TYPE_CHECKING:
    from hwsim.shell_commands.process import Process

_SHELL_MAY_SET = ("debug.", "log.tag.", "persist.log.tag.", "sys.powerctl")


async def run_getprop(process: Process) -> int:
    """Print all properties, or the value of one."""
    if not process.arguments:
        process.out(show_properties(process.phone))
        return 0
    default = process.arguments[1] if len(process.arguments) > 1 else ""
    process.out(properties(process.phone).get(process.arguments[0], default) + "\n")
    return 0


async def run_setprop(process: Process) -> int:
    """Set one of the few properties that the shell user may set."""
    if len(process.arguments) < 2:
        return process.fail("Need 2 arguments")
    name, value = process.arguments[:2]
    if not name.startswith(_SHELL_MAY_SET):
        process.err(f"Failed to set property '{name}' to '{value}'.")
        process.err("See dmesg for error reason.")
        return 1
    process.phone.properties[name] = value
    return 0
