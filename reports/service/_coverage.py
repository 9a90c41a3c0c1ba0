"""Which parts a run has tested, one by one, and which checks belong to which function."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import StrEnum
from functools import cache
from typing import Final

from pydantic import StrictStr, TypeAdapter

from probes import ProbeResult, Record, Verdict
from reports.service._policy import read_data

_JUDGED: Final = frozenset({Verdict.PASS, Verdict.MARGINAL, Verdict.FAIL})
_NO_SUCH: Final = frozenset({"no_such_part", "no_such_sensor", "no_hall_switch"})
"""Reasons that say the phone has no such part; others say that it could not be looked at."""
_TABLES: Final = TypeAdapter(dict[str, dict[str, tuple[str, ...]]])


class Covered(StrEnum):
    """Whether something was tested. ``NOT_APPLICABLE``: every check of it says that this phone has no such thing."""

    TESTED = "tested"
    NOT_TESTED = "not_tested"
    NOT_APPLICABLE = "not_applicable"


class Coverage(Record):
    """The five parts that the process standard wants to see tested one by one (2.2); none may be left out."""

    mainboard: Covered
    display: Covered
    battery: Covered
    camera: Covered
    sensors: Covered
    probes: Mapping[StrictStr, tuple[StrictStr, ...]] = {}


@cache
def _tables() -> dict[str, dict[str, tuple[str, ...]]]:
    return _TABLES.validate_python(read_data("coverage"))


def belongs(probe_id: str, words: Iterable[str]) -> bool:
    """Whether a check is one of these: by its whole id, or by words at its beginning."""
    return any(probe_id == word or probe_id.startswith((f"{word}.", f"{word}_")) for word in words)


def functions() -> Mapping[str, tuple[str, ...]]:
    """The functions of quality control, and the words of the checks that test them."""
    return _tables()["functions"]


def symptom_words(code: str) -> tuple[str, ...]:
    """Words of the checks that test a complaint; nothing for one that no check can test."""
    table = _tables()["symptoms"]
    return table.get(code) or table.get(code.partition("-")[0], ())


def coverage_of(results: Iterable[ProbeResult]) -> Coverage:
    """Which of the five parts the results of a run have tested."""
    ran = list(results)
    mine = {part: [one for one in ran if belongs(one.probe, words)] for part, words in _tables()["parts"].items()}
    return Coverage.model_validate(
        {part: _covered(some) for part, some in mine.items()}
        | {"probes": {part: tuple(one.probe for one in some if one.verdict in _JUDGED) for part, some in mine.items()}}
    )


def _covered(results: list[ProbeResult]) -> Covered:
    verdicts = {one.verdict for one in results}
    if verdicts & _JUDGED:
        return Covered.TESTED
    lacks_it = results and all(one.verdict is Verdict.NOT_SUPPORTED and one.reason in _NO_SUCH for one in results)
    return Covered.NOT_APPLICABLE if lacks_it else Covered.NOT_TESTED
