"""Plain pages on a stock phone's screen, and the framebuffer behind them.

No program of ours is installed for it: the page is a PNG of a few hundred bytes that the shell's own ``printf`` writes,
shown by the phone's picture viewer. Where a viewer leaves bars on the picture, the screenshot tells. Not verified on a
real phone.
"""

from __future__ import annotations

import io
import re
import struct
import zlib
from enum import Enum
from typing import TYPE_CHECKING, Final

from probes._captures import HardwareBench
from probes._declare import MIB
from probes._errors import NotSupported
from probes.formats import parse_power, parse_window
from probes.software._ask import try_ask

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_FOLDER: Final = "/sdcard/Download"
_WAKE, _HOME = "224", "3"
_SHOWN_S: Final = 1.0
_SCREENSHOT_BYTES: Final = 32 * MIB
_SIZE: Final = re.compile(rb"(?:Override|Physical) size: (\d{2,5})x(\d{2,5})")
_DENSITY: Final = re.compile(rb"(?:Override|Physical) density: (\d{2,4})")
_PALETTE: Final = 3


class Page(Enum):
    """A plain page, by its red, green and blue."""

    WHITE = (255, 255, 255)
    GREY = (128, 128, 128)
    BLACK = (0, 0, 0)
    RED = (255, 0, 0)
    GREEN = (0, 255, 0)
    BLUE = (0, 0, 255)


def screen_size(bench: HardwareBench) -> tuple[int, int]:
    """Width and height of the screen in pixels, upright.

    Raises:
        NotSupported: the phone does not tell.
    """
    found = _SIZE.findall(bench.shell("wm", "size").out.raw)
    if not found:
        raise NotSupported("the phone does not tell the size of its screen", link="adb")
    return int(found[0][0]), int(found[0][1])


def pixel_pitch_mm(bench: HardwareBench) -> float | None:
    """Size of a pixel, from the density that the maker declares; that is rounded to Android's steps."""
    found = _DENSITY.findall(bench.shell("wm", "density").out.raw)
    return 25.4 / int(found[0]) if found else None


def show(bench: HardwareBench, page: Page, size: tuple[int, int]) -> None:
    """Show a plain page.

    Raises:
        NotSupported: the phone has nothing that shows it.
    """
    path = f"{_FOLDER}/phonebench-{page.name.lower()}.png"
    octal = "".join(f"\\{byte:03o}" for byte in plain_png(page, size))
    bench.shell("input", "keyevent", _WAKE)
    written = bench.shell("sh", "-c", f"printf '{octal}' > {path}")
    reply = bench.shell("am", "start", "-a", "android.intent.action.VIEW", "-d", f"file://{path}", "-t", "image/png")
    if written.exit_code or reply.exit_code or b"Error" in reply.err.raw + reply.out.raw:
        raise NotSupported("the phone shows no page that is given to it", link="adb")
    bench.wait(_SHOWN_S)


def is_dark(bench: HardwareBench) -> bool:
    """Whether the phone says that its screen is off: some let nobody send them the key that wakes it."""
    answer = try_ask(bench, parse_power, "dumpsys", "power")
    return answer is not None and answer.value.wakefulness not in {None, "Awake"}


def hidden_by(bench: HardwareBench) -> str:
    """Why nobody can see what is shown, as the reason of an excuse; empty where nothing of the kind is known."""
    if is_dark(bench):
        return "screen_off"
    windows = try_ask(bench, parse_window, "dumpsys", "window")
    return "screen_locked" if windows is not None and windows.value.locked else ""


def put_away(bench: HardwareBench) -> None:
    """Go back to the home screen, and remove the pages."""
    bench.shell("input", "keyevent", _HOME)
    for page in Page:
        bench.shell("rm", "-f", f"{_FOLDER}/phonebench-{page.name.lower()}.png")


def screenshot(bench: HardwareBench) -> NDArray[np.uint8] | None:
    """The framebuffer, shape (rows, columns, 3); None where the phone gives none."""
    import numpy as np  # noqa: PLC0415  most runs of the command line need no arrays
    from PIL import Image  # noqa: PLC0415  as above

    reply = bench.shell("screencap", "-p", deadline_s=20.0, cap_bytes=_SCREENSHOT_BYTES)
    try:
        with Image.open(io.BytesIO(reply.out.raw)) as image:
            return np.asarray(image.convert("RGB"))
    except (OSError, SyntaxError, ValueError):
        return None


def plain_ratio(picture: NDArray[np.uint8], page: Page, *, within: int = 8) -> float:
    """Share of a screenshot that has the colour of the page."""
    import cv2  # noqa: PLC0415  as above
    import numpy as np  # noqa: PLC0415  as above

    low, high = (np.array([part + side for part in page.value], np.float64) for side in (-within, within))
    return cv2.countNonZero(cv2.inRange(picture, low, high)) / picture[..., 0].size


def plain_png(page: Page, size: tuple[int, int]) -> bytes:
    """A PNG (ISO/IEC 15948) of one colour: one bit a pixel, a palette of one; ``size`` is (width, height) in pixels."""
    wide, high = size
    rows = zlib.compress(bytes(high * (1 + (wide + 7) // 8)), 9)
    head = struct.pack(">IIBBBBB", wide, high, 1, _PALETTE, 0, 0, 0)
    chunks = ((b"IHDR", head), (b"PLTE", bytes(page.value)), (b"IDAT", rows), (b"IEND", b""))
    packed = (struct.pack(">I", len(d)) + n + d + struct.pack(">I", zlib.crc32(n + d)) for n, d in chunks)
    return b"\x89PNG\r\n\x1a\n" + b"".join(packed)
