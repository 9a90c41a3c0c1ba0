"""Constants and readings of the service rules, read from ``rules.toml``."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from enum import StrEnum
from functools import cache
from importlib import resources
from typing import Annotated, Final

from pydantic import Field, StrictFloat, StrictInt, StrictStr, TypeAdapter

from probes import Record

_WORDS: Final = TypeAdapter(dict[str, dict[str, str]])
Days = Annotated[StrictInt, Field(ge=0)]


class PartClass(StrEnum):
    """Classes of parts that have a warranty period of their own."""

    MAIN = "main"
    CHARGER = "charger"
    BATTERY = "battery"
    OTHER = "other"


class Reading(Record):
    """How a point that the texts leave open is read, in both languages. ``point`` is its number in the list of them."""

    point: Annotated[StrictInt, Field(ge=1, le=18)]
    en: StrictStr
    zh: StrictStr


class Policy(Record):
    """The numbers that the rules need; where each comes from stands in ``rules.toml``."""

    version: StrictStr
    day_count_convention: StrictStr
    time_zone: StrictStr
    currency: StrictStr
    exchange_days: Days
    return_days: Days
    doa_call_time_s: Days
    lost_proof_days: Days
    repairs_before_exchange: Days
    parts_wait_days: Days
    repair_hold_days: Days
    accessory_swaps_before_refund: Days
    battery_capacity_ratio: StrictFloat
    statement_confirm_h: Days
    bundle_units: Annotated[StrictInt, Field(ge=1)]
    file_name_join: StrictStr
    high_cost_ratio: StrictFloat
    follow_up_days: Days
    warranty_months: Mapping[PartClass, Days]
    no_proof_months: Mapping[PartClass, Days]
    readings: Mapping[str, Reading]


@cache
def policy() -> Policy:
    """The policy that ships."""
    return Policy.model_validate(read_data("rules"))


def read_data(name: str) -> dict[str, object]:
    """One data file of this package."""
    return tomllib.loads(resources.files("reports.service").joinpath(f"{name}.toml").read_text(encoding="utf-8"))


@cache
def _words() -> dict[str, dict[str, str]]:
    return _WORDS.validate_python(read_data("words"))


def service_words(code: str, lang: str) -> str:
    """Words for a code of the service rules, in ``zh-CN`` or English; an unknown code is shown as it is."""
    known = _words().get(code)
    if known is None:
        reading = policy().readings.get(code)
        known = {"en": reading.en, "zh": reading.zh} if reading else {}
    return known.get("zh" if lang.startswith("zh") else "en", code)
