"""The character sets of +CSCS: how strings look inside commands and answers.

Text on the wire is kept as latin-1 characters here, one an octet, so that the port can write it as it stands.
"""

from __future__ import annotations

from hwsim.modem import gsm7
from hwsim.modem.results import CmeError


def to_wire(text: str, charset: str) -> str:
    """Return a string in a character set; what it lacks becomes a question mark."""
    if charset == "UCS2":
        return text.encode("utf-16-be").hex().upper()
    if charset == "GSM":
        return gsm7.encode(text).decode("latin-1")
    encoding = {"IRA": "ascii", "8859-1": "latin-1", "UTF-8": "utf-8"}[charset]
    return text.encode(encoding, "replace").decode("latin-1")


def from_wire(text: str, charset: str) -> str:
    """Read a string in a character set.

    Raises:
        CmeError: It cannot be one.
    """
    octets = text.encode("latin-1", "replace")
    try:
        if charset == "UCS2":
            return bytes.fromhex(text).decode("utf-16-be")
        if charset == "GSM":
            return gsm7.decode(octets)
        return octets.decode({"IRA": "ascii", "8859-1": "latin-1", "UTF-8": "utf-8"}[charset])
    except ValueError:
        raise CmeError(25) from None
