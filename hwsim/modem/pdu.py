"""Short messages as they travel: TPDUs of 3GPP TS 23.040, written and read."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from hwsim.modem import gsm7

INTERNATIONAL = 145
NATIONAL = 129
_ALPHANUMERIC = 0xD0
_GSM7, _UCS2, _DATA = 0x00, 0x08, 0x04
_SUBMIT = 0x01
_HAS_HEADER = 0x40
_PART_SEPTETS, _PART_UNITS = 153, 67
_WHOLE_SEPTETS, _WHOLE_UNITS = 160, 70
_DIGITS = "0123456789*#abc"


class BadPdu(ValueError):
    """The octets are no TPDU of the kind wanted; the text says why."""


@dataclass(frozen=True)
class Submit:
    """What a terminal asks the network to carry."""

    number: str
    text: str
    validity: bytes = b""
    header: bytes = b""


@dataclass(frozen=True)
class Deliver:
    """What the network brings."""

    number: str
    text: str
    sent_at: str


def type_of(number: str) -> int:
    """Return the type of address: 145 for a number with a plus, else 129 (TS 24.008 §10.5.4.7)."""
    return INTERNATIONAL if number.startswith("+") else NATIONAL


def semi_octets(digits: str) -> bytes:
    """Pack digits two an octet, low nibble first, filled with F."""
    nibbles = [_DIGITS.index(digit) for digit in digits.lower()]
    if len(nibbles) % 2:
        nibbles.append(0x0F)
    return bytes(low | high << 4 for low, high in zip(nibbles[::2], nibbles[1::2], strict=True))


def from_semi_octets(octets: bytes, count: int | None = None) -> str:
    """Unpack digits; a nibble of F ends them."""
    nibbles = [nibble for octet in octets for nibble in (octet & 0x0F, octet >> 4)][:count]
    return "".join(_DIGITS[nibble] for nibble in nibbles if nibble < len(_DIGITS))


def smsc_address(number: str) -> bytes:
    """Return the service centre as it stands before a TPDU: length in octets, type, digits."""
    if not number:
        return b"\x00"
    packed = semi_octets(number.lstrip("+"))
    return bytes((len(packed) + 1, type_of(number))) + packed


def timestamp(moment: datetime) -> bytes:
    """Return the seven octets of a service centre time stamp in UTC."""
    return semi_octets(moment.astimezone(UTC).strftime("%y%m%d%H%M%S") + "00")


def delivers(number: str, text: str, moment: datetime, *, reference: int = 1) -> list[bytes]:
    """Return the SMS-DELIVER TPDUs of a text: one, or several joined by a header where it is long."""
    unicode = not gsm7.fits(text)
    pieces = _pieces(text, unicode=unicode)
    return [
        _deliver(number, piece, moment, unicode=unicode, part=(reference & 0xFF, len(pieces), place))
        for place, piece in enumerate(pieces, start=1)
    ]


def _pieces(text: str, *, unicode: bool) -> list[str]:
    def size(piece: str) -> int:
        return len(piece.encode("utf-16-be")) // 2 if unicode else len(gsm7.encode(piece))

    if size(text) <= (_WHOLE_UNITS if unicode else _WHOLE_SEPTETS):
        return [text]
    limit = _PART_UNITS if unicode else _PART_SEPTETS
    pieces = [""]
    for character in text:
        if size(pieces[-1] + character) > limit:
            pieces.append("")
        pieces[-1] += character
    return pieces


def _deliver(number: str, text: str, moment: datetime, *, unicode: bool, part: tuple[int, int, int]) -> bytes:
    header = bytes((5, 0, 3, *part)) if part[1] > 1 else b""
    first = 0x04 | (_HAS_HEADER if header else 0)  # no more messages to send
    coding = _UCS2 if unicode else _GSM7
    return (
        bytes((first,)) + _address(number) + bytes((0, coding)) + timestamp(moment) + _user_data(text, header, coding)
    )


def _address(number: str) -> bytes:
    digits = number.removeprefix("+")
    if digits and all(digit in _DIGITS for digit in digits.lower()):
        return bytes((len(digits), type_of(number))) + semi_octets(digits)
    packed = gsm7.pack(gsm7.encode(number[:11]))
    return bytes((len(packed) * 2, _ALPHANUMERIC)) + packed


def _user_data(text: str, header: bytes, coding: int) -> bytes:
    if coding == _UCS2:
        body = header + text.encode("utf-16-be")
        return bytes((len(body),)) + body
    codes = gsm7.encode(text)
    header_septets = -(-len(header) * 8 // 7)
    fill_bits = header_septets * 7 - len(header) * 8
    return bytes((header_septets + len(codes),)) + header + gsm7.pack(codes, fill_bits=fill_bits)


def submit(number: str, text: str, *, coding: int | None = None) -> bytes:
    """Return the SMS-SUBMIT TPDU of a short text, without validity period.

    Raises:
        BadPdu: The text does not fit one message.
    """
    if coding is None:
        coding = _GSM7 if gsm7.fits(text) else _UCS2
    size = len(text.encode("utf-16-be")) // 2 if coding == _UCS2 else len(gsm7.encode(text))
    if size > (_WHOLE_UNITS if coding == _UCS2 else _WHOLE_SEPTETS):
        raise BadPdu("the text is longer than one message")
    return bytes((_SUBMIT, 0)) + _address(number) + bytes((0, coding)) + _user_data(text, b"", coding)


class _Reader:
    def __init__(self, octets: bytes) -> None:
        self._octets = octets

    def take(self, count: int) -> bytes:
        """Take octets off the front."""
        if len(self._octets) < count:
            raise BadPdu("the message ends too early")
        taken, self._octets = self._octets[:count], self._octets[count:]
        return taken

    def address(self) -> str:
        """Take an address: its length counts digits, not octets."""
        length, kind = self.take(2)
        packed = self.take((length + 1) // 2)
        if kind & 0x70 == 0x50:
            return gsm7.decode(gsm7.unpack(packed, length * 4 // 7))
        return ("+" if kind & 0x70 == 0x10 else "") + from_semi_octets(packed, length)

    def user_data(self, coding: int, *, header: bool) -> tuple[bytes, str]:
        """Take the user data: the header as it stands, and the text behind it."""
        (length,) = self.take(1)
        seven = coding & 0x0C == _GSM7
        octets = self.take((length * 7 + 7) // 8 if seven else length)
        head = octets[: octets[0] + 1] if header and octets else b""
        if not seven:
            body = octets[len(head) :]
            return head, body.decode("utf-16-be" if coding & 0x0C == _UCS2 else "latin-1", "replace")
        septets = -(-len(head) * 8 // 7)
        codes = gsm7.unpack(octets[len(head) :], max(0, length - septets), fill_bits=septets * 7 - len(head) * 8)
        return head, gsm7.decode(codes)


def read_submit(tpdu: bytes) -> Submit:
    """Read an SMS-SUBMIT.

    Raises:
        BadPdu: It is none, or it is cut off.
    """
    reader = _Reader(tpdu)
    first, _reference = reader.take(2)
    if first & 0x03 != _SUBMIT:
        raise BadPdu("this is no SMS-SUBMIT")
    number = reader.address()
    _protocol, coding = reader.take(2)
    # TP-VPF: none, enhanced, relative, absolute (TS 23.040 §9.2.3.3).
    validity = reader.take((0, 7, 1, 7)[(first >> 3) & 0x03])
    header, text = reader.user_data(coding, header=bool(first & _HAS_HEADER))
    return Submit(number=number, text=text, validity=validity, header=header)


def read_deliver(tpdu: bytes) -> Deliver:
    """Read an SMS-DELIVER.

    Raises:
        BadPdu: It is none, or it is cut off.
    """
    reader = _Reader(tpdu)
    (first,) = reader.take(1)
    if first & 0x03 != 0:
        raise BadPdu("this is no SMS-DELIVER")
    number = reader.address()
    _protocol, coding = reader.take(2)
    stamp = from_semi_octets(reader.take(7))
    _header, text = reader.user_data(coding, header=bool(first & _HAS_HEADER))
    date, clock = "/".join((stamp[0:2], stamp[2:4], stamp[4:6])), ":".join((stamp[6:8], stamp[8:10], stamp[10:12]))
    return Deliver(number=number, text=text, sent_at=f"{date},{clock}+00")
