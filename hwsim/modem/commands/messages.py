"""Short messages: the commands of TS 27.005 in PDU and in text mode."""

from __future__ import annotations

import string
from collections.abc import Callable

from hwsim.modem.commands.registry import Ask, command
from hwsim.modem.messages import ALL, READ, SENT, STATUS_TEXTS, UNREAD, UNSENT, Message, Store
from hwsim.modem.modem import Modem
from hwsim.modem.pdu import BadPdu, Submit, read_submit, smsc_address, submit, type_of
from hwsim.modem.results import DONE, CmeError, CmsError, Reply, say
from hwsim.modem.syntax import Request

_CARD_ERRORS = {10: 310, 11: 311, 12: 316, 13: 313, 14: 314}
_DELETE_READ, _DELETE_SENT, _DELETE_UNSENT, _DELETE_ALL = range(1, 5)


def _ready(modem: Modem) -> None:
    if (problem := modem.card_problem) is not None:
        raise CmsError(_CARD_ERRORS[problem])


def _store(ask: Ask, place: int = 0) -> Store:
    _ready(ask.modem)
    return ask.modem.stores[ask.modem.memories[place]]


def _text_mode(ask: Ask) -> bool:
    return bool(ask.port.kept_number("+CMGF"))


@command("+CPMS=?")
def memories(ask: Ask) -> Reply:
    """List the memories for reading, writing and receiving."""
    names = "(" + ",".join(f'"{name}"' for name in sorted(ask.modem.stores, reverse=True)) + ")"
    return say(f"+CPMS: {names},{names},{names}")


@command("+CPMS?")
def memory_use(ask: Ask) -> Reply:
    """Tell the memories in use and how full they are."""
    _ready(ask.modem)
    return say("+CPMS: " + ",".join(f'"{name}",{_used(ask.modem, name)}' for name in ask.modem.memories))


@command("+CPMS=")
def choose_memories(ask: Ask) -> Reply:
    """Choose the memories."""
    _ready(ask.modem)
    names = [ask.request.text(place, old) for place, old in enumerate(ask.modem.memories)]
    if not set(names) <= set(ask.modem.stores):
        raise CmsError(302)
    ask.modem.memories = names
    return say("+CPMS: " + ",".join(_used(ask.modem, name) for name in names))


def _used(modem: Modem, name: str) -> str:
    store = modem.stores[name]
    return f"{len(store.places)},{store.capacity}"


@command("+CSCA?")
def service_centre(ask: Ask) -> Reply:
    """Tell the service centre's number."""
    _ready(ask.modem)
    number = ask.modem.service_centre
    return say(f'+CSCA: "{ask.port.coded(number)}",{type_of(number)}')


@command("+CSCA=")
def set_service_centre(ask: Ask) -> Reply:
    """Set the service centre's number."""
    number = ask.port.decoded_number(ask.request.text(0))
    plus = "+" if ask.request.number(1, 129) == 145 and not number.startswith("+") else ""
    ask.modem.service_centre = plus + number
    return DONE


@command("+CMGL=", "+CMGL")
def list_messages(ask: Ask) -> Reply:
    """List messages by status; what was unread is read then."""
    chosen = _store(ask).having(_status(ask))
    lines: list[str] = []
    for place, message in chosen:
        lines += _listed(ask, place, message)
        if message.status == UNREAD:
            message.status = READ
    return say(*lines)


def _status(ask: Ask) -> int:
    if not ask.request.has(0):
        return UNREAD
    text = ask.request.text(0)
    if _text_mode(ask):
        if text not in STATUS_TEXTS:
            raise CmsError(305)
        return STATUS_TEXTS.index(text)
    if not text.isdigit() or int(text) > ALL:
        raise CmsError(304)
    return int(text)


def _listed(ask: Ask, place: int, message: Message) -> tuple[str, str]:
    if not _text_mode(ask):
        head = f"+CMGL: {place},{message.status},,{len(message.tpdu)}"
        return head, (message.smsc + message.tpdu).hex().upper()
    number, stamp, text = message.summary()
    sent_at = f'"{stamp}"' if stamp else ""
    head = f'+CMGL: {place},"{STATUS_TEXTS[message.status]}","{ask.port.coded(number)}",,{sent_at}'
    return head, ask.port.coded(text)


@command("+CMGR=")
def read_message(ask: Ask) -> Reply:
    """Read one message."""
    message = _stored(ask)
    status = message.status
    if status == UNREAD:
        message.status = READ
    if not _text_mode(ask):
        return say(f"+CMGR: {status},,{len(message.tpdu)}", (message.smsc + message.tpdu).hex().upper())
    number, stamp, text = message.summary()
    sent_at = f',"{stamp}"' if stamp else ""
    return say(f'+CMGR: "{STATUS_TEXTS[status]}","{ask.port.coded(number)}",{sent_at}', ask.port.coded(text))


def _stored(ask: Ask) -> Message:
    store = _store(ask)
    message = store.places.get(ask.request.number(0))
    if message is None:
        raise CmsError(321)
    return message


@command("+CMGD=?")
def deletable(ask: Ask) -> Reply:
    """List the places that hold a message."""
    return say("+CMGD: (" + ",".join(str(place) for place in sorted(_store(ask).places)) + "),(0-4)")


@command("+CMGD=")
def delete(ask: Ask) -> Reply:
    """Delete one message, or all of some kinds."""
    store, flag = _store(ask), ask.request.number(1, 0, among=range(5))
    if flag == 0:
        if not 1 <= ask.request.number(0) <= store.capacity:
            raise CmsError(321)
        store.places.pop(ask.request.number(0), None)
        return DONE
    # Each further flag takes one more kind along (TS 27.005 §3.5.4).
    kinds = {READ}
    kinds |= {SENT} if flag >= _DELETE_SENT else set()
    kinds |= {UNSENT} if flag >= _DELETE_UNSENT else set()
    kinds |= {UNREAD} if flag == _DELETE_ALL else set()
    store.places = {place: message for place, message in store.places.items() if message.status not in kinds}
    return DONE


@command("+CMGS=")
def send(ask: Ask) -> Reply:
    """Send a message that is typed after the prompt."""
    request = ask.request
    _ready(ask.modem)

    def finish(text: str) -> Reply:
        return _sent(ask, "+CMGS", read_submit(_typed(ask, request, text).tpdu))

    return _prompting(ask, finish)


@command("+CMGW=")
def write(ask: Ask) -> Reply:
    """Store a message that is typed after the prompt."""
    request, store = ask.request, _store(ask, 1)

    def finish(text: str) -> Reply:
        place = store.add(_typed(ask, request, text))
        if place is None:
            raise CmsError(322)
        return say(f"+CMGW: {place}")

    return _prompting(ask, finish)


@command("+CMSS=")
def send_stored(ask: Ask) -> Reply:
    """Send a stored message, to another number where one is given."""
    message = _stored(ask)
    if message.status not in {UNSENT, SENT}:
        raise CmsError(302)
    going = read_submit(message.tpdu)
    number = ask.port.decoded_number(ask.request.text(1, "")) or going.number
    reply = _sent(ask, "+CMSS", Submit(number, going.text, going.validity, going.header))
    message.status = SENT
    return reply


def _prompting(ask: Ask, finish: Callable[[str], Reply]) -> Reply:
    if not _text_mode(ask) and not ask.request.has(0):
        raise CmsError(304)

    def guarded(text: str) -> Reply:
        try:
            return finish(text)
        except BadPdu:
            raise CmsError(304) from None
        except CmeError:
            raise CmsError(305) from None

    return Reply(prompt=guarded)


def _typed(ask: Ask, request: Request, text: str) -> Message:
    if _text_mode(ask):
        number = ask.port.decoded_number(request.text(0))
        if request.number(1, 129) == 145 and not number.startswith("+"):
            number = "+" + number
        tpdu = submit(number, ask.port.decoded(text.rstrip("\r")))
        return Message(UNSENT, smsc_address(ask.modem.service_centre), tpdu)
    digits = "".join(text.split())
    if len(digits) % 2 or not set(digits) <= set(string.hexdigits):
        raise BadPdu("no hexadecimal octets")
    octets = bytes.fromhex(digits)
    smsc_length = octets[0] + 1 if octets else 1
    tpdu = octets[smsc_length:]
    if len(tpdu) != request.number(0):
        raise BadPdu("the length does not fit")
    read_submit(tpdu)
    return Message(UNSENT, octets[:smsc_length], tpdu)


def _sent(ask: Ask, name: str, message: Submit) -> Reply:
    if not ask.modem.network.registered:
        raise CmsError(331)
    if not ask.modem.service_centre:
        raise CmsError(330)
    return say(f"{name}: {ask.modem.send_message(message)}")
