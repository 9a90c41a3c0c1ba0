"""The last events of each sensor in ``dumpsys sensorservice``, measured with the phone's own parts.

Layout seen on Android 10 (an Xperia and a vivo); that 9 and 11 to 16 print the same is unverified.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np

    from hwsim.phone.phone import Phone
    from hwsim.physics.arrays import Floats

_COUNT = 10
_RATE_HZ = 5.0
_SINCE_S = 3.0


def recent_events(phone: Phone, sensors: list[tuple[str, int]]) -> list[str]:
    """Return the lines for sensors by name and Android's type: the system has asked each some seconds ago."""
    from hwsim.physics.noise import generator  # noqa: PLC0415 - an idle phone needs no arrays

    last_s = phone.clock.uptime_s - _SINCE_S
    times_s = [last_s - (_COUNT - 1 - number) / _RATE_HZ for number in range(_COUNT)]
    lines = []
    for name, type_ in sensors:
        values = _measure(phone, type_, times_s, generator(phone.seed, "events", name, str(round(last_s))))
        lines.append(f"{name}: last {_COUNT} events")
        for number, (at_s, row) in enumerate(zip(times_s, values, strict=True), 1):
            wall = phone.clock.at(0) + timedelta(seconds=at_s)
            shown = ", ".join(f"{value:.2f}" for value in (*row, 0.0, 0.0)[:3])
            stamp = f"ts={at_s:.9f}, wall={wall:%H:%M:%S}.{wall.microsecond // 1000:03d}"
            lines.append(f"\t{number:2} ({stamp}) {shown}, ")
    return lines


def _measure(phone: Phone, type_: int, at_s: list[float], rng: np.random.Generator) -> list[tuple[float, ...]]:
    import numpy as np  # noqa: PLC0415 - as above

    from hwsim.companion.scene import Scene  # noqa: PLC0415 - as above

    parts, scene = phone.parts, Scene(phone.parts)
    times_s: Floats = np.array(at_s)
    match type_:
        case 1:
            read = parts.accelerometer.read(scene.motion.specific_force(times_s), rate_hz=_RATE_HZ, rng=rng)
        case 2:
            read = parts.magnetometer.read(scene.motion.magnetic_field(times_s), rate_hz=_RATE_HZ, rng=rng)
        case 4:
            read = parts.gyroscope.read(scene.motion.angular_rate(times_s), rate_hz=_RATE_HZ, rng=rng)
        case 5:
            read = parts.light.read(np.full(_COUNT, scene.lux), times_s, rng=rng, depth=0.1)
        case 6:
            read = parts.barometer.read(np.full(_COUNT, scene.pressure_hpa), rate_hz=_RATE_HZ, rng=rng)
        case _:
            read = parts.proximity.read(np.full(_COUNT, scene.distance_cm), rng=rng)
    return [tuple(float(value) for value in row) for row in np.asarray(read).reshape(_COUNT, -1)]
