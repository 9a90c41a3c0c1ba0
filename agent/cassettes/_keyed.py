"""Replacements that keep their shape: equal values become equal ones, and nobody without the key can go back."""

from __future__ import annotations

import hashlib
import hmac
import ipaddress
import string
from collections.abc import Iterator
from typing import Final

from probes.logs.redact import luhn_ok

_TAC_DIGITS: Final = 8
_KEPT_MACS: Final = frozenset({"000000000000", "020000000000", "ffffffffffff"})
_OPERATOR_DIGITS: Final = 5
_ISSUER_DIGITS: Final = 5


class Keyed:
    """Keyed one-way replacements of values, by kind."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    def word(self, kind: str, value: str, length: int = 8) -> str:
        """Return a short name for a value."""
        return self._digest(kind, value).hex()[:length]

    def digits(self, kind: str, value: str, *, keep: int = 0) -> str:
        """Replace the digits after the first ``keep`` ones; everything else stays where it is."""
        source, seen, made = self._numbers(kind, value), 0, []
        for letter in value:
            if letter.isdecimal() and (seen := seen + 1) > keep:
                made.append(str(next(source) % 10))
            else:
                made.append(letter)
        return "".join(made)

    def characters(self, kind: str, value: str) -> str:
        """Replace each digit by a digit and each letter by a letter of its case."""
        source = self._numbers(kind, value)
        made = []
        for letter in value:
            alphabet = _alphabet(letter)
            made.append(alphabet[next(source) % len(alphabet)] if alphabet else letter)
        return "".join(made)

    def imei(self, value: str) -> str:
        """Keep the type allocation code, replace the serial number; a check digit stays as right or wrong as it was."""
        if len(set(value)) == 1:
            return value
        made = self.digits("imei", value[:14], keep=_TAC_DIGITS)
        if len(value) != 15:
            return made + value[14:]
        off = (int(value[14]) - _check_digit(value[:14])) % 10
        return f"{made}{(_check_digit(made) + off) % 10}"

    def imsi(self, value: str) -> str:
        """Keep country and network."""
        return self.digits("imsi", value, keep=_OPERATOR_DIGITS)

    def iccid(self, value: str) -> str:
        """Keep industry, country and issuer."""
        return self.digits("iccid", value, keep=_ISSUER_DIGITS)

    def mac(self, value: str) -> str:
        """Replace the address; those that stand for none stay."""
        bare = "".join(letter for letter in value if letter.isalnum() or letter == "*").lower()
        if bare in _KEPT_MACS or not bare.strip("0"):
            return value
        source = iter("02" + self._digest("mac", bare).hex()[:10])
        made = [next(source) if letter in string.hexdigits or letter == "*" else letter for letter in value]
        return "".join(made).upper() if value.upper() == value else "".join(made)

    def ip(self, value: str) -> str:
        """Replace an address of the network; loopback and the like stay."""
        bare, percent, scope = value.partition("%")
        try:
            address = ipaddress.ip_address(bare)
        except ValueError:
            return self.characters("ip", value)
        if address.is_loopback or address.is_unspecified or address.is_multicast or bare.startswith("255."):
            return value
        digest = self._digest("ip", bare)
        if address.version == 4:
            return f"10.{digest[0]}.{digest[1]}.{digest[2]}"
        return f"fd00::{digest[:2].hex()}:{digest[2:4].hex()}{percent}{scope}"

    def place(self, value: str) -> str:
        """Replace degrees by others with as many digits."""
        made = self.digits("place", value)
        return ",".join(_on_earth(part) for part in made.split(","))

    def email(self, value: str) -> str:
        """Replace name and domain."""
        return f"{self.word('email', value.lower())}@masked.invalid"

    def _digest(self, kind: str, value: str) -> bytes:
        return hmac.digest(self._key, f"{kind}\0{value}".encode("utf-8", "surrogateescape"), hashlib.sha256)

    def _numbers(self, kind: str, value: str) -> Iterator[int]:
        block = 0
        while True:
            yield from self._digest(f"{kind}/{block}", value)
            block += 1


def _alphabet(letter: str) -> str:
    if letter in string.digits:
        return string.digits
    if letter in string.ascii_lowercase:
        return string.ascii_lowercase
    return string.ascii_uppercase if letter in string.ascii_uppercase else ""


def _check_digit(digits: str) -> int:
    return next(digit for digit in range(10) if luhn_ok(f"{digits}{digit}"))


def _on_earth(degrees: str) -> str:
    """Let a latitude or longitude of three digits begin with 1, of two with no more than 8."""
    whole, dot, rest = degrees.partition(".")
    head = whole.rstrip(string.digits)
    figures = whole[len(head) :]
    if len(figures) == 3:
        figures = f"10{figures[2]}"
    elif len(figures) == 2:
        figures = f"{int(figures[0]) % 8 or 1}{figures[1]}"
    return f"{head}{figures}{dot}{rest}"
