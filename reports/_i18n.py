"""Two languages, from catalogue files. Source text is English; records hold codes and are translated when shown."""

from __future__ import annotations

import gettext
import os
from collections.abc import Callable, Mapping
from enum import StrEnum
from functools import cache
from pathlib import Path

Translate = Callable[[str], str]


class Language(StrEnum):
    """Languages that operators work in."""

    EN = "en"
    ZH = "zh-CN"


def pick_language(asked: str | None, environment: Mapping[str, str] = os.environ) -> Language:
    """The language asked for, or the one of the environment; English where neither is one of ours.

    >>> pick_language(None, {"LANG": "zh_CN.UTF-8"})
    <Language.ZH: 'zh-CN'>
    """
    names = [asked] if asked else [environment.get(key, "") for key in ("LC_ALL", "LC_MESSAGES", "LANG")]
    name = next((name for name in names if name), "")
    return Language.ZH if name.lower().startswith("zh") else Language.EN


@cache
def translator(language: Language) -> Translate:
    """A function from English source text to text in that language."""
    if language is Language.EN:
        return str
    folder = Path(__file__).parent / "locale"
    catalogue = gettext.translation("phonebench", folder, languages=["zh_CN"])
    return lambda message: catalogue.gettext(message) if message else ""
