"""The network: registration, operators, packet contexts."""

from __future__ import annotations

from hwsim.modem.commands.registry import Ask, command
from hwsim.modem.modem import FLIGHT, FULL, MINIMUM
from hwsim.modem.network import AUTOMATIC, DEREGISTERED, MANUAL
from hwsim.modem.results import DONE, CmeError, Reply, say
from hwsim.modem.urcs import registration

_FORMAT_ONLY, _MANUAL_THEN_AUTOMATIC = 3, 4
_LONG, _SHORT, _NUMERIC = range(3)
_AVAILABLE, _CURRENT, _FORBIDDEN = 1, 2, 3
_WEAKEST_NAMED_DBM = -126.0


@command("+CREG?", "+CGREG?", "+CEREG?")
def registered(ask: Ask) -> Reply:
    """Tell the registration."""
    return say(registration(ask.port, ask.request.name, asked=True))


@command("+COPS?")
def operator(ask: Ask) -> Reply:
    """Tell the operator in the chosen form."""
    network = ask.modem.network
    if not network.registered or network.cell is None:
        return say(f"+COPS: {network.mode}")
    cell, form = network.cell, ask.port.operator_form
    name = (ask.port.coded(cell.long_name), ask.port.coded(cell.short_name), cell.plmn)[form]
    act = f",{cell.act}" if ask.modem.vendor.registration_act else ""
    return say(f'+COPS: {network.mode},{form},"{name}"{act}')


@command("+COPS=?")
def scan(ask: Ask) -> Reply:
    """List the networks heard, then the modes and forms."""
    modem, port = ask.modem, ask.port
    if modem.function != FULL:
        raise CmeError(30)
    listed = []
    for cell, _ in modem.network.radio.heard(modem.timeline.now_s(), lowest_dbm=_WEAKEST_NAMED_DBM):
        status = _CURRENT if cell == modem.network.cell else _AVAILABLE if cell.allowed else _FORBIDDEN
        names = f'"{port.coded(cell.long_name)}","{port.coded(cell.short_name)}","{cell.plmn}"'
        listed.append(f"({status},{names},{cell.act})")
    return say(f"+COPS: {','.join(listed)},,{modem.vendor.scan_ranges}")


@command("+COPS=")
def choose(ask: Ask) -> Reply:
    """Choose the form of names, or the operator."""
    mode, network = ask.request.number(0, among=range(5)), ask.modem.network
    form = ask.request.number(1, ask.port.operator_form, among=(_LONG, _SHORT, _NUMERIC))
    if mode == _FORMAT_ONLY:
        ask.port.operator_form = form
        return DONE
    if mode in {MANUAL, _MANUAL_THEN_AUTOMATIC}:
        network.chosen_plmn = _plmn(ask, form)
        mode = MANUAL
    if (mode, network.chosen_plmn) != (network.mode, "") or mode == DEREGISTERED:
        network.leave()
    if mode == AUTOMATIC:
        network.chosen_plmn = ""
    network.mode = mode
    ask.modem.follow_network()
    return DONE


def _plmn(ask: Ask, form: int) -> str:
    wanted = ask.request.text(2)
    if form != _NUMERIC:
        wanted = ask.port.decoded(wanted)
    for cell in ask.modem.network.radio.cells:
        if wanted == (cell.long_name, cell.short_name, cell.plmn)[form]:
            return cell.plmn
    raise CmeError(30)


@command("+CFUN?")
def function(ask: Ask) -> Reply:
    """Tell how much of the modem is on."""
    return say(f"+CFUN: {ask.modem.function}")


@command("+CFUN=")
def set_function(ask: Ask) -> Reply:
    """Switch the radio, or start the modem anew."""
    level = ask.request.number(0, among=(MINIMUM, FULL, FLIGHT, 15, 16))
    if ask.request.number(1, 0, among=(0, 1)) or level > FLIGHT:
        # The answer still goes out before everything is forgotten.
        ask.modem.timeline.after(0.2, ask.modem.restart)
        return DONE
    if level != ask.modem.function:
        ask.modem.set_function(level)
    return DONE


@command("+CGATT?")
def attached(ask: Ask) -> Reply:
    """Tell whether packet service is attached."""
    return say(f"+CGATT: {int(ask.modem.attached and ask.modem.network.registered)}")


@command("+CGATT=")
def attach(ask: Ask) -> Reply:
    """Attach or detach packet service."""
    ask.modem.attached = bool(ask.request.number(0, among=(0, 1)))
    return DONE


@command("+CGDCONT?")
def contexts(ask: Ask) -> Reply:
    """List the packet contexts."""
    return say(*(f'+CGDCONT: {cid},"{kind}","{apn}","",0,0' for cid, (kind, apn) in ask.modem.contexts.items()))


@command("+CGDCONT=")
def set_context(ask: Ask) -> Reply:
    """Define a packet context, or with its number alone remove it."""
    cid = ask.request.number(0, among=range(1, 12))
    if not ask.request.has(1):
        ask.modem.contexts.pop(cid, None)
        return DONE
    kind = ask.request.text(1).upper()
    if kind not in {"IP", "IPV6", "IPV4V6", "PPP"}:
        raise CmeError(50)
    ask.modem.contexts[cid] = (kind, ask.request.text(2, ""))
    return DONE


@command("+CGACT?")
def active_contexts(ask: Ask) -> Reply:
    """Tell which contexts are active: none, as no data goes through this modem."""
    return say(*(f"+CGACT: {cid},0" for cid in ask.modem.contexts))
