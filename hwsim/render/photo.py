"""Pictures: what the phone's cameras make of the scene on the bench, and what a bench camera sees of the panel.

The phone's pictures are the physics' raw, with digital gain and a tone curve and nothing else: no correction of
shading, of noise or of bad pixels, which real picture processors add. Names follow the usual ``DCIM`` layout.
"""

from __future__ import annotations

import io
from dataclasses import replace
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from hwsim.phone.at_bench import bench_of
from hwsim.physics import noise
from hwsim.physics.camera import scene as scenes
from hwsim.physics.display import GAMMA, photograph
from hwsim.render.display import screen_on
from hwsim.render.picture import draw_screen, png
from hwsim.render.settings_values import setting, whole_setting
from hwsim.render.switches import camera_blocked, holder

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from hwsim.phone.phone import Phone
    from hwsim.physics.camera.lens import Lens
    from hwsim.physics.camera.sensor import Sensor

_ELECTRONS_PER_LUX_S = 1560.0
_WANTED_E = 5000.0
_LONGEST_S, _SHORTEST_S = 0.1, 1e-4
_MOST_GAIN = 8.0
_HEADROOM = 1.1
_QUALITY = 95
_BASE_ISO = 50
_MONITOR_LUX = 250.0
FOCAL_MM = {"rear": 4.71, "front": 2.9}
"""Focal lengths of the cameras, as their descriptions and their pictures tell."""
_HELD_M = 0.4
_CHARTS_M = {"chart_near": (0.12, 0.85), "chart_far": (0.6, 0.4)}
_HAND_RATIO = 0.06
_MONITOR = scenes.Chart(light_ratio=0.95, dark_ratio=0.02)
_FLASH_M = 0.5
_DIM_RATIO = 0.25
PLAIN = {
    "white": (255, 255, 255),
    "grey": (128, 128, 128),
    "black": (0, 0, 0),
    "red": (255, 0, 0),
    "green": (0, 255, 0),
    "blue": (0, 0, 255),
}
"""Plain pages that the panel can be made to show."""


class Exposure(NamedTuple):
    """What the automatic exposure chose: time, electrons of a white surface, and the digital gain after it."""

    exposure_s: float
    white_e: float
    gain: float


def automatic(lux: float) -> Exposure:
    """Return the exposure for an illuminance: time first, then gain, up to the limits of both."""
    exposure_s = min(max(_WANTED_E / max(_ELECTRONS_PER_LUX_S * lux, 1e-9), _SHORTEST_S), _LONGEST_S)
    white_e = _ELECTRONS_PER_LUX_S * lux * exposure_s
    return Exposure(exposure_s, white_e, min(max(_WANTED_E / max(white_e, 1e-9), 1.0), _MOST_GAIN))


def take_picture(phone: Phone, facing: str) -> bytes | None:
    """Return the JPEG that the ``rear`` or ``front`` camera takes now; None where the camera does not open."""
    alive = phone.condition.camera_rear_on_bus if facing == "rear" else phone.condition.camera_front_on_bus
    if not alive or holder(phone, "camera") is not None:
        return None
    sensor: Sensor = getattr(phone.parts, f"{facing}_sensor")
    found = automatic(_lux(phone, facing))
    if camera_blocked(phone):
        return _jpeg(np.zeros((sensor.height, sensor.width), np.uint8), phone, found, facing)
    return _jpeg(_toned(_raw(phone, facing, sensor, found), sensor, found.gain), phone, found, facing)


def _lux(phone: Phone, facing: str) -> float:
    """Return the light on what a camera looks at: the bench's, the flash's, or the monitor's own."""
    bench = bench_of(phone)
    view = bench.scenes[facing]
    lux = {"dark": 0.0, "screen": _MONITOR_LUX}.get(view, bench.lux)
    if facing == "rear" and phone.torch_lit and phone.condition.flash_on_bus and view in ("chart", "flat"):
        rng = noise.generator(phone.seed, "flash", f"{phone.clock.uptime_s:.2f}")
        lux += float(phone.parts.flash.lux(np.linspace(0.5, 1.0, 16), distance_m=_FLASH_M, rng=rng).min())
    return lux


def _raw(phone: Phone, facing: str, sensor: Sensor, chosen: Exposure) -> NDArray[np.uint16]:
    rng = noise.generator(phone.seed, "photo", facing, f"{phone.boot_count}/{phone.clock.uptime_s:.3f}")
    lens: Lens = getattr(phone.parts, f"{facing}_lens")
    view = bench_of(phone).scenes[facing]
    white_e, exposure_s = chosen.white_e, chosen.exposure_s
    if view in _CHARTS_M:
        distance_m, chart = _held_chart(phone, view)
        lens = _focused(phone, facing, lens, distance_m)
        return scenes.picture_of_chart(lens, sensor, white_e=white_e, exposure_s=exposure_s, rng=rng, chart=chart)
    lens = _focused(phone, facing, lens, _HELD_M)
    if view in ("flat", "dark"):
        return scenes.picture_of_field(lens, sensor, white_e=white_e * 0.8, exposure_s=exposure_s, rng=rng)
    chart = _MONITOR if view == "screen" else scenes.CHART
    return scenes.picture_of_chart(lens, sensor, white_e=white_e, exposure_s=exposure_s, rng=rng, chart=chart)


def _focused(phone: Phone, facing: str, lens: Lens, distance_m: float) -> Lens:
    """Return a lens as its drive has set it; the front camera's is glued where an outstretched arm holds it."""
    return phone.parts.rear_focus.focused(lens, distance_m=distance_m) if facing == "rear" else lens


def _held_chart(phone: Phone, view: str) -> tuple[float, scenes.Chart]:
    """Return how far away a hand holds a chart (m), and the chart as large as it looks from there."""
    asked_m, fills_ratio = _CHARTS_M[view]
    hand = noise.generator(phone.seed, "held", view, f"{phone.boot_count}/{phone.clock.uptime_s:.3f}")
    distance_m = asked_m * (1.0 + _HAND_RATIO * float(np.clip(hand.standard_normal(), -3.0, 3.0)))
    return distance_m, scenes.CHART.scaled(fills_ratio * asked_m / distance_m)


def _toned(raw: NDArray[np.uint16], sensor: Sensor, gain: float) -> NDArray[np.uint8]:
    """Return the eight-bit picture: what the processor takes for black subtracted, gained, and bent by gamma."""
    dn = np.arange(2**sensor.bits, dtype=np.float64)
    believed_black_dn = 64.0  # the processor's table knows the kind of sensor, not this one's clamp
    full_dn = _WANTED_E * sensor.gain_dn_per_e * _HEADROOM
    share = np.clip((dn - believed_black_dn) * gain / full_dn, 0.0, 1.0)
    return np.round(255.0 * share ** (1.0 / GAMMA)).astype(np.uint8)[raw]


def _jpeg(grey: NDArray[np.uint8], phone: Phone, chosen: Exposure, facing: str) -> bytes:
    from PIL import Image  # noqa: PLC0415 - only phones that take pictures pay

    exif: Any = Image.Exif()
    profile = phone.profile
    exif[0x010F], exif[0x0110] = profile.manufacturer, profile.model
    exif[0x0132] = phone.clock.now.strftime("%Y:%m:%d %H:%M:%S")
    details = exif.get_ifd(0x8769)
    details[0x829A], details[0x8827] = chosen.exposure_s, round(_BASE_ISO * chosen.gain)
    details[0x920A] = FOCAL_MM[facing]
    image = Image.fromarray(grey).convert("YCbCr")
    buffer = io.BytesIO()
    image.save(buffer, "JPEG", quality=_QUALITY, exif=exif)
    return buffer.getvalue()


def shown(phone: Phone, page: str = "") -> NDArray[np.uint8]:
    """Return what the panel is told to show: the screen, or a plain page, as the owner's display settings change it."""
    frame = draw_screen(phone)
    if page and screen_on(phone):
        frame[:] = PLAIN[page]
    if setting(phone, "secure", "accessibility_display_inversion_enabled", "0") == "1":
        frame = 255 - frame
    if setting(phone, "secure", "accessibility_display_daltonizer_enabled", "0") == "1":
        frame = np.repeat(frame.mean(axis=2, keepdims=True).astype(np.uint8), 3, axis=2)
    return frame


def photograph_panel(phone: Phone, *, page: str = "", full_cd_m2: float = 0.0) -> tuple[bytes, float]:
    """Return the bench camera's PNG of the panel and the luminance (cd/m2) of its value 255 (0: as bright as it is)."""
    frame = shown(phone, page)
    high, wide, _ = frame.shape
    condition = phone.condition
    panel = replace(phone.parts.panel, height=high, width=wide)
    slider = whole_setting(phone, "system", "screen_brightness", 102)
    if setting(phone, "secure", "reduce_bright_colors_activated", "0") == "1":
        slider = round(slider * _DIM_RATIO)
    light = panel.emit(frame, slider=slider)
    if not (condition.panel_on_bus and condition.backlight_on_bus and screen_on(phone)):
        light[:] = 0.0
    rng = noise.generator(phone.seed, "bench camera", f"{phone.clock.uptime_s:.3f}")
    seen = photograph(light, rng=rng, pixels_per_dot=1)
    full = full_cd_m2 or max(float(seen.max()), 1.0)
    values = np.round(255.0 * np.clip(seen / np.float32(full), 0.0, 1.0) ** np.float32(1.0 / GAMMA))
    return png(values.astype(np.uint8)), full
