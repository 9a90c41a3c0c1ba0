"""Arguments of a request: text that a host wrote, read within bounds."""

from __future__ import annotations

import math
from typing import TypeAlias

Arguments: TypeAlias = dict[str, str]
"""Values by key, as they came."""


class OperationFailed(Exception):
    """The phone says no; the text is what Android would say."""


def read_number(arguments: Arguments, key: str, default: float, *, low: float, high: float) -> float:
    """Return a number; raises ValueError when it is none, not finite or out of range."""
    value = float(arguments.get(key, default))
    if not (math.isfinite(value) and low <= value <= high):
        raise ValueError(f"{key} is a number from {low:g} to {high:g}")
    return value


def read_whole(arguments: Arguments, key: str, *, low: int, high: int, default: int | None = None) -> int:
    """Return a whole number; raises ValueError when it is none or out of range."""
    text = arguments.get(key, "" if default is None else str(default))
    if not (text.isascii() and text.isdigit() and len(text) <= 9 and low <= int(text) <= high):
        raise ValueError(f"{key} is a whole number from {low} to {high}")
    return int(text)
