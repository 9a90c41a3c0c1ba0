"""Two languages, from catalogue files. Source text is English; records hold codes and are translated when shown."""

from __future__ import annotations

import gettext
from collections.abc import Callable
from enum import StrEnum
from functools import cache
from pathlib import Path

Translate = Callable[[str], str]


class Language(StrEnum):
    """Languages that operators work in."""

    EN = "en"
    ZH = "zh-CN"


@cache
def translator(language: Language) -> Translate:
    """A function from English source text to text in that language."""
    if language is Language.EN:
        return str
    folder = Path(__file__).parent / "locale"
    catalogue = gettext.translation("phonebench", folder, languages=["zh_CN"])
    return lambda message: catalogue.gettext(message) if message else ""
