"""A photo as the phone's own camera app takes it, brought to linear light.

A stock phone gives its shell no raw pictures: what comes is the app's JPEG, after the maker's processing. It is
linearised with a plain gamma of 2.2, which real tone curves only resemble; so limits on levels are wide, and everything
else is judged by ratios within one picture. Not verified on a real phone.
"""

from __future__ import annotations

import io
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from probes._captures import HardwareBench
from probes._declare import MIB
from probes._errors import Blocked, NotSupported
from probes.hardware._gamma import ONE_PICTURE, linear

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

FOLDER: Final = "/sdcard/DCIM/Camera"
_WAKE, _CAMERA, _HOME = "224", "27", "3"
_OPENS_S: Final = 1.0
_TRIES: Final = 12
_EVERY_S: Final = 0.5
_PRESS_DEADLINE_S: Final = 30.0
_PHOTO_BYTES: Final = 64 * MIB
_EXPOSURE, _ISO, _FOCAL, _EXIF = 0x829A, 0x8827, 0x920A, 0x8769
_OWN_CAMERA_APPS: Final = ("camera", "cam.")
# What camera apps take for "open with the front camera"; no standard names it, so all are said.
_FRONT: Final = (
    *("--ei", "android.intent.extras.CAMERA_FACING", "1"),
    *("--ei", "android.intent.extras.LENS_FACING_FRONT", "1"),
    *("--ez", "android.intent.extra.USE_FRONT_CAMERA", "true"),
)


class Facing(StrEnum):
    """Which way a camera looks."""

    REAR = "rear"
    FRONT = "front"


@dataclass(frozen=True, slots=True, kw_only=True)
class Shot:
    """A photo: ``grey`` as it was stored, shape (rows, columns); the rest as its EXIF tells it."""

    name: str
    grey: NDArray[np.uint8]
    exposure_s: float | None
    iso: float | None
    focal_mm: float | None = None

    @property
    def light(self) -> NDArray[np.float32]:
        """Linear light, 0 to 1 of white, made anew: it takes four times the memory of what was stored."""
        return linear(self.grey)

    @property
    def luminance(self) -> float | None:
        """Mean light of the middle for each second and ISO; only ratios of two shots mean anything."""
        if not self.exposure_s or not self.iso:
            return None
        rows, columns = self.grey.shape
        middle = linear(self.grey[3 * rows // 8 : 5 * rows // 8, 3 * columns // 8 : 5 * columns // 8])
        return float(middle.mean()) / (self.exposure_s * self.iso)

    @property
    def is_black(self) -> bool:
        """Whether nothing at all is in it: a camera that is covered still shows some noise."""
        return not self.grey.any()


def shoot(bench: HardwareBench, facing: Facing) -> Shot | None:
    """Take a photo with the camera app, and take it off the phone again; None where none appears.

    Raises:
        Blocked: another app holds the camera.
        NotSupported: the phone lets no shell press keys.
        LinkError: the way to the phone broke.
    """
    press(bench, _WAKE)
    before = _listed(bench)
    extras = _FRONT if facing is Facing.FRONT else ()
    bench.shell("am", "start", "-a", "android.media.action.STILL_IMAGE_CAMERA", *extras)
    bench.wait(_OPENS_S)
    press(bench, _CAMERA)
    for _again in range(_TRIES):
        for name in sorted(_listed(bench) - before):
            path = f"{FOLDER}/{name}"
            shot = _decoded(name, bench.pull(path, cap_bytes=_PHOTO_BYTES))
            if shot is not None:  # else it is still being written
                bench.shell("rm", "-f", path)
                press(bench, _HOME)
                return shot
        if _is_held(bench):
            raise Blocked("another app of the phone holds the camera", reason="blocked_busy", link="adb")
        bench.wait(_EVERY_S)
    press(bench, _HOME)
    return None


def press(bench: HardwareBench, key: str) -> None:
    """Press a key by its Android number.

    Raises:
        NotSupported: the phone lets no shell press keys: some makers have a second switch for that.
    """
    reply = bench.shell("input", "keyevent", key, deadline_s=_PRESS_DEADLINE_S)
    if b"INJECT_EVENTS" in reply.out.raw + reply.err.raw:
        raise NotSupported("its keys cannot be pressed without the second USB debugging switch", link="adb")


def _listed(bench: HardwareBench) -> set[str]:
    reply = bench.shell("ls", "-1", FOLDER)
    names = reply.out.raw.decode("utf-8", "replace").split("\n") if reply.exit_code == 0 else []
    return {name.strip() for name in names if name.strip().lower().endswith((".jpg", ".jpeg"))}


def _is_held(bench: HardwareBench) -> bool:
    """Whether the camera service names a client that is no camera app."""
    dump = bench.shell("dumpsys", "media.camera").out.raw.decode("utf-8", "replace")
    clients = [part.split(",", 1)[0] for part in dump.split("Client Package Name: ")[1:]]
    return any(not any(word in client for word in _OWN_CAMERA_APPS) for client in clients)


def _decoded(name: str, raw: bytes) -> Shot | None:
    """The picture; None where the bytes are none, or not all of them are there yet."""
    import numpy as np  # noqa: PLC0415  most runs of the command line need no arrays
    from PIL import Image  # noqa: PLC0415  as above

    try:
        with ONE_PICTURE, Image.open(io.BytesIO(raw)) as image:
            details = image.getexif().get_ifd(_EXIF)
            image.draft("L", image.size)
            grey = np.asarray(image.convert("L"))
    except (OSError, SyntaxError, ValueError):
        return None
    exposure_s, iso, focal_mm = (details.get(name) for name in (_EXPOSURE, _ISO, _FOCAL))
    return Shot(
        name=name,
        grey=grey,
        exposure_s=None if exposure_s is None else float(exposure_s),
        iso=None if iso is None else float(iso[0] if isinstance(iso, tuple) else iso),
        focal_mm=None if focal_mm is None else round(float(focal_mm), 2),
    )
