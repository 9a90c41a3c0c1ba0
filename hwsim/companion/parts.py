"""The sensing and sounding parts of one phone, in their present health."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from hwsim.physics.audio.amplifier import AMPLIFIER, Amplifier
from hwsim.physics.audio.loop import QUIET, TEST_BOX
from hwsim.physics.audio.microphone import MICROPHONE, Microphone
from hwsim.physics.audio.room import Ambient, Room
from hwsim.physics.audio.speaker import EARPIECE, SPEAKER, Speaker
from hwsim.physics.imu import ACCELEROMETER, GYROSCOPE, MAGNETOMETER, Triad
from hwsim.physics.library import fault_modes
from hwsim.physics.motion import Motion
from hwsim.physics.noise import generator
from hwsim.physics.sampling import SAMPLING, Sampling
from hwsim.physics.surroundings import BAROMETER, LIGHT_SENSOR, PROXIMITY, Barometer, LightSensor, Proximity
from hwsim.physics.vibration import LRA, Buzz, Motor

LYING = Motion()


@dataclass(frozen=True)
class Parts:
    """What can be heard and felt, and with what.

    The phone lies face up at the bench and vibrates in its ``buzzes`` (on BOOTTIME). ``lux``, ``pressure_hpa`` and
    ``distance_cm`` are what its other sensors look at. The second microphone (``top_microphone``) sits beside the
    earpiece. ``player_ppm`` and ``recorder_ppm`` are the rate errors of the two audio clocks against BOOTTIME.
    """

    accelerometer: Triad = ACCELEROMETER
    gyroscope: Triad = GYROSCOPE
    magnetometer: Triad = MAGNETOMETER
    barometer: Barometer = BAROMETER
    light: LightSensor = LIGHT_SENSOR
    proximity: Proximity = PROXIMITY
    sampling: Sampling = SAMPLING
    speaker: Speaker = SPEAKER
    earpiece: Speaker = EARPIECE
    amplifier: Amplifier = AMPLIFIER
    microphone: Microphone = MICROPHONE
    top_microphone: Microphone = MICROPHONE
    motor: Motor = LRA
    buzzes: tuple[Buzz, ...] = ()
    motion: Motion = LYING
    room: Room = TEST_BOX
    ambient: Ambient = QUIET
    lux: float = 320.0
    pressure_hpa: float = 1008.0
    distance_cm: float = 60.0
    player_ppm: float = 0.0
    recorder_ppm: float = 0.0

    def worn(self, modes: Mapping[str, float]) -> Parts:
        """Return the parts with fault modes of the physics at a severity; modes of other parts change nothing.

        Raises ValueError for a severity outside 0..1.
        """
        changed: dict[str, Any] = {}
        for name, severity in modes.items():
            field = _FIELDS.get(name.partition(".")[0])
            mode = fault_modes().get(name)
            if field is not None and mode is not None:
                changed[field] = mode(changed.get(field, getattr(self, field)), severity)
        return replace(self, **changed)


_FIELDS = {
    "accelerometer": "accelerometer",
    "gyroscope": "gyroscope",
    "magnetometer": "magnetometer",
    "barometer": "barometer",
    "light": "light",
    "proximity": "proximity",
    "sensor_bus": "sampling",
    "speaker": "speaker",
    "earpiece": "earpiece",
    "amplifier": "amplifier",
    "microphone": "microphone",
    "motor": "motor",
}


def buzzes_within(parts: Parts, begin_s: float, end_s: float) -> list[Buzz]:
    """Return the vibrations that can be felt between two times; one rings out for less than a second."""
    return [buzz for buzz in parts.buzzes if buzz.start_s < end_s and buzz.start_s + buzz.duration_s + 1.0 > begin_s]


def draw_parts(seed: int) -> Parts:
    """Return the healthy parts of the phone of a seed: zero errors and clocks differ from phone to phone."""
    rng = generator(seed, "parts")

    def spread(part: Triad, share: float) -> Triad:
        x, y, z = (float(rng.normal(bias, abs(bias) * share)) for bias in part.bias)
        return replace(part, bias=(x, y, z))

    accelerometer, gyroscope = spread(ACCELEROMETER, 0.4), spread(GYROSCOPE, 0.4)
    player_ppm, recorder_ppm, crystal_ppm = (float(one) for one in rng.normal(0.0, (15.0, 15.0, 20.0)))
    return Parts(
        accelerometer=accelerometer,
        gyroscope=gyroscope,
        magnetometer=spread(MAGNETOMETER, 0.3),
        sampling=replace(SAMPLING, clock_error_ppm=crystal_ppm),
        player_ppm=player_ppm,
        recorder_ppm=recorder_ppm,
    )
