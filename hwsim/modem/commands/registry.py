"""Which function answers which command: makers' own answers first, then ours, then settings that are only kept."""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from typing import TYPE_CHECKING

from hwsim.modem.results import DONE, CmeError, Refused, Reply, say
from hwsim.modem.syntax import Kind, Request

if TYPE_CHECKING:
    from hwsim.modem.modem import Modem
    from hwsim.modem.port import Port
    from hwsim.modem.vendor import Vendor


@dataclass(frozen=True)
class Ask:
    """One command, the port it came from and the modem behind."""

    modem: Modem
    port: Port
    request: Request


Handler = Callable[[Ask], Reply]
HANDLERS: dict[str, Handler] = {}


class Unknown(Refused):
    """A command that this modem does not have, in its maker's words."""

    def __init__(self, words: str) -> None:
        super().__init__(words)
        self._words = words

    def result(self, _detail: int) -> str:
        """Return the maker's words."""
        return self._words


@dataclass(frozen=True)
class Table:
    """Commands that are data: answers that never change, and settings kept as they are set."""

    fixed: dict[str, tuple[str, ...]]
    kept: dict[str, dict[str, str]]


@lru_cache(maxsize=1)
def table() -> Table:
    """Read the commands that ship beside the engine as data."""
    read = tomllib.loads((resources.files("hwsim.modem") / "commands.toml").read_text(encoding="utf-8"))
    return Table(fixed={asked: tuple(lines) for asked, lines in read["fixed"].items()}, kept=read["kept"])


def defaults() -> dict[str, str]:
    """Return the kept settings as they are after power-on."""
    return {name: entry["value"] for name, entry in table().kept.items()}


def command(*asked: str) -> Callable[[Handler], Handler]:
    """Register a function for commands as they are asked: with =, ? or =? behind the name, or bare."""

    def register(handler: Handler) -> Handler:
        HANDLERS.update(dict.fromkeys(asked, handler))
        return handler

    return register


def names(vendor: Vendor) -> list[str]:
    """Return the names of all commands that a maker's modem has (+CLAC)."""
    asked = {*HANDLERS, *table().fixed, *table().kept, *vendor.extra}
    return sorted({name.rstrip("=?") for name in asked} - vendor.missing)


def answer(ask: Ask) -> Reply:
    """Carry out one command.

    Raises:
        Refused: It fails, or this modem does not have it.
    """
    vendor, request = ask.modem.vendor, ask.request
    if (own := vendor.extra.get(request.asked)) is not None:
        return say(*(line.format_map(ask.modem.facts()) for line in own))
    if request.name in vendor.missing:
        raise Unknown(vendor.unknown)
    if (handler := HANDLERS.get(request.asked)) is not None:
        return handler(ask)
    if (fixed := table().fixed.get(request.asked)) is not None:
        return say(*fixed)
    if request.name in table().kept:
        return _kept(ask)
    if request.name == vendor.signal_urc_switch and request.kind is Kind.SET:
        ask.port.kept[request.name] = ",".join(value.text for value in request.arguments)
        return DONE
    if request.name in names(vendor):
        raise CmeError(4)
    raise Unknown(vendor.unknown)


def _kept(ask: Ask) -> Reply:
    name, entry = ask.request.name, table().kept[ask.request.name]
    if ask.request.kind is Kind.TEST:
        return say(f"{name}: {entry['range']}")
    if ask.request.kind is Kind.READ:
        return say(f"{name}: {ask.port.kept[name]}")
    if ask.request.kind is Kind.EXECUTE:
        ask.port.kept[name] = entry["value"]
        return DONE
    values = ask.port.kept_fields(name)
    for place, value in enumerate(ask.request.arguments):
        text = f'"{value.text}"' if value.quoted else value.text
        if place >= len(values):
            values.append(text)
        elif ask.request.has(place):
            values[place] = text
    if not _allowed(values[0], entry["range"]):
        raise CmeError(50)
    ask.port.kept[name] = ",".join(values)
    return DONE


def _allowed(value: str, ranges: str) -> bool:
    """Tell whether a first value is among the first group of a range such as ``(0-2,4),(0,1)``."""
    group = ranges.partition(")")[0].lstrip("(")
    if '"' in group:
        return value in group.split(",")
    if not value.isdigit():
        return value == ""
    for piece in group.split(","):
        low, _, high = piece.partition("-")
        if int(low) <= int(value) <= int(high or low):
            return True
    return False
