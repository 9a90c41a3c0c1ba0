"""``dumpsys bluetooth_manager``: whether Bluetooth is on, and how often its process fell over."""

from __future__ import annotations

import re
from dataclasses import dataclass

from ._reading import flag, lines, require, whole

_ENABLED = re.compile(r"  enabled: (true|false)")
_STATE = re.compile(r"  state: ([A-Z_]{2,30})")
_CRASHED = re.compile(r"Bluetooth crashed (\d{1,9}) time")
_MARK = "Bluetooth Status"


@dataclass(frozen=True, slots=True)
class Bluetooth:
    """State of the Bluetooth service; ``crashes`` counts since the last boot, None where it is not printed."""

    enabled: bool | None
    state: str | None
    crashes: int | None


def parse_bluetooth(text: str) -> Bluetooth:
    """Read ``dumpsys bluetooth_manager``.

    Raises:
        NotUnderstood: neither the heading nor the count is there.
    """
    enabled = state = crashed = None
    marked = False
    for line in lines(text):
        marked = marked or line.startswith(_MARK)
        enabled = enabled or _ENABLED.match(line)
        state = state or _STATE.match(line)
        crashed = crashed or _CRASHED.match(line)
    require(marked or crashed, "bluetooth_manager dump", text)
    return Bluetooth(
        enabled=flag(enabled[1]) if enabled else None,
        state=state[1] if state else None,
        crashes=whole(crashed[1]) if crashed else None,
    )
