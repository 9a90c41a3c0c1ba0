"""The stores for short messages."""

from __future__ import annotations

from dataclasses import dataclass

from hwsim.modem.pdu import BadPdu, read_deliver, read_submit

UNREAD, READ, UNSENT, SENT, ALL = range(5)
STATUS_TEXTS = ("REC UNREAD", "REC READ", "STO UNSENT", "STO SENT", "ALL")
CAPACITY = {"SM": 20, "ME": 50}


@dataclass
class Message:
    """One stored message: its status, the service centre's octets and the TPDU."""

    status: int
    smsc: bytes
    tpdu: bytes

    def summary(self) -> tuple[str, str, str]:
        """Return number, time stamp and text; empty where the octets make no sense."""
        try:
            if self.status in {UNREAD, READ}:
                came = read_deliver(self.tpdu)
                return came.number, came.sent_at, came.text
            going = read_submit(self.tpdu)
        except BadPdu:
            return "", "", ""
        return going.number, "", going.text


class Store:
    """One memory: places numbered from 1, as many as it has."""

    def __init__(self, capacity: int) -> None:
        self.capacity = capacity
        self.places: dict[int, Message] = {}

    def add(self, message: Message) -> int | None:
        """Put a message into the first free place and return its number; None where all are taken."""
        for place in range(1, self.capacity + 1):
            if place not in self.places:
                self.places[place] = message
                return place
        return None

    def having(self, status: int) -> list[tuple[int, Message]]:
        """Return what has a status, by place."""
        return [pair for pair in sorted(self.places.items()) if status in {ALL, pair[1].status}]
