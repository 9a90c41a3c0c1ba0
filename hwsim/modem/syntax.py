"""The syntax of command lines: V.250 §5.2 to §5.4 with the extended commands of many vendors."""

from __future__ import annotations

import enum
import re
from dataclasses import dataclass, field

from hwsim.modem.results import CmeError, Refused

_EXTENDED = re.compile(r"[+^*%$#!][A-Z0-9][A-Z0-9_\-/:!%.]*", re.IGNORECASE)
_BASIC = re.compile(r"(&[A-Z]|[A-Z])(\d*)", re.IGNORECASE)
_REGISTER = re.compile(r"S(\d+)(\?|=\d*)", re.IGNORECASE)


class Kind(enum.Enum):
    """How a command is asked."""

    EXECUTE = ""
    SET = "="
    READ = "?"
    TEST = "=?"


@dataclass(frozen=True)
class Argument:
    """One value of a command, and whether it stood in quotes."""

    text: str
    quoted: bool = False


@dataclass(frozen=True)
class Request:
    """One command of a line."""

    name: str
    kind: Kind = Kind.EXECUTE
    arguments: tuple[Argument, ...] = field(default=())

    @property
    def asked(self) -> str:
        """The command as it is asked: its name with =, ? or =?."""
        return self.name + self.kind.value

    def has(self, place: int) -> bool:
        """Tell whether a value was given at a place."""
        return place < len(self.arguments) and (self.arguments[place].quoted or self.arguments[place].text != "")

    def text(self, place: int, default: str | None = None) -> str:
        """Return the value at a place.

        Raises:
            CmeError: There is none, and no default.
        """
        if self.has(place):
            return self.arguments[place].text
        if default is None:
            raise CmeError(50)
        return default

    def number(self, place: int, default: int | None = None, *, among: range | tuple[int, ...] | None = None) -> int:
        """Return the whole number at a place.

        Raises:
            CmeError: There is none and no default, it is no number, or it is not among those allowed.
        """
        text = self.text(place, None if default is None else str(default))
        if not re.fullmatch(r"\d{1,9}", text) or (among is not None and int(text) not in among):
            raise CmeError(50)
        return int(text)


def split_line(body: str) -> list[Request]:
    """Split what follows AT into its commands.

    Raises:
        Refused: It makes no sense.
    """
    requests = []
    while body := body.lstrip(" ;"):
        request, body = _first(body)
        requests.append(request)
    return requests


def _first(body: str) -> tuple[Request, str]:
    if extended := _EXTENDED.match(body):
        return _extended(extended.group(), body[extended.end() :])
    if body[0] in "Dd":
        return _dial(body)
    if register := _REGISTER.match(body):
        number, how = register.groups()
        kind = Kind.READ if how == "?" else Kind.SET
        values = (Argument(number), Argument(how.removeprefix("=").removeprefix("?")))
        return Request("S", kind, values), body[register.end() :]
    if basic := _BASIC.match(body):
        name, digits = basic.groups()
        return Request(name.upper(), Kind.EXECUTE, (Argument(digits),) if digits else ()), body[basic.end() :]
    raise Refused


def _extended(name: str, rest: str) -> tuple[Request, str]:
    name = name.upper()
    for kind in (Kind.TEST, Kind.READ):
        if rest.startswith(kind.value) and rest[len(kind.value) :].lstrip()[:1] in {"", ";"}:
            return Request(name, kind), rest[len(kind.value) :]
    end = _end_of_command(rest)
    if rest.startswith("="):
        return Request(name, Kind.SET, _arguments(rest[1:end])), rest[end:]
    if rest[:end].strip():
        raise Refused
    return Request(name), rest[end:]


def _dial(body: str) -> tuple[Request, str]:
    end = _end_of_command(body)
    voice = body[end : end + 1] == ";"
    number = Argument(body[1:end].strip())
    return Request("D", Kind.EXECUTE, (number, Argument(";" if voice else ""))), body[end + 1 :]


def _end_of_command(text: str) -> int:
    quoted = False
    for place, character in enumerate(text):
        if character == '"':
            quoted = not quoted
        elif character == ";" and not quoted:
            return place
    return len(text)


def _arguments(text: str) -> tuple[Argument, ...]:
    values, piece, quoted, was_quoted = [], "", False, False
    for character in text:
        if character == '"':
            piece = piece if was_quoted else piece.strip()
            quoted, was_quoted = not quoted, True
        elif character == "," and not quoted:
            values.append(_argument(piece, quoted=was_quoted))
            piece, was_quoted = "", False
        else:
            piece += character
    if quoted:
        raise CmeError(50)
    values.append(_argument(piece, quoted=was_quoted))
    return tuple(values)


def _argument(piece: str, *, quoted: bool) -> Argument:
    return Argument(piece if quoted else piece.strip(), quoted=quoted)
