"""Calls: dialling, answering, ending, listing, and keying digits."""

from __future__ import annotations

import re

from hwsim.modem.calls import ACTIVE, EMERGENCY, HELD, INCOMING, WAITING
from hwsim.modem.commands.registry import Ask, command
from hwsim.modem.modem import FULL
from hwsim.modem.pdu import type_of
from hwsim.modem.results import DONE, CmeError, Refused, Reply, say

_TONE = re.compile(r"[0-9A-D*#]")
_NUMBER = re.compile(r"\+?[0-9*#ABCD]{1,40}")
_IDLE, _RINGING, _IN_CALL = 0, 3, 4


@command("D")
def dial(ask: Ask) -> Reply:
    """Set up a voice call (with a semicolon); data calls find no carrier here."""
    number = _dialled(ask, ask.request.text(0, ""))
    modem = ask.modem
    if ask.request.text(1, "") != ";":
        return Reply(final="NO CARRIER")
    if modem.function != FULL:
        raise CmeError(30)
    hears = bool(modem.network.radio.heard(modem.timeline.now_s())) and not modem.condition.transmit_dead
    carried = modem.network.registered or (number in EMERGENCY and hears)
    if modem.switchboard.dial(number, carried=carried) is None:
        raise CmeError(3)
    modem.phonebook.log("DC", number)
    return DONE


def _dialled(ask: Ask, text: str) -> str:
    if text.upper() == "L":
        text = next((number for number, _ in ask.modem.phonebook.memories["DC"].values()), "")
    elif text.startswith(">"):
        text = _remembered(ask, text[1:].strip())
    number = re.sub(r"^[TP]|[ ,W!@()\-]|[IiGg]+$", "", text)
    if not _NUMBER.fullmatch(number):
        raise CmeError(27)
    return number


def _remembered(ask: Ask, key: str) -> str:
    memory = ask.modem.phonebook.memories[ask.port.kept["+CPBS"].strip('"')]
    if key.isdigit() and int(key) in memory:
        return memory[int(key)][0]
    name = ask.port.decoded(key.strip('"'))
    return next((number for number, entry in memory.values() if entry == name), "")


@command("A")
def answer(ask: Ask) -> Reply:
    """Take the call that rings."""
    return DONE if ask.modem.switchboard.answer() else Reply(final="NO CARRIER")


@command("H", "+CHUP")
def hang_up(ask: Ask) -> Reply:
    """End all calls."""
    ask.modem.switchboard.hang_up()
    return DONE


@command("+CLCC")
def list_calls(ask: Ask) -> Reply:
    """List the calls: index, direction, state, voice, no conference, number (TS 27.007 §7.18)."""
    return say(
        *(
            f'+CLCC: {call.index},{int(call.incoming)},{call.state},0,0,"{call.number}",{type_of(call.number)}'
            for call in ask.modem.switchboard.calls
        )
    )


@command("+VTS=")
def key_tones(ask: Ask) -> Reply:
    """Key digits into the call that is active."""
    first = ask.request.text(0)
    values = [value.text.strip("{}") for value in ask.request.arguments]
    tones = first.replace(",", "") if ask.request.arguments[0].quoted else "".join(values)
    call = ask.modem.switchboard.find(ACTIVE)
    if call is None:
        raise CmeError(3)
    if not all(_TONE.fullmatch(tone) for tone in tones):
        raise CmeError(50)
    call.digits += tones
    return DONE


@command("+CHLD=")
def hold(ask: Ask) -> Reply:
    """Release, swap or hold calls (TS 22.030 §6.5.5.1)."""
    board, choice = ask.modem.switchboard, ask.request.number(0, among=(0, 1, 2))
    active, held = board.find(ACTIVE), board.find(HELD) or board.find(WAITING)
    if active is None and held is None:
        raise CmeError(3)
    if choice == 0 and held is not None:
        board.release(held)
    elif choice == 1 and active is not None:
        board.release(active)
        board.resume()
    elif choice == 2:
        board.swap()
    return DONE


@command("+CPAS")
def activity(ask: Ask) -> Reply:
    """Tell whether the phone rings or is in a call (TS 27.007 §8.1)."""
    states = {call.state for call in ask.modem.switchboard.calls}
    status = _RINGING if INCOMING in states else _IN_CALL if states else _IDLE
    return say(f"+CPAS: {status}")


@command("+CEER")
def last_cause(ask: Ask) -> Reply:
    """Tell how the last call ended."""
    ended = ask.modem.switchboard.log
    if not ended:
        raise Refused
    return say(f"+CEER: {ended[-1].how}")
