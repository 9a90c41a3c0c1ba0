"""The camera app as the shell drives it: opened by an intent, released by the camera key, pictures in ``DCIM``.

Extras that choose the front camera are those that camera apps understand; unverified. ``input keyevent 27`` returns
when the picture is there, which real phones do not wait for.
"""

from __future__ import annotations

import asyncio
from itertools import pairwise
from typing import TYPE_CHECKING

from hwsim.adbd.machine import FileRefused
from hwsim.render.shell_state import shell_state

if TYPE_CHECKING:
    from hwsim.phone.phone import Phone

RELEASE_KEY = 27
FOLDER = "/storage/emulated/0/DCIM/Camera"
_APP = "com.android.camera2/"
_FRONT_EXTRAS = {
    "android.intent.extras.CAMERA_FACING": "1",
    "android.intent.extras.LENS_FACING_FRONT": "1",
    "android.intent.extra.USE_FRONT_CAMERA": "true",
}


def choose_lens(phone: Phone, words: list[str]) -> None:
    """Take from the options of ``am start`` which camera the app opens."""
    pairs = dict(pairwise(words))
    shell_state(phone).front_camera = any(pairs.get(name) == value for name, value in _FRONT_EXTRAS.items())


def in_camera_app(phone: Phone) -> bool:
    """Tell whether the camera app is what the user sees."""
    state = shell_state(phone)
    return state.awake and state.focused.startswith(_APP)


async def release(phone: Phone) -> str:
    """Take a picture if the camera app is open, and return its path; empty where there is none."""
    if not in_camera_app(phone):
        return ""
    from hwsim.render.photo import take_picture  # noqa: PLC0415 - only phones that take pictures load arrays

    facing = "front" if shell_state(phone).front_camera else "rear"
    data = await asyncio.to_thread(take_picture, phone, facing)
    if data is None:
        return ""
    stem, number = f"IMG_{phone.clock.now:%Y%m%d_%H%M%S}", 0
    names = set(phone.files.names(FOLDER)) if FOLDER.rsplit("/", 1)[1] in phone.files.names("/sdcard/DCIM") else set()
    while f"{stem}{f'_{number}' if number else ''}.jpg" in names:
        number += 1
    path = f"{FOLDER}/{stem}{f'_{number}' if number else ''}.jpg"
    try:
        phone.files.put(path, data)
    except FileRefused:
        return ""  # the app shows that there is no space
    return path
