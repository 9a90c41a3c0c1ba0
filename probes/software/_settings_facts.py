"""What the phone says of its settings: the settings themselves, and the services that they act on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from probes._declare import Bench
from probes._records import Evidence
from probes._text import show
from probes.formats import (
    Accessibility,
    Audio,
    Battery,
    Nfc,
    SensorPrivacy,
    SlotState,
    TelephonyRegistry,
    parse_accessibility,
    parse_audio,
    parse_battery,
    parse_nfc,
    parse_sensor_privacy,
    parse_settings_dump,
    parse_settings_list,
    parse_telephony,
)
from probes.software._ask import Answer, try_ask

_NAMESPACES: Final = ("global", "secure", "system")
_IN_SERVICE: Final = "in_service"
_DATA_DISCONNECTED: Final = 0
_NO_APN: Final = "MISSING_UNKNOWN_APN"


@dataclass(frozen=True, slots=True)
class Look:
    """What one look at a setting came to."""

    unusual: bool
    evidence: tuple[Evidence, ...]


@dataclass(frozen=True, slots=True)
class Facts:
    """Everything that the checks look at; None where the phone or report did not answer."""

    spaces: Mapping[str, Mapping[str, str]]
    recordings: Mapping[str, str]
    audio: Answer[Audio] | None
    privacy: Answer[SensorPrivacy] | None
    registry: Answer[TelephonyRegistry] | None
    accessibility: Answer[Accessibility] | None
    battery: Answer[Battery] | None
    nfc: Answer[Nfc] | None
    apn_failures: Answer[str] | None

    def value(self, space: str, key: str) -> str | None:
        """A setting; None where it is not set."""
        return self.spaces.get(space, {}).get(key)

    def look(self, space: str, unusual: bool, *keys: str) -> Look | None:
        """A look at settings of one namespace; None where that namespace is not known."""
        if space not in self.spaces:
            return None
        words = ", ".join(f"{key}={self.spaces[space][key]}" for key in keys if key in self.spaces[space])
        return Look(unusual, (Evidence(recording=self.recordings[space], text=show(f"{space}: {words}", 300)),))

    @property
    def in_service(self) -> SlotState | None:
        """The first SIM slot that is registered."""
        slots = self.registry.value.slots if self.registry else ()
        return next((slot for slot in slots if _IN_SERVICE in (slot.voice_state, slot.data_state)), None)


def gather(bench: Bench) -> Facts:
    """Ask for all of it; the radio log only where data are wanted and not there."""
    spaces, recordings = _settings(bench)
    registry = try_ask(bench, parse_telephony, "dumpsys", "telephony.registry")
    return Facts(
        spaces=spaces,
        recordings=recordings,
        audio=try_ask(bench, parse_audio, "dumpsys", "audio"),
        privacy=try_ask(bench, parse_sensor_privacy, "dumpsys", "sensor_privacy"),
        registry=registry,
        accessibility=try_ask(bench, parse_accessibility, "dumpsys", "accessibility"),
        battery=try_ask(bench, parse_battery, "dumpsys", "battery"),
        nfc=try_ask(bench, parse_nfc, "dumpsys", "nfc"),
        apn_failures=_apn_failures(bench) if _lacks_data(registry) else None,
    )


def _settings(bench: Bench) -> tuple[Mapping[str, Mapping[str, str]], Mapping[str, str]]:
    spaces: dict[str, Mapping[str, str]] = {}
    recordings: dict[str, str] = {}
    for name in _NAMESPACES:
        answer = try_ask(bench, parse_settings_list, "settings", "list", name)
        if answer is not None:
            spaces[name], recordings[name] = answer.value.values, answer.reply.id
    if not spaces:
        dump = try_ask(bench, parse_settings_dump, "dumpsys", "settings")
        if dump is not None:
            spaces |= dump.value.namespaces
            recordings |= dict.fromkeys(spaces, dump.reply.id)
    return MappingProxyType(spaces), MappingProxyType(recordings)


def _lacks_data(registry: Answer[TelephonyRegistry] | None) -> bool:
    slots = registry.value.slots if registry else ()
    return any(
        slot.data_state == _IN_SERVICE
        and slot.user_mobile_data is not False
        and slot.data_connection_state == _DATA_DISCONNECTED
        for slot in slots
    )


def _apn_failures(bench: Bench) -> Answer[str] | None:
    return try_ask(bench, str, "logcat", "-d", "-b", "radio", "-e", _NO_APN, deadline_s=20)
