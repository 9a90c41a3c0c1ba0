"""The bench camera: what it sees of the phone's screen, as a stream that any video client opens.

Wire: Motion-JPEG over HTTP (``multipart/x-mixed-replace``, as network cameras speak it): ``/stream.mjpg`` for the
stream, ``/frame.jpg`` for one of its pictures, ``/still.jpg`` for one of the whole chip, where each dot of the panel
has a pixel; ``?white=1..2000`` sets the exposure: the luminance (cd/m2) that is white. Optics and panel are hwsim's
physics; the phone stands upright before them.
"""

from __future__ import annotations

import asyncio
import contextlib
import io
import re
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from hwsim.instruments.instrument import Ailing
from hwsim.physics.display import GAMMA
from hwsim.render.display import focused, screen_on
from hwsim.render.picture import draw_screen
from hwsim.render.settings_values import whole_setting
from hwsim.render.shell_state import shell_state

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from hwsim.physics.arrays import Singles
    from hwsim.unit import Unit

WIDTH, HEIGHT = 480, 640
_SCREEN_HIGH = 600
_MARGIN_PX = 200
_WHITE_CD_M2 = 60.0
_ROOM_CD_M2 = 0.4
_NOISE_RATIO = 0.004
_FRAMES_PER_S = 10.0
_REQUEST_MAX_BYTES = 8192
_REQUEST_S = 5.0
_BOUNDARY = b"frame"
_BLUR_PX = 0.8
_STEPS = 4095.0
_TONES = np.rint(255.0 * (np.arange(4096) / _STEPS) ** (1.0 / GAMMA)).astype(np.uint8)
"""What the camera's tone curve makes of the steps of its converter."""
_EXPOSURE = re.compile(rb"[?&]white=(\d{1,4})(?!\d)")


class BenchCamera:
    """Takes pictures of one phone's screen and serves them."""

    kind = "camera"

    def __init__(self, unit: Unit) -> None:
        self.unit = unit
        self.ailing = Ailing()
        self.white_cd_m2 = _WHITE_CD_M2
        self._rng = np.random.default_rng([unit.phone.seed, 77])
        self._seen: tuple[object, ...] = ()
        self._light: Singles = np.zeros((1, 1, 3), np.float32)
        self._dots: Singles = np.zeros((1, 1, 3), np.float32)
        self._server: asyncio.Server | None = None

    async def listen(self, port: int = 0) -> int:
        """Serve on a port of this machine and return it."""
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", port, limit=_REQUEST_MAX_BYTES)
        found: int = self._server.sockets[0].getsockname()[1]
        return found

    def close(self) -> None:
        """Serve no longer."""
        if self._server is not None:
            self._server.close()

    def picture(self) -> NDArray[np.uint8]:
        """Take a picture: rows of RGB, as the camera's converter gives them."""
        self._look()
        return self._taken(self._light, HEIGHT, WIDTH)

    def still(self) -> bytes:
        """Take a picture with the whole chip and pack it, colours as fine as light."""
        self._look()
        high, wide = self._dots.shape[:2]
        return _packed(self._taken(self._dots, high + 2 * _MARGIN_PX, wide + 2 * _MARGIN_PX), 96, subsampling=0)

    def _taken(self, light: Singles, height: int, width: int) -> NDArray[np.uint8]:
        """Return what the chip makes of light in the middle of its view."""
        import cv2  # noqa: PLC0415 - only who looks through a camera pays; many times as fast as plain arrays

        scene = np.full((height, width, 3), _ROOM_CD_M2, np.float32)
        high, wide = light.shape[:2]
        top, left = (height - high) // 2, (width - wide) // 2
        scene[top : top + high, left : left + wide] += light
        scene = np.asarray(cv2.GaussianBlur(scene, (0, 0), _BLUR_PX, borderType=cv2.BORDER_REPLICATE), np.float32)
        scene *= np.float32(_STEPS * self.ailing.gain_ratio / self.white_cd_m2)
        scene += self._rng.standard_normal(scene.shape, dtype=np.float32) * np.float32(_STEPS * _NOISE_RATIO)
        return _TONES[np.clip(scene, 0.0, _STEPS).astype(np.uint16)]

    def jpeg(self) -> bytes:
        """Take a picture and pack it."""
        return _packed(self.picture(), 92)

    def _look(self) -> None:
        """Bring the panel's light on the camera's pixels; drawn anew when the screen or the panel has changed."""
        phone = self.unit.phone
        phone.refresh()
        condition = phone.condition
        lit = condition.panel_on_bus and condition.backlight_on_bus and screen_on(phone)
        slider = whole_setting(phone, "system", "screen_brightness", 102)
        shows = (focused(phone), shell_state(phone).picture, phone.battery.level)
        seen = (id(phone), id(phone.parts.panel), lit, slider, shows)
        if seen != self._seen:
            wide, high, _density = phone.profile.screen
            panel = replace(phone.parts.panel, height=high, width=wide)
            frame = draw_screen(phone) if lit else np.zeros((high, wide, 3), np.uint8)
            dots = -(-high // _SCREEN_HIGH)
            light = panel.emit(frame, slider=min(max(slider, 0), 255))
            self._dots = light if lit else np.zeros_like(light)
            light = self._dots[: high // dots * dots, : wide // dots * dots]
            self._light = light.reshape(high // dots, dots, wide // dots, dots, 3).mean(axis=(1, 3), dtype=np.float32)
            self._seen = seen

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            with contextlib.suppress(
                ConnectionError, asyncio.IncompleteReadError, asyncio.LimitOverrunError, TimeoutError
            ):
                head = await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), _REQUEST_S)
                await self._answer(head, writer)
        finally:
            writer.close()

    async def _answer(self, head: bytes, writer: asyncio.StreamWriter) -> None:
        if self.ailing.silent:
            await asyncio.sleep(_REQUEST_S)
            return
        asked = head.split(b" ", 2)[1:2]
        path = [one.partition(b"?")[0] for one in asked]
        if exposure := _EXPOSURE.search(b"".join(asked)):
            self.white_cd_m2 = float(min(max(int(exposure[1]), 1), 2000))
        if not head.startswith(b"GET ") or path not in ([b"/stream.mjpg"], [b"/frame.jpg"], [b"/still.jpg"]):
            writer.write(b"HTTP/1.0 404 Not Found\r\nContent-Length: 0\r\n\r\n")
            await writer.drain()
            return
        if path != [b"/stream.mjpg"]:
            is_still = path == [b"/still.jpg"]
            body = await asyncio.to_thread(self.still if is_still else self.jpeg)
            writer.write(
                b"HTTP/1.0 200 OK\r\nContent-Type: image/jpeg\r\nContent-Length: %d\r\n\r\n" % len(body) + body
            )
            await writer.drain()
            return
        writer.write(b"HTTP/1.0 200 OK\r\nContent-Type: multipart/x-mixed-replace; boundary=" + _BOUNDARY + b"\r\n\r\n")
        while True:
            body = await asyncio.to_thread(self.jpeg)
            head = b"--%s\r\nContent-Type: image/jpeg\r\nContent-Length: %d\r\n\r\n" % (_BOUNDARY, len(body))
            writer.write(head + body + b"\r\n")
            await writer.drain()
            await asyncio.sleep(1.0 / _FRAMES_PER_S)


def _packed(picture: NDArray[np.uint8], quality: int, *, subsampling: int = 2) -> bytes:
    """Return a picture as JPEG; ``subsampling`` 0 keeps the colour of every pixel."""
    from PIL import Image  # noqa: PLC0415 - only who looks through a camera needs the codec

    packed = io.BytesIO()
    Image.fromarray(picture).save(packed, "JPEG", quality=quality, subsampling=subsampling)
    return packed.getvalue()
