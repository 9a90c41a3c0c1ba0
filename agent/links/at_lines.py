"""A modem's lines sorted out: what answers the command, what it says unasked, and what nobody meant to send.

Line forms by ITU-T V.250 §5.7; unasked lines by 3GPP TS 27.007 and the makers' manuals.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Final

from agent.links.at_errors import AtRefused, refusal_in

_ENDS: Final = re.compile(rb"[\r\n]+")
_NAMED: Final = re.compile(r"([+^*%$&#][A-Z0-9_]{2,24})\s?:", re.IGNORECASE)
_COMMAND_NAMES: Final = re.compile(r"[+^*%$&#][A-Z0-9_]+", re.IGNORECASE)
_CALL_ENDS: Final = frozenset({"NO CARRIER", "BUSY", "NO ANSWER", "NO DIALTONE"})
_UNASKED_WORDS: Final = frozenset(
    {"RING", "RDY", "CALL READY", "SMS READY", "NORMAL POWER DOWN", "POWERED DOWN", "UNDER-VOLTAGE WARNNING"}
)
_CONTROL: Final = bytes((*range(9), 11, 12, *range(14, 32), 127))
_PROMPT: Final = b"> "


@dataclass(frozen=True, slots=True)
class AtReply:
    """What answered one command.

    ``lines`` is the information without line ends, as bytes (a phone's text is no text of ours); ``unasked`` is what
    the modem said meanwhile of its own accord; ``stray_bytes`` counts control bytes that no modem sends on purpose.
    """

    lines: tuple[bytes, ...]
    unasked: tuple[bytes, ...] = ()
    final: str = "OK"
    stray_bytes: int = 0

    def value(self, name: str) -> bytes:
        """The first line that begins with ``name`` and a colon, without them; empty where there is none."""
        for line in self.lines:
            begin, colon, rest = line.partition(b":")
            if colon and begin.strip().lower() == name.lower().encode("ascii"):
                return rest.strip()
        return b""


@dataclass
class Answer:
    """Takes bytes as they come until the final line of one command is there."""

    command: str
    also: tuple[str, ...] = ()
    final: str = ""
    refusal: AtRefused | None = None
    lines: list[bytes] = field(default_factory=list)
    unasked: list[bytes] = field(default_factory=list)
    stray_bytes: int = 0
    received_bytes: int = 0
    _rest: bytes = b""
    _echo_seen: bool = False

    def __post_init__(self) -> None:
        """Know by which names its information may come."""
        body = self.command[2:]
        self._names = {name.upper() for name in (*_COMMAND_NAMES.findall(body), *self.also)}
        self._dials = body[:1].upper() in ("D", "A") and not body.upper().startswith("ABC")

    @property
    def done(self) -> bool:
        """Whether the final line has come."""
        return bool(self.final)

    @property
    def prompted(self) -> bool:
        """Whether the modem waits for a text."""
        return self._rest.lstrip().startswith(_PROMPT.strip()) and len(self._rest.strip()) == 1

    def feed(self, data: bytes) -> None:
        """Take what came; what comes behind the final line is the modem's own accord."""
        self.received_bytes += len(data)
        kept = data.translate(None, _CONTROL)
        self.stray_bytes += len(data) - len(kept)
        *whole, self._rest = _ENDS.split(self._rest + kept)
        for line in whole:
            if line.strip():
                self._take(line.strip())

    def reply(self) -> AtReply:
        """What was said, when it is done."""
        return AtReply(tuple(self.lines), tuple(self.unasked), self.final, self.stray_bytes)

    def _take(self, line: bytes) -> None:
        plain = plain_of(line)
        if self.done:
            self.unasked.append(line)
        elif not self._echo_seen and not self.lines and plain.upper().endswith(self.command.upper()):
            self._echo_seen = True
        elif plain == "OK" or (self._dials and (plain in _CALL_ENDS or plain.startswith("CONNECT"))):
            self.final = plain
        elif (refusal := refusal_in(plain)) is not None:
            self.final, self.refusal = plain, refusal
        elif self._is_unasked(plain):
            self.unasked.append(line)
        else:
            self.lines.append(line)

    def _is_unasked(self, plain: str) -> bool:
        if plain.upper() in _UNASKED_WORDS or plain in _CALL_ENDS:
            return True
        named = _NAMED.match(plain)
        return named is not None and named[1].upper() not in self._names


def plain_of(line: bytes) -> str:
    """A line without the bytes that stand in no result code."""
    return bytes(byte for byte in line if 0x20 <= byte < 0x7F).decode("ascii").strip()
