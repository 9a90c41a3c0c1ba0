"""Answers that can be relied on: a slip of the tongue is no fault of the phone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from probes._station import Question, StationBench

_AGREE: Final = 2


def agreed(bench: StationBench, question: Question) -> bool:
    """Ask until two answers agree, and tell whether they are the first option; three times at most with two options."""
    answers: list[str] = []
    while max((answers.count(option) for option in question.options), default=0) < _AGREE:
        answers.append(bench.ask(question))
    return answers.count(question.options[0]) >= _AGREE
