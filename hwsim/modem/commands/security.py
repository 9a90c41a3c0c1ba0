"""The card: PIN and PUK, locks, and its files."""

from __future__ import annotations

import re

from hwsim.modem import apdu
from hwsim.modem.card import Card
from hwsim.modem.commands.registry import Ask, command
from hwsim.modem.results import DONE, CmeError, Reply, say

_PIN = re.compile(r"\d{4,8}")
_LOCKS = ("SC", "FD", "PN", "PU", "PP", "PC", "PS", "AO", "OI", "OX", "AI", "IR")


def _card_that_answers(ask: Ask) -> Card:
    problem = ask.modem.card_problem
    if problem is not None and problem not in {11, 12}:
        raise CmeError(problem)
    return ask.modem.card


@command("+CPIN?")
def lock(ask: Ask) -> Reply:
    """Tell what the card waits for."""
    words = f"+CPIN: {_card_that_answers(ask).lock}"
    return Reply(lines=(words,), final="OK" if ask.modem.vendor.lock_final else "")


@command("+CPIN=")
def enter(ask: Ask) -> Reply:
    """Give a PIN, or a PUK with a new PIN."""
    card, request = _card_that_answers(ask), ask.request
    if card.lock == "READY":
        raise CmeError(3)
    if card.lock == "SIM PUK":
        if not _PIN.fullmatch(request.text(1)):
            raise CmeError(50)
        if not card.unblock(request.text(0), request.text(1)):
            raise CmeError(16 if card.puk_left else 13)
    elif not card.verify(request.text(0)):
        raise CmeError(16 if card.pin_left else 12)
    ask.modem.follow_network()
    return DONE


@command("+CPINR", "+CPINR=")
def tries(ask: Ask) -> Reply:
    """Tell the tries left."""
    card = _card_that_answers(ask)
    left = {"SIM PIN": (card.pin_left, 3), "SIM PUK": (card.puk_left, 10), "SIM PIN2": (3, 3), "SIM PUK2": (10, 10)}
    wanted = ask.request.text(0, "")
    return say(*(f"+CPINR: {name},{now},{full}" for name, (now, full) in left.items() if wanted in {"", name}))


@command("+CLCK=?")
def lock_names(_ask: Ask) -> Reply:
    """List the locks."""
    return say("+CLCK: (" + ",".join(f'"{name}"' for name in _LOCKS) + ")")


@command("+CLCK=")
def switch_lock(ask: Ask) -> Reply:
    """Ask for a lock's state, or switch the card's PIN on and off."""
    name, mode = ask.request.text(0).upper(), ask.request.number(1, among=(0, 1, 2))
    if name not in _LOCKS:
        raise CmeError(50)
    if mode == 2:
        return say(f"+CLCK: {int(name == 'SC' and _card_that_answers(ask).pin_asked)}")
    if name != "SC":
        raise CmeError(4)
    card = _verified(ask, ask.request.text(2))
    card.pin_asked = bool(mode)
    return DONE


@command("+CPWD=?")
def password_names(_ask: Ask) -> Reply:
    """List what can have a new password."""
    return say('+CPWD: ("SC",8),("P2",8)')


@command("+CPWD=")
def change_password(ask: Ask) -> Reply:
    """Change the PIN; only a card that asks for it can have a new one (TS 51.011 §11.3.2)."""
    if ask.request.text(0).upper() != "SC" or not _PIN.fullmatch(ask.request.text(2)):
        raise CmeError(50)
    if not ask.modem.open_card.pin_asked:
        raise CmeError(3)
    _verified(ask, ask.request.text(1)).pin = ask.request.text(2)
    return DONE


def _verified(ask: Ask, pin: str) -> Card:
    card = _card_that_answers(ask)
    if card.lock == "SIM PUK":
        raise CmeError(12)
    if not card.verify(pin):
        raise CmeError(16 if card.pin_left else 12)
    return card


@command("+CRSM=")
def restricted_access(ask: Ask) -> Reply:
    """Read or write one of the card's files."""
    request = ask.request
    numbers = [request.number(place, 0) for place in range(5)]
    card = _card_that_answers(ask)
    if card.lock != "READY" and numbers[1] != 0x2FE2:  # the card's own number is readable without a PIN
        return say("+CRSM: 98,4")
    data = _octets(request.text(5, ""))
    (first, second), answer = apdu.restricted(card, numbers[0], numbers[1], (numbers[2], numbers[3], numbers[4]), data)
    return say(f"+CRSM: {first},{second}" + (f',"{answer.hex().upper()}"' if answer else ""))


@command("+CSIM=")
def raw_access(ask: Ask) -> Reply:
    """Send the card a command as it stands."""
    octets = _octets(ask.request.text(1))
    if ask.request.number(0) != len(octets) * 2:
        raise CmeError(50)
    (first, second), answer = apdu.raw(_card_that_answers(ask), octets)
    text = f"{answer.hex()}{first:02X}{second:02X}".upper()
    return say(f'+CSIM: {len(text)},"{text}"')


def _octets(text: str) -> bytes:
    try:
        return bytes.fromhex(text)
    except ValueError:
        raise CmeError(50) from None
