"""What a bench can measure on one phone and with what, or what lacks: the table of ``phonebench capabilities``."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from probes import Capability
from reports import mark

if TYPE_CHECKING:
    from agent.capture._gear import Gear

_MIC_SINCE: Final = 30  # Android 11: the shell user may record (AOSP, manifest of com.android.shell)
_MOTOR_SINCE: Final = 29  # Android 10: before, 200 ms at most, see ``agent.capture.vibrate``
_MANAGER_SINCE: Final = 31  # Android 12: the motor has a manager of its own
_STOCK: Final = {
    Capability.SETTINGS: "shell: settings",
    Capability.INPUT_EVENTS: "shell: getevent",
    Capability.SCREENSHOT: "shell: screencap",
    Capability.PHOTO: mark("shell: the phone's camera app"),
}
_OPS: Final = {
    Capability.SENSORS: "sensor.start",
    Capability.SENSOR_RATE: "sensor.start",
    Capability.RECORD: "audio.start",
    Capability.PLAY: "audio.start",
    Capability.TORCH: "torch",
    Capability.BATTERY_PROPERTIES: "battery",
}
OF_PHONE: Final = (*_STOCK, Capability.VIBRATE, *_OPS)
"""Capabilities that the phone itself decides; the others are the station's."""


@dataclass(frozen=True, slots=True)
class Ability:
    """One row of the table: ``backend`` measures it, or ``lacks`` says what is missing; one of them is empty.

    ``reason`` is the reason code of a measurement that is open for what lacks.
    """

    capability: Capability
    backend: str
    lacks: str
    reason: str = "not_supported"


def abilities(gear: Gear, wanted: Iterable[Capability] = OF_PHONE) -> tuple[Ability, ...]:
    """Ask what can be measured on a phone; starts the companion where something wants it.

    Raises:
        LinkError: the way to the phone broke.
    """
    asked = frozenset(wanted)
    return tuple(_ability(gear, one) for one in Capability if one in asked)


def _ability(gear: Gear, one: Capability) -> Ability:
    if one in _STOCK or one is Capability.VIBRATE:
        return _of_shell(gear, one)
    companion = gear.companion()
    if companion is not None and _OPS[one] in companion.hello.get("ops", ()):
        if one in {Capability.RECORD, Capability.PLAY} and 0 < gear.sdk < _MIC_SINCE:
            return Ability(one, "", mark("Android 11 or later: before, a shell may not record"), "needs_android_11")
        return Ability(one, "companion", "")
    if one is Capability.SENSORS:
        return Ability(one, "shell: dumpsys sensorservice", "")
    if one is Capability.RECORD and gear.has_scrcpy and gear.sdk >= _MIC_SINCE:
        return Ability(one, "scrcpy-server", "")
    return Ability(one, "", gear.companion_lacks or mark("a companion that can do it"), "needs_companion")


def _of_shell(gear: Gear, one: Capability) -> Ability:
    if one is Capability.PHOTO and not gear.may_press_keys:
        lacks = mark("the second USB debugging switch, which lets a shell press keys")
        return Ability(one, "", lacks, "needs_key_switch")
    if one is not Capability.VIBRATE:
        return Ability(one, _STOCK[one], "")
    if 0 < gear.sdk < _MOTOR_SINCE:
        lacks = mark("Android 10 or later: before, a shell runs the motor too short")
        return Ability(one, "", lacks, "needs_android_10")
    return Ability(one, "shell: vibrator_manager" if gear.sdk >= _MANAGER_SINCE else "shell: vibrator", "")
