"""The language of this process, known before the first text is made: ``--lang`` anywhere, else the environment."""

from __future__ import annotations

import gettext
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

_LOCALE: Final = Path(__file__).resolve().parent.parent.parent / "reports" / "locale"
_OPTION: Final = "--lang"
_KNOWN: Final = {"en": "en", "zh": "zh-CN", "zh-cn": "zh-CN"}
_state: dict[str, gettext.NullTranslations | str] = {}


def take_language(arguments: Sequence[str]) -> tuple[str, list[str]]:
    """Split ``--lang X`` off the arguments, wherever it stands; the language is empty where none is given.

    >>> take_language(["runs", "--lang", "zh-CN", "--json"])
    ('zh-CN', ['runs', '--json'])
    """
    asked, rest = "", list[str]()
    words = iter(arguments)
    for word in words:
        if word == _OPTION:
            asked = next(words, "?")
        elif word.startswith(f"{_OPTION}="):
            asked = word.partition("=")[2] or "?"
        else:
            rest.append(word)
    return asked, rest


def choose(asked: str, environment: Mapping[str, str] = os.environ) -> bool:
    """Set the language of this process. ``False`` where the language asked for is not one of ours."""
    names = [asked] if asked else [environment.get(key, "") for key in ("LC_ALL", "LC_MESSAGES", "LANG")]
    name = next((name for name in names if name), "en")
    word = name.partition(".")[0].replace("_", "-").lower()
    known = _KNOWN.get(word) or ("" if asked else _KNOWN.get(word.partition("-")[0], "en"))
    _state["language"] = known or "en"
    _state["catalogue"] = (
        gettext.translation("phonebench", _LOCALE, languages=["zh_CN"])
        if known == "zh-CN"
        else gettext.NullTranslations()
    )
    return bool(known)


def chosen() -> str:
    """``zh-CN`` or ``en``."""
    return str(_state.get("language", "en"))


def tr(message: str) -> str:
    """A text of ours in the language of this process."""
    catalogue = _state.get("catalogue")
    return catalogue.gettext(message) if isinstance(catalogue, gettext.NullTranslations) else message
