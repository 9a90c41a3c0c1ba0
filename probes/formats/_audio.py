"""``dumpsys audio``: volumes, ringer mode, and whether a switch mutes the microphone."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from ._reading import append, flag, frozen, lines, put, require, whole

_STREAM = re.compile(r"- (STREAM_[A-Z_]{2,40}):\s{0,8}")
_FIELD = re.compile(r"   (Muted|Mute count|Min|Max|Current|Devices):\s?(.{0,2000})")
_VOLUME = re.compile(r"([0-9a-f]{1,16})(?: \(([A-Za-z0-9_]{1,40})\))?: (\d{1,6})")
# android.media.AudioSystem.DEVICE_OUT_*: Android 4 prints the codes alone
_DEVICE_CODES = {"1": "earpiece", "2": "speaker", "4": "headset", "8": "headphone", "40000000": "default"}
_MODE = re.compile(r"- mode \((internal|external)\) = ([A-Z_]{2,30})")
# 11: "mic mute FromSwitch=false FromRestrictions=false ..."; 12 and later: "mMicMuteFromSwitch=false", one a line
_MIC = re.compile(r"\b(?:mMicMute)?(From[A-Z][A-Za-z]{2,30}|from system)=(true|false)")
_RECORDER = re.compile(
    r"  session:\d{1,9} -- source client=([A-Z_]{2,40}),.{0,200}?-- pack:([A-Za-z0-9_.]{1,200})(.{0,400})"
)
_MARKS = ("Audio Focus stack entries", "Stream volumes (device: index)", "MediaFocusControl dump time")


@dataclass(frozen=True, slots=True)
class AudioStream:
    """One stream; ``volumes`` is the index per device name, ``devices`` the ones in use now."""

    muted: bool | None
    min_index: int | None
    max_index: int | None
    volumes: Mapping[str, int]
    devices: tuple[str, ...]

    def volume(self, device: str) -> int | None:
        """Return the index for ``device`` (speaker, earpiece ...), or the stream's default."""
        return self.volumes.get(device, self.volumes.get("default"))


@dataclass(frozen=True, slots=True)
class AudioRecorder:
    """Who records now, and from which source (MIC, VOICE_RECOGNITION, HOTWORD ...)."""

    source: str
    package: str
    silenced: bool


@dataclass(frozen=True, slots=True)
class Audio:
    """State of the audio service; ``mic_mute`` names each cause and whether it holds, empty where not printed."""

    streams: Mapping[str, AudioStream]
    ringer_mode: str | None
    ringer_mode_external: str | None
    mic_mute: Mapping[str, bool]
    recorders: tuple[AudioRecorder, ...] = ()

    @property
    def is_mic_muted(self) -> bool | None:
        """Whether anything mutes the microphone; None where the dump does not say."""
        return any(self.mic_mute.values()) if self.mic_mute else None


def parse_audio(text: str) -> Audio:
    """Read ``dumpsys audio``; Android 2.3 prints the focus stack only.

    Raises:
        NotUnderstood: no heading of the audio service is there.
    """
    streams: dict[str, dict[str, str]] = {}
    current: dict[str, str] | None = None
    modes: dict[str, str] = {}
    mic: dict[str, bool] = {}
    recorders: list[AudioRecorder] = []
    marked = False
    for line in lines(text):
        marked = marked or line.startswith(_MARKS)
        if found := _STREAM.fullmatch(line):
            current = {}
            put(streams, found[1], current, cap=60)
        elif current is not None and (found := _FIELD.fullmatch(line)):
            put(current, found[1], found[2].strip())
        elif found := _MODE.match(line):
            put(modes, found[1], found[2])
        elif found := _RECORDER.match(line):
            silenced = "silenced" in found[3] and "not silenced" not in found[3]
            append(recorders, AudioRecorder(found[1], found[2], silenced), cap=60)
        elif "ute" in line[:200]:
            for cause, value in _MIC.findall(line[:400]):
                put(mic, cause.removeprefix("From").removeprefix("from ").lower(), value == "true", cap=20)
        elif line[:1].strip():
            current = None
    require(marked, "audio dump", text)
    return Audio(
        streams=frozen({name: _stream(table) for name, table in streams.items()}),
        ringer_mode=modes.get("internal"),
        ringer_mode_external=modes.get("external"),
        mic_mute=frozen(mic),
        recorders=tuple(recorders),
    )


def _stream(table: Mapping[str, str]) -> AudioStream:
    volumes: dict[str, int] = {}
    for code, device, index in _VOLUME.findall(table.get("Current", "")):
        put(volumes, device or _DEVICE_CODES.get(code, code), int(index), cap=100)
    count = whole(table.get("Mute count"))
    devices: list[str] = []
    for token in table.get("Devices", "").split(","):
        if token.strip():
            append(devices, token.split("(")[0].strip(), cap=60)
    return AudioStream(
        muted=flag(table.get("Muted")) if "Muted" in table or count is None else count > 0,
        min_index=whole(table.get("Min", "").split(" ")[0]),
        max_index=whole(table.get("Max", "").split(" ")[0]),
        volumes=frozen(volumes),
        devices=tuple(devices),
    )
