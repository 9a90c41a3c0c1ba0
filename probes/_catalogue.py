"""Catalogue of components and symptoms: published codes and their names in two languages, read from data files."""

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


class Symptom(Record):
    """What a customer complains of, or what a test item of a standard names.

    Attributes:
        statute: how the statutory fault table has it: ``yes``, ``function``, an accessory, ``excluded``, or empty.
        standard: the test item of the after-sales standard, empty where it has none.
        iris: symptom code of IRIS, empty where none was verified.
        components: parts that may be the cause, likeliest first; empty where it may be any, or none.
    """

    code: str
    zh: str
    en: str
    statute: str
    standard: str
    iris: str
    rule_out_zh: str
    rule_out_en: str
    components: tuple[str, ...]

    def name(self, lang: str) -> str:
        """The name in ``zh-CN`` or, for any other language, in English."""
        return self.zh if lang.startswith("zh") else self.en

    def rule_out(self, lang: str) -> str:
        """What to rule out before a part is blamed."""
        return self.rule_out_zh if lang.startswith("zh") else self.rule_out_en


@cache
def symptoms() -> MappingProxyType[str, Symptom]:
    """All symptoms by code."""
    text = resources.files("probes.catalogue").joinpath("symptoms.toml").read_text(encoding="utf-8")
    return MappingProxyType(
        {code: Symptom.model_validate({"code": code, **row}) for code, row in tomllib.loads(text).items()}
    )
