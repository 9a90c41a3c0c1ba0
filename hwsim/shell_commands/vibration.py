"""``cmd vibrator`` (Android 9 to 11) and ``cmd vibrator_manager`` (12 on); the words follow AOSP and are unverified."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hwsim.render.settings_values import setting
from hwsim.render.shell_state import Vibration, shell_state
from hwsim.shell_commands.reply import FAILED, Reply, thrown, unknown

if TYPE_CHECKING:
    from hwsim.phone.phone import Phone

_FREE_LENGTH_SINCE, _CAPABILITIES_SINCE = 29, 30
_SHORT_MS = 200
_KEPT = 20
_REASON = "Shell Command"
_FLAGS_WITH_VALUE = ("-d", "-w", "-r")
_SILENT_TEXT = "Ignoring due to zen mode and no forced flag\n"


def run_vibrator(phone: Phone, words: list[str]) -> Reply:
    """Vibrate once, play a waveform, tell the capabilities or stop."""
    sdk = phone.profile.sdk
    action, rest = (words[0], words[1:]) if words else ("", [])
    plain = _without_flags(rest)
    if action == "vibrate":
        if not plain or not plain[0].isdecimal():
            return thrown(phone, action, "java.lang.NumberFormatException: null")
        if sdk < _FREE_LENGTH_SINCE and int(plain[0]) > _SHORT_MS:
            return Reply(err="maximum duration is 200ms\n", code=FAILED)
        if setting(phone, "global", "zen_mode", "0") != "0" and "-f" not in rest:
            return Reply("Ignoring because in Do Not Disturb mode\n" if sdk < _FREE_LENGTH_SINCE else _SILENT_TEXT)
        _note(phone, int(plain[0]), " ".join(plain[1:]) or _REASON)
        return Reply()
    if action == "waveform" and sdk >= _FREE_LENGTH_SINCE:
        _note(phone, sum(int(word) for word in plain if word.isdecimal()), _REASON)
        return Reply()
    if action == "capabilities" and sdk >= _CAPABILITIES_SINCE:
        return Reply("Vibrator capabilities:\n  Amplitude control\n  On callback\n")
    return Reply() if action == "cancel" and sdk >= _FREE_LENGTH_SINCE else unknown(action)


def run_vibrator_manager(phone: Phone, words: list[str]) -> Reply:
    """List the vibrators, play an effect on them or stop: ``synced [options] oneshot [-a] MS [AMPLITUDE]`` and kin."""
    action = words[0] if words else ""
    if action == "list":
        return Reply("0\n")
    if action == "cancel":
        return Reply()
    if action not in ("synced", "combined", "sequential"):
        return unknown(action)
    plain = _without_flags(words[1:])
    if not plain or plain[0] not in ("oneshot", "waveform", "prebaked", "primitives"):
        return thrown(
            phone, action, f"java.lang.IllegalArgumentException: Unknown effect {plain[0] if plain else 'null'}"
        )
    numbers = [int(word) for word in plain[1:] if word.isdecimal()]
    if not numbers:
        return thrown(phone, action, 'java.lang.NumberFormatException: For input string: ""')
    if setting(phone, "global", "zen_mode", "0") != "0" and "-f" not in words:
        return Reply()
    _note(phone, numbers[0] if plain[0] == "oneshot" else 30 * len(numbers), _REASON)
    return Reply()


def _without_flags(words: list[str]) -> list[str]:
    """Drop flags; those in ``_FLAGS_WITH_VALUE`` take the next word along."""
    plain: list[str] = []
    rest = iter(words)
    for word in rest:
        if word in _FLAGS_WITH_VALUE:
            next(rest, None)
        elif not word.startswith("-"):
            plain.append(word)
    return plain


def _note(phone: Phone, duration_ms: int, reason: str) -> None:
    past = shell_state(phone).vibrations
    past.append(Vibration(phone.clock.now, duration_ms, reason))
    del past[:-_KEPT]
