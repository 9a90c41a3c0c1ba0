"""How every parser here reads: line by line, numbers with a bound on their digits, tables with a bound on their size.

A dump is hostile input. Nothing in this module copies the whole text, recurses, or grows without a cap, so that a
50 MB answer costs time in proportion to its length and next to no memory.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import TypeVar

from probes._errors import NotUnderstood
from probes._text import show

K = TypeVar("K")
V = TypeVar("V")

MAX_LINE_CHARS = 32_768
MAX_LINES = 500_000
MAX_ENTRIES = 20_000
# 19 digits hold every 64-bit value; a longer run of digits is not a measurement of anything
_MAX_DIGITS = 19
_MAX_NUMBER_CHARS = 40
_HEX_DIGITS = 16
_SHOWN_CHARS = 60


def lines(text: str) -> Iterator[str]:
    r"""Yield at most ``MAX_LINES`` lines of ``text`` without their ends, each cut at ``MAX_LINE_CHARS``.

    Only ``\n`` ends a line: ``str.splitlines`` would also split on characters that occur inside device values.
    """
    start = 0
    total = len(text)
    for _ in range(MAX_LINES):
        if start >= total:
            return
        end = text.find("\n", start)
        if end < 0:
            end = total
        yield text[start : min(end, start + MAX_LINE_CHARS)].rstrip("\r")
        start = end + 1


def whole(token: str | None) -> int | None:
    """Read a decimal or ``0x`` integer of at most 64 bits; None when the token is anything else."""
    if token is None:
        return None
    token = token.strip()
    digits = token.lstrip("+-")
    if len(token) - len(digits) > 1 or not digits.isascii():
        return None
    if digits[:2] in {"0x", "0X"}:
        return hexadecimal(token)
    return int(token) if digits.isdigit() and len(digits) <= _MAX_DIGITS else None


def hexadecimal(token: str) -> int | None:
    """Read base-16 digits, with or without ``0x``, of at most 64 bits; None when the token is anything else."""
    token = token.strip()
    digits = token.lstrip("-").removeprefix("0x").removeprefix("0X")
    if not 0 < len(digits) <= _HEX_DIGITS or not digits.isalnum() or not digits.isascii():
        return None
    try:
        return int(token, 16)
    except ValueError:
        return None


def number(token: str | None) -> float | None:
    """Read a finite decimal number; None for NaN, infinities and anything that is not a number."""
    if token is None or len(token) > _MAX_NUMBER_CHARS or "_" in token:
        return None
    try:
        value = float(token)
    except ValueError:
        return None
    return value if math.isfinite(value) else None


def flag(token: str | None) -> bool | None:
    """Read ``true``/``false`` in any case, or ``1``/``0``; None when the token is anything else."""
    return {"true": True, "1": True, "false": False, "0": False}.get((token or "").strip().lower())


def put(table: dict[K, V], key: K, value: V, *, cap: int = MAX_ENTRIES) -> None:
    """Keep the first value of ``key``, as long as ``table`` holds fewer than ``cap`` keys.

    The first value wins because vendors repeat keys below the real ones with values that mean something else.
    """
    if len(table) < cap:
        table.setdefault(key, value)


def append(items: list[V], value: V, *, cap: int = MAX_ENTRIES) -> None:
    """Append as long as ``items`` holds fewer than ``cap`` elements."""
    if len(items) < cap:
        items.append(value)


def frozen(table: Mapping[K, V]) -> Mapping[K, V]:
    """Return a read-only copy of ``table``."""
    return MappingProxyType(dict(table))


def misfit(kind: str, text: str) -> NotUnderstood:
    """Return the error that names the kind and shows how the text begins."""
    start = text[: 4 * _SHOWN_CHARS].lstrip()
    return NotUnderstood(f"this is no {kind}: {show(start, _SHOWN_CHARS)!r}", step=f"parse {kind}")


def require(understood: object, kind: str, text: str) -> None:
    """Raise ``NotUnderstood`` unless ``understood`` is truthy."""
    if not understood:
        raise misfit(kind, text)
