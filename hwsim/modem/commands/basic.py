"""The basic commands of V.250: echo, results, registers, reset and the line."""

from __future__ import annotations

from hwsim.modem.commands.registry import Ask, command, names
from hwsim.modem.results import DONE, Refused, Reply, say

_REGISTER_MAX = 255


@command("E")
def echo(ask: Ask) -> Reply:
    """Switch the echo."""
    ask.port.echo = bool(ask.request.number(0, 0, among=(0, 1)))
    return DONE


@command("V")
def verbose(ask: Ask) -> Reply:
    """Choose between words and digits for results."""
    ask.port.verbose = bool(ask.request.number(0, 0, among=(0, 1)))
    return DONE


@command("Q")
def quiet(ask: Ask) -> Reply:
    """Switch final results off and on."""
    ask.port.quiet = bool(ask.request.number(0, 0, among=(0, 1)))
    return DONE


@command("X")
def extended_results(ask: Ask) -> Reply:
    """Choose which call results are told apart."""
    ask.port.extended_results = ask.request.number(0, 4, among=range(5))
    return DONE


@command("Z", "&F")
def factory(ask: Ask) -> Reply:
    """Put the settings back; Z ends calls as well."""
    if ask.request.name == "Z":
        ask.modem.switchboard.hang_up()
    ask.port.factory()
    return DONE


@command("&C", "&D", "&K", "&S", "&W", "L", "M", "T", "P", "O")
def accepted(_ask: Ask) -> Reply:
    """Accept what has no meaning on a line without control signals."""
    return DONE


@command("S=")
def set_register(ask: Ask) -> Reply:
    """Set an S-register."""
    number = ask.request.number(0)
    if number not in ask.port.registers:
        raise Refused
    ask.port.registers[number] = ask.request.number(1, 0, among=range(_REGISTER_MAX + 1))
    return DONE


@command("S?")
def read_register(ask: Ask) -> Reply:
    """Read an S-register: three digits (V.250 §5.3.2)."""
    value = ask.port.registers.get(ask.request.number(0))
    if value is None:
        raise Refused
    return say(f"{value:03d}")


@command("I")
def information(ask: Ask) -> Reply:
    """Name the modem; with a number other than zero, shorter."""
    vendor = ask.modem.vendor
    if ask.request.number(0, 0):
        return say(vendor.revision)
    known = f"Manufacturer: {vendor.manufacturer.strip()}", f"Model: {vendor.model.strip()}"
    return say(*known, f"Revision: {vendor.revision}", f"IMEI: {ask.modem.imei}", "+GCAP: +CGSM,+DS,+ES")


@command("+CLAC")
def list_commands(ask: Ask) -> Reply:
    """List all commands."""
    return say(*(name for name in names(ask.modem.vendor) if name))


@command("+IPR=", "+IFC=", "+ICF=")
def line_settings(_ask: Ask) -> Reply:
    """Accept speeds and flow control: the line here has neither."""
    return DONE
