"""Masking of what names one phone or person, in everything that leaves the sealed store."""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Final

NAMED: Final = re.compile(r"(?:^|_)(?:serial|imei\d?|meid|esn|iccid|imsi|mac|bssid|phone_number)$")
"""Names of measurements whose text names the phone or its card."""
_VALUES: Final = frozenset({"value", "before", "after"})
_TAIL: Final = 4
_LEAST: Final = 8
_HASH_CHARS: Final = 16
# an IMEI as people write it, in groups; a run's name goes on with a letter and is none
_DIGITS: Final = re.compile(r"(?<!\d)\d(?:[ ./-]?\d){14}(?![0-9A-Za-z])")
# what no person could be named by is left alone: it is most of a record
_HINT: Final = re.compile(
    r"@|\d[\d ()./-]{4,}\d|[0-9A-Fa-f]{2}[:-][0-9A-Fa-f]{2}[:-]|ssid|serial|imei|imsi|meid|iccid|android_?id",
    re.IGNORECASE,
)
_KINDS: Final = frozenset({"email", "iccid", "id", "imei", "imsi", "mac", "meid", "phone", "serial", "ssid"})
_NO_SERIAL: Final = re.compile(r"[\s/]")
_ADDRESS: Final = re.compile(r"(?:[\w.-]+|\[[0-9A-Fa-f:.]+\]):\d{1,5}|emulator-\d+|(?:usb:)?\d+-\d+(?:\.\d+)*")


class Mask:
    """Replaces known secrets in texts, wherever they stand, and whatever has the shape of a number that names somebody.

    Shapes are those of ``probes.logs.redact``: IMEI, IMSI, ICCID, MEID, hardware and mail addresses, telephone numbers,
    names of networks.

    Args:
        secrets: numbers and names in clear.
        key: of this bench, for ``hashed``; the same number has the same hash on one bench and another elsewhere.
        stands_for: what is written in place of one; by default stars and the last four characters.
    """

    def __init__(
        self, secrets: Iterable[str], key: bytes = b"", *, stands_for: Callable[[str], str] | None = None
    ) -> None:
        # the longest first: a number that is part of another must not spoil it
        known = sorted({one for one in secrets if one}, key=len, reverse=True)
        self._secrets = re.compile("|".join(map(re.escape, known)) or r"(?!)", re.IGNORECASE)
        self._key = key
        self._stands_for = stands_for or masked
        self._seen: dict[str, str] = {}

    def text(self, text: str) -> str:
        """The text without the secrets, whatever the case of their letters."""
        said = self._seen.get(text)
        if said is None:
            said = self._seen[text] = self._clean(text)
        return said

    def data(self, data: Any) -> Any:
        """The same for JSON data, keys included; hashes stay what they are."""
        if isinstance(data, str):
            return self.text(data)
        if isinstance(data, Mapping):
            hidden = _VALUES if NAMED.search(str(data.get("name", ""))) else frozenset[str]()
            return {self._key_of(key): self._value(key, value, hidden) for key, value in data.items()}
        if isinstance(data, Sequence):
            return [self.data(one) for one in data]
        return data

    def hashed(self, number: str) -> str:
        """A keyed hash that stands for a number: HMAC-SHA256, shortened."""
        return hmac.new(self._key, number.encode(), hashlib.sha256).hexdigest()[:_HASH_CHARS]

    def _key_of(self, key: Any) -> Any:
        return self.text(key) if isinstance(key, str) else key

    def _value(self, key: Any, value: Any, hidden: frozenset[str]) -> Any:
        if isinstance(value, str) and key in hidden:
            return self._stands_for(value)
        is_hash = isinstance(key, str) and key.endswith(("sha256", "_hash"))
        return value if is_hash else self.data(value)

    def _clean(self, text: str) -> str:
        text = self._secrets.sub(lambda found: self._stands_for(found[0]), text)
        if not _HINT.search(text):
            return text
        from probes.logs.redact import replace_personal  # noqa: PLC0415  most commands need no log engine

        text = _DIGITS.sub(lambda found: self._imei(found[0]), text)
        return replace_personal(text, lambda kind, value: self._stands_for(value) if kind in _KINDS else value)

    def _imei(self, text: str) -> str:
        from probes.logs.redact import luhn_ok  # noqa: PLC0415  as above

        number = re.sub(r"\D", "", text)
        return self._stands_for(number) if luhn_ok(number) and number.strip("0") else text


def masked(secret: str) -> str:
    """Stars for all but the last four characters; for all where there are few.

    >>> masked("490154203237518")
    '***********7518'
    """
    tail = secret[-_TAIL:] if len(secret) >= _LEAST else ""
    return f"{'*' * (len(secret) - len(tail))}{tail}"


def is_address(name: str) -> bool:
    """Whether a name of a phone says where it is (host and port, emulator, USB socket), and not which one it is.

    >>> is_address("127.0.0.1:5555"), is_address("R58M12345AB")
    (True, False)
    """
    return _ADDRESS.fullmatch(name) is not None


def shown_name(name: str) -> str:
    """The name of a phone as lists and messages show it: a serial number masked, an address or a file as it is.

    >>> shown_name("R58M12345AB"), shown_name("emulator-5554")
    ('*******45AB', 'emulator-5554')
    """
    return name if is_address(name) or _NO_SERIAL.search(name) else masked(name)
