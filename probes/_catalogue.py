"""Catalogue of components: published codes and their names in two languages, read from a data file."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib import resources
from types import MappingProxyType
from typing import Final

from probes._limits import Record

SOFTWARE: Final = "SW"
NO_PART: Final = "NONE"


class Component(Record):
    """The smallest part that a repairer replaces (FRU), or SW / NONE."""

    code: str
    zh: str
    en: str

    def name(self, lang: str) -> str:
        """The name in ``zh-CN`` or, for any other language, in English."""
        return self.zh if lang.startswith("zh") else self.en


@cache
def components() -> MappingProxyType[str, Component]:
    """All components by code."""
    text = resources.files("probes.catalogue").joinpath("components.toml").read_text(encoding="utf-8")
    return MappingProxyType(
        {code: Component.model_validate({"code": code, **names}) for code, names in tomllib.loads(text).items()}
    )
