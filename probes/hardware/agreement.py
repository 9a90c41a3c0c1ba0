"""Answers that can be relied on: a slip of the tongue is no fault of the phone.

Who finds nothing wrong is believed at once. What would blame the phone is looked for again, and counts where two looks
of at most three agree.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from probes._station import Checklist, Question, StationBench


def is_fine(bench: StationBench, question: Question, *, fine: str) -> bool:
    """Ask, and ask again where the answer is not the one of a phone that works."""
    return bench.ask(question) == fine or not is_still(bench, question, fine=fine)


def is_still(bench: StationBench, question: Question, *, fine: str) -> bool:
    """Whether what one look has blamed is blamed by one more of two."""
    return bench.ask(question) != fine or bench.ask(question) != fine


def blamed(bench: StationBench, checklist: Checklist, *, fine: Collection[str]) -> frozenset[str]:
    """Have several things looked at in one prompt, and those that are not as they should be looked at again.

    Args:
        fine: what is ticked on a phone that works.

    Returns:
        The names of the things that are wrong.
    """
    first = _wrong(bench, checklist, fine)
    again = _wrong(bench, _only(checklist, first), fine) if first else first
    doubtful = first - again
    return again | (_wrong(bench, _only(checklist, doubtful), fine) if doubtful else frozenset())


def _wrong(bench: StationBench, checklist: Checklist, fine: Collection[str]) -> frozenset[str]:
    ticked = bench.tick(checklist)
    return frozenset(name for name in checklist.items if (name in ticked) != (name in fine))


def _only(checklist: Checklist, names: Collection[str]) -> Checklist:
    return replace(checklist, items={name: words for name, words in checklist.items.items() if name in names})
