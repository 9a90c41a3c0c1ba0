"""Numbers that identify an emulated modem and its card, drawn from the seed."""

from __future__ import annotations

import random

from hwsim.modem.card import Subscription

_TEST_TYPE = "00101700"  # a type allocation code of the range that GSMA TS.06 sets aside for tests


def luhn_digit(digits: str) -> str:
    """Return the check digit of ISO/IEC 7812-1."""
    total = 0
    for place, digit in enumerate(reversed(digits)):
        doubled = int(digit) * (2 if place % 2 == 0 else 1)
        total += doubled - 9 if doubled > 9 else doubled
    return str(-total % 10)


def imei_of(seed: int) -> str:
    """Return the IMEI of the modem with this seed."""
    body = _TEST_TYPE + f"{random.Random(f'imei:{seed}').randrange(10**6):06d}"
    return body + luhn_digit(body)


def subscription_of(seed: int, *, pin: str = "1234", pin_asked: bool = False) -> Subscription:
    """Return the bench operator's card for this seed."""
    draw = random.Random(f"card:{seed}")
    account = f"{draw.randrange(10**10):010d}"
    body = "89001" + f"{draw.randrange(10**14):014d}"
    return Subscription(
        imsi="00101" + account,
        iccid=body + luhn_digit(body),
        number="+999" + account[-8:],
        operator="Bench Net One",
        smsc="+99900000001",
        pin=pin,
        puk=f"{draw.randrange(10**8):08d}",
        pin_asked=pin_asked,
    )
