"""Why this and not the rival: weights that add up, readings that would turn it, and the test that would settle it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Final

import numpy as np

from agent.localizer._belief import Belief, Bools, Floats
from agent.localizer._knowledge import Knowledge, Link, p_fail
from agent.localizer._readings import readers
from reports import Contribution, Explanation, Flip

_LOG10: Final = float(np.log(10.0))
_TRIED: Final = 8
_SETTLING: Final = 3
# A test settles something where the two explanations expect it to come out differently by at least this.
_APART: Final = 0.2
_FLIPPED_HIT: Final = (0.90, 0.01)
_FLIPPED_MISS: Final = (0.10, 0.98)


def explain(belief: Belief, knowledge: Knowledge, ran: Collection[str], *, sure: float) -> Explanation | None:
    """Set the likeliest explanation against the likeliest one that does not blame the same components.

    Args:
        belief: what is believed.
        knowledge: who reads what.
        ran: ids of the probes that ran.
        sure: probability at which a component is named.
    """
    order = np.argsort(-belief.together, kind="stable")
    leader = _components(belief, belief.members[order[0]])
    others = order[~_blames(belief, leader)[order]]
    if not leader or not len(others):
        return None
    rival = others[0]
    pair = np.stack([belief.posterior.members[order[0]], belief.posterior.members[rival]])
    likelihood = belief.model.network.likelihood(pair, belief.model.pairs)
    terms = 10.0 * np.log10(likelihood[0] / likelihood[1])
    odds = pair @ belief.model.network.log_odds
    prior = 10.0 * float(odds[0] - odds[1]) / _LOG10
    heavy = np.argsort(-np.abs(terms), kind="stable")
    return Explanation(
        best=_names(belief, pair[0]),
        rival=_names(belief, pair[1]),
        prior_decibans=prior,
        total_decibans=prior + float(terms.sum()),
        terms=tuple(_term(belief, int(number), float(terms[number])) for number in heavy),
        flips=_flips(belief, heavy[:_TRIED].tolist(), sure),
        settle_with=_settling(belief, knowledge, pair, ran),
    )


def _components(belief: Belief, row: Bools) -> frozenset[str]:
    causes = belief.causes.values()
    return frozenset(cause.component for cause, there in zip(causes, row, strict=True) if there)


def _blames(belief: Belief, components: Collection[str]) -> Bools:
    """Which sets of causes blame all of these components."""
    owners = np.array([cause.component for cause in belief.causes.values()])
    ways = [belief.members[:, owners == component].any(axis=1) for component in components]
    return np.asarray(np.all(ways, axis=0), dtype=np.bool_) if ways else np.ones(len(belief.members), np.bool_)


def _names(belief: Belief, modes: Bools) -> tuple[str, ...]:
    names = list(belief.causes)
    return tuple(dict.fromkeys(names[owner] for owner in belief.model.owner[modes]))


def _term(belief: Belief, number: int, decibans: float) -> Contribution:
    seen = belief.observations[number]
    return Contribution(effect=seen.effect, seen=seen.seen is not None, decibans=decibans, evidence=seen.evidence[:2])


def _flips(belief: Belief, numbers: Sequence[int], sure: float) -> tuple[Flip, ...]:
    """Readings that the other way round would name another component, or none."""
    first = _leader(belief, belief.together, sure)
    found: list[Flip] = []
    for number in numbers:
        seen = belief.observations[number].seen is not None
        present = _present(belief, number)
        was, other = belief.model.pairs[number], np.array(_FLIPPED_MISS if seen else _FLIPPED_HIT)
        weights = belief.together * (other[1] + (other[0] - other[1]) * present)
        weights /= was[1] + (was[0] - was[1]) * present
        instead = _leader(belief, weights / weights.sum(), sure)
        if instead != first:
            found.append(Flip(effect=belief.observations[number].effect, seen=seen, instead=instead))
    return tuple(found)


def _present(belief: Belief, number: int) -> Floats:
    """P(effect of one observation | set), for every set."""
    network, members = belief.model.network, belief.posterior.members.astype(np.float64)
    absent = (1.0 - network.leaks[number]) * np.exp(members @ np.log1p(-network.links[:, number]))
    shown = np.exp(members @ np.log1p(-network.masks[:, number]))
    return np.asarray((1.0 - absent) * shown, dtype=np.float64)


def _leader(belief: Belief, weights: Floats, sure: float) -> str:
    """The component that these weights name; empty where none is likely enough."""
    best, name = sure, ""
    marginals = weights @ belief.members
    owners = np.array([cause.component for cause in belief.causes.values()])
    for component in dict.fromkeys(cause.component for cause in belief.causes.values() if cause.kind != "nuisance"):
        rows = owners == component
        if marginals[rows].sum() < best:  # a bound on its share
            continue
        share = float(weights[belief.members[:, rows].any(axis=1)].sum())
        if share >= best:
            best, name = share, component
    return name


def _settling(belief: Belief, knowledge: Knowledge, pair: Bools, ran: Collection[str]) -> tuple[str, ...]:
    """Probes that did not run and that the two explanations expect to come out differently."""
    best, rival = (set(_names(belief, row)) for row in pair)
    apart: dict[str, float] = {}
    for effect in knowledge.effects.values():
        here, there = (max((_link(effect.caused_by, name) for name in names), default=0.0) for names in (best, rival))
        for probe in readers(effect):
            if probe not in ran and abs(here - there) >= _APART:
                apart[probe] = max(apart.get(probe, 0.0), abs(here - there))
    return tuple(sorted(apart, key=lambda probe: (-apart[probe], probe))[:_SETTLING])


def _link(links: dict[str, Link], name: str) -> float:
    return p_fail(links[name]) if name in links else 0.0
