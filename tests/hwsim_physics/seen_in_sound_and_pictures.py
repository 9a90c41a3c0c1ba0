"""What a bench sees of each fault of the audio and picture parts: larger is worse, and from where it is a fault."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from hwsim.physics.audio.amplifier import AMPLIFIER, Amplifier
from hwsim.physics.audio.microphone import MICROPHONE, Microphone
from hwsim.physics.audio.speaker import EARPIECE, SPEAKER, Speaker
from hwsim.physics.camera.flash import Flash
from hwsim.physics.camera.lens import REAR_LENS, Lens
from hwsim.physics.camera.scene import picture_of_field
from hwsim.physics.camera.sensor import REAR_SENSOR, Sensor
from hwsim.physics.display import PANEL, Panel
from hwsim.physics.noise import generator
from tests.hwsim_physics.reference import Array, Table, tone_amplitudes

RATE_HZ = 48000.0
TIMES_S: Array = np.arange(24000, dtype=np.float64) / RATE_HZ
EVEN = Lens(half_field_deg=0.0)


def tone(frequency_hz: float, amplitude: float) -> np.ndarray[tuple[int], np.dtype[np.float32]]:
    return (amplitude * np.sin(2.0 * np.pi * frequency_hz * TIMES_S)).astype(np.float32)


def distortion(samples: np.ndarray[tuple[int, ...], np.dtype[np.float32]], frequency_hz: float) -> float:
    amplitudes = tone_amplitudes(samples[4800:].astype(np.float64), RATE_HZ, frequency_hz, 9)
    return float(np.hypot.reduce(amplitudes[1:]) / max(amplitudes[0], 1e-9))


def loss_db(part: Speaker | Microphone, healthy: Speaker | Microphone, frequency_hz: float) -> float:
    at = np.array([frequency_hz])
    gains = [float(np.abs(one.transfer(at, RATE_HZ))[0]) for one in (healthy, part)]
    return float(20.0 * np.log10(gains[0] / max(gains[1], 1e-6)))


def driven(part: Amplifier) -> np.ndarray[tuple[int, ...], np.dtype[np.float32]]:
    return part.drive(tone(1000.0, 1.0), generator(1, "a"))


def silence(part: Microphone) -> np.ndarray[tuple[int, ...], np.dtype[np.float32]]:
    return part.digitise(np.zeros(24000, dtype=np.float32), generator(1, "m"))


def buzz_db(part: Speaker) -> float:
    drive = tone(200.0, 1.0)
    clean = replace(part, buzz_pa=0.0).force(drive, RATE_HZ, generator(1, "s"))
    extra = np.abs(part.force(drive, RATE_HZ, generator(1, "s")) - clean).max()
    return float(20.0 * np.log10(max(float(extra), 1e-6)))


def field(part: Sensor, light_e: float) -> Array:
    small = replace(part, height=300, width=400)
    return picture_of_field(EVEN, small, white_e=light_e, exposure_s=0.1, rng=generator(1, "c")).astype(np.float64)


def dark_noise(part: Sensor) -> float:
    sensitive = replace(part, gain_dn_per_e=1.5, bits=14, hot_pixels=0, dead_pixels=0, dsnu_e=0.0)
    return float(field(sensitive, 0.0).std())


def corner_difference(part: Lens) -> float:
    light = part.shading(150, 200)
    corners = [float(light[y, x]) for y in (0, -1) for x in (0, -1)]
    return 1.0 - min(corners) / max(corners)


def dips_per_s(part: Flash) -> float:
    lux = part.lux(np.arange(0.0, 400.0, 0.01), distance_m=1.0, rng=generator(1, "f"))
    return float(np.count_nonzero((lux[1:] == 0.0) & (lux[:-1] > 0.0)) / 400.0)


def emitted(part: Panel, level: int) -> Array:
    small = replace(part, height=480, width=216, mura_px=40.0)
    return small.emit(np.full((480, 216, 3), level, dtype=np.uint8), slider=255).astype(np.float64)


def contrast_of_wear(part: Panel) -> float:
    small = replace(part, height=480, width=216)
    light, wear = emitted(part, 128)[:, :, 0], small.burnt_area(480, 216)
    return float(1.0 - light[wear == 1.0].mean() / light[wear == 0.0].mean())


SOUND: Table = {
    "amplifier.clipping": (lambda part: distortion(driven(part), 1000.0), 0.10),
    "amplifier.weak": (lambda part: 1.0 - driven(part).std() / driven(AMPLIFIER).std(), 0.49),
    "amplifier.hissing": (lambda part: 20 * np.log10(part.drive(tone(1.0, 0.0), generator(1, "a")).std()), -50.6),
    "microphone.port_clogged": (lambda part: loss_db(part, MICROPHONE, 6500.0), 10.0),
    "microphone.membrane_stuck": (lambda part: loss_db(part, MICROPHONE, 1000.0), 3.0),
    "microphone.noisy": (lambda part: 20 * np.log10(silence(part).std() / silence(MICROPHONE).std()), 20.0),
    "microphone.offset": (lambda part: float(silence(part).mean()), 0.119),
    "speaker.torn_cone": (
        lambda part: distortion(part.force(tone(600.0, 0.8), RATE_HZ, generator(1, "s")), 600.0),
        0.03,
    ),
    "speaker.rub": (buzz_db, -48.0),
    "speaker.mesh_clogged": (lambda part: loss_db(part, SPEAKER, 6000.0), 6.0),
    "speaker.leak": (lambda part: loss_db(part, SPEAKER, 400.0), 6.0),
    "speaker.coil_open": (lambda part: loss_db(part, SPEAKER, 2000.0), 6.0),
    "speaker.reversed": (lambda part: -part.polarity, 1.0),
    "earpiece.clogged": (lambda part: loss_db(part, EARPIECE, 2000.0), 6.0),
    "earpiece.coil_open": (lambda part: loss_db(part, EARPIECE, 2000.0), 6.0),
    "flash.dim": (lambda part: 1.0 - float(part.lux(np.ones(1), distance_m=1.0, rng=generator(1, "f"))[0]) / 60.0, 0.5),
    "flash.flickering": (dips_per_s, 0.2),
}

PICTURES: Table = {
    "camera.focus_lost": (lambda part: part.spread_px(0.0, 0.0), 2.0),
    "camera.focus_stuck": (lambda part: part.focused(REAR_LENS, distance_m=0.1).spread_px(0.0, 0.0), 6.0),
    "camera.lens_tilted": (lambda part: part.spread_px(0.8, 0.0) / part.spread_px(-0.8, 0.0), 2.0),
    "camera.decentred": (corner_difference, 0.2),
    "camera.fogged": (lambda part: part.veil_ratio, 0.1),
    "camera.dusty": (
        lambda part: 1.0 - float((part.shading(600, 800) / replace(part, dust=()).shading(600, 800)).min()),
        0.015,
    ),
    "camera.sensor_noisy": (lambda part: dark_noise(part) / dark_noise(REAR_SENSOR), 5.0),
    "camera.hot_pixels": (lambda part: part.hot_pixels, 1000.0),
    "camera.dead_pixels": (lambda part: np.count_nonzero(field(part, 4000.0) < 100.0), 9.0),
    "camera.lines": (lambda part: np.count_nonzero((field(part, 4000.0) < 100.0).mean(axis=0) > 0.5), 1.0),
    "camera.black_level": (lambda part: (np.median(field(part, 0.0)) - REAR_SENSOR.black_dn) / 1023.0, 0.1),
    "display.dead_pixels": (lambda part: np.count_nonzero(emitted(part, 255) == 0.0), 3.0),
    "display.lines": (lambda part: np.count_nonzero((emitted(part, 255) == 0.0).all(axis=(0, 2))), 1.0),
    "display.burnt_in": (contrast_of_wear, 0.045),
    "display.mura": (lambda part: emitted(part, 128).std() / emitted(part, 128).mean(), 0.025),
    "display.dim": (lambda part: 1.0 - emitted(part, 255).mean() / emitted(PANEL, 255).mean(), 0.4),
}
