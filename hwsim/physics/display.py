"""Displays: the light that a panel emits for a framebuffer, and a bench camera's picture of it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from hwsim.physics import noise
from hwsim.physics.arrays import Floats, Singles
from hwsim.physics.modes import between, between_log, fault_mode

GAMMA = 2.2
SLIDER_MAX = 255


@dataclass(frozen=True)
class Panel:
    """The health of a panel; ``glass`` is the seed of its pattern. Luminance in cd/m2.

    ``dead_subpixels`` stay dark and ``stuck_subpixels`` lit; ``columns`` and ``rows`` are dead lines. ``mura_ratio`` is
    the RMS of smooth unevenness of ``mura_px`` size, ``burn_ratio`` the light lost where a status bar and keys were
    shown for years, ``falloff_ratio`` the light lost at the bottom edge, ``leak_cd_m2`` the black of a backlight.
    """

    height: int = 2400
    width: int = 1080
    peak_cd_m2: float = 500.0
    floor_cd_m2: float = 2.0
    leak_cd_m2: float = 0.0
    dead_subpixels: int = 0
    stuck_subpixels: int = 0
    columns: int = 0
    rows: int = 0
    mura_ratio: float = 0.003
    mura_px: float = 150.0
    burn_ratio: float = 0.0
    falloff_ratio: float = 0.02
    glass: int = 1

    def white_cd_m2(self, slider: Floats | float) -> Floats:
        """Return the luminance of white for a brightness setting 0..255: equal steps look equal (exponential)."""
        share = np.asarray(slider, dtype=np.float64) / SLIDER_MAX
        return np.asarray(self.floor_cd_m2 * (self.peak_cd_m2 / self.floor_cd_m2) ** share, dtype=np.float64)

    def emit(self, frame: NDArray[np.uint8], *, slider: int) -> Singles:
        """Return the light (cd/m2 of each primary, where white is the mean of the three) for a framebuffer.

        ``frame`` has the panel's size or a part of it from the top left, and three colours.
        """
        levels = ((np.arange(256) / 255.0) ** GAMMA * float(self.white_cd_m2(slider))).astype(np.float32)
        light = levels[frame]
        light *= _unevenness(self, frame.shape[0], frame.shape[1])[:, :, None]
        light += np.float32(self.leak_cd_m2)
        self._defects(light, float(levels[-1]))
        return light

    def burnt_area(self, height: int, width: int) -> Singles:
        """Return the wear 0..1 of each pixel that a status bar and a row of keys leave behind."""
        wear = np.zeros((height, width), dtype=np.float32)
        bar, keys = round(0.03 * self.height), round(0.94 * self.height)
        for begin, end in ((0.04, 0.18), (0.72, 0.8), (0.83, 0.96)):
            wear[bar // 4 : bar, round(begin * self.width) : round(end * self.width)] = 1.0
        for middle in (0.2, 0.5, 0.8):
            wear[keys : keys + bar, round((middle - 0.03) * self.width) : round((middle + 0.03) * self.width)] = 0.7
        return wear

    def _defects(self, light: Singles, white: float) -> None:
        places = noise.generator(self.glass, "defects")
        count = self.dead_subpixels + self.stuck_subpixels
        flat = places.choice(light.size, count, replace=False, shuffle=False)
        light.reshape(-1)[flat[: self.dead_subpixels]] = self.leak_cd_m2
        light.reshape(-1)[flat[self.dead_subpixels :]] = white
        light[:, places.choice(light.shape[1], self.columns, replace=False)] = self.leak_cd_m2
        light[places.choice(light.shape[0], self.rows, replace=False)] = self.leak_cd_m2


@lru_cache(maxsize=1)
def _unevenness(panel: Panel, height: int, width: int) -> Singles:
    """Return the relative light of each pixel, the same on every page: mura (waves), burn-in, and falloff."""
    waves = noise.generator(panel.glass, "mura")
    y_px, x_px = np.arange(height, dtype=np.float32), np.arange(width, dtype=np.float32)
    even = np.ones((height, width), dtype=np.float32)
    count = 12
    for _ in range(count):
        turn, phase = waves.uniform(0.0, 2.0 * np.pi, 2)
        pitch = 2.0 * np.pi / (panel.mura_px * waves.uniform(0.7, 2.5))
        # cos(a+b) as two outer products: no cosine for each pixel.
        down, across = pitch * np.sin(turn) * y_px, pitch * np.cos(turn) * x_px + phase
        level = np.float32(panel.mura_ratio * np.sqrt(2.0 / count))
        even += np.outer(np.cos(down) * level, np.cos(across)) - np.outer(np.sin(down) * level, np.sin(across))
    even *= (1.0 - panel.falloff_ratio * (y_px / panel.height) ** 4)[:, None]
    if panel.burn_ratio:
        even *= 1.0 - np.float32(panel.burn_ratio) * panel.burnt_area(height, width)
    even.setflags(write=False)
    return even


PANEL = Panel()


def photograph(
    light: Singles,
    *,
    rng: np.random.Generator,
    pixels_per_dot: int = 2,
    blur_px: float = 0.8,
    noise_ratio: float = 0.004,
) -> Singles:
    """Return a bench camera's linear picture (cd/m2, three colours) of a panel that fills its field squarely.

    Each dot covers a square of camera pixels; noise is a share of the brightest light.
    """
    seen = np.repeat(np.repeat(light, pixels_per_dot, axis=0), pixels_per_dot, axis=1)
    seen = blur(seen, blur_px)
    seen += rng.standard_normal(seen.shape, dtype=np.float32) * np.float32(noise_ratio * float(light.max()))
    return np.maximum(seen, np.float32(0.0))


def blur(image: Singles, spread_px: float) -> Singles:
    """Return an image (rows, columns, ...) blurred by a Gaussian, one direction after the other; edges repeat."""
    reach = int(np.ceil(4.0 * spread_px))
    kernel = np.exp(-0.5 * (np.arange(-reach, reach + 1) / spread_px) ** 2)
    kernel = (kernel / kernel.sum()).astype(np.float32)
    for axis in (0, 1):
        edges = [(reach, reach) if one == axis else (0, 0) for one in range(image.ndim)]
        wide = np.moveaxis(np.pad(image, edges, mode="edge"), axis, 0)
        size = image.shape[axis]
        total = kernel[reach] * wide[reach : reach + size]
        for step in range(1, reach + 1):
            total += kernel[reach + step] * (wide[reach - step :][:size] + wide[reach + step :][:size])
        image = np.moveaxis(total, 0, axis)
    return np.ascontiguousarray(image)


@fault_mode(
    "display.dead_pixels",
    of=PANEL,
    fault_from=0.3,
    because="three or more dead dots are beyond what incoming inspection of spare displays accepts (two)",
)
def dead_pixels(part: Panel, severity: float) -> Panel:
    """Pressure has broken the transistors of single dots, which stay dark or lit."""
    return replace(
        part,
        dead_subpixels=round(between_log(1.0, 80.0, severity)),
        stuck_subpixels=round(between(0.0, 15.0, severity)),
    )


@fault_mode(
    "display.lines",
    of=PANEL,
    fault_from=0.01,
    because="missing lines are a fault of the statutory list, from the first",
)
def lines(part: Panel, severity: float) -> Panel:
    """Traces of the driver's bonded film have come off the glass."""
    return replace(part, columns=max(1, round(60 * severity)), rows=round(10 * severity))


@fault_mode(
    "display.burnt_in",
    of=PANEL,
    fault_from=0.25,
    because="a contrast of 5 % at a sharp edge is seen on grey by everyone",
)
def burnt_in(part: Panel, severity: float) -> Panel:
    """The emitters under symbols that are always shown have aged more than the rest."""
    return replace(part, burn_ratio=0.2 * severity)


@fault_mode(
    "display.mura",
    of=PANEL,
    fault_from=0.4,
    because="3 % RMS of unevenness shows as clouds on a grey picture",
)
def mura(part: Panel, severity: float) -> Panel:
    """Pressure or moisture has changed the layer thickness in patches."""
    return replace(part, mura_ratio=between(part.mura_ratio, 0.08, severity))


@fault_mode(
    "display.dim",
    of=PANEL,
    fault_from=0.4,
    because="40 % less light cannot be read outdoors, and no calibration brings it back",
)
def dim(part: Panel, severity: float) -> Panel:
    """The supply of the panel or backlight sags, or part of the LED string is open."""
    return replace(
        part,
        peak_cd_m2=between(part.peak_cd_m2, part.floor_cd_m2 * 1.01, severity),
        falloff_ratio=between(part.falloff_ratio, 0.6, severity),
    )
