"""The framebuffer as ``screencap`` gives it: a home screen, drawn when somebody asks, packed into a PNG by hand.

PNG (ISO/IEC 15948): eight-bit RGB, one IDAT, each row coded as the difference to the row above. The raw form is a
header of four little-endian words (width, height, format 1 = RGBA, colour space) before the pixels; unverified.
"""

from __future__ import annotations

import io
import struct
import zlib
from typing import TYPE_CHECKING

import numpy as np

from hwsim.adbd.machine import FileRefused
from hwsim.render.display import screen_on
from hwsim.render.shell_state import shell_state

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from hwsim.phone.phone import Phone

_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_TRUE_COLOUR, _UP = 2, 2
_FAST = 1
_COLOUR_SPACE_SINCE = 28
_RGBA_8888, _SRGB = 1, 2
_ICONS_WIDE, _ICONS_HIGH = 4, 5
_BAR_RATIO, _ICON_RATIO = 0.03, 0.6


def draw_screen(phone: Phone) -> NDArray[np.uint8]:
    """Return the panel's picture as rows of RGB: wallpaper, bars and icons, or an app's plain page; black if off."""
    wide, high, _density = phone.profile.screen
    picture = np.zeros((high, wide, 3), np.uint8)
    if not screen_on(phone):
        return picture
    viewed = _viewed(phone)
    if viewed is not None:
        return viewed
    rng = phone.rng("wallpaper")
    top, bottom = (np.array([rng.randrange(30, 200) for _ in range(3)], float) for _ in range(2))
    if shell_state(phone).focused:
        top = bottom = np.full(3, 244.0)
    share = np.linspace(0, 1, high)[:, None]
    picture[:] = (top + (bottom - top) * share).astype(np.uint8)[:, None, :]
    bar = int(high * _BAR_RATIO)
    picture[:bar] //= 2
    picture[bar // 4 : bar * 3 // 4, wide * 15 // 16 - int(bar * phone.battery.level / 100) : wide * 15 // 16] = 255
    picture[high - bar // 2 : high - bar // 3, wide // 3 : wide * 2 // 3] = 230
    if not shell_state(phone).focused:
        _draw_icons(picture, bar, [[rng.randrange(256) for _ in range(3)] for _ in range(_ICONS_WIDE * _ICONS_HIGH)])
    return picture


def _viewed(phone: Phone) -> NDArray[np.uint8] | None:
    """Return the picture file that a viewer shows, as large as the screen; None where none is shown."""
    state = shell_state(phone)
    if not (state.focused and state.picture):
        return None
    from PIL import Image  # noqa: PLC0415 - only phones that show a picture need the codec

    wide, high, _density = phone.profile.screen
    try:
        with Image.open(io.BytesIO(bytes(phone.files.read(state.picture)))) as image:
            return np.asarray(image.convert("RGB").resize((wide, high), Image.Resampling.NEAREST)).copy()
    except (FileRefused, OSError, SyntaxError, ValueError):
        return None


def _draw_icons(picture: NDArray[np.uint8], bar: int, colours: list[list[int]]) -> None:
    high, wide, _ = picture.shape
    cell = wide // _ICONS_WIDE
    side = int(cell * _ICON_RATIO)
    first = high - bar * 2 - cell * _ICONS_HIGH
    for number, colour in enumerate(colours):
        row, column = divmod(number, _ICONS_WIDE)
        y, x = first + row * cell, column * cell + (cell - side) // 2
        picture[y : y + side, x : x + side] = colour


def png(picture: NDArray[np.uint8]) -> bytes:
    """Return rows of RGB as a PNG file."""
    high, wide, _ = picture.shape
    flat = picture.reshape(high, wide * 3)
    rows = np.empty((high, wide * 3 + 1), np.uint8)
    rows[:, 0] = _UP
    rows[0, 1:] = flat[0]
    np.subtract(flat[1:], flat[:-1], out=rows[1:, 1:])
    head = struct.pack(">IIBBBBB", wide, high, 8, _TRUE_COLOUR, 0, 0, 0)
    packed = zlib.compress(rows.tobytes(), _FAST)
    return _SIGNATURE + _chunk(b"IHDR", head) + _chunk(b"sRGB", b"\0") + _chunk(b"IDAT", packed) + _chunk(b"IEND", b"")


def _chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def raw_pixels(phone: Phone) -> bytes:
    """Return the picture in screencap's raw form."""
    picture = draw_screen(phone)
    high, wide, _ = picture.shape
    words = [wide, high, _RGBA_8888] + ([_SRGB] if phone.profile.sdk >= _COLOUR_SPACE_SINCE else [])
    opaque = np.full((high, wide, 1), 255, np.uint8)
    return struct.pack(f"<{len(words)}I", *words) + np.concatenate((picture, opaque), axis=2).tobytes()
