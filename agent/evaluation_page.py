"""An evaluation as a page for people and as JSON for programs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from agent.evaluation import Figures, Share


@dataclass(frozen=True, slots=True)
class Evaluation:
    """Everything that an evaluation came to.

    Attributes:
        about: how it was made: plan, cases, seed, versions.
        columns: figures by title, such as "guided", "everything run", "perturbed knowledge".
    """

    about: Mapping[str, str | int]
    columns: Mapping[str, Figures]


def as_record(evaluation: Evaluation) -> dict[str, Any]:
    """For JSON: every share with its count and interval; unknown is null."""
    return {
        "about": dict(evaluation.about),
        "figures": {
            title: {
                "shares": {name: _share(share) for name, share in column.shares.items()},
                "means": column.means,
                "confusion": column.confusion,
            }
            for title, column in evaluation.columns.items()
        },
    }


def _share(share: Share) -> dict[str, Any]:
    low, high = share.interval
    return {"hits": share.hits, "of": share.of, "value": share.value, "low": low, "high": high}


def as_page(evaluation: Evaluation) -> Iterator[str]:
    """The page as lines of Markdown."""
    yield "# Evaluation"
    yield ""
    yield "Emulated phones, diagnosed over the real wire; the true fault was asked for after the verdict. Emulated"
    yield "phones are not real phones: no figure here was verified on one. Intervals are Wilson's, 95 %. The ceiling"
    yield "that a diagnosis with the emulator's own numbers would reach is not known: it has physics, no such table."
    yield ""
    yield from (f"- {name}: {value}" for name, value in evaluation.about.items())
    titles = list(evaluation.columns)
    yield ""
    yield "| figure | " + " | ".join(titles) + " |"
    yield "|---" * (len(titles) + 1) + "|"
    first = evaluation.columns[titles[0]]
    for name in first.shares:
        yield f"| {name} | " + " | ".join(_cell(evaluation.columns[title].shares[name]) for title in titles) + " |"
    for name in first.means:
        yield f"| {name} | " + " | ".join(_number(evaluation.columns[title].means[name]) for title in titles) + " |"
    yield from _confusion(titles[0], first)


def _confusion(title: str, column: Figures) -> Iterator[str]:
    called = sorted({name for row in column.confusion.values() for name in row})
    if not called:
        return
    yield from ("", f"## True part (rows) and first part named (columns), {title}", "")
    yield "| | " + " | ".join(called) + " |"
    yield "|---" * (len(called) + 1) + "|"
    for truth, row in column.confusion.items():
        yield f"| **{truth}** | " + " | ".join(str(row.get(name, "")) for name in called) + " |"


def _cell(share: Share) -> str:
    if share.value is None:
        return "no case"
    low, high = share.interval
    return f"{share.value:.3f} ({low:.3f}-{high:.3f}), {share.hits} of {share.of}"


def _number(value: float | None) -> str:
    return "no case" if value is None else f"{value:.3g}"
