"""Lenses: how sharp and how bright a picture is, place by place."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from hwsim.physics.arrays import Singles
from hwsim.physics.modes import between, fault_mode


@dataclass(frozen=True)
class Dust:
    """A speck over the sensor: place and radius as shares of the picture's half diagonal, and how much it darkens."""

    x_ratio: float
    y_ratio: float
    radius_ratio: float
    depth_ratio: float


@dataclass(frozen=True)
class Lens:
    """The health of a lens in its holder; places are shares of the half diagonal from the picture's centre.

    The spread is Gaussian: ``blur_px`` its standard deviation in focus, to which the defocus of the whole field
    (``defocus_px``) and of a tilted lens (``tilt_px`` at the right edge) are added as variances; off the axis it
    grows with the square of the distance by ``field_px``. ``veil_ratio`` of the light goes into a halo of
    ``veil_px``. Brightness falls with the fourth power of the cosine for a half field of ``half_field_deg``.
    """

    blur_px: float = 0.75
    field_px: float = 0.5
    defocus_px: float = 0.0
    tilt_px: float = 0.0
    off_axis_x_ratio: float = 0.0
    off_axis_y_ratio: float = 0.0
    half_field_deg: float = 39.0
    veil_ratio: float = 0.01
    veil_px: float = 60.0
    dust: tuple[Dust, ...] = ()

    def spread_px(self, x_ratio: float, y_ratio: float) -> float:
        """Return the standard deviation of the spread (pixels) at a place of the field."""
        square = (x_ratio - self.off_axis_x_ratio) ** 2 + (y_ratio - self.off_axis_y_ratio) ** 2
        parts = (self.blur_px, self.field_px * square, self.defocus_px, self.tilt_px * max(x_ratio, 0.0))
        return float(np.hypot.reduce(parts))

    def shading(self, height: int, width: int) -> Singles:
        """Return the relative brightness of each pixel: cosine law around the axis, times dust."""
        half = np.float32(np.hypot(height, width) / 2.0)
        y_ratio = ((np.arange(height, dtype=np.float32) + 0.5 - height / 2) / half)[:, None]
        x_ratio = ((np.arange(width, dtype=np.float32) + 0.5 - width / 2) / half)[None, :]
        slope = np.float32(np.tan(np.radians(self.half_field_deg)) ** 2)
        rows = (y_ratio - np.float32(self.off_axis_y_ratio)) ** 2 * slope + np.float32(1.0)
        light = (x_ratio - np.float32(self.off_axis_x_ratio)) ** 2 * slope + rows
        np.multiply(light, light, out=light)
        np.reciprocal(light, out=light)
        for speck in self.dust:
            _darken(light, speck, float(half))
        return light


def _darken(light: Singles, speck: Dust, half_px: float) -> None:
    """Multiply the shadow of a speck into its neighbourhood, soft at the rim."""
    height, width = light.shape
    middle_y, middle_x = height / 2 + speck.y_ratio * half_px, width / 2 + speck.x_ratio * half_px
    radius = speck.radius_ratio * half_px
    top, left = max(int(middle_y - 2 * radius), 0), max(int(middle_x - 2 * radius), 0)
    part = light[top : int(middle_y + 2 * radius) + 1, left : int(middle_x + 2 * radius) + 1]
    y_px = np.arange(top, top + part.shape[0], dtype=np.float32)[:, None] - middle_y
    x_px = np.arange(left, left + part.shape[1], dtype=np.float32)[None, :] - middle_x
    far = (y_px**2 + x_px**2) / radius**2
    part *= (1.0 - speck.depth_ratio / (1.0 + far**4)).astype(np.float32)


REAR_LENS = Lens()
FRONT_LENS = Lens(blur_px=0.9, field_px=0.6, half_field_deg=41.0)


@fault_mode(
    "camera.focus_lost",
    of=REAR_LENS,
    fault_from=0.25,
    because="the spread is then 2 pixels: small print cannot be read and MTF50 is a third",
)
def focus_lost(part: Lens, severity: float) -> Lens:
    """The voice coil's spring is bent, and the lens no longer reaches its focus."""
    return replace(part, defocus_px=8.0 * severity)


@fault_mode(
    "camera.lens_tilted",
    of=REAR_LENS,
    fault_from=0.23,
    because="one side is then twice as soft as the other, and a picture of a page shows it",
)
def lens_tilted(part: Lens, severity: float) -> Lens:
    """The lens holder came loose on one side after a fall, and the field of focus is askew."""
    return replace(part, tilt_px=8.0 * severity)


@fault_mode(
    "camera.decentred",
    of=REAR_LENS,
    fault_from=0.24,
    because="opposite corners then differ by more than 20 % in brightness, which CameraITS does not accept",
)
def decentred(part: Lens, severity: float) -> Lens:
    """The lens barrel sits beside the sensor's centre: shading and sharpness lie off the middle."""
    return replace(part, off_axis_x_ratio=0.35 * severity, off_axis_y_ratio=-0.15 * severity)


@fault_mode(
    "camera.fogged",
    of=REAR_LENS,
    fault_from=0.25,
    because="over 10 % of veil lifts black to grey: the customer sees milk",
)
def fogged(part: Lens, severity: float) -> Lens:
    """Condensed water or smear on the cover glass scatters light into a wide halo."""
    return replace(part, veil_ratio=between(part.veil_ratio, 0.5, severity), blur_px=part.blur_px * (1.0 + severity))


@fault_mode(
    "camera.dusty",
    of=REAR_LENS,
    fault_from=0.15,
    because="a blob 1.5 % darker than its neighbourhood shows on a plain wall",
)
def dusty(part: Lens, severity: float) -> Lens:
    """The seal of the module was opened, and dust lies on the filter over the sensor."""
    specks = ((0.31, -0.22, 0.012), (-0.45, 0.12, 0.02), (0.05, 0.38, 0.009))
    return replace(part, dust=tuple(Dust(x, y, radius, between(0.0, 0.12, severity)) for x, y, radius in specks))
