"""``dumpsys media.audio_flinger`` and ``media.audio_policy``: the audio server's threads, routes and devices.

Layouts as seen on a Pixel with Android 10; 9 and 11 to 16 unverified.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hwsim.render.settings_values import setting
from hwsim.render.switches import headset

if TYPE_CHECKING:
    from hwsim.phone.phone import Phone

_RATE_HZ = 48_000
_BALANCE_SINCE = 29
_A2DP = "AUDIO_DEVICE_OUT_BLUETOOTH_A2DP"
_SPEAKER, _HEADSET = "0x2 (AUDIO_DEVICE_OUT_SPEAKER)", f"0x80 ({_A2DP})"
_USES = ("communications", "media", "record", "dock", "system", "HDMI system audio", "vibrate ringing")
_BUILT_IN = (
    (2, "Earpiece", "AUDIO_DEVICE_OUT_EARPIECE", ""),
    (3, "Speaker", "AUDIO_DEVICE_OUT_SPEAKER", ""),
    (10, "Telephony Tx", "AUDIO_DEVICE_OUT_TELEPHONY_TX", ""),
)
_INPUTS = (
    (15, "Built-In Mic", "AUDIO_DEVICE_IN_BUILTIN_MIC", "bottom"),
    (16, "Built-In Back Mic", "AUDIO_DEVICE_IN_BACK_MIC", "back"),
    (19, "Telephony Rx", "AUDIO_DEVICE_IN_TELEPHONY_RX", ""),
)


def show_flinger(phone: Phone) -> str:
    """Return the audio flinger's dump: effects, then one block per output thread."""
    pid = phone.processes.get("audioserver", 871)
    lines = [
        "Libraries NOT loaded:",
        "Libraries loaded:",
        " Library bundle",
        "  path: /vendor/lib64/soundfx/libbundlewrapper.so",
    ]
    lines += ["  Equalizer / NXP Software Ltd.", "    apiVersion: 00020000", "    flags: 00000048", "", "Clients:"]
    lines += [
        f"  pid: {phone.processes['system_server']}",
        "Notification Clients:",
        f"  pid: {pid}",
        "Global session refs:",
    ]
    lines += ["  session   pid count", "Hardware status: 0", "Standby Time mSec: 3000", ""]
    threads = (("primary", 6, 192), ("deep buffer", 8, 1920)) if phone.condition.codec_on_bus else ()
    for number, (name, flags, frames) in enumerate(threads):
        handle = 13 + 8 * number
        lines += [
            f"Output thread 0x7a{number}0c8c00, name AudioOut_{handle:X}, tid {pid + 40 + number}, type 0 (MIXER):",
            f"  I/O handle: {handle}",
            "  Standby: yes",
            f"  Sample rate: {_RATE_HZ} Hz",
            f"  HAL frame count: {frames}",
            "  HAL format: 0x1 (AUDIO_FORMAT_PCM_16_BIT)",
            "  Channel count: 2",
            "  Channel mask: 0x00000003 (front-left, front-right)",
            f"  Output device: {_HEADSET if headset(phone) else _SPEAKER}",
            *_balance(phone),
            f"  AudioStreamOut: 0x7a{number}0d1f40 flags {flags:#x} ({name})",
            "  0 Tracks",
            "",
        ]
    return "\n".join(lines) + "\n"


def _balance(phone: Phone) -> list[str]:
    if phone.profile.sdk < _BALANCE_SINCE:
        return []
    try:
        balance = float(setting(phone, "system", "master_balance", "0"))
    except ValueError:  # the service takes what is no number for the middle
        balance = 0.0
    mono = "on" if setting(phone, "system", "master_mono", "0") == "1" else "off"
    return [f"  Master mono: {mono}", f"  Master balance: {balance:f} ({balance:f})"]


def show_policy(phone: Phone) -> str:
    """Return the audio policy's dump: phone state, forced uses, the devices that are there."""
    lines = ["AudioPolicyManager Dump: 0x76b76f5000", " Primary Output: 13", " Phone state: AUDIO_MODE_NORMAL"]
    lines += [f" Force use for {use}: {8 if use == 'dock' else 0}" for use in _USES]
    lines += [" TTS output not available", " Master mono: off"]
    lines += [" Config source: /vendor/etc/audio_policy_configuration.xml", "- Available output devices:"]
    name = headset(phone)
    card = phone.condition.codec_on_bus  # without a codec there is no sound card, and no device of it
    outputs = _BUILT_IN if card else ()
    lines += _devices((*outputs, (41, name, _A2DP, "XX:XX:XX:XX:7E:21")) if name else outputs)
    lines.append("- Available input devices:")
    lines += _devices(_INPUTS if card else ())
    lines += ["", "HW Modules dump:", "- HW Module 1:", "  - name: primary", "  - handle: 10", "  - version: 2.0", ""]
    return "\n".join(lines) + "\n"


def _devices(rows: tuple[tuple[int, str, str, str], ...]) -> list[str]:
    lines = []
    for index, (number, tag, kind, address) in enumerate(rows, 1):
        lines += [f"  Device {index}:", f"  - id: {number:2}", f"  - tag name: {tag}", f"  - type: {kind:<48}"]
        lines += [f"  - address: {address:<32}"] if address else []
        lines += ["  - Profiles:", "      Profile 0:[dynamic format][dynamic channels][dynamic rates]"]
    return lines
