"""What a modem refuses with: numbers and words of 3GPP TS 27.007 §9.2 (CME) and TS 27.005 §3.2.5 (CMS)."""

from __future__ import annotations

from typing import Final

from probes import CommandFailed, show


class AtRefused(CommandFailed):
    """The modem answered ERROR. Example: a command that it does not know.

    Args:
        what: one sentence for a person.
        number: the modem's number for it, None where it gave none.
    """

    code = "E_DEVICE_AT"

    def __init__(
        self, what: str, *, number: int | None = None, device: str = "", link: str = "", step: str = ""
    ) -> None:
        super().__init__(what, device=device, link=link, step=step)
        self.number = number


class CmeError(AtRefused):
    """The equipment refused (+CME ERROR). Example: 10, no SIM inserted."""

    code = "E_DEVICE_AT_CME"


class CmsError(AtRefused):
    """The message service refused (+CMS ERROR). Example: 331, no network service."""

    code = "E_DEVICE_AT_CMS"


CME_WORDS: Final = {
    0: "phone failure",
    1: "no connection to phone",
    2: "phone adaptor link reserved",
    3: "operation not allowed",
    4: "operation not supported",
    5: "PH-SIM PIN required",
    6: "PH-FSIM PIN required",
    7: "PH-FSIM PUK required",
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
    40: "network personalization PIN required",
    50: "incorrect parameters",
    100: "unknown",
}
CMS_WORDS: Final = {
    300: "ME failure",
    301: "SMS service of ME reserved",
    302: "operation not allowed",
    303: "operation not supported",
    304: "invalid PDU mode parameter",
    305: "invalid text mode parameter",
    310: "SIM not inserted",
    311: "SIM PIN required",
    312: "PH-SIM PIN required",
    313: "SIM failure",
    314: "SIM busy",
    315: "SIM wrong",
    316: "SIM PUK required",
    317: "SIM PIN2 required",
    318: "SIM PUK2 required",
    320: "memory failure",
    321: "invalid memory index",
    322: "memory full",
    330: "SMSC address unknown",
    331: "no network service",
    332: "network timeout",
    340: "no +CNMA acknowledgement expected",
    500: "unknown error",
}
_BARE: Final = frozenset({"ERROR", "COMMAND NOT SUPPORT", "TOO MANY PARAMETERS"})


def refusal_in(line: str) -> AtRefused | None:
    """The error that a final line stands for; None where it is no refusal.

    >>> refusal_in("+CME ERROR: SIM not inserted").number
    10
    """
    if line in _BARE:
        return AtRefused(f"the modem answered {line}")
    for begin, kind, words in (("+CME ERROR:", CmeError, CME_WORDS), ("+CMS ERROR:", CmsError, CMS_WORDS)):
        if line.startswith(begin):
            said = line.removeprefix(begin).strip()
            number = _number(said, words)
            meaning = words.get(number, said) if number is not None else said
            return kind(f"the modem refused: {show(meaning, 60)}", number=number)
    return None


def _number(said: str, words: dict[int, str]) -> int | None:
    if said.isdecimal() and len(said) <= 4:
        return int(said)
    return next((number for number, meaning in words.items() if meaning.lower() == said.lower()), None)
