"""The phone book's commands (TS 27.007 §8.11 to §8.14)."""

from __future__ import annotations

from hwsim.modem.commands.registry import Ask, command
from hwsim.modem.pdu import type_of
from hwsim.modem.phonebook import CAPACITY
from hwsim.modem.results import DONE, CmeError, Reply, say

_NUMBER_MAX, _NAME_MAX = 40, 18


def _memory(ask: Ask) -> str:
    name = ask.port.kept["+CPBS"].strip('"')
    if name in {"SM", "ON"} and (problem := ask.modem.card_problem) is not None:
        raise CmeError(problem)
    if name == "ON":
        number = ask.modem.card.subscription.number
        ask.modem.phonebook.memories["ON"].setdefault(1, (number, "Line 1"))
    return name


@command("+CPBS=?")
def memories(_ask: Ask) -> Reply:
    """List the memories."""
    return say("+CPBS: (" + ",".join(f'"{name}"' for name in CAPACITY) + ")")


@command("+CPBS?")
def memory(ask: Ask) -> Reply:
    """Tell the memory in use and how full it is."""
    name = _memory(ask)
    return say(f'+CPBS: "{name}",{len(ask.modem.phonebook.memories[name])},{CAPACITY[name]}')


@command("+CPBS=")
def choose_memory(ask: Ask) -> Reply:
    """Choose a memory."""
    name = ask.request.text(0).upper()
    if name not in CAPACITY:
        raise CmeError(3)
    ask.port.kept["+CPBS"] = f'"{name}"'
    return DONE


@command("+CPBR=?")
def places(ask: Ask) -> Reply:
    """Tell the places and the longest number and name."""
    return say(f"+CPBR: (1-{CAPACITY[_memory(ask)]}),{_NUMBER_MAX},{_NAME_MAX}")


@command("+CPBR=")
def read(ask: Ask) -> Reply:
    """Read entries from a place to a place."""
    name = _memory(ask)
    whole = range(1, CAPACITY[name] + 1)
    first = ask.request.number(0, among=whole)
    last = ask.request.number(1, first, among=whole)
    entries = ask.modem.phonebook.memories[name]
    return say(*(_entry(ask, "+CPBR", place) for place in sorted(entries) if first <= place <= last))


@command("+CPBF=")
def find(ask: Ask) -> Reply:
    """Find entries by how their names begin."""
    name, wanted = _memory(ask), ask.port.decoded(ask.request.text(0)).lower()
    entries = ask.modem.phonebook.memories[name]
    found = [place for place in sorted(entries) if entries[place][1].lower().startswith(wanted)]
    return say(*(_entry(ask, "+CPBF", place) for place in found))


@command("+CPBW=?")
def write_places(ask: Ask) -> Reply:
    """Tell the places, types and the longest number and name."""
    return say(f"+CPBW: (1-{CAPACITY[_memory(ask)]}),{_NUMBER_MAX},(129,145),{_NAME_MAX}")


@command("+CPBW=")
def write(ask: Ask) -> Reply:
    """Write an entry, into the first free place where none is named; without a number, clear it."""
    name, book = _memory(ask), ask.modem.phonebook
    place = ask.request.number(0) if ask.request.has(0) else book.free_place(name)
    if place is None:
        raise CmeError(20)
    if not 1 <= place <= CAPACITY[name]:
        raise CmeError(21)
    number = ask.port.decoded_number(ask.request.text(1, ""))
    label = ask.port.decoded(ask.request.text(3, ""))
    if len(number) > _NUMBER_MAX or len(label) > _NAME_MAX:
        raise CmeError(24)
    if number and not number.startswith("+") and ask.request.number(2, 129) == 145:
        number = "+" + number
    book.write(name, place, number, label)
    return DONE


def _entry(ask: Ask, command_name: str, place: int) -> str:
    number, name = ask.modem.phonebook.memories[_memory(ask)][place]
    return f'{command_name}: {place},"{number}",{type_of(number)},"{ask.port.coded(name)}"'
