"""Masking of what names one phone or person, in everything that leaves the sealed store."""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

_TAIL: Final = 4
_LEAST: Final = 8
_HASH_CHARS: Final = 16


class Mask:
    """Replaces known secrets in texts, wherever they stand; the last four characters stay where there are enough.

    Args:
        secrets: numbers and names in clear.
        key: of this bench, for ``hashed``; the same number has the same hash on one bench and another elsewhere.
    """

    def __init__(self, secrets: Iterable[str], key: bytes) -> None:
        # the longest first: a number that is part of another must not spoil it
        known = sorted({one for one in secrets if one}, key=len, reverse=True)
        self._secrets = re.compile("|".join(map(re.escape, known)) or r"(?!)", re.IGNORECASE)
        self._key = key

    def text(self, text: str) -> str:
        """The text without the secrets, whatever the case of their letters."""
        return self._secrets.sub(lambda found: masked(found[0]), text)

    def data(self, data: Any) -> Any:
        """The same for JSON data, keys included."""
        if isinstance(data, str):
            return self.text(data)
        if isinstance(data, Mapping):
            return {self.text(key) if isinstance(key, str) else key: self.data(value) for key, value in data.items()}
        if isinstance(data, Sequence):
            return [self.data(one) for one in data]
        return data

    def hashed(self, number: str) -> str:
        """A keyed hash that stands for a number: HMAC-SHA256, shortened."""
        return hmac.new(self._key, number.encode(), hashlib.sha256).hexdigest()[:_HASH_CHARS]


def masked(secret: str) -> str:
    """Stars for all but the last four characters; for all where there are few.

    >>> masked("490154203237518")
    '***********7518'
    """
    tail = secret[-_TAIL:] if len(secret) >= _LEAST else ""
    return f"{'*' * (len(secret) - len(tail))}{tail}"
