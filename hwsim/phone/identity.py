"""Who this one phone is: serial number and IMEIs, drawn from the seed and from no real phone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import random

    from hwsim.phone.profile import Profile

_TEST_TAC = "00101001"  # reporting body 00 allots test equipment only (3GPP TS 23.003, GSMA TS.06)
_HEX = "0123456789abcdef"
_LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"


@dataclass(frozen=True)
class Identity:
    """The numbers of one phone; ``imeis`` has one entry per SIM slot."""

    serial: str
    imeis: tuple[str, ...]
    cid_hex: str
    wifi_mac: str


def luhn_digit(digits: str) -> str:
    """Return the check digit that makes ``digits`` a valid Luhn number (ISO/IEC 7812-1, annex B)."""
    total = 0
    for position, digit in enumerate(reversed(digits)):
        value = int(digit) * (2 if position % 2 == 0 else 1)
        total += value - 9 if value > 9 else value
    return str(-total % 10)


def draw_identity(profile: Profile, rng: random.Random) -> Identity:
    """Draw the numbers of a new phone in the shape that its maker uses."""
    shapes = {
        "google": (_LETTERS, 14),
        "samsung": (_LETTERS, 11),
        "vivo": (_LETTERS + "0", 16),
        "motorola": (_LETTERS, 10),
        "HONOR": (_LETTERS, 16),
        "Sony": (_LETTERS, 10),
        "TECNO": ("0123456789", 15),
    }
    alphabet, length = shapes.get(profile.brand, (_HEX, 8))
    serial = "".join(rng.choice(alphabet) for _ in range(length))
    imeis = []
    for _slot in range(2):
        digits = _TEST_TAC + "".join(rng.choice("0123456789") for _ in range(6))
        imeis.append(digits + luhn_digit(digits))
    cid = "".join(rng.choice(_HEX) for _ in range(32))
    mac = "02:" + ":".join(f"{rng.randrange(256):02x}" for _ in range(5))
    return Identity(serial=serial, imeis=tuple(imeis), cid_hex=cid, wifi_mac=mac)
