"""Where the font files lie, and what can be written with them."""

from __future__ import annotations

from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Final

from probes import show
from reports.fonts._truetype import Font

CHINESE_FILE: Final = "droid-sans-fallback-gb2312.ttf"
_LATIN: Final = Path("mpl-data", "fonts", "ttf", "DejaVuSans.ttf")


def chinese_file() -> Path:
    """The file with Chinese letters and signs; it has no Latin ones."""
    return Path(__file__).with_name(CHINESE_FILE)


def latin_file() -> Path:
    """The file with Latin letters, digits and marks, found without loading matplotlib.

    Raises:
        FileNotFoundError: matplotlib is not here, or keeps its fonts elsewhere.
    """
    spec = find_spec("matplotlib")
    places = [Path(folder) / _LATIN for folder in (spec.submodule_search_locations or ())] if spec else []
    found = next((place for place in places if place.is_file()), None)
    if found is None:
        raise FileNotFoundError(f"matplotlib does not bring {_LATIN.name} where it used to")
    return found


@cache
def chinese() -> Font:
    """The Chinese letters, read once."""
    return Font(chinese_file().read_bytes())


@cache
def latin() -> Font:
    """The Latin letters, read once."""
    return Font(latin_file().read_bytes())


def legible(text: str, limit: int = 200) -> str:
    r"""Text that can be drawn: hidden characters escaped, and those that neither font has shown by their number.

    >>> legible("ok\x1b \u9f98")
    'ok\\x1b \\u9f98'
    """
    return show("".join(char if _drawn(char) else _number(char) for char in show(text, limit)), limit)


def _drawn(char: str) -> bool:
    return char.isascii() or latin().has(char) or chinese().has(char)


def _number(char: str) -> str:
    code = ord(char)
    return f"\\u{code:04x}" if code <= 0xFFFF else f"\\U{code:08x}"
