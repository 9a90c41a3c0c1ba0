"""All parts of one phone, and a phone with a fault in one of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import Any

from hwsim.physics.audio.amplifier import AMPLIFIER, Amplifier
from hwsim.physics.audio.microphone import MICROPHONE, Microphone
from hwsim.physics.audio.speaker import EARPIECE, SPEAKER, Speaker
from hwsim.physics.camera.flash import FLASH, Flash
from hwsim.physics.camera.focus import FOCUS_DRIVE, FocusDrive
from hwsim.physics.camera.lens import FRONT_LENS, REAR_LENS, Lens
from hwsim.physics.camera.sensor import FRONT_SENSOR, REAR_SENSOR, Sensor
from hwsim.physics.cell import CELL, Cell
from hwsim.physics.charge import CHARGER, ChargerIc
from hwsim.physics.display import PANEL, Panel
from hwsim.physics.imu import ACCELEROMETER, GYROSCOPE, MAGNETOMETER, Triad
from hwsim.physics.keys import KEY, Key
from hwsim.physics.library import fault_modes
from hwsim.physics.radio import ANTENNA, Antenna
from hwsim.physics.sampling import SAMPLING, Sampling
from hwsim.physics.supply import ADAPTER, CABLE, PORT, Adapter, Cable, Port
from hwsim.physics.surroundings import BAROMETER, LIGHT_SENSOR, PROXIMITY, Barometer, LightSensor, Proximity
from hwsim.physics.thermal import PHONE_BODY, TwoNode
from hwsim.physics.touch import DIGITIZER, Digitizer
from hwsim.physics.vibration import LRA, Motor


@dataclass(frozen=True)
class Parts:
    """The health of everything that physics renders for one phone, its charger and its cable.

    The second microphone sits beside the earpiece. ``player_ppm`` and ``recorder_ppm`` are the rate errors of the two
    audio clocks against BOOTTIME.
    """

    accelerometer: Triad = ACCELEROMETER
    gyroscope: Triad = GYROSCOPE
    magnetometer: Triad = MAGNETOMETER
    sensor_bus: Sampling = SAMPLING
    barometer: Barometer = BAROMETER
    light: LightSensor = LIGHT_SENSOR
    proximity: Proximity = PROXIMITY
    amplifier: Amplifier = AMPLIFIER
    speaker: Speaker = SPEAKER
    earpiece: Speaker = EARPIECE
    main_microphone: Microphone = MICROPHONE
    second_microphone: Microphone = MICROPHONE
    rear_lens: Lens = REAR_LENS
    rear_focus: FocusDrive = FOCUS_DRIVE
    rear_sensor: Sensor = REAR_SENSOR
    front_lens: Lens = FRONT_LENS
    front_sensor: Sensor = FRONT_SENSOR
    flash: Flash = FLASH
    panel: Panel = PANEL
    digitizer: Digitizer = DIGITIZER
    motor: Motor = LRA
    power_key: Key = KEY
    volume_up_key: Key = KEY
    volume_down_key: Key = KEY
    cell: Cell = CELL
    charger: ChargerIc = CHARGER
    port: Port = PORT
    cable: Cable = CABLE
    adapter: Adapter = ADAPTER
    cellular_antenna: Antenna = ANTENNA
    wifi_antenna: Antenna = ANTENNA
    satellite_antenna: Antenna = ANTENNA
    body: TwoNode = PHONE_BODY
    player_ppm: float = 0.0
    recorder_ppm: float = 0.0


def places_of(mode_name: str) -> tuple[str, ...]:
    """Return the names of the parts that a fault mode can be in; raises KeyError for an unknown mode.

    Speakers and three-axis sensors share their kind but not their faults: there the mode's first word names the part.
    """
    kind, own = type(fault_modes()[mode_name].healthy), mode_name.partition(".")[0]
    if kind in {Triad, Speaker}:
        return (own,)
    return tuple(field.name for field in fields(Parts) if isinstance(getattr(Parts(), field.name), kind))


def with_fault(parts: Parts, mode_name: str, severity: float, *, place: str | None = None) -> Parts:
    """Return the phone with a fault in a part, by default the first that can have it.

    Raises KeyError for an unknown mode, ValueError for a severity outside 0..1 or a part that cannot have the fault.
    """
    places = places_of(mode_name)
    chosen = place or places[0]
    if chosen not in places:
        raise ValueError(f"{mode_name} is in {', '.join(places)}, not in {chosen}")
    change: dict[str, Any] = {chosen: fault_modes()[mode_name](getattr(parts, chosen), severity)}
    return replace(parts, **change)


def worn(parts: Parts, modes: Mapping[str, float]) -> Parts:
    """Return the phone with several faults, by ``mode`` or ``mode@place``, each at its severity; raises as above."""
    for name, severity in modes.items():
        mode, _, place = name.partition("@")
        parts = with_fault(parts, mode, severity, place=place or None)
    return parts
