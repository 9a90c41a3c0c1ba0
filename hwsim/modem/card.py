"""The SIM card and its contacts: what is written on it, its PIN, and whether the reader can talk to it."""

from __future__ import annotations

import random
from dataclasses import dataclass, field

from hwsim.modem import gsm7
from hwsim.modem.pdu import semi_octets, smsc_address, type_of

PIN_TRIES = 3
PUK_TRIES = 10
_RECORD_BYTES = 28


@dataclass(frozen=True)
class Subscription:
    """What an operator writes on a card."""

    imsi: str
    iccid: str
    number: str
    operator: str
    smsc: str
    pin: str = "1234"
    puk: str = "12345678"
    pin_asked: bool = False
    plmn_digits: int = 5

    @property
    def plmn(self) -> str:
        """The home network: country and network code."""
        return self.imsi[: self.plmn_digits]


@dataclass
class Contact:
    """The reader's springs: closed, open, or opening now and then.

    `flaps_per_minute` openings of `open_s` each, at times drawn from the seed: what a worn or dirty reader does when
    the phone is moved.
    """

    present: bool = True
    dead: bool = False
    flaps_per_minute: float = 0.0
    open_s: float = 1.5
    seed: int = 0

    def closed(self, now_s: float) -> bool:
        """Tell whether the springs touch the card at a moment."""
        if not self.present:
            return False
        start_s = self._opening(int(now_s // self._slot_s))
        return start_s is None or not start_s <= now_s < start_s + self.open_s

    def openings(self, begin_s: float, end_s: float) -> list[float]:
        """Return the moments of a span at which the springs open."""
        slots = range(int(begin_s // self._slot_s), int(end_s // self._slot_s) + 1)
        found = [start_s for slot in slots if (start_s := self._opening(slot)) is not None]
        return [start_s for start_s in found if begin_s <= start_s < end_s]

    @property
    def _slot_s(self) -> float:
        return max(4.0, 3 * self.open_s)

    def _opening(self, slot: int) -> float | None:
        """Return when the springs open in a slot: one possible opening in each makes the rate right on average."""
        if self.flaps_per_minute <= 0:
            return None
        draw = random.Random(f"contact:{self.seed}:{slot}")
        if draw.random() >= min(1.0, self.flaps_per_minute * self._slot_s / 60.0):
            return None
        return slot * self._slot_s + draw.random() * (self._slot_s - self.open_s)


@dataclass
class Card:
    """A card's memory and its access rules; they outlive a power cycle, the verified PIN does not."""

    subscription: Subscription
    pin: str = ""
    pin_asked: bool = False
    pin_left: int = PIN_TRIES
    puk_left: int = PUK_TRIES
    verified: bool = False
    written: dict[int, bytes] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Start as the operator sent it out."""
        self.pin = self.subscription.pin
        self.pin_asked = self.subscription.pin_asked

    @property
    def lock(self) -> str:
        """What the card waits for, in the words of +CPIN."""
        if self.puk_left == 0:
            return "BLOCKED"
        if self.pin_left == 0:
            return "SIM PUK"
        return "SIM PIN" if self.pin_asked and not self.verified else "READY"

    def power_off(self) -> None:
        """Forget that the PIN was given."""
        self.verified = False

    def verify(self, pin: str) -> bool:
        """Try a PIN; three wrong ones block it."""
        if self.pin_left == 0:
            return False
        if pin == self.pin:
            self.pin_left, self.verified = PIN_TRIES, True
            return True
        self.pin_left -= 1
        return False

    def unblock(self, puk: str, new_pin: str) -> bool:
        """Try a PUK and set a new PIN; ten wrong ones end the card."""
        if self.puk_left == 0:
            return False
        if puk == self.subscription.puk:
            self.pin, self.pin_left, self.puk_left, self.verified = new_pin, PIN_TRIES, PUK_TRIES, True
            return True
        self.puk_left -= 1
        return False

    def file(self, number: int) -> bytes | None:
        """Return an elementary file's octets, or None where the card has none of that number."""
        return self.written.get(number, self._issued().get(number))

    def _issued(self) -> dict[int, bytes]:
        card = self.subscription
        imsi = bytes((8,)) + semi_octets("9" + card.imsi)
        name = gsm7.encode(card.operator)[:16]
        return {
            0x2FE2: semi_octets(card.iccid).ljust(10, b"\xff"),
            0x6F07: imsi,
            0x6FAD: bytes((0, 0, 0, card.plmn_digits - 3)),  # normal operation, length of the network code
            0x6F46: b"\x01" + name.ljust(16, b"\xff"),
            0x6F40: _number_record(card.number),
            0x6F42: _service_centre_record(card.smsc),
            0x6F38: bytes((0xFF, 0x3F, 0xFF, 0xFF, 0x3F, 0x00, 0x0F, 0x00, 0x00)),
            0x6F7B: b"\xff" * 12,
            0x6F7E: bytes((0xFF, 0xFF, 0xFF, 0xFF, 0x00, 0xF1, 0x10, 0x00, 0x00, 0xFF, 0x01)),
            0x6F78: bytes((0x00, 0x04)),
            0x6FB7: semi_octets("112").ljust(15, b"\xff"),
            0x6F31: bytes((0x05,)),
            0x6F30: b"\xff" * 24,
        }


def _number_record(number: str) -> bytes:
    digits = semi_octets(number.lstrip("+"))
    address = bytes((len(digits) + 1, type_of(number))) + digits.ljust(10, b"\xff")
    return gsm7.encode("Line 1").ljust(_RECORD_BYTES - 14, b"\xff") + address + b"\xff\xff"


def _service_centre_record(smsc: str) -> bytes:
    # TS 51.011 §10.5.6: 12 octets of service centre behind the indicators and an unused destination.
    return b"\xfd" + b"\xff" * 12 + smsc_address(smsc).ljust(12, b"\xff") + b"\xff\xff\xff"
