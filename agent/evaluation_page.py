"""An evaluation as a page for people and as JSON for programs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, Final

from agent.evaluate import NUISANCES
from agent.evaluation import Figures
from agent.evaluation_intervals import Mean, Share

FLOORS: Final[Mapping[str, str]] = {
    "detected (FDR), of what the plan can see": "0.95 at least",
    "single: top-1, of what the plan can see": "0.92 at least",
    "single: true part in group of 2": "0.92 at least",
    "software stages only: top-1": "0.75 at least",
    "several: recall, of what the plan can see": "0.85 at least",
    "several: exact set, of what the plan can see": "0.65 at least",
    "any wrong pull": "0.05 at most",
    "false alarm, healthy": "0.03 at most",
    "false alarm, with nuisance": "0.05 at most",
    "intermittent: missed": "0.35 at most",
    "intermittent: missed, of what the plan can see": "0.35 at most",
    "intermittent: no fault without residual": "0",
    "calibration error (ECE)": "0.05 at most",
    "share of running every test of a bench": "0.2 at most",
    "order violations": "0",
}
"""What a diagnosis should reach, by figure."""


@dataclass(frozen=True, slots=True)
class Evaluation:
    """Everything that an evaluation came to.

    Attributes:
        about: how it was made: plan, cases, seed, versions.
        columns: figures by title, such as "guided", "everything run", "perturbed knowledge".
        missed: cases of the first column that went wrong, a line each.
        beyond: faults of the library that the plan cannot see.
        ceiling: shares that the diagnosis reaches on cases drawn from its own knowledge.
    """

    about: Mapping[str, str | int]
    columns: Mapping[str, Figures]
    missed: tuple[str, ...] = ()
    beyond: tuple[str, ...] = ()
    ceiling: Mapping[str, Share] = field(default_factory=dict)


def as_record(evaluation: Evaluation) -> dict[str, Any]:
    """For JSON: every share with its count and interval; unknown is null."""
    return {
        "about": dict(evaluation.about),
        "floors": dict(FLOORS),
        "figures": {
            title: {
                "shares": {name: _share(share) for name, share in column.shares.items()},
                "means": {name: None if mean is None else asdict(mean) for name, mean in column.means.items()},
                "confusion": column.confusion,
            }
            for title, column in evaluation.columns.items()
        },
        "missed": list(evaluation.missed),
        "beyond_the_plan": list(evaluation.beyond),
        "ceiling": {name: _share(share) for name, share in evaluation.ceiling.items()},
    }


def _share(share: Share) -> dict[str, Any]:
    low, high = share.interval
    return {"hits": share.hits, "of": share.of, "value": share.value, "low": low, "high": high}


def as_records(evaluations: Sequence[Evaluation]) -> dict[str, Any]:
    """For JSON: the evaluation of each plan by its name."""
    return {"plans": {str(one.about.get("plan", "")): as_record(one) for one in evaluations}}


def as_page(evaluations: Sequence[Evaluation]) -> Iterator[str]:
    """The page as lines of Markdown: several plans side by side, then each by itself."""
    yield "# Evaluation"
    yield ""
    yield "Emulated phones, diagnosed over the real wire; the true fault was asked for after the verdict. Emulated"
    yield "phones are not real phones: no figure here was verified on one. Intervals hold 95 %: Wilson's for shares, a"
    yield f"bootstrap over cases for the rest. {NUISANCES:.0%} of the faulty phones meet a nuisance of the bench, too."
    yield ""
    yield "*Ceiling*: what the same diagnosis reaches on cases drawn from its own knowledge files, where every number"
    yield "is true. The ceiling with the emulator's own numbers is not known: it has physics, no such table. *Guided*:"
    yield "the customer says what is wrong (nine in ten name a fitting symptom of the catalogue; half of the owners of"
    yield "sound phones complain, too), the minimum of each stage runs, and beyond it only what is worth its time. Its"
    yield "cost is set against every test of a bench, the plan standard."
    if len(evaluations) > 1:
        yield from _side_by_side(evaluations)
    for evaluation in evaluations:
        yield ""
        if len(evaluations) > 1:
            yield from (f"# Plan {evaluation.about.get('plan', '')}", "")
        yield from _one(evaluation)


def _side_by_side(evaluations: Sequence[Evaluation]) -> Iterator[str]:
    """The first column of each plan: on the same phones, each judged by what it can see."""
    firsts = [next(iter(one.columns.items())) for one in evaluations]
    names = [f"{one.about.get('plan', '')}: {title}" for one, (title, _) in zip(evaluations, firsts, strict=True)]
    yield from ("", "The same phones, judged by the probes of each plan alone:", "")
    yield "| figure | " + " | ".join(names) + " | floor |"
    yield "|---" * (len(names) + 2) + "|"
    columns = [column for _, column in firsts]
    for name in columns[0].shares:
        yield _row(name, [_cell(column.shares[name]) for column in columns])
    for name in columns[0].means:
        yield _row(name, [_number(column.means[name]) for column in columns])


def _row(name: str, cells: Sequence[str]) -> str:
    return f"| {name} | " + " | ".join([*cells, FLOORS.get(name, "")]) + " |"


def _one(evaluation: Evaluation) -> Iterator[str]:
    yield from (f"- {name}: {value}" for name, value in evaluation.about.items())
    titles = list(evaluation.columns)
    best = evaluation.ceiling
    yield ""
    yield "| figure | " + " | ".join(titles) + " | ceiling | floor |"
    yield "|---" * (len(titles) + 3) + "|"
    first = evaluation.columns[titles[0]]
    for name in first.shares:
        cells = [_cell(evaluation.columns[title].shares[name]) for title in titles]
        yield _row(name, [*cells, _cell(best[name]) if name in best else ""])
    for name in first.means:
        yield _row(name, [*(_number(evaluation.columns[title].means[name]) for title in titles), ""])
    yield from _confusion(titles[0], first)
    yield from _listed(f"Went wrong, {titles[0]}", evaluation.missed)
    yield from _listed("Faults of the library that no probe of this plan can see", evaluation.beyond)


def _listed(title: str, lines: tuple[str, ...]) -> Iterator[str]:
    if lines:
        yield from ("", f"## {title}", "", *(f"- {line}" for line in lines))


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


def _number(mean: Mean | None) -> str:
    return "no case" if mean is None else f"{mean.value:.3g} ({mean.low:.3g}-{mean.high:.3g})"
