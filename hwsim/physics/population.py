"""Healthy phones differ: parts drawn from the spread of production, one phone for each seed."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from hwsim.physics.arrays import Triple
from hwsim.physics.audio.microphone import Microphone
from hwsim.physics.audio.speaker import Speaker
from hwsim.physics.camera.lens import Lens
from hwsim.physics.camera.sensor import Sensor
from hwsim.physics.imu import Triad
from hwsim.physics.noise import generator
from hwsim.physics.parts import Parts


def draw_parts(seed: int, model: Parts | None = None) -> Parts:
    """Return the healthy parts of the phone with this seed; ``model`` is the middle of its production."""
    rng, mid = generator(seed, "parts"), model or Parts()
    drawn = replace(
        mid,
        accelerometer=_triad(mid.accelerometer, rng, bias=0.12, scale=0.004),
        gyroscope=_triad(mid.gyroscope, rng, bias=0.003, scale=0.01),
        magnetometer=_triad(mid.magnetometer, rng, bias=25.0, scale=0.02),
        speaker=_speaker(mid.speaker, rng),
        earpiece=_speaker(mid.earpiece, rng),
        main_microphone=_microphone(mid.main_microphone, rng),
        second_microphone=_microphone(mid.second_microphone, rng),
        rear_lens=_lens(mid.rear_lens, rng),
        front_lens=_lens(mid.front_lens, rng),
        rear_sensor=_sensor(mid.rear_sensor, rng),
        front_sensor=_sensor(mid.front_sensor, rng),
        flash=replace(mid.flash, lux_at_1m=mid.flash.lux_at_1m * _near_one(rng, 0.06)),
        panel=replace(mid.panel, glass=_number(rng), peak_cd_m2=mid.panel.peak_cd_m2 * _near_one(rng, 0.04)),
        digitizer=replace(mid.digitizer, noise_counts=mid.digitizer.noise_counts * _near_one(rng, 0.15)),
        motor=replace(
            mid.motor,
            resonance_hz=mid.motor.resonance_hz + float(np.clip(rng.normal(0.0, 1.2), -3.0, 3.0)),
            peak_m_s2=mid.motor.peak_m_s2 * _near_one(rng, 0.06),
        ),
        cell=replace(mid.cell, full_ratio=mid.cell.full_ratio * float(rng.uniform(0.97, 1.03))),
        port=replace(mid.port, loop_ohm=mid.port.loop_ohm * _near_one(rng, 0.2)),
        cellular_antenna=replace(mid.cellular_antenna, loss_db=abs(float(rng.normal(0.0, 0.8)))),
        wifi_antenna=replace(mid.wifi_antenna, loss_db=abs(float(rng.normal(0.0, 0.8)))),
        satellite_antenna=replace(mid.satellite_antenna, loss_db=abs(float(rng.normal(0.0, 0.8)))),
    )
    # Crystals of the player, the recorder and the sensors: production spread of cheap ones.
    player_ppm, recorder_ppm, sensor_ppm = (float(one) for one in rng.normal(0.0, (15.0, 15.0, 20.0)))
    return replace(
        drawn,
        sensor_bus=replace(mid.sensor_bus, clock_error_ppm=sensor_ppm),
        player_ppm=player_ppm,
        recorder_ppm=recorder_ppm,
    )


def _triad(part: Triad, rng: np.random.Generator, *, bias: float, scale: float) -> Triad:
    errors = np.clip(rng.standard_normal(12), -3.0, 3.0)
    moved = np.array(part.bias) + bias * errors[:3]
    grown = np.array(part.matrix) + scale * np.where(np.arange(9) % 4 == 0, 1.0, 0.5) * errors[3:]
    drawn: Triple = (float(moved[0]), float(moved[1]), float(moved[2]))
    return replace(
        part,
        bias=drawn,
        matrix=tuple(float(term) for term in grown),
        noise_density=part.noise_density * _near_one(rng, 0.08),
    )


def _speaker(part: Speaker, rng: np.random.Generator) -> Speaker:
    return replace(
        part,
        full_scale_pa=part.full_scale_pa * _decibels(rng, 0.7),
        resonance_hz=part.resonance_hz * _near_one(rng, 0.03),
        bl_slope=part.bl_slope * float(rng.normal(0.0, 1.0)),
    )


def _microphone(part: Microphone, rng: np.random.Generator) -> Microphone:
    return replace(
        part, gain_ratio=part.gain_ratio * _decibels(rng, 0.6), noise_dbfs=part.noise_dbfs + float(rng.normal(0.0, 1.0))
    )


def _lens(part: Lens, rng: np.random.Generator) -> Lens:
    return replace(
        part,
        blur_px=part.blur_px * _near_one(rng, 0.08),
        tilt_px=abs(float(rng.normal(0.0, 0.15))),
        off_axis_x_ratio=float(rng.normal(0.0, 0.012)),
        off_axis_y_ratio=float(rng.normal(0.0, 0.012)),
    )


def _sensor(part: Sensor, rng: np.random.Generator) -> Sensor:
    return replace(
        part, chip=_number(rng), hot_pixels=int(rng.poisson(part.hot_pixels)), dead_pixels=int(rng.poisson(2.0))
    )


def _near_one(rng: np.random.Generator, spread: float) -> float:
    """Return a factor around 1, never further off than three times the spread."""
    return 1.0 + spread * float(np.clip(rng.standard_normal(), -3.0, 3.0))


def _decibels(rng: np.random.Generator, spread_db: float) -> float:
    return float(10.0 ** (np.clip(rng.normal(0.0, spread_db), -2.5, 2.5) / 20.0))


def _number(rng: np.random.Generator) -> int:
    return int(rng.integers(1 << 31))
