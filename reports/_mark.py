"""The mark of texts that are translated when they are shown."""

from __future__ import annotations


def mark(message: str) -> str:
    """Mark a text for the catalogue files; it is translated where it is shown."""
    return message
