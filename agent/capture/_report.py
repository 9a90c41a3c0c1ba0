"""What a bench can measure on one phone and with what, or what lacks: the table of ``phonebench capabilities``."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from probes import Capability

if TYPE_CHECKING:
    from agent.capture._gear import Gear

_MIC_SINCE: Final = 30  # Android 11: the shell user may record (AOSP, manifest of com.android.shell)
_STOCK: Final = {
    Capability.SETTINGS: "settings",
    Capability.INPUT_EVENTS: "getevent",
    Capability.SCREENSHOT: "screencap",
    Capability.PHOTO: "the phone's camera app",
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
    """One row of the table: ``backend`` measures it, or ``lacks`` says what is missing; one of them is empty."""

    capability: Capability
    backend: str
    lacks: str


def abilities(gear: Gear, wanted: Iterable[Capability] = OF_PHONE) -> tuple[Ability, ...]:
    """Ask what can be measured on a phone; starts the companion where something wants it.

    Raises:
        LinkError: the way to the phone broke.
    """
    asked = frozenset(wanted)
    return tuple(_ability(gear, one) for one in Capability if one in asked)


def _ability(gear: Gear, one: Capability) -> Ability:
    if one in _STOCK:
        return Ability(one, f"shell: {_STOCK[one]}", "")
    if one is Capability.VIBRATE:
        return Ability(one, "shell: vibrator_manager" if gear.sdk >= 31 else "shell: vibrator", "")
    companion = gear.companion()
    if companion is not None and _OPS[one] in companion.hello.get("ops", ()):
        if one in {Capability.RECORD, Capability.PLAY} and 0 < gear.sdk < _MIC_SINCE:
            return Ability(one, "", "Android 11 or later: before, a shell may not record")
        return Ability(one, "companion", "")
    if one is Capability.SENSORS:
        return Ability(one, "shell: dumpsys sensorservice", "")
    if one is Capability.RECORD and gear.has_scrcpy and gear.sdk >= _MIC_SINCE:
        return Ability(one, "scrcpy-server", "")
    return Ability(one, "", gear.companion_lacks or "a companion that can do it")
