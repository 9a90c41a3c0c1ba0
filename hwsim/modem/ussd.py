"""The operator's USSD menu of the bench network."""

from __future__ import annotations

DONE, FURTHER, ENDED, NOT_SUPPORTED = 0, 1, 2, 4
_ANSWERS = {
    "*100#": (DONE, "Balance 12.50, valid to 31.12."),
    "*101#": (FURTHER, "1 Balance\n2 Data left"),
}
_MENU = {"1": "Balance 12.50", "2": "Data left 3 GB"}


class UssdService:
    """One session at a time."""

    def __init__(self) -> None:
        self._open = False

    def ask(self, text: str) -> tuple[int, str]:
        """Return the network's status and words for a request or for a reply in an open session."""
        if self._open:
            self._open = False
            return (DONE, _MENU[text]) if text in _MENU else (ENDED, "Not a choice")
        status, words = _ANSWERS.get(text, (NOT_SUPPORTED, ""))
        self._open = status == FURTHER
        return status, words

    def cancel(self) -> None:
        """End the session from this side."""
        self._open = False
