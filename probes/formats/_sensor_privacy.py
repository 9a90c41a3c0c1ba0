"""``dumpsys sensor_privacy``: the switches that silence microphone, camera or all sensors."""

from __future__ import annotations

import re
from dataclasses import dataclass

from ._reading import lines, require

_ALL = re.compile(r"\s{0,8}(?:mEnabled|is_enabled|Sensor privacy is enabled)\s?[=:]\s?(true|false)\b", re.IGNORECASE)
_SENSOR = re.compile(r"\s{0,12}sensor=(\d{1,4})\b")
_STATE = re.compile(r"\s{0,12}(?:is_enabled=(true|false)|state_type=(\d))\b")
# android.hardware.SensorPrivacyManager: Sensors.MICROPHONE, Sensors.CAMERA; StateTypes.ENABLED
_MICROPHONE, _CAMERA = 1, 2
_ON = "1"


@dataclass(frozen=True, slots=True)
class SensorPrivacy:
    """Which switch is on, that is: which sensor is withheld from apps. None where the dump does not say."""

    all_sensors: bool | None
    microphone: bool | None
    camera: bool | None


def parse_sensor_privacy(text: str) -> SensorPrivacy:
    """Read ``dumpsys sensor_privacy`` of Android 10 and later; sensors by themselves from 12 on.

    Raises:
        NotUnderstood: no switch is named.
    """
    every: bool | None = None
    sensors: dict[int, bool] = {}
    current: int | None = None
    for line in lines(text):
        if found := _SENSOR.match(line):
            current = int(found[1])
        elif current is not None and (found := _STATE.match(line)):
            on = found[1] == "true" or found[2] == _ON
            sensors[current] = sensors.get(current, False) or on
        elif current is None and every is None and (found := _ALL.match(line)):
            every = found[1].lower() == "true"
    require(every is not None or sensors, "sensor_privacy dump", text)
    return SensorPrivacy(all_sensors=every, microphone=sensors.get(_MICROPHONE), camera=sensors.get(_CAMERA))
