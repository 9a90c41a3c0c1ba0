"""``screencap``: the picture on the panel, to standard output or into a file."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from hwsim.adbd.machine import FileRefused
from hwsim.render.picture import draw_screen, png, raw_pixels

if TYPE_CHECKING:
    from hwsim.phone.phone import Phone
    from hwsim.shell_commands.process import Process

_DISPLAY = ("0", "4619827259835644672")


async def run_screencap(process: Process) -> int:
    """Take a picture of the screen: PNG with ``-p`` or when the file's name says so, else raw pixels."""
    words = list(process.arguments)
    if "-d" in words:
        at = words.index("-d")
        display = words[at + 1] if at + 1 < len(words) else ""
        if display not in _DISPLAY:
            process.err(f"Failed to get ID for display {display}")
            return 1
        del words[at : at + 2]
    if "-h" in words:
        process.err("usage: screencap [-hp] [-d display-id] [FILENAME]")
        return 1
    path = next((word for word in words if not word.startswith("-")), None)
    as_png = "-p" in words or (path is not None and path.endswith(".png"))
    data = await asyncio.to_thread(_picture, process.phone, as_png=as_png)
    if path is None:
        process.out_bytes(data)
        return 0
    try:
        process.phone.files.check_writable(path)
    except FileRefused as refusal:
        process.err(f"Error opening file: {path} ({refusal.reason})")
        return 1
    process.phone.files.put(path, data)
    return 0


def _picture(phone: Phone, *, as_png: bool) -> bytes:
    return png(draw_screen(phone)) if as_png else raw_pixels(phone)
