"""Commands to the card's own processor: what +CRSM and +CSIM carry (TS 51.011 §9, ISO 7816-4)."""

from __future__ import annotations

from hwsim.modem.card import Card

_RECORDS = {0x6F40: 28, 0x6F42: 28}
_READ_BINARY, _READ_RECORD, _GET_RESPONSE, _UPDATE_BINARY, _STATUS = 176, 178, 192, 214, 242
_VERIFY, _UNBLOCK = 0x20, 0x2C
_OK = (0x90, 0x00)
_NO_FILE = (0x94, 0x04)
_BAD_PLACE = (0x6B, 0x00)
_BAD_COMMAND = (0x6D, 0x00)

Answer = tuple[tuple[int, int], bytes]


def restricted(card: Card, command: int, file: int, places: tuple[int, int, int], data: bytes = b"") -> Answer:
    """Carry out one +CRSM: return the status word and the data."""
    octets = card.file(file)
    if command == _STATUS:
        return _OK, b""
    if octets is None:
        return _NO_FILE, b""
    high, low, length = places
    if command == _GET_RESPONSE:
        return _OK, _description(file, octets)
    if command == _READ_BINARY:
        offset = high << 8 | low
        if offset + length > len(octets):
            return _BAD_PLACE, b""
        return _OK, octets[offset : offset + length] if length else octets[offset:]
    if command == _READ_RECORD:
        return (_OK, octets) if high == 1 else (_NO_FILE, b"")
    if command == _UPDATE_BINARY and (high << 8 | low) + len(data) <= len(octets):
        offset = high << 8 | low
        card.written[file] = octets[:offset] + data + octets[offset + len(data) :]
        return _OK, b""
    return _BAD_COMMAND, b""


def _description(file: int, octets: bytes) -> bytes:
    """Describe a file as a GSM card does (TS 51.011 §9.2.1): size, number, kind, access, structure, record length."""
    record = _RECORDS.get(file, 0)
    head = b"\x00\x00" + len(octets).to_bytes(2, "big") + file.to_bytes(2, "big")
    return head + bytes((0x04, 0x00, 0x11, 0xFF, 0xF4, 0x01, 0x02, 0x01 if record else 0x00, record))


def raw(card: Card, octets: bytes) -> Answer:
    """Carry out one +CSIM; only VERIFY and UNBLOCK without data are understood: they tell the tries left."""
    if len(octets) < 4:
        return (0x67, 0x00), b""
    instruction, which = octets[1], octets[3]
    if instruction not in {_VERIFY, _UNBLOCK} or (len(octets) > 5 and octets[4]):
        return _BAD_COMMAND, b""
    left = card.pin_left if instruction == _VERIFY else card.puk_left
    if which == 0x81:
        left = 3 if instruction == _VERIFY else 10
    return ((0x63, 0xC0 | left) if left else (0x69, 0x83)), b""
