"""The GSM 7-bit alphabet of 3GPP TS 23.038: characters, their codes, and seven bits packed into eight."""

from __future__ import annotations

# TS 23.038 §6.2.1, codes 0x00 to 0x7F; position 0x1B escapes to the extension table.
ALPHABET = (
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞ\x1bÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
# TS 23.038 §6.2.1.1.
_EXTENSION = {"\f": 0x0A, "^": 0x14, "{": 0x28, "}": 0x29, "\\": 0x2F, "[": 0x3C, "~": 0x3D, "]": 0x3E, "|": 0x40}
_EXTENSION["€"] = 0x65
_CODES = {character: code for code, character in enumerate(ALPHABET) if code != 0x1B}
_FROM_EXTENSION = {code: character for character, code in _EXTENSION.items()}
_ESCAPE = 0x1B


def fits(text: str) -> bool:
    """Tell whether every character has a code."""
    return all(character in _CODES or character in _EXTENSION for character in text)


def encode(text: str) -> bytes:
    """Return one code a septet, unpacked; a character without a code becomes a question mark."""
    codes = bytearray()
    for character in text:
        if character in _EXTENSION:
            codes += bytes((_ESCAPE, _EXTENSION[character]))
        else:
            codes.append(_CODES.get(character, _CODES["?"]))
    return bytes(codes)


def decode(codes: bytes) -> str:
    """Return the text of unpacked codes; an unknown extension reads as a space (TS 23.038 §6.2.1.1)."""
    characters, escaped = [], False
    for code in codes:
        if escaped:
            characters.append(_FROM_EXTENSION.get(code, " "))
            escaped = False
        elif code == _ESCAPE:
            escaped = True
        else:
            characters.append(ALPHABET[code & 0x7F])
    return "".join(characters)


def pack(codes: bytes, *, fill_bits: int = 0) -> bytes:
    """Pack septets into octets, low bits first, after some fill bits (those behind a user data header)."""
    bits = 0
    for place, code in enumerate(codes):
        bits |= (code & 0x7F) << (7 * place + fill_bits)
    return bits.to_bytes((7 * len(codes) + fill_bits + 7) // 8, "little")


def unpack(octets: bytes, count: int, *, fill_bits: int = 0) -> bytes:
    """Take a number of septets out of octets."""
    bits = int.from_bytes(octets, "little") >> fill_bits
    return bytes((bits >> (7 * place)) & 0x7F for place in range(count))
