"""``app_process``: the runtime that runs a class of a pushed jar."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hwsim.companion.launch import launch

if TYPE_CHECKING:
    from hwsim.shell_commands.process import Process


async def run_app_process(process: Process) -> int:
    """Run ``CLASSPATH=<jar> app_process [options] <folder> <class> [arguments]``."""
    words = list(process.arguments)
    while words and words[0].startswith("-"):
        words.pop(0)
    return await launch(process, process.variables.get("CLASSPATH", ""), words[1:])
