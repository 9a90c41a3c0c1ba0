"""The knowledge as one table of causes and effects, and what it cannot tell: who looks alike, what nobody tests."""

from __future__ import annotations

import csv
import io
from collections.abc import Collection
from dataclasses import dataclass

import numpy as np

from agent.localizer._knowledge import Knowledge, p_fail
from agent.localizer._noisy_or import Floats
from agent.localizer._verdict import parts

# Causes whose effects differ by less than this nowhere are not told apart by any test.
_SAME = 0.02


@dataclass(frozen=True, slots=True)
class Testability:
    """What the knowledge can and cannot tell.

    Attributes:
        alike: groups of causes that no effect tells apart; those of one component need no telling apart.
        unread: causes of which no probe reads any effect: seen only where the phone's logs speak by themselves.
        unknown_parts: components of the catalogue of which no cause is known.
        seldom: causes of which no effect shows in more than half of the phones.
    """

    causes: int
    effects: int
    links: int
    alike: tuple[tuple[str, ...], ...]
    unread: tuple[str, ...]
    unknown_parts: tuple[str, ...]
    seldom: tuple[str, ...]


def matrix(knowledge: Knowledge) -> tuple[tuple[str, ...], tuple[str, ...], Floats]:
    """Causes, effects, and P(effect | this cause alone), shape (causes, effects)."""
    causes, effects = tuple(knowledge.causes), tuple(sorted(knowledge.effects))
    row = {name: number for number, name in enumerate(causes)}
    table = np.zeros((len(causes), len(effects)))
    for column, code in enumerate(effects):
        for name, link in knowledge.effects[code].caused_by.items():
            table[row[name], column] = p_fail(link)
    return causes, effects, table


def testability(knowledge: Knowledge, probes: Collection[str]) -> Testability:
    """What can be told apart and what is tested, by these probes."""
    causes, effects, table = matrix(knowledge)
    is_read = np.array([bool(set(knowledge.effects[code].readers) & set(probes)) for code in effects], dtype=np.bool_)
    real = [number for number, name in enumerate(causes) if knowledge.causes[name].kind != "nuisance"]
    groups: list[tuple[str, ...]] = []
    left = list(real)
    while left:
        first = left[0]
        same = [other for other in left if bool(np.all(np.abs(table[other] - table[first]) < _SAME))]
        left = [other for other in left if other not in same]
        if len(same) > 1:
            groups.append(tuple(causes[number] for number in same))
    known = {cause.component for cause in knowledge.causes.values()}
    return Testability(
        causes=len(causes),
        effects=len(effects),
        links=int((table > 0).sum()),
        alike=tuple(groups),
        unread=tuple(causes[number] for number in real if not bool((table[number, is_read] > 0).any())),
        unknown_parts=tuple(sorted(parts() - known)),
        seldom=tuple(causes[number] for number in real if float(table[number].max(initial=0.0)) <= 0.5),
    )


def as_csv(knowledge: Knowledge) -> str:
    """The D-matrix: a line for each cause, a column for each effect, leak and readers in lines of their own."""
    causes, effects, table = matrix(knowledge)
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["cause", "component", "kind", "prior", *effects])
    writer.writerow(["(leak)", "", "", "", *(knowledge.effects[code].leak for code in effects)])
    writer.writerow(["(read by)", "", "", "", *(" ".join(knowledge.effects[code].read_by) for code in effects)])
    for number, name in enumerate(causes):
        cause = knowledge.causes[name]
        shares = [float(share) if share else "" for share in table[number]]
        writer.writerow([name, cause.component, cause.kind, cause.prior, *shares])
    return text.getvalue()
