"""``dumpsys audio``.

Layouts: Android 9 as seen on a Pixel with 8.1, 10's ``streamVolume`` seen on a Pixel with 10 (used for 11); those of
12 to 16 (device codes in hexadecimal, ``Muted Internally``, one microphone switch a line) are unverified.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from hwsim.render.settings_values import setting, whole_setting
from hwsim.render.switches import headset, holder, microphone_blocked

if TYPE_CHECKING:
    from hwsim.phone.phone import Phone

_STREAM_VOLUME_SINCE, _MIC_LINE_SINCE, _MIC_FIELDS_SINCE, _INTERNAL_MUTE_SINCE = 29, 30, 31, 33
_RINGER_MODES = ("SILENT", "VIBRATE", "NORMAL")
_NORMAL = 2


class Stream(NamedTuple):
    """One stream: its range, its volume from the box, its device and the settings that hold its volume."""

    name: str
    low: int
    high: int
    usual: int
    device: str
    setting: str
    rings: bool = False


STREAMS = (
    Stream("VOICE_CALL", 1, 7, 4, "earpiece", "volume_voice"),
    Stream("SYSTEM", 0, 7, 5, "speaker", "volume_system", rings=True),
    Stream("RING", 0, 7, 5, "speaker", "volume_ring", rings=True),
    Stream("MUSIC", 0, 15, 7, "speaker", "volume_music_speaker"),
    Stream("ALARM", 1, 7, 6, "speaker", "volume_alarm"),
    Stream("NOTIFICATION", 0, 7, 5, "speaker", "volume_notification", rings=True),
    Stream("BLUETOOTH_SCO", 0, 15, 7, "earpiece", "volume_bluetooth_sco"),
    Stream("SYSTEM_ENFORCED", 0, 7, 5, "speaker", "volume_system_enforced", rings=True),
    Stream("DTMF", 0, 15, 11, "speaker", "volume_dtmf", rings=True),
    Stream("TTS", 0, 15, 7, "speaker", "volume_music_speaker"),
    Stream("ACCESSIBILITY", 1, 15, 7, "speaker", "volume_a11y"),
)
_DEVICE_CODES = {"earpiece": "1", "speaker": "2", "bt_a2dp": "80"}
_TO_THE_HEADSET = ("MUSIC", "TTS", "ACCESSIBILITY")


def volume(phone: Phone, stream: Stream) -> int:
    """Return the volume index of a stream, within its range; a phone that is not to ring has its ring streams at 0."""
    if stream.rings and ringer_mode(phone) != _NORMAL:
        return 0
    return min(max(whole_setting(phone, "system", stream.setting, stream.usual), stream.low), stream.high)


def ringer_mode(phone: Phone) -> int:
    """Return the ringer mode: 0 silent, 1 vibrate, 2 normal."""
    mode = whole_setting(phone, "global", "mode_ringer", _NORMAL)
    return mode if mode in range(len(_RINGER_MODES)) else _NORMAL


def show_audio(phone: Phone) -> str:
    """Return the audio service's dump."""
    sdk = phone.profile.sdk
    clock = phone.clock.now.strftime("%I:%M:%S %p")
    lines = [f"MediaFocusControl dump time: {clock}", "", "Audio Focus stack entries (last is top of stack):", "", ""]
    lines += ["No external focus policy", "", " Notify on duck:  true", "", " In ring or call: false", ""]
    lines.append("Stream volumes (device: index)")
    for stream in STREAMS:
        lines += _stream_lines(phone, stream)
    mode = _RINGER_MODES[ringer_mode(phone)]
    lines += ["", "- mute affected streams = 0x6f", "", "Ringer mode: "]
    lines += [f"- mode (internal) = {mode}", f"- mode (external) = {mode}"]
    lines += ["- ringer mode affected streams = 0x1a6 (STREAM_SYSTEM,STREAM_RING,STREAM_NOTIFICATION,STREAM_DTMF)"]
    lines += [f"- ringer mode muted streams = {'0x0' if mode == 'NORMAL' else '0x1a6'}", "- delegate = ZenModeHelper"]
    lines += ["", "Audio routes:", "  mMainType=0x0", f"  mBluetoothName={headset(phone) or 'null'}"]
    lines += ["", "Other state:"]
    lines += ["  mVolumeController=null", "  mMusicActiveMs=0", "  mMcc=0", "  mCameraSoundForced=false"]
    lines += ["  mHasVibrator=true", "  mIsSingleVolume=false", "  mUseFixedVolume=false"]
    lines += _microphone_lines(sdk, blocked=str(microphone_blocked(phone)).lower())
    lines += ["", "Audio policies:", "", f"PlaybackActivityMonitor dump time: {clock}", "", "  players:", ""]
    lines += [f"RecordActivityMonitor dump time: {clock}", *_recordings(phone), ""]
    lines.append(f"Notification filter: {setting(phone, 'global', 'zen_mode', '0')}")
    return "\n".join(lines) + "\n"


def _stream_lines(phone: Phone, stream: Stream) -> list[str]:
    sdk, index = phone.profile.sdk, volume(phone, stream)
    muted = str(stream.rings and ringer_mode(phone) != _NORMAL).lower()
    lines = [f"- STREAM_{stream.name}:", f"   Muted: {muted}"]
    if sdk >= _INTERNAL_MUTE_SINCE:
        lines.append("   Muted Internally: false")
    lines += [f"   Min: {stream.low}", f"   Max: {stream.high}"]
    if sdk >= _STREAM_VOLUME_SINCE:
        lines.append(f"   streamVolume:{index}")
    device = "bt_a2dp" if stream.name in _TO_THE_HEADSET and headset(phone) else stream.device
    code = _DEVICE_CODES[device]
    lines.append(f"   Current: {code} ({device}): {index}, 40000000 (default): {index}")
    suffix = f"({code})" if sdk >= _MIC_FIELDS_SINCE else ""
    lines.append(f"   Devices: {device}{suffix}")
    return lines


def _recordings(phone: Phone) -> list[str]:
    """Return who records: an app of the user that never stops."""
    app = holder(phone, "microphone")
    if app is None:
        return []
    form = "{sample rate=16000, channel mask=0x10, encoding=2}"
    who = f"session:1225 -- source client=MIC, dev=MIC -- uid:{app.uid} -- patch:31 -- pack:{app.package}"
    return [f"  {who} -- format client={form}, dev={form}"]


def _microphone_lines(sdk: int, *, blocked: str) -> list[str]:
    if sdk < _MIC_LINE_SINCE:
        return []
    if sdk < _MIC_FIELDS_SINCE:
        return ["  mic mute FromSwitch=false FromRestrictions=false FromApi=false from system=false"]
    lines = [f"  mMicMute{cause}=false" for cause in ("FromSwitch", "FromRestrictions", "FromApi")]
    return [*lines, f"  mMicMuteFromPrivacyToggle={blocked}", f"  mMicMuteFromSystemCached={blocked}"]
