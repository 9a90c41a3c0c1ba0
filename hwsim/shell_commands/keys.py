"""What Android does when a key arrives, be it from a node or from ``input keyevent``; numbers are KeyEvent's."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hwsim.render.audio import STREAMS, volume
from hwsim.render.shell_state import shell_state

if TYPE_CHECKING:
    from hwsim.phone.phone import Phone

_NAMES = {
    "HOME": 3,
    "BACK": 4,
    "CALL": 5,
    "ENDCALL": 6,
    "VOLUME_UP": 24,
    "VOLUME_DOWN": 25,
    "POWER": 26,
    "CAMERA": 27,
    "ENTER": 66,
    "DEL": 67,
    "MENU": 82,
    "MEDIA_PLAY_PAUSE": 85,
    "MEDIA_PLAY": 126,
    "MEDIA_PAUSE": 127,
    "VOLUME_MUTE": 164,
    "SLEEP": 223,
    "WAKEUP": 224,
}
_VOLUME_STEPS = {24: 1, 25: -1, 164: -100}
_MUSIC = STREAMS[3]
_HOME, _POWER, _SLEEP, _WAKEUP, _DELETE, _ENTER = 3, 26, 223, 224, 67, 66
_PLAY_PAUSE, _PLAY, _PAUSE = 85, 126, 127


def key_number(word: str) -> int:
    """Return the number of a key by name or number; 0, as KeyEvent does, for one that it does not know."""
    return int(word) if word.isdecimal() else _NAMES.get(word.upper().removeprefix("KEYCODE_"), 0)


def react_to_key(phone: Phone, number: int) -> None:
    """Light or darken the screen, change the volume, go home, play or pause."""
    state = shell_state(phone)
    if number in (_POWER, _SLEEP, _WAKEUP):
        state.awake = number == _WAKEUP or (number == _POWER and not state.awake)
    elif number in _VOLUME_STEPS:
        index = volume(phone, _MUSIC) + _VOLUME_STEPS[number]
        phone.settings["system", _MUSIC.setting] = str(min(max(index, _MUSIC.low), _MUSIC.high))
    elif number == _HOME:
        state.focused = ""
    elif number in (_PLAY_PAUSE, _PLAY, _PAUSE):
        state.playing = number == _PLAY or (number == _PLAY_PAUSE and not state.playing)
    elif number == _DELETE:
        state.typed = state.typed[:-1]
    elif number == _ENTER:
        state.typed += "\n"
