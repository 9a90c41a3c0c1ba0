"""What a command answers: information lines and a final result, or an error with its number and text."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

# TS 27.007 §9.2.
CME_TEXTS = {
    0: "phone failure",
    1: "no connection to phone",
    3: "operation not allowed",
    4: "operation not supported",
    5: "PH-SIM PIN required",
    10: "SIM not inserted",
    11: "SIM PIN required",
    12: "SIM PUK required",
    13: "SIM failure",
    14: "SIM busy",
    15: "SIM wrong",
    16: "incorrect password",
    17: "SIM PIN2 required",
    18: "SIM PUK2 required",
    20: "memory full",
    21: "invalid index",
    22: "not found",
    23: "memory failure",
    24: "text string too long",
    25: "invalid characters in text string",
    26: "dial string too long",
    27: "invalid characters in dial string",
    30: "no network service",
    31: "network timeout",
    32: "network not allowed - emergency calls only",
    50: "incorrect parameters",
    100: "unknown",
}
# TS 27.005 §3.2.5.
CMS_TEXTS = {
    302: "operation not allowed",
    303: "operation not supported",
    304: "invalid PDU mode parameter",
    305: "invalid text mode parameter",
    310: "SIM not inserted",
    311: "SIM PIN required",
    313: "SIM failure",
    314: "SIM busy",
    315: "SIM wrong",
    316: "SIM PUK required",
    320: "memory failure",
    321: "invalid memory index",
    322: "memory full",
    330: "SMSC address unknown",
    331: "no network service",
    332: "network timeout",
    500: "unknown error",
}
# V.250 §5.7.1: the codes that stand for the words with ATV0.
NUMERIC = {
    "OK": 0,
    "CONNECT": 1,
    "RING": 2,
    "NO CARRIER": 3,
    "ERROR": 4,
    "NO DIALTONE": 6,
    "BUSY": 7,
    "NO ANSWER": 8,
}


class Refused(Exception):
    """A command that ends in an error; without a number it is a bare ERROR."""

    def result(self, _detail: int) -> str:
        """Return the final result at a level of detail (+CMEE: 0, 1 or 2)."""
        return "ERROR"


class Numbered(Refused):
    """An error with a number, and a text for it."""

    kind = ""
    texts: dict[int, str] = {}  # noqa: RUF012 - the tables of the standards above, never changed
    always = False

    def __init__(self, number: int) -> None:
        super().__init__(self.texts[number])
        self.number = number

    def result(self, detail: int) -> str:
        """Return the final result at a level of detail (+CMEE: 0, 1 or 2)."""
        if detail == 2:
            return f"{self.kind} ERROR: {self.texts[self.number]}"
        return f"{self.kind} ERROR: {self.number}" if detail == 1 or self.always else "ERROR"


class CmeError(Numbered):
    """An error of the equipment or the card (TS 27.007)."""

    kind = "+CME"
    texts = CME_TEXTS


class CmsError(Numbered):
    """An error of the message service (TS 27.005); its number shows whatever +CMEE says."""

    kind = "+CMS"
    texts = CMS_TEXTS
    always = True


@dataclass(frozen=True)
class Reply:
    """What a command answers when it does not fail."""

    lines: tuple[str, ...] = ()
    final: str = "OK"
    after_s: float = 0.0
    prompt: Callable[[str], Reply] | None = None


def say(*lines: str, after_s: float = 0.0) -> Reply:
    """Return a reply of some lines that ends in OK."""
    return Reply(lines=lines, after_s=after_s)


DONE = Reply()
