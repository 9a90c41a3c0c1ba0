"""Which of the five parts of the process standard a run has tested, in words: the same in every rendering."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from reports._diagnosis import Diagnosis
from reports._i18n import Translate
from reports._mark import mark
from reports.service._coverage import Coverage, Covered, coverage_of

PARTS: Final = {
    "mainboard": mark("main board"),
    "display": mark("display"),
    "battery": mark("battery"),
    "camera": mark("camera"),
    "sensors": mark("sensors"),
}
"""Fields of a coverage and the names of the parts, in the order of the standard."""
_COVERED: Final = {
    Covered.TESTED: mark("tested"),
    Covered.NOT_TESTED: mark("not tested"),
    Covered.NOT_APPLICABLE: mark("not applicable"),
}


def coverage_in(diagnosis: Diagnosis) -> Coverage:
    """The coverage of a run; that of an older record, which names none, is found from its results."""
    return diagnosis.coverage or coverage_of(diagnosis.results)


def coverage_codes(found: Coverage) -> dict[str, str]:
    """The five parts by their codes, for programs: ``tested``, ``not_tested`` or ``not_applicable``."""
    return {part: str(getattr(found, part)) for part in PARTS}


def covered(found: Coverage, tr: Translate) -> Iterator[tuple[str, str]]:
    """The five parts with whether they were tested, in words."""
    for part, words in PARTS.items():
        yield tr(words), tr(_COVERED[getattr(found, part)])
