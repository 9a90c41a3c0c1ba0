"""Who the modem and the card are."""

from __future__ import annotations

from hwsim.modem.commands.registry import Ask, command
from hwsim.modem.pdu import type_of
from hwsim.modem.results import Reply, say


@command("+CGMI", "+GMI")
def manufacturer(ask: Ask) -> Reply:
    """Name the maker."""
    return say(ask.modem.vendor.manufacturer)


@command("+CGMM", "+GMM")
def model(ask: Ask) -> Reply:
    """Name the model."""
    return say(ask.modem.vendor.model)


@command("+CGMR", "+GMR")
def revision(ask: Ask) -> Reply:
    """Name the firmware."""
    return say(ask.modem.vendor.revision)


@command("+CGSN", "+GSN", "+CGSN=")
def serial(ask: Ask) -> Reply:
    """Give the IMEI; with a number its forms (TS 27.007 §5.4)."""
    imei = ask.modem.imei
    if not ask.request.arguments:
        return say(ask.modem.vendor.imei_template.format(imei=imei))
    kind = ask.request.number(0, among=range(4))
    forms = (imei, f'+CGSN: "{imei}"', f'+CGSN: "{imei[:14]}01"', '+CGSN: "01"')
    return say(forms[kind])


@command("+CIMI")
def subscriber(ask: Ask) -> Reply:
    """Give the card's IMSI."""
    return say(ask.modem.open_card.subscription.imsi)


@command("+CNUM")
def own_number(ask: Ask) -> Reply:
    """Give the card's own number."""
    number = ask.modem.open_card.subscription.number
    return say(f'+CNUM: "{ask.port.coded("Line 1")}","{number}",{type_of(number)}')
