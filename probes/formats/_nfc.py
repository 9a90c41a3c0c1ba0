"""``dumpsys nfc``: whether the NFC service is on."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from ._reading import frozen, lines, put, require

_FIELD = re.compile(r"(m[A-Z][A-Za-z]{2,60}|[A-Z][A-Za-z ]{2,40})(?:=|: )(.{0,300})")
_STATE = "mState"
# NfcService.stateToString
_STATES = frozenset({"off", "turning on", "on", "turning off"})


@dataclass(frozen=True, slots=True)
class Nfc:
    """The service's state: ``on``, ``off``, ``turning on`` or ``turning off``."""

    state: str
    screen_state: str | None
    fields: Mapping[str, str]


def parse_nfc(text: str) -> Nfc:
    """Read ``dumpsys nfc``.

    Raises:
        NotUnderstood: there is no state of the NFC service.
    """
    fields: dict[str, str] = {}
    for line in lines(text):
        if found := _FIELD.fullmatch(line):
            put(fields, found[1], found[2].strip(), cap=300)
    require(fields.get(_STATE) in _STATES, "nfc dump", text)
    return Nfc(state=fields[_STATE], screen_state=fields.get("mScreenState"), fields=frozen(fields))
