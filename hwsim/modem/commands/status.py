"""Signal, battery, time, indicators, character set and the operator's menu."""

from __future__ import annotations

import re
from datetime import datetime

from hwsim.modem import gsm7
from hwsim.modem.charset import from_wire
from hwsim.modem.commands.registry import Ask, command
from hwsim.modem.modem import FULL
from hwsim.modem.results import DONE, CmeError, Reply, say
from hwsim.modem.urcs import INDICATORS, indicator_values

_USSD_DELAY_S = 0.6


@command("+CSQ")
def signal_quality(ask: Ask) -> Reply:
    """Tell the level as TS 27.007 §8.5 counts it; 99 is none."""
    level = ask.modem.network.signal() if ask.modem.function == FULL else None
    return say(f"+CSQ: {99 if level is None else level.csq},99")


@command("+CESQ")
def extended_signal_quality(ask: Ask) -> Reply:
    """Tell RSRQ and RSRP as TS 27.007 §8.69 counts them; 255 is none."""
    level = ask.modem.network.signal() if ask.modem.function == FULL else None
    ends = "255,255" if level is None else f"{level.rsrq_index},{level.rsrp_index}"
    return say(f"+CESQ: 99,99,255,255,{ends}")


@command("+CBC")
def battery(ask: Ask) -> Reply:
    """Tell whether the phone charges and how full it is."""
    return say(f"+CBC: {int(ask.modem.charging)},{ask.modem.battery_percent}")


@command("+CCLK?")
def clock(ask: Ask) -> Reply:
    """Tell the network's time."""
    return say(f'+CCLK: "{ask.modem.now:%y/%m/%d,%H:%M:%S}+00"')


@command("+CCLK=")
def set_clock(ask: Ask) -> Reply:
    """Accept a time that makes sense; the network's own goes on."""
    text = re.sub(r"[+-]\d\d$", "", ask.request.text(0))
    try:
        datetime.strptime(text, "%y/%m/%d,%H:%M:%S")  # noqa: DTZ007 - only the form is checked
    except ValueError:
        raise CmeError(50) from None
    return DONE


@command("+CIND?")
def indicator_states(ask: Ask) -> Reply:
    """Tell all indicators."""
    return say("+CIND: " + ",".join(str(value) for value in indicator_values(ask.modem)))


@command("+CIND=?")
def indicator_names(_ask: Ask) -> Reply:
    """List the indicators."""
    return say("+CIND: " + ",".join(f'("{name}",{values})' for name, values in INDICATORS))


@command("+CSCS=?")
def character_sets(ask: Ask) -> Reply:
    """List the character sets."""
    return say("+CSCS: (" + ",".join(f'"{name}"' for name in ask.modem.vendor.charsets) + ")")


@command("+CSCS=")
def set_character_set(ask: Ask) -> Reply:
    """Choose the character set of strings; its name may be written in the old one."""
    wanted, known = ask.request.text(0), ask.modem.vendor.charsets
    if wanted.upper() not in known:
        wanted = from_wire(wanted, ask.port.charset)
    if wanted.upper() not in known:
        raise CmeError(50)
    ask.port.kept["+CSCS"] = f'"{wanted.upper()}"'
    return DONE


@command("+CUSD=")
def menu(ask: Ask) -> Reply:
    """Send a request to the operator's menu, or end the session."""
    modem, port = ask.modem, ask.port
    mode = ask.request.number(0, among=(0, 1, 2))
    port.kept["+CUSD"] = str(min(mode, 1))
    if mode == 2:
        modem.ussd.cancel()
    if not ask.request.has(1):
        return DONE
    request = _menu_request(ask)
    if not modem.network.registered:
        raise CmeError(30)

    def reply() -> None:
        status, words = modem.ussd.ask(request)
        said = f',"{port.coded(words)}",{72 if port.charset == "UCS2" else 15}' if words else ""
        if modem.answers and port in modem.ports:
            port.say_unasked([f"+CUSD: {status}{said}"])

    modem.timeline.after(_USSD_DELAY_S, reply)
    return DONE


def _menu_request(ask: Ask) -> str:
    """Read the request; some terminals write it as hexadecimal GSM codes whatever the character set is."""
    text = ask.request.text(1)
    if ask.port.charset != "UCS2" and re.fullmatch(r"2[A3](?:[0-9A-F]{2})+", text):
        return gsm7.decode(bytes.fromhex(text))
    return ask.port.decoded(text)
