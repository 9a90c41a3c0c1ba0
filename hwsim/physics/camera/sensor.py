"""Image sensors: from electrons to numbers, with the noise and the defects of one piece of silicon."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from hwsim.physics import noise
from hwsim.physics.arrays import Singles
from hwsim.physics.modes import between, between_log, fault_mode

BAND_ROWS = 64


@dataclass(frozen=True)
class Sensor:
    """The health of a sensor; ``chip`` is the seed of its fixed pattern: the same chip has the same defects.

    Signal in electrons, output in DN of ``bits`` bits above ``black_dn``; ``gain_dn_per_e`` is EMVA 1288's K.
    Defects are numbers of single pixels, of 3 x 3 clusters and of whole columns or rows.
    """

    height: int = 3000
    width: int = 4000
    gain_dn_per_e: float = 0.12
    full_well_e: float = 8000.0
    read_noise_e: float = 1.8
    black_dn: float = 64.0
    dark_e_per_s: float = 2.0
    prnu_ratio: float = 0.006
    dsnu_e: float = 0.6
    hot_pixels: int = 40
    hot_e_per_s: float = 8000.0
    dead_pixels: int = 4
    clusters: int = 0
    columns: int = 0
    rows: int = 0
    row_noise_e: float = 0.0
    bits: int = 10
    chip: int = 1

    def expose(self, light_e: Singles, *, exposure_s: float, rng: np.random.Generator) -> NDArray[np.uint16]:
        """Return the raw picture (DN) for the mean number of photo-electrons of each pixel.

        Shot noise is drawn as a Gaussian of the Poisson variance, exact in its first two moments; the picture is made
        in bands of rows that stay in the cache.
        """
        offsets, gains = _pattern(self.chip, *light_e.shape)
        raw = np.empty(light_e.shape, dtype=np.uint16)
        top = np.float32(2**self.bits - 1)
        lines = rng.standard_normal((light_e.shape[0], 1), dtype=np.float32) * np.float32(self.row_noise_e)
        for begin in range(0, light_e.shape[0], BAND_ROWS):
            band = light_e[begin : begin + BAND_ROWS]
            fixed = offsets[begin : begin + BAND_ROWS] * np.float32(self.dsnu_e)
            mean = gains[begin : begin + BAND_ROWS] * np.float32(self.prnu_ratio)
            mean += np.float32(1.0)
            mean *= band
            mean += np.float32(self.dark_e_per_s * exposure_s)
            noisy = rng.standard_normal(band.shape, dtype=np.float32)
            noisy *= np.sqrt(np.maximum(mean, np.float32(0.0)) + np.float32(self.read_noise_e**2))
            noisy += np.minimum(mean, np.float32(self.full_well_e), out=mean)
            noisy += fixed
            noisy += lines[begin : begin + BAND_ROWS]
            noisy *= np.float32(self.gain_dn_per_e)
            noisy += np.float32(self.black_dn + 0.5)
            np.clip(noisy, np.float32(0.0), top, out=noisy)
            raw[begin : begin + BAND_ROWS] = noisy  # the fraction falls away: the half was added above
        self._defects(raw, exposure_s)
        return raw

    def _defects(self, raw: NDArray[np.uint16], exposure_s: float) -> None:
        """Write the chip's defects into the picture: hot pixels grow with the exposure, the rest is always there."""
        places = noise.generator(self.chip, "defects")
        height, width = raw.shape
        top, black = 2**self.bits - 1, round(self.black_dn)
        hot = _places(places, self.hot_pixels, (height, width))
        leaked = places.lognormal(0.0, 0.5, self.hot_pixels) * (self.hot_e_per_s * exposure_s * self.gain_dn_per_e)
        raw[hot] = np.minimum(raw[hot] + leaked, top).astype(np.uint16)
        raw[_places(places, self.dead_pixels, (height, width))] = black
        middle_y, middle_x = _places(places, self.clusters, (height - 2, width - 2))
        around = np.arange(9)
        raw[middle_y[:, None] + around // 3, middle_x[:, None] + around % 3] = black
        raw[:, places.choice(width, self.columns, replace=False)] = black
        raw[places.choice(height, self.rows, replace=False)] = top


REAR_SENSOR = Sensor()
FRONT_SENSOR = Sensor(height=2448, width=3264, chip=2, read_noise_e=2.1)


@lru_cache(maxsize=1)
def _pattern(chip: int, height: int, width: int) -> tuple[Singles, Singles]:
    """Return what is the same in all pictures of a chip: each pixel's offset and gain, of unit spread.

    Kept for the chip that took the last picture, as drawing them is half of taking one.
    """
    rng = noise.generator(chip, "pattern")
    offsets, gains = (np.empty((height, width), dtype=np.float32) for _ in range(2))
    for begin in range(0, height, BAND_ROWS):
        for plane in (offsets, gains):
            rng.standard_normal(out=plane[begin : begin + BAND_ROWS], dtype=np.float32)
    return offsets, gains


def _places(
    places: np.random.Generator, count: int, shape: tuple[int, int]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return distinct rows and columns of pixels."""
    flat = places.choice(shape[0] * shape[1], count, replace=False, shuffle=False)
    return np.divmod(flat.astype(np.int64), shape[1])


@fault_mode(
    "camera.sensor_noisy",
    of=REAR_SENSOR,
    fault_from=0.3,
    because="the noise in the dark is then five times a good part's, and pictures indoors show it",
)
def sensor_noisy(part: Sensor, severity: float) -> Sensor:
    """The analog supply's capacitor has cracked: its ripple is in every row."""
    return replace(
        part,
        read_noise_e=between_log(part.read_noise_e, 50.0, severity),
        row_noise_e=between(0.0, 30.0, severity),
    )


@fault_mode(
    "camera.hot_pixels",
    of=REAR_SENSOR,
    fault_from=0.6,
    because="over a thousand hot pixels are more than the list of defects that the picture processor can hide",
)
def hot_pixels(part: Sensor, severity: float) -> Sensor:
    """Heat or radiation has damaged the silicon, and more pixels leak."""
    return replace(part, hot_pixels=round(between_log(max(part.hot_pixels, 1), 12000.0, severity)))


@fault_mode(
    "camera.dead_pixels",
    of=REAR_SENSOR,
    fault_from=0.05,
    because="any cluster of dead pixels is a fault: correction takes single pixels only",
)
def dead_pixels(part: Sensor, severity: float) -> Sensor:
    """A crack or a particle has cut pixels off, singly and in clusters."""
    return replace(
        part,
        dead_pixels=part.dead_pixels + round(between_log(1.0, 2000.0, severity)),
        clusters=round(between(0.0, 20.0, severity)),
    )


@fault_mode(
    "camera.lines",
    of=REAR_SENSOR,
    fault_from=0.05,
    because="one line across the picture is a fault at any size",
)
def lines(part: Sensor, severity: float) -> Sensor:
    """A column's converter or a row driver of the chip has failed."""
    return replace(part, columns=max(1, round(12 * severity)), rows=round(4 * severity))


@fault_mode(
    "camera.black_level",
    of=REAR_SENSOR,
    fault_from=0.35,
    because="the black is then 10 % of the range too high, so that colours wash out",
)
def black_level(part: Sensor, severity: float) -> Sensor:
    """The shielded reference pixels leak, and the clamp works against a wrong black."""
    return replace(part, black_dn=part.black_dn + 320.0 * severity)
