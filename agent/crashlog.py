"""Where the traceback of a mistake of ours goes: into a file, for its report, and not over the operator's screen."""

from __future__ import annotations

import os
import tempfile
import traceback

from agent.home import find_home
from reports import Mask


def write_crash(error: BaseException) -> str:
    """Write the traceback to a file and return its path, or words where even that fails."""
    text = Mask(()).text("".join(traceback.format_exception(error)))  # its words may be those of a phone
    for folder in (find_home().root, tempfile.gettempdir()):
        try:
            descriptor, path = tempfile.mkstemp(prefix="phonebench-crash-", suffix=".txt", dir=folder)
        except OSError:
            continue
        with os.fdopen(descriptor, "w", encoding="utf-8", errors="replace") as file:
            file.write(text)
        return path
    return "no file: nothing can be written"
