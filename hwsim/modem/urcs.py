"""What a modem says unasked, in the form that each port's settings ask for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hwsim.modem.calls import ACTIVE, ALERTING, DIALING, HELD, STATE_WORDS, WAITING
from hwsim.modem.network import DENIED
from hwsim.modem.pdu import type_of

if TYPE_CHECKING:
    from hwsim.modem.calls import Call
    from hwsim.modem.messages import Message
    from hwsim.modem.modem import Modem
    from hwsim.modem.port import Port

REGISTRATIONS = ("+CREG", "+CGREG", "+CEREG")
INDICATORS = (
    ("battchg", "(0-5)"),
    ("signal", "(0-5)"),
    ("service", "(0,1)"),
    ("message", "(0,1)"),
    ("call", "(0,1)"),
    ("roam", "(0,1)"),
    ("smsfull", "(0,1)"),
    ("callsetup", "(0-3)"),
)


def registration(port: Port, name: str, *, asked: bool) -> str:
    """Return a registration line: with n in front where it was asked for (TS 27.007 §7.2)."""
    modem, vendor = port.modem, port.modem.vendor
    level = port.kept_number(name)
    parts = [str(level)] if asked else []
    parts.append(str(modem.network.state))
    cell = modem.network.cell
    if level >= 2 and cell is not None:
        quote = '"' if vendor.registration_quoted else ""
        wanted = zip((cell.lac, cell.ci), vendor.registration_digits, strict=True)
        for value, digits in wanted:
            text = f"{value & (16**digits - 1):0{digits}X}"
            parts.append(quote + (text.lower() if vendor.registration_lower else text) + quote)
        if vendor.registration_act:
            parts.append(str(cell.act))
    if level == 3 and modem.network.state == DENIED:
        parts += ["", "", "", "0", str(modem.network.cause)]
    # The routing area stands behind the packet registration only (TS 27.007 §10.1.20).
    tail = vendor.registration_tail if name == "+CGREG" and level >= 2 and cell is not None else ""
    return f"{name}: {','.join(parts)}{tail}"


def registration_changes(port: Port) -> list[str]:
    """Return the lines of a changed registration."""
    names = (name for name in REGISTRATIONS if name not in port.modem.vendor.missing)
    return [registration(port, name, asked=False) for name in names if port.kept_number(name)]


def started(port: Port) -> list[str]:
    """Return what this maker says when it has started."""
    return [line.format_map(port.modem.facts()) for line in port.modem.vendor.boot]


def card(port: Port) -> list[str]:
    """Return what this maker says when the card comes or goes."""
    return [line.format_map(port.modem.facts()) for line in port.modem.vendor.sim_urc]


def signal(port: Port) -> list[str]:
    """Return this maker's signal report, where it is switched on and the level has changed."""
    vendor = port.modem.vendor
    if not vendor.signal_urc:
        return []
    switch = port.kept.get(vendor.signal_urc_switch, "1" if vendor.signal_urc_on else "0")
    measured = port.modem.facts()
    if not switch.endswith("1") or measured["csq"] == port.last_level:
        return []
    port.last_level = measured["csq"]
    return [line.format_map(measured) for line in vendor.signal_urc]


def indicator_values(modem: Modem) -> list[int]:
    """Return the indicators' values in the order of INDICATORS (TS 27.007 §8.9)."""
    level = modem.network.signal() if modem.function == 1 else None
    states = {call.state for call in modem.switchboard.calls}
    incoming = any(call.incoming and call.state not in {ACTIVE, HELD} for call in modem.switchboard.calls)
    setup = 1 if incoming else 2 if DIALING in states else 3 if ALERTING in states else 0
    store = modem.stores[modem.memories[2]]
    return [
        min(5, modem.battery_percent // 17),
        0 if level is None else min(5, level.csq // 5),
        int(modem.network.registered),
        int(any(message.status == 0 for message in store.places.values())),
        int(bool(states & {ACTIVE, HELD})),
        int(modem.network.state == 5),
        int(len(store.places) >= store.capacity),
        setup,
    ]


def indicators(port: Port) -> list[str]:
    """Return the indicators that changed, where +CMER asks for them."""
    values = indicator_values(port.modem)
    fields = port.kept.get("+CMER", "0").split(",")
    wanted = fields[0] != "0" and len(fields) > 3 and fields[3] in {"1", "2"}
    before = (port.last_indicators or values) if wanted else values
    port.last_indicators = values
    pairs = enumerate(zip(values, before, strict=True), start=1)
    return [f"+CIEV: {place},{now}" for place, (now, then) in pairs if now != then]


def call(port: Port, word: str, call: Call) -> list[str]:
    """Return the words for something that happened to a call."""
    number = f'"{call.number}",{type_of(call.number)}'
    if word == "RING" and call.state == WAITING:
        return [f"+CCWA: {number},1"] if port.kept_number("+CCWA") else []
    if word == "RING":
        lines = ["+CRING: VOICE" if port.kept_number("+CRC") else "RING"]
        if port.kept_number("+CLIP"):
            lines.append(f'+CLIP: {number},,,"{port.coded(call.name)}",0')
        return lines
    key = STATE_WORDS[call.state] if word == "STATE" else "ended"
    template = port.modem.vendor.call_urc.get(key)
    own = [template.format(index=call.index)] if template else []
    if word == "STATE":
        return own
    # V.250 §6.3.7: without X3 or X4 a busy line is not told apart.
    told_apart = word != "MISSED" and (word != "BUSY" or port.extended_results >= 3)
    return [*own, word if told_apart else "NO CARRIER"]


def takes_messages(port: Port) -> bool:
    """Tell whether a port wants messages themselves instead of a notice (+CNMI mt 2)."""
    return port.kept_fields("+CNMI")[1] == "2"


def message_stored(port: Port, memory: str, place: int) -> list[str]:
    """Return the notice of a stored message."""
    return [f'+CMTI: "{memory}",{place}'] if port.kept_fields("+CNMI")[1] == "1" else []


def message_itself(port: Port, message: Message) -> list[str]:
    """Return a message handed on without being stored."""
    if not takes_messages(port):
        return []
    if port.kept_number("+CMGF"):
        number, stamp, text = message.summary()
        return [f'+CMT: "{port.coded(number)}",,"{stamp}"\r\n{port.coded(text)}']
    return [f"+CMT: ,{len(message.tpdu)}\r\n{(message.smsc + message.tpdu).hex().upper()}"]
